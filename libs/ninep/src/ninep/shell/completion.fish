# Completes ninep in fish: ninep completion fish > ~/.config/fish/completions/ninep.fish

function __ninep_words
    set -l command
    set -l address
    set -l before
    for word in (commandline -xpc 2>/dev/null; or commandline -opc)[2..]
        switch $before
            case -a
                set address -a $word
            case --timeout --listen
            case '*'
                if not string match -q -- '-*' $word; and not set -q command[1]
                    set command $word
                end
        end
        set before $word
    end
    switch "$before"
        case -a --timeout --listen
            return
    end
    switch "$command"
        case ''
            string split ' ' '@COMMANDS@'
        case completion
            string split ' ' 'bash zsh fish'
        case mount serve
            __fish_complete_directories (commandline -ct)
        case '*'
            contains -- $command (string split ' ' '@FILES@'); and __ninep_paths $address
    end
end

function __ninep_paths
    set -l directory (string match -r -- '^.*/' (commandline -ct))
    set -l asked $directory
    set -q asked[1]; or set asked /
    for name in (ninep $argv --timeout 1 ls -F -- $asked 2>/dev/null)
        echo -- "$directory$name"
    end
end

complete -c ninep -f -a '(__ninep_words)'
