package statement

import (
	"net/url"
	"strings"
)

// ElasticHTTP returns what a request to Elasticsearch or OpenSearch would do, in
// upper-case words: "DELETE INDEX", "DELETE BY QUERY", "CLOSE INDEX", "DELETE
// SNAPSHOT" and so on; "READ" for what changes nothing, and the method alone for
// what is not listed. path may have a query; it may be percent-encoded.
func ElasticHTTP(method, path string) (verb string) {
	method = strings.ToUpper(strings.TrimSpace(method))
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	var seg []string
	for _, s := range strings.Split(path, "/") {
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
		if s != "" && s != "." {
			seg = append(seg, s)
		}
	}
	api, at := "", len(seg)
	for i, s := range seg {
		if strings.HasPrefix(s, "_") && s != "_all" {
			api, at = s, i
			break
		}
	}
	if method == "GET" || method == "HEAD" || method == "OPTIONS" {
		return "READ"
	}
	if method == "DELETE" {
		return elasticDelete(api, seg[at:])
	}
	return elasticChange(method, api, seg, at)
}

// elasticDelete names what DELETE removes.
func elasticDelete(api string, rest []string) string {
	switch api {
	case "":
		if len(rest) == 0 {
			return "DELETE INDEX"
		}
	case "_doc", "_create":
		return "DELETE DOCUMENT"
	case "_snapshot":
		if len(rest) > 2 {
			return "DELETE SNAPSHOT"
		}
		return "DELETE REPOSITORY"
	case "_data_stream", "_index_template", "_component_template", "_template", "_alias", "_aliases", "_scripts",
		"_transform", "_search":
		return "DELETE " + strings.ToUpper(strings.ReplaceAll(api[1:], "_", " "))
	case "_ilm", "_slm", "_ingest", "_security", "_ml", "_enrich", "_watcher", "_nodes", "_tasks", "_ccr", "_rollup", "_plugins":
		return "DELETE " + strings.ToUpper(api[1:])
	}
	return "DELETE"
}

// elasticChange names what POST and PUT do.
func elasticChange(method, api string, seg []string, at int) string {
	last := ""
	if n := len(seg); n > at+1 {
		last = seg[n-1]
	}
	switch api {
	case "_delete_by_query":
		return "DELETE BY QUERY"
	case "_update_by_query":
		return "UPDATE BY QUERY"
	case "_close":
		return "CLOSE INDEX"
	case "_open":
		return "OPEN INDEX"
	case "_bulk":
		return "BULK"
	case "_snapshot":
		switch last {
		case "_restore":
			return "RESTORE SNAPSHOT"
		case "_cleanup":
			return "CLEANUP REPOSITORY"
		}
		return method + " SNAPSHOT"
	case "_cluster":
		return method + " CLUSTER " + strings.ToUpper(last)
	case "_settings":
		return "PUT SETTINGS"
	case "_mapping", "_mappings":
		return "PUT MAPPING"
	case "_aliases", "_alias":
		return "UPDATE ALIASES"
	case "_reindex", "_rollover", "_shrink", "_split", "_clone", "_forcemerge", "_flush", "_refresh", "_freeze", "_shutdown":
		return strings.ToUpper(api[1:])
	case "_cache":
		return "CLEAR CACHE"
	case "_search", "_msearch", "_count", "_mget", "_explain", "_analyze", "_field_caps", "_validate", "_sql", "_eql",
		"_async_search", "_termvectors", "_rank_eval", "_knn_search", "_query", "_pit":
		return "READ"
	case "_doc", "_create", "_update":
		return "WRITE DOCUMENT"
	case "":
		if len(seg) == 1 && method == "PUT" {
			return "CREATE INDEX"
		}
		if len(seg) == 2 {
			return "WRITE DOCUMENT" // with a type, in old versions
		}
	}
	return method
}
