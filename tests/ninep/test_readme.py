"""What the manual page shows is so: its programs run, and its shell sessions print what stands there."""

import os
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.ninep.liar import serve_liar

from ninep.client import Client, open_client
from ninep.conform.reference import reference
from ninep.messages import Message, Rversion, parse

README = (Path(__file__).parents[2] / "libs/ninep/README.md").read_text()
PATIENCE = 20  # seconds for a process on a busy machine
ELSEWHERE = {"The mount": "it needs root and a kernel that serves us: tests/ninep/fuse"}


def sections() -> dict[str, str]:
    """The text below each heading; what stands before the first one is the beginning."""
    _, first, *rest = re.split(r"^##? (.*)\n", README, flags=re.MULTILINE)
    return dict(zip([first, *rest[1::2]], [rest[0], *rest[2::2]], strict=True))


def programs(text: str) -> list[str]:
    """Its blocks of Python."""
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of its shell sessions, and the lines that it prints."""
    for block in re.findall(r"(?:^    .*\n)+", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE):
        for turn in re.split(r"^\$ ", textwrap.dedent(block), flags=re.MULTILINE)[1:]:
            command, *lines = turn.splitlines()
            yield command, lines


class Shell:
    """A bash that is told one command after the other."""

    def __init__(self, process: trio.Process, home: Path) -> None:
        self._process, self._home, self._text = process, home, ""

    async def says(self, command: str, lines: list[str]) -> None:
        """Run it, and see that this is what it prints: `...` stands for any lines."""
        assert self._process.stdin
        await self._process.stdin.send_all(f"{command}\necho @@\n".encode())
        got = [line async for line in self._until_done()]
        if command.endswith("&"):
            await self._until_begun(command)
            while len(got) < len(lines):
                got.append(await self._line())
        expected = "\n".join("(?s:.*)" if line == "..." else re.escape(line) for line in lines)
        assert re.fullmatch(expected, "\n".join(got)), f"{command}\nprints\n" + "\n".join(got)

    async def _until_begun(self, command: str) -> None:
        """What goes on in the background, and writes to a file, has begun when something is in it."""
        if file := re.search(r"> (\S+) &$", command):
            path = self._home / file[1]
            while not (path.exists() and path.stat().st_size):
                await trio.sleep(0.01)

    async def _until_done(self) -> AsyncIterator[str]:
        while (line := await self._line()) != "@@":
            yield line

    async def _line(self) -> str:
        assert self._process.stdout
        while "\n" not in self._text:
            more = await self._process.stdout.receive_some()
            assert more, "the shell has ended"
            self._text += more.decode()
        line, _, self._text = self._text.partition("\n")
        return line


class Page:
    """The manual page in a place where its addresses and directories are those of a test."""

    def __init__(self, place: Path) -> None:
        self.home, self.port = place / "home", _free_port()
        self.places = {
            "/tmp/speaker": f"{place}/speaker",
            "/tmp/ns.me.:0": str(place),
            "/tmp/ns.ada.:0": str(place),
            "/home/ada": str(self.home),
            "tcp!localhost!5640": f"tcp!127.0.0.1!{self.port}",
        }
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "NINEP"},
            "PATH": f"{place}:{os.environ['PATH']}",
            "NAMESPACE": str(place),
            "HOME": str(self.home),
        }
        (self.home / "pictures").mkdir(parents=True)
        (self.home / "pictures/cat.png").write_bytes(bytes(48133))
        (self.home / "pictures/cat.png").chmod(0o644)
        (place / "ninep").write_text(f"#!{sys.executable}\nfrom ninep.cli import main\nmain()\n")
        (place / "ninep").chmod(0o755)

    def here(self, text: str) -> str:
        """A text of the page with the places of the test."""
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    @asynccontextmanager
    async def shell(self) -> AsyncIterator[Shell]:
        """A shell; what it has left in the background ends with it."""
        process = await trio.lowlevel.open_process(
            ["bash", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=self.home,
        )
        try:
            yield Shell(process, self.home)
        finally:
            with trio.CancelScope(shield=True):
                assert process.stdin
                assert process.stdout
                await process.stdin.send_all(b"kill $(jobs -p) 2>/dev/null; wait; exit\n")
                await process.wait()
                await process.stdin.aclose()
                await process.stdout.aclose()

    @asynccontextmanager
    async def speaker(self) -> AsyncIterator[str]:
        """The program of the first screen, running; its address."""
        (program,) = programs(sections()["ninep"])
        process = await trio.lowlevel.open_process([sys.executable, "-c", self.here(program)])
        address = self.here("unix!/tmp/speaker")
        try:
            with trio.fail_after(PATIENCE):
                while not await _answers(address):
                    await trio.sleep(0.02)
            yield address
        finally:
            process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()


async def _answers(address: str) -> bool:
    try:
        async with open_client(address):
            return True
    except ConnectionError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def page(place: Path) -> Page:
    return Page(place)


@pytest.mark.parametrize("name", [name for name in sections() if [*commands(sections()[name])]])
async def test_a_shell_session_prints_what_stands_there(name: str, page: Page) -> None:
    """Each command of a section after the other, in one shell, beside the program of the first screen."""
    if reason := ELSEWHERE.get(name):
        pytest.skip(reason)
    with socket.create_server(("127.0.0.1", page.port)) as listener:
        async with page.speaker() as address, open_client(address) as root, trio.open_nursery() as nursery:
            await root.write("ctl", "volume 70")
            nursery.start_soon(serve_liar, reference(), listener, any_version)
            async with page.shell() as shell:
                for command, lines in commands(page.here(sections()[name])):
                    with trio.fail_after(2 * PATIENCE):
                        await shell.says(command, lines)
            nursery.cancel_scope.cancel()


def any_version(reply: Message) -> list[Message]:
    """What the server of the example does wrong."""
    return [Rversion(reply.tag, reply.msize, "9P2000")] if isinstance(reply, Rversion) else [reply]


async def test_the_program_of_the_client_runs(page: Page) -> None:
    """It prints what it reads, and each piece of news."""
    (program,) = programs(sections()["The client"])
    printed: list[Any] = []
    names: dict[str, Any] = {"open_client": open_client, "print": printed.append}
    exec(f"async def main():\n{textwrap.indent(page.here(program), '    ')}", names)
    async with page.speaker() as address, open_client(address) as root, trio.open_nursery() as nursery:
        nursery.start_soon(names["main"])
        await until_printed(root, printed)
        nursery.cancel_scope.cancel()
    assert printed[0] == b"30\n"
    assert printed[1].startswith("volume ")


async def until_printed(root: Client, printed: list[Any]) -> None:
    """Make news until they are printed, for when they are listened to nobody tells."""
    with trio.fail_after(PATIENCE):
        while len(printed) < 2:
            if printed:
                await root.write("ctl", "volume 31")
            await trio.sleep(0.02)


def test_the_conversations_can_be_played() -> None:
    """Each line that is shown is a message in its own words."""
    lines = re.findall(r"^    ([TR][a-z]+ tag .*)$", sections()["Testing a tree"], re.MULTILINE)
    assert len(lines) == 3
    assert [str(parse(line)) for line in lines] == lines


def test_every_block_is_one_of_these() -> None:
    """A new one is tried or has a reason."""
    assert [name for name, text in sections().items() if programs(text)] == ["ninep", "The client", "Files in memory"]
    exec(programs(sections()["Files in memory"])[0], {})
    assert README.count("```") == 6
