"""The command line of `ninep`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Sequence
from typing import Any

from ninep.shell import tools
from ninep.shell.completion import TOOLS
from ninep.shell.files import COMMANDS, Form

EXAMPLES = """\
examples:
  ninep ls -l /                                     what there is
  echo 'new claude' | ninep write /llm/ctl          make an agent
  ninep write /llm/claude/input draw a red cube     ask it
  ninep read /llm/claude/output | ninep write /rio/scene/parse
                                                    draw its answer while it comes
  ninep cat /llm/claude/output                      read its answers, turn after turn
  ninep attach /llm/claude/output /rio/scene/parse  have the mux draw them, turn after turn
  ninep -a box:5642/rio read screen > shot.png      another machine's screen
  ninep mount /n                                    all of it as a directory, for every program
  eval "$(ninep completion bash)"                   let the shell complete commands and paths
"""
ADDRESS = "unix!/path, tcp!host!port or host:port, with /sub/tree; else $NINEP, else the mux in the namespace directory"


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """What the words say; `options.command` is the command. What is no command line ends the process, status 2."""
    words = sys.argv[1:] if argv is None else argv
    return parser(words).parse_args(words)


def parser(words: Container[str] = ()) -> argparse.ArgumentParser:
    """The command line. Tools are gathered if `words` may name one, for that takes its time."""
    top = argparse.ArgumentParser(
        prog="ninep",
        description="Files of a 9P server, from a shell.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(top)
    top.add_argument("--version", action="version", version=_version(words))
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, form in COMMANDS.items():
        _add(commands, name, form)
    if any(name in words for name in TOOLS) or not any(name in words for name in COMMANDS):
        tools.add_to(commands, ADDRESS)
    return top


def _add_common(parser: argparse.ArgumentParser, **more: Any) -> None:
    parser.add_argument("-a", dest="address", metavar="ADDRESS", help=ADDRESS, **more)
    help = "end after so long, with status 124"
    parser.add_argument("--timeout", type=seconds, metavar="SECONDS", help=help, **more)


def seconds(text: str) -> float:
    """A time to wait. ValueError if it is none."""
    if not (time := float(text)) >= 0:  # nan is not
        raise ValueError
    return time


def _add(commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, form: Form) -> None:
    about = form.command.__doc__
    sub = commands.add_parser(name, help=about, description=about)
    _add_common(sub, default=argparse.SUPPRESS)  # before the command or after it
    for flag, (field, help) in form.flags.items():
        sub.add_argument(flag, dest=field, action="store_true", help=help)
    sub.add_argument("paths", nargs=form.paths, metavar=form.metavar)
    if name == "write":
        sub.add_argument("words", nargs="*", metavar="TEXT", help="instead of standard input, as one line")


def _version(words: Container[str]) -> str:
    if "--version" not in words:
        return ""
    from importlib.metadata import version

    return f"ninep {version('ninep')}"
