"""The `ninep` command: `parser` says what there is, `files` what it does with files, `run` how it begins and ends."""
