"""Scripts with which a shell completes the words of `ninep`: commands at once, paths by asking the server.

A path is completed from `ninep ls -F` of its directory, which has one second; a server that is not there completes to
nothing, silently. `-a ADDRESS` on the line, `$NINEP` and the mux hold as for the command itself.
"""

from __future__ import annotations

from importlib.resources import files

from ninep.shell.files import COMMANDS

TOOLS = ("conform", "trace", "mount", "serve", "completion")
SHELLS = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    """What the shell reads."""
    text = (files("ninep.shell") / f"completion.{shell}").read_text()
    return text.replace("@COMMANDS@", " ".join((*COMMANDS, *TOOLS))).replace("@FILES@", " ".join(COMMANDS))
