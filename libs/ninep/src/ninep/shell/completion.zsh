#compdef ninep
# Completes ninep in zsh. In ~/.zshrc, after compinit: eval "$(ninep completion zsh)"

_ninep() {
    local command= address=() n
    for ((n = 2; n < CURRENT; n++)); do
        case ${words[n]} in
            -a) address=(-a "${(Q)words[++n]}") ;;
            --timeout | --listen) ((n++)) ;;
            -*) ;;
            *) [[ -n $command ]] || command=${words[n]} ;;
        esac
    done
    case ${words[CURRENT-1]} in -a | --timeout | --listen) return ;; esac
    case $command in
        '') compadd -- @COMMANDS@ ;;
        completion) compadd -- bash zsh fish ;;
        mount | serve) _files ;;
        *) [[ " @FILES@ " == *" $command "* ]] && _ninep_paths ;;
    esac
}

_ninep_paths() {
    local directory= found=()
    [[ $PREFIX == */* ]] && directory=${(Q)PREFIX%/*}/
    found=("${(@f)$(ninep $address --timeout 1 ls -F -- "${directory:-/}" 2>/dev/null)}")
    found=("${(@)found:#}")
    (( ${#found} )) || return
    found=("$directory${^found[@]}")
    compadd -S '' -- "${(@M)found:#*/}"
    compadd -- "${(@)found:#*/}"
}

compdef _ninep ninep
