# complete.fish SCRIPT LINE prints what fish offers to go on with LINE.
source $argv[1]
complete -C $argv[2]
