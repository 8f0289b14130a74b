# Completes ninep in bash. In ~/.bashrc: eval "$(ninep completion bash)"

_ninep() {
    local line=${COMP_LINE:0:COMP_POINT} words word command= address=() n
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[-1]}
    for ((n = 1; n < ${#words[@]} - 1; n++)); do
        case ${words[n]} in
            -a) address=(-a "${words[++n]}") ;;
            --timeout | --listen) ((n++)) ;;
            -*) ;;
            *) [[ $command ]] || command=${words[n]} ;;
        esac
    done
    COMPREPLY=()
    case ${words[-2]} in -a | --timeout | --listen) return ;; esac
    case " $command " in
        "  ") COMPREPLY=($(compgen -W "@COMMANDS@" -- "$word")) ;;
        " completion ") COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
        " mount " | " serve ") compopt -o default ;;
        *) [[ " @FILES@ " == *" $command "* ]] && _ninep_paths ;;
    esac
}

_ninep_paths() {
    local directory= name start
    [[ $word == */* ]] && directory=${word%/*}/
    while IFS= read -r name; do
        [[ $directory$name == "$word"* ]] && COMPREPLY+=("$(printf %q "$directory$name")")
    done < <(ninep "${address[@]}" --timeout 1 ls -F -- "${directory:-/}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == */ ]] && compopt -o nospace
    start=${word%"${word##*[:=]}"} # bash takes these for the ends of words
    COMPREPLY=("${COMPREPLY[@]#"$start"}")
}

complete -F _ninep ninep
