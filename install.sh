#!/bin/sh
# Installs guard and a directory of shells that are guard, or removes them.
set -eu
umask 022

usage() {
	cat <<'EOF'
usage: install.sh [--system | --user] [--prefix DIR] [--dry-run] [--uninstall]

  --system      install into /usr/local (the default for root)
  --user        install into ~/.local (the default for others)
  --prefix DIR  install into DIR
  --dry-run     print what would be done
  --uninstall   remove what was installed; policy and log stay

Installs DIR/bin/guard, in DIR/lib/guard/bin the names bash, sh, zsh and dash as
links to it, and below DIR/share the manual pages guard(1) and guard-policy(5) and
the completions of bash, zsh and fish. The shells of the system are not touched.
EOF
}

die() {
	printf 'install.sh: %s\n' "$*" >&2
	exit 1
}

# run prints a command, and runs it unless this is a dry run.
run() {
	printf '+ %s\n' "$*"
	[ -n "$dry" ] || "$@"
}

# directory makes $1 with what is missing above it, and adds to $made what it made.
directory() {
	if [ -z "$1" ] || [ -d "$1" ]; then return; fi
	directory "${1%/*}"
	if [ -d "$1" ]; then return; fi # it was written with two slashes
	run mkdir "$1"
	made="$made$1
"
}

# ours reports whether $1 is a link that install.sh made.
ours() {
	[ -L "$1" ] && [ "$(readlink "$1")" = ../../../bin/guard ]
}

# guard_file reports whether the file $1 is a guard: others have that name too.
guard_file() {
	[ -f "$1" ] && LC_ALL=C grep -q 'guard/shim/invoke' "$1"
}

# page_path prints where the manual page $1 belongs.
page_path() {
	printf '%s/share/man/man%s/%s\n' "$prefix" "${1##*.}" "$1"
}

# guard_page reports whether the file $1 is a manual page of guard.
guard_page() {
	[ -f "$1" ] && grep -q '^\.Dt GUARD' "$1"
}

# completion_path prints where the shell $1 looks for guard's completions.
completion_path() {
	case $1 in
	bash) printf '%s/share/bash-completion/completions/guard\n' "$prefix" ;;
	zsh) printf '%s/share/zsh/site-functions/_guard\n' "$prefix" ;;
	fish) printf '%s/share/fish/vendor_completions.d/guard.fish\n' "$prefix" ;;
	esac
}

# guard_completion reports whether the file $1 holds completions of this guard.
guard_completion() {
	[ -f "$1" ] && grep -q '__guard_debug' "$1"
}

# complete_for writes the completions of the shell $1.
complete_for() {
	file=$(completion_path "$1")
	directory "${file%/*}"
	printf '+ %s completion %s >%s\n' "$bin" "$1" "$file"
	[ -n "$dry" ] || "$bin" completion "$1" >"$file.new"
	run mv -f "$file.new" "$file"
}

# fetch sets $source to a guard binary: built here, or one beside this script.
fetch() {
	here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
	if [ -d "$here/cmd/guard" ] && grep -qx 'module guard' "$here/go.mod" 2>/dev/null; then
		PATH=$PATH:/usr/local/go/bin # which sudo leaves out
		command -v go >/dev/null 2>&1 || die 'go is needed to build guard: https://go.dev/dl'
		work=$(mktemp -d)
		trap 'rm -rf "$work"' EXIT
		source=$work/guard
		vcs=false # the commit, for guard --version, where git will tell it
		! git -C "$here" rev-parse HEAD >/dev/null 2>&1 || vcs=true
		printf '+ go build ./cmd/guard\n'
		[ -n "$dry" ] || (cd "$here" && CGO_ENABLED=0 go build -trimpath -buildvcs=$vcs -o "$source" ./cmd/guard)
	elif [ -x "$here/guard" ] && [ ! -d "$here/guard" ]; then
		source=$here/guard
	else
		die 'neither the source of guard nor a guard binary is beside this script'
	fi
}

install_guard() {
	for name in $names; do
		if [ -e "$shims/$name" ] || [ -L "$shims/$name" ]; then
			ours "$shims/$name" || die "$shims/$name is there and is not guard's"
		fi
	done
	[ ! -e "$bin" ] || guard_file "$bin" || die "$bin is there and is another program"
	for page in $pages; do
		file=$(page_path "$page")
		[ ! -e "$file" ] || guard_page "$file" || die "$file is there and is another page"
	done
	for shell in $completed; do
		file=$(completion_path "$shell")
		[ ! -e "$file" ] || guard_completion "$file" || die "$file is there and is another program's"
	done
	fetch
	directory "$prefix/bin"
	directory "$shims"
	run cp "$source" "$bin.new"
	run chmod 755 "$bin.new"
	run mv -f "$bin.new" "$bin" # a running guard keeps its file
	for name in $names; do
		ours "$shims/$name" || run ln -s ../../../bin/guard "$shims/$name"
	done
	for page in $pages; do
		[ -f "$here/man/$page" ] || continue # a binary may come without them
		file=$(page_path "$page")
		directory "${file%/*}"
		run cp "$here/man/$page" "$file"
		run chmod 644 "$file"
	done
	for shell in $completed; do
		complete_for "$shell"
	done
	[ -z "$dry" ] || return 0
	printf '%s' "$made" >>"$list"
	word=$bin
	case $bin in *[!A-Za-z0-9/._-]*) word="'$bin'" ;; esac
	cat <<EOF

guard is installed as $bin.

Put it in the place of an agent's shell:
  $word install AGENT     for an agent that guard knows
or, for any other, start the agent with
  SHELL='$shims/bash' PATH='$shims':"\$PATH" AGENT
Then look at what holds on this machine:
  $word doctor
EOF
	case :$PATH: in
	*":$prefix/bin:"*) ;;
	*) printf '%s is not in your PATH: add it, to call guard by its name.\n' "$prefix/bin" ;;
	esac
}

uninstall_guard() {
	for name in $names; do
		! ours "$shims/$name" || run rm -f "$shims/$name"
	done
	if guard_file "$bin"; then
		run rm -f "$bin"
	fi
	for page in $pages; do
		file=$(page_path "$page")
		! guard_page "$file" || run rm -f "$file"
	done
	for shell in $completed; do
		file=$(completion_path "$shell")
		! guard_completion "$file" || run rm -f "$file"
	done
	if [ -f "$list" ]; then
		made=$(LC_ALL=C sort -r "$list") # what lies below comes first
		run rm -f "$list"
	fi
	for dir in "$shims" "$prefix/lib/guard"; do
		if [ -d "$dir" ]; then
			run rmdir "$dir" 2>/dev/null || printf '%s is not empty: left in place\n' "$dir"
		fi
	done
	printf '%s\n' "$made" | while IFS= read -r dir; do
		if [ -d "$dir" ]; then
			run rmdir "$dir" 2>/dev/null || : # others have put something there
		fi
	done
	[ -z "$dry" ] || return 0
	printf 'guard is removed from %s. Agents that have it as their shell need another one.\n' "$prefix"
}

prefix='' dry='' made='' action=install_guard
while [ $# -gt 0 ]; do
	case $1 in
	--system) prefix=/usr/local ;;
	--user) prefix=${HOME:?}/.local ;;
	--prefix)
		[ $# -gt 1 ] || die '--prefix needs a directory'
		prefix=$2
		shift
		;;
	--prefix=*) prefix=${1#--prefix=} ;;
	--dry-run) dry=1 ;;
	--uninstall) action=uninstall_guard ;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
	shift
done
if [ -z "$prefix" ]; then
	if [ "$(id -u)" -eq 0 ]; then prefix=/usr/local; else prefix=${HOME:?}/.local; fi
fi
case $prefix in
/*) ;;
*) prefix=$PWD/$prefix ;;
esac
bin=$prefix/bin/guard shims=$prefix/lib/guard/bin names='bash sh zsh dash'
list=$prefix/lib/guard/directories # that install.sh made
pages='guard.1 guard-policy.5' completed='bash zsh fish'
$action
