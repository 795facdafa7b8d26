# complete.zsh DIR LINE prints what zsh offers to go on with LINE, where the
# completions are in DIR. An inner zsh, on a terminal of its own, sources this file
# too and is asked with the tab key; what its completion adds, it prints.
if [[ ! -o interactive ]]; then
	zmodload zsh/zpty
	zpty inner "DIR=${(q)1} zsh -f -i"
	zpty -w inner " . ${(q)0}"
	while zpty -r inner line && [[ $line != *'<ready>'* ]]; do :; done
	zpty -w -n inner $2$'\t'
	while zpty -r inner line && [[ $line != *'<done>'* ]]; do
		[[ $line != *'<offer>'* ]] || print -r -- ${${line##*<offer>}%%$'\r'*}
	done
	exit
fi
PS1= PS2= RPS1=
fpath=($DIR $fpath)
autoload -Uz compinit && compinit -u -D
bindkey '^I' complete-word
compadd() {
	local -a words
	if [[ " $* " != *" -"[OAD]" "* ]]; then
		builtin compadd -O words "$@"
		print -rl -- '<offer>'$^words
	fi
	builtin compadd "$@"
}
finish() { print -r -- '<done>'; exit }
comppostfuncs=(finish)
print -r -- '<ready>'
