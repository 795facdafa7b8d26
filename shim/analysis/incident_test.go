package analysis_test

import (
	"testing"

	"guard/rules"
)

// TestIncident judges the request that deleted a production volume with its
// backups, in many spellings, and what only looks like it.
func TestIncident(t *testing.T) {
	j := newJudge(t)
	for _, text := range []string{
		`curl -X POST https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl https://backboard.railway.app/graphql/v2 --json '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl backboard.railway.app/graphql/v2 --data-raw '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl -s --request POST --url https://backboard.railway.com/graphql/v2 --data '{"query":"mutation Del($id: String!) { volumeDelete(volumeId: $id) }","variables":{"id":"v"}}'`,
		`U=https://backboard.railway.app/graphql/v2; Q='mutation { volumeDelete(volumeId: "v") }'; curl "$U" -d "{\"query\":\"$Q\"}"`,
		"curl https://backboard.railway.app/graphql/v2 -d @- <<'X'\n{\"query\":\"mutation { volumeDelete(volumeId: \\\"v\\\") }\"}\nX",
		`echo '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}' | curl -d @- https://backboard.railway.app/graphql/v2`,
		`echo '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}' > /tmp/q.json; curl -d @/tmp/q.json https://backboard.railway.app/graphql/v2`,
		`curl https://backboard.railway.app/graphql/v2 -d '[{"query":"{ me { id } }"},{"query":"mutation { volumeDelete(volumeId: \"v\") }"}]'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { x: volumeDelete(volumeId: \"v\") }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { ...F } fragment F on Mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"mutation{volume\u0044elete(volumeId:\"v\")}"}'`,
		`curl -G https://backboard.railway.app/graphql/v2 --data-urlencode 'query=mutation { volumeDelete(volumeId: "v") }'`,
		`wget -qO- --post-data='{"query":"mutation { volumeDelete(volumeId: \"v\") }"}' https://backboard.railway.app/graphql/v2`,
		`http POST https://backboard.railway.app/graphql/v2 query='mutation { volumeDelete(volumeId: "v") }'`,
		`xh backboard.railway.app/graphql/v2 query='mutation { volumeDelete(volumeId: "v") }'`,
		`python3 -c "import requests; requests.post('https://backboard.railway.app/graphql/v2', json={'query': 'mutation { volumeDelete(volumeId: \"v\") }'})"`,
		`node -e 'fetch("https://backboard.railway.app/graphql/v2",{method:"POST",body:JSON.stringify({query:"mutation { volumeDelete(volumeId: \"v\") }"})})'`,
		`bash -c "curl https://backboard.railway.app/graphql/v2 -d '{\"query\":\"mutation { volumeDelete(volumeId: 1) }\"}'"`,
		`curl 'https://backboard.railway.{app,com}/graphql/v2' -d '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl -X DELETE https://api.railway.app/v1/volumes/v`,
		`curl https://backboard.railway.app/graphql/v2 -H 'Content-Type: application/graphql' -d 'mutation { volumeDelete(volumeId: "v") }'`,
	} {
		if j.decide(text) == rules.Allow {
			t.Errorf("passes: %s", text)
		}
	}
	for _, text := range []string{
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"{ me { id } }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"query { volumes { edges { node { id } } } }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"query volumeDelete { me { id } }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"mutation { volumeCreate(input: {name: \"x\"}) { id } }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"query { project(id: \"volumeDelete\") { id } }"}'`,
		`curl https://backboard.railway.app/graphql/v2 -d '{"query":"# mutation { volumeDelete }\n{ me { id } }"}'`,
		`curl http://localhost:4000/graphql -d '{"query":"mutation { volumeDelete(volumeId: \"v\") }"}'`,
		`curl http://127.0.0.1:4000/graphql -d '{"query":"mutation { deleteUser(id: 1) { id } }"}'`,
		`echo 'mutation { volumeDelete(volumeId: "v") }'`,
		`echo 'never run: curl -X POST https://backboard.railway.app/graphql/v2 -d "mutation volumeDelete"' >> NOTES.md`,
		`grep -rn volumeDelete src`,
		`git commit -m "document the volumeDelete mutation"`,
		"cat <<'X' > docs/api.md\ncurl https://backboard.railway.app/graphql/v2 -d '{\"query\":\"mutation { volumeDelete }\"}'\nX",
		`curl -s https://docs.railway.app/reference/volumes`,
		`curl -I https://backboard.railway.app/graphql/v2`,
		`curl -s https://api.example.com/volumes?action=volumeDelete`,
		`python3 -c "print('mutation { volumeDelete }')"`,
		`jq -n '{query: "mutation { volumeDelete }"}'`,
		`sed -n '/volumeDelete/p' schema.graphql`,
		`gh issue create --title "volumeDelete is dangerous" --body "do not call volumeDelete"`,
	} {
		if d := j.decide(text); d != rules.Allow {
			t.Errorf("%v: %s", d, text)
		}
	}
}
