package shim

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/bmatcuk/doublestar/v4"

	"guard/rules"
	"guard/rules/value"
	"guard/shim/supervise"
)

// property is the files that programs keep for themselves, and the rules that do
// not speak against their use of them.
type property struct {
	programs string // names, separated by spaces
	rules    string // glob of rule ids
	paths    []string
}

// packaged are the rules that do not speak against what a package manager does when
// it installs from its repositories, scripts of the packages included: against
// changes of these paths and, where there are none, against commands.
func packaged() []property {
	const system = "/{bin,sbin,lib,lib32,lib64,libx32,boot,usr,etc,opt,var,srv}/**"
	return []property{{"", "files.*", []string{system}}, {"", "files.*", nil}, {"", "system.*", nil}}
}

const (
	perl       = "perl"
	unpackers  = "dnf dnf5 dnf-3 yum microdnf zypper apk pacman" // which run the scripts of packages themselves
	managers   = "apt apt-get aptitude unattended-upgrade " + unpackers
	installers = "dpkg dpkg-deb dpkg-divert dpkg-statoverride update-alternatives update-rc.d rpm " + managers
	accounts   = "passwd su sudo runuser login chage chsh chfn unix_chkpwd unix_update useradd usermod userdel groupadd groupmod groupdel " +
		"id groups setpriv start-stop-daemon gpasswd chpasswd newusers pwck grpck pwconv grpconv vipw adduser addgroup deluser delgroup sshd cron crond systemd polkitd nscd sssd"
)

// properties lists what programs own. ~ is each home directory.
func properties() []property {
	return []property{
		{"git jj gix cargo", "git.metadata", []string{"**/.git", "**/.git/**"}},
		{"git", "files.startup*", []string{"~/.gitconfig", "~/.config/git/config"}},
		{"git git-remote-https git-remote-http git-credential-store git-lfs curl wget", "secrets.credentials", []string{"~/.netrc", "~/.git-credentials", "~/.config/git/credentials"}},
		{"ssh ssh-add ssh-agent ssh-keygen ssh-keyscan sshfs scp sftp rsync", "secrets.*", []string{"**/.ssh/**", "/etc/ssh/**", "~/.ssh"}},
		{"sshd sshd-session", "secrets.*", []string{"/etc/ssh/**", "**/.ssh/**"}},
		{"gpg gpg-agent gpgsm gpgconf keyboxd scdaemon dirmngr gpg-connect-agent", "secrets.gnupg", []string{"**/.gnupg", "**/.gnupg/**"}},
		{"aws sam cdk eksctl terraform tofu terragrunt pulumi packer ansible-playbook sops", "secrets.cloud", []string{"~/.aws", "~/.aws/**"}},
		{"gcloud gsutil bq gke-gcloud-auth-plugin terraform tofu", "secrets.cloud", []string{"~/.config/gcloud", "~/.config/gcloud/**", "~/.boto"}},
		{"az kubelogin terraform tofu", "secrets.cloud", []string{"~/.azure", "~/.azure/**"}},
		{"doctl oci flyctl fly hcloud linode-cli vercel netlify railway heroku wrangler supabase firebase", "secrets.*", []string{"~/.config/**", "~/.oci/**", "~/.fly/**", "~/.railway/**", "~/.netrc", "~/.wrangler/**"}},
		{"kubectl helm kustomize k9s oc kubectx kubens skaffold tilt flux argocd istioctl stern kind minikube k3d eksctl aws gcloud az terraform tofu pulumi", "secrets.kubernetes", []string{"~/.kube", "~/.kube/**", "**/kubeconfig", "**/*.kubeconfig", "**/kubeconfig.{yaml,yml,json}", "/etc/rancher/**"}},
		{"docker docker-compose docker-buildx podman podman-compose buildah skopeo crane cosign helm", "secrets.credentials", []string{"~/.docker/config.json", "~/.config/containers/auth.json", "/run/containers/**", "/run/user/*/containers/**"}},
		{"docker docker-compose docker-buildx podman podman-compose dockerd containerd ctr nerdctl crictl buildkitd", "files.container-socket", []string{"/run/**", "/var/run/**", "~/.docker/**", "**/.colima/**", "**/.orbstack/**"}},
		{"npm npx pnpm yarn bun corepack", "secrets.credentials", []string{"~/.npmrc", "/root/.npmrc", "/home/*/.npmrc", "**/.yarnrc.yml.local"}},
		{"pip twine poetry uv pdm flit hatch", "secrets.credentials", []string{"~/.pypirc", "~/.netrc", "~/.config/pypoetry/**", "~/.config/pip/**"}},
		{"cargo", "secrets.credentials", []string{"~/.cargo/credentials", "~/.cargo/credentials.toml"}},
		{"gem bundle", "secrets.credentials", []string{"~/.gem/credentials", "~/.local/share/gem/credentials"}},
		{"gh glab hub tea", "secrets.credentials", []string{"~/.config/gh/**", "~/.config/glab-cli/**", "~/.config/hub", "~/.config/tea/**"}},
		{"psql pg_dump pg_restore pg_isready createdb dropdb", "secrets.*", []string{"~/.pgpass", "~/.pg_service.conf"}},
		{"mysql mysqldump mariadb mysqladmin", "secrets.*", []string{"~/.my.cnf", "~/.mylogin.cnf"}},
		{"terraform tofu terragrunt", "secrets.*", []string{"**/*.tfstate", "**/*.tfstate.backup", "**/terraform.tfstate.d/**", "~/.terraform.d/**", "~/.terraformrc"}},
		{accounts, "secrets.system", []string{"/etc/**"}},
		{accounts, "files.*", []string{"/etc/**", "/home/**"}},
		{installers, "files.*", []string{"/{bin,sbin,lib,lib32,lib64,libx32,boot,usr,etc,opt,var,srv}/**"}},
		{"ps top htop pgrep pidof w uptime", "secrets.memory", []string{"/proc/*/environ"}},
		{"claude", "secrets.agent", []string{"~/.claude/**", "~/.claude.json", "~/.config/claude/**"}},
		{"codex", "secrets.agent", []string{"~/.codex/**"}},
		{"gemini", "secrets.agent", []string{"~/.gemini/**"}},
		{"qwen", "secrets.agent", []string{"~/.qwen/**"}},
		{"opencode", "secrets.agent", []string{"~/.local/share/opencode/**", "~/.config/opencode/**"}},
		{"copilot", "secrets.agent", []string{"~/.copilot/**", "~/.config/github-copilot/**"}},
		{"cline", "secrets.agent", []string{"~/.cline/**"}},
		{"cursor-agent", "secrets.agent", []string{"~/.cursor/**", "~/.config/cursor/**"}},
		{"goose amp crush droid", "secrets.agent", []string{"~/.config/{goose,amp,crush}/**", "~/.factory/**", "~/.local/share/crush/**"}},
	}
}

// owns reports whether a rule does not speak against an action, because the
// program that acts owns the file. Hooks of a repository are nobody's own.
func (r *runtimeJudge) owns(p *supervise.Process, img *image, a *rules.Action, rule string) bool {
	if p == nil {
		return false
	}
	if slices.ContainsFunc(packaged(), func(o property) bool { return rules.MatchID(o.rules, rule) && r.holds(&o, a) }) && r.installs(p) {
		return true
	}
	names := r.names(p, img)
	if len(names) == 0 || a.Op == rules.Exec {
		return false
	}
	for _, o := range properties() {
		if rules.MatchID(o.rules, rule) && among(o.programs, names) && r.holds(&o, a) {
			return true
		}
	}
	return r.looksUp(img, a, rule)
}

// among reports whether a list of names has one of those.
func among(list string, names []string) bool {
	return slices.ContainsFunc(strings.Fields(list), func(n string) bool { return slices.Contains(names, n) })
}

// holds reports whether an action is on one of the paths, or of a command where
// there are none.
func (r *runtimeJudge) holds(o *property, a *rules.Action) bool {
	if a.Op == rules.Exec {
		return o.paths == nil
	}
	return slices.ContainsFunc(o.paths, func(glob string) bool {
		return r.matches(glob, a.Path) && (a.Real == "" || r.matches(glob, a.Real))
	})
}

// installs reports whether a process works for a package manager that was told names
// of packages alone: no files, no other places or commands of its own. What apt runs by
// itself are hooks; the scripts of packages dpkg runs.
func (r *runtimeJudge) installs(p *supervise.Process) bool {
	unpacks := false
	for q := p; q != nil; q = q.Parent {
		names := r.names(q, r.imageOf(q))
		unpacks = unpacks || among("dpkg "+unpackers, names)
		if among(managers, names) {
			return unpacks && !slices.ContainsFunc(q.Argv[min(1, len(q.Argv)):], func(w string) bool {
				return strings.Contains(w, "/") || strings.Contains(strings.ToLower(w), "invoke") || strings.HasPrefix(w, "-c")
			})
		}
	}
	return false
}

// compound are the commands of git that run others of its own, which would be refused
// if a person gave them: stash resets, submodule checks out.
const compound = "stash submodule worktree gc maintenance clone rebase pull am merge"

// step reports whether a program that is run is a step of what git was told to do,
// and was judged for as a whole; what the words for that name themselves is none.
func (r *runtimeJudge) step(e *supervise.Event) bool {
	if filepath.Base(e.Proc.Exe) != "git" || filepath.Base(e.Real) != "git" || !r.trusted(e.Proc.Exe) || !r.trusted(e.Real) {
		return false
	}
	whole, part := r.subcommand(e.Proc.Argv), r.subcommand(e.Argv)
	return part != "" && slices.Contains(strings.Fields(compound), strings.TrimSuffix(whole, "--helper")) &&
		!slices.ContainsFunc(e.Proc.Argv, func(w string) bool { return slices.Contains(strings.Fields(w), part) })
}

// subcommand is what the program in argv is told to do, or "".
func (r *runtimeJudge) subcommand(argv []string) string {
	words := make([]value.Text, len(argv))
	for i, w := range argv {
		words[i] = value.Known(w)
	}
	p := r.loaded.Policy.Table().Parse(words)
	switch {
	case len(p.Subs) > 0:
		return p.Subs[0]
	case len(p.Args) > 0: // one that only git itself uses
		return string(p.Args[0].Text)
	}
	return ""
}

// looksUp reports whether an installed script has the system look up an account, for
// which perl, as root, takes in the file of passwords: a script that was not told to
// read it.
func (r *runtimeJudge) looksUp(img *image, a *rules.Action, rule string) bool {
	if rule != "secrets.system" || a.Path != "/etc/shadow" || img == nil || filepath.Base(img.exe) != perl {
		return false
	}
	script := r.script(img)
	return script != "" && r.trusted(script) && !slices.ContainsFunc(img.argv, func(w string) bool { return strings.Contains(w, "shadow") })
}

// matches compares a path with a glob that may begin with ~.
func (r *runtimeJudge) matches(glob string, path value.Text) bool {
	globs := []string{glob}
	if rest, ok := strings.CutPrefix(glob, "~"); ok {
		globs = nil
		for _, h := range r.loaded.Policy.Context().Homes {
			globs = append(globs, h+rest)
		}
	}
	for _, g := range globs {
		if ok, err := doublestar.Match(g, string(path)); ok && err == nil {
			return true
		}
	}
	return false
}

// names lists what a process is known to be: its executable and, for an
// interpreter, the installed program that it runs. A file in the workspace or a
// temporary directory, or one that changed since the tree was started, is nothing.
func (r *runtimeJudge) names(p *supervise.Process, img *image) []string {
	if !r.trusted(p.Exe) {
		return nil
	}
	base := filepath.Base(p.Exe)
	out := []string{base}
	if spec := r.loaded.Policy.Table().Lookup(base); spec != nil {
		out = append(out, spec.Names[0])
	}
	if r.opt.Agent && p.Parent == nil && r.isRoot(p) {
		out = append(out, filepath.Base(r.opt.Argv[0]))
	}
	if img == nil || !interprets(base) && base != perl {
		return out
	}
	script := r.script(img)
	if script == "" {
		return out
	}
	out = append(out, filepath.Base(script))
	if real, err := filepath.EvalSymlinks(script); err == nil && r.trusted(real) {
		if strings.Contains(real, "/node_modules/npm/") {
			out = append(out, "npm")
		}
		return out
	}
	return out[:len(out)-1]
}

// trusted reports whether an executable is what its name says, as far as guard
// can tell.
func (r *runtimeJudge) trusted(exe string) bool {
	return filepath.IsAbs(exe) && !strings.HasSuffix(exe, " (deleted)") && !r.writable(exe) && r.old(exe)
}

// writable reports whether a path lies where the agent works.
func (r *runtimeJudge) writable(path string) bool {
	ctx := r.loaded.Policy.Context()
	if ctx.Workspace != "" && within(ctx.Workspace, path) {
		return true
	}
	return slices.ContainsFunc(ctx.Temps, func(t string) bool { return within(t, path) })
}

// old reports whether a file has not changed since the tree was started. The
// time of change cannot be set back.
func (r *runtimeJudge) old(path string) bool {
	fi, err := os.Stat(path)
	if err != nil {
		return false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && changed(st).Before(r.start)
}

// interprets reports whether a program runs files of its own language, and reads
// a project's settings on their behalf.
func interprets(base string) bool {
	base = strings.TrimRight(base, "0123456789.")
	switch base {
	case "node", "nodejs", "python", "ruby", "php", "bun", "deno":
		return true
	}
	return false
}

// script is the file that an interpreter was told to run, or "".
func (r *runtimeJudge) script(img *image) string {
	words := make([]value.Text, len(img.argv))
	for i, w := range img.argv {
		words[i] = value.Known(w)
	}
	if len(words) > 0 {
		words[0] = value.Known(filepath.Base(img.exe))
	}
	for _, a := range r.loaded.Policy.Table().Parse(words).Args {
		if a.Effect.Kind() == "script" {
			s := string(a.Text)
			if !filepath.IsAbs(s) {
				s = filepath.Join(img.dir, s)
			}
			return s
		}
	}
	return ""
}

// loadsFile reports whether a process takes in a dotenv file for its own use: its
// command line says so, the text of the shell did, or it is the project's
// program.
func (r *runtimeJudge) loadsFile(img *image, path, real string) bool {
	if img == nil || !r.trusted(img.exe) {
		return false
	}
	base := filepath.Base(img.exe)
	if spec := r.loaded.Policy.Table().Lookup(base); spec != nil {
		base = spec.Names[0]
	}
	if slices.Contains(img.loads, path) || slices.Contains(img.loads, real) {
		return true
	}
	switch base {
	case "bash", "sh", "dash", "zsh", "ksh", "mksh":
		return r.loads[path] || r.loads[real]
	case "docker", "docker-compose", "podman-compose", "foreman", "overmind", "hivemind", "honcho":
		return dotenv(real) && !slices.ContainsFunc(img.argv, func(a string) bool { return a == "config" || a == "convert" })
	}
	if !dotenv(real) || !interprets(filepath.Base(img.exe)) {
		return false
	}
	if i := slices.Index(img.argv, "-m"); i > 0 && i+1 < len(img.argv) {
		switch img.argv[i+1] {
		case "pytest", "flask", "uvicorn", "gunicorn", "hypercorn", "celery", "streamlit", "fastapi":
			return true
		}
		return false
	}
	script := r.script(img)
	if script == "" {
		return false
	}
	if dependency(script) {
		return r.old(script)
	}
	repo, ok := r.world.Repo(filepath.Dir(script))
	if !ok {
		return !r.writable(script) && r.old(script)
	}
	clean, _ := repo.Clean(script)
	return clean == rules.True
}

func dotenv(path string) bool {
	base := filepath.Base(path)
	return base == ".env" || strings.HasPrefix(base, ".env.")
}

// dependency reports whether a script belongs to an installed package.
func dependency(script string) bool {
	if strings.Contains(script, "/node_modules/") || strings.Contains(script, "/site-packages/") {
		return true
	}
	_, err := os.Stat(filepath.Join(filepath.Dir(filepath.Dir(script)), "pyvenv.cfg"))
	return err == nil
}

// searches reports whether p walks trees and prints lines that match: it is given
// an empty file where it must not read, so that its exit status stays right.
func (r *runtimeJudge) searches(p *supervise.Process) bool {
	if !r.trusted(p.Exe) {
		return false
	}
	s := r.loaded.Policy.Table().Lookup(filepath.Base(p.Exe))
	if s == nil || s.Output != "lines" {
		return false
	}
	for _, a := range s.Args {
		if a.Effect.Kind() == "read-tree" {
			return true
		}
	}
	for _, im := range s.Implies {
		for _, a := range im.Args {
			if a.Effect.Kind() == "read-tree" {
				return true
			}
		}
	}
	return false
}
