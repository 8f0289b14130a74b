"""Shells complete commands at once and paths by asking the server: real shells at a terminal of their own."""

import argparse
import os
import pty
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.ninep.test_cli import PATIENCE, environment, ninep, served

from ninep.shell.completion import SHELLS, TOOLS
from ninep.shell.files import COMMANDS
from ninep.shell.parser import parser

START = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
LOAD = {
    "bash": 'eval "$(ninep completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u -D; eval "$(ninep completion zsh)"',
    "fish": "ninep completion fish | source",
}


class Terminal:
    """A shell at a terminal, and what a person would see there."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self.seen = descriptor, ""

    async def type(self, keys: str) -> None:
        """Press them."""
        await trio.lowlevel.wait_writable(self._descriptor)
        os.write(self._descriptor, keys.encode())

    async def until(self, text: str) -> None:
        """Look until it stands there; what stood before is forgotten."""
        with trio.fail_after(PATIENCE):
            while text not in self.seen:
                await trio.lowlevel.wait_readable(self._descriptor)
                self.seen += os.read(self._descriptor, 4096).decode(errors="replace")
        self.seen = self.seen.partition(text)[2]


@asynccontextmanager
async def shell(name: str, place: Path) -> AsyncIterator[Terminal]:
    """A shell that has read our script, with a `ninep` on its PATH."""
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    ours, theirs = pty.openpty()
    path = f"{place}:{os.environ['PATH']}"
    more = {"PATH": path, "HOME": str(place), "TERM": "dumb", "PS1": "", "INPUTRC": "/dev/null"}
    process = await trio.lowlevel.open_process(
        ["setsid", "--ctty", *START[name]],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(place, **more),
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
        os.close(ours)


@pytest.fixture
def script(place: Path) -> None:
    """The `ninep` of this checkout."""
    command = place / "ninep"
    command.write_text(f"#!{sys.executable}\nfrom ninep.cli import main\nmain()\n")
    command.chmod(0o755)


@pytest.mark.parametrize("name", SHELLS)
async def test_a_shell_completes_commands_and_paths(name: str, place: Path, script: None) -> None:
    """Down into a directory, of which more is typed at once, to the file, which ends the word."""
    async with served(place) as world, shell(name, place) as terminal:
        world.agents["claude"] = "an answer\n"
        await terminal.type(f"{LOAD[name]}; echo rea''dy\n")
        await terminal.until("ready")
        await terminal.type("ninep rea\t")
        await terminal.until("ninep read ")
        await terminal.type("/age\t")
        await terminal.until("nts/")
        await terminal.type("cl\t")
        await terminal.until("claude")
        await terminal.type("&& echo do''ne\n")
        await terminal.until("an answer")
        await terminal.until("done")


async def test_a_server_that_is_not_there_completes_to_nothing(place: Path, script: None) -> None:
    """Silently; and `-a` says which one is meant, options of the word before included."""
    async with served(place) as world, shell("bash", place) as terminal:
        world.agents["claude"] = "an answer\n"
        await terminal.type(f"{LOAD['bash']}; unset NAMESPACE; echo rea''dy\n")
        await terminal.until("ready")
        await terminal.type(f"ninep -a {place}/none ls /age\t; echo nothing''here\n")
        await terminal.until("no such socket")
        await terminal.until("nothinghere")
        await terminal.type(f"ninep -a {place}/mux/agents read c\t\n")
        await terminal.until("claude")
        await terminal.until("an answer")


def test_the_scripts_name_what_there_is() -> None:
    """Each command of the parser, and no other."""
    (commands,) = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    assert list(commands.choices) == [*COMMANDS, *TOOLS]


@pytest.mark.parametrize("name", SHELLS)
async def test_a_script_is_printed_whole(name: str, place: Path) -> None:
    """With the commands in it."""
    status, out, _ = await ninep(place, "completion", name)
    assert status == 0
    assert b"ls read cat write" in out
    assert b"@" not in out.replace(b"${address[@]}", b"").replace(b"[@]", b"").replace(b"(@", b"")
