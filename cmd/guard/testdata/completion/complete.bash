# complete.bash SCRIPT LINE prints what bash offers to go on with LINE.
. /usr/share/bash-completion/bash_completion
. "$1"
compopt() { :; } # works only below readline
COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
read -ra COMP_WORDS <<<"$2"
if [[ $2 == *' ' ]]; then COMP_WORDS+=(''); fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
__start_guard
printf '%s\n' "${COMPREPLY[@]}"
