"""The `ninep` command as a shell sees it: real processes, a real server, pipes between."""

import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from ninep import FileError
from ninep.cli import main
from ninep.dial import close_listener, listen
from ninep.export import exported
from ninep.node import Node
from ninep.server import serve
from ninep.shell.files import printable
from ninep.shell.parser import parse
from ninep.tree import Broadcast, Ctl, Dir, Each, Query, Sink, Stream, Text
from ninep.turns import EMPTY_READS

NINEP = [sys.executable, "-c", "from ninep.cli import main; main()"]
PATIENCE = 20  # seconds for a process on a busy machine


class World:
    """A tree with a file of each kind, and what has become of it."""

    def __init__(self) -> None:
        self.news = Broadcast()
        self.agents: dict[str, str] = {}
        self.heard: list[str] = []
        self.changed = trio.Event()
        self.scope = trio.CancelScope()

    def tree(self) -> Dir:
        """The files."""
        return Dir(
            agents=Each(self.agents, lambda agent: Text(lambda: agent), remove=self.agents.__delitem__),
            ctl=Ctl(lambda: "idle\n", new=self.new),
            news=Stream(self.news.open),
            turns=Stream(lambda: Turns(self)),
            parse=Sink(open=lambda: Program(self)),
            stuck=Sink(open=lambda: Stuck(self)),
            text=Text(lambda: "hello\n", self.take),
            big=Text(lambda: bytes(range(256)) * 4000),
            ask=Query(lambda question: question.upper()),
        )

    def new(self, name: str) -> str:
        """A verb that may refuse, and answers."""
        if name in self.agents:
            raise FileError(f"agent {name} exists")
        self.agents[name] = "an agent\n"
        return f"made {name}"

    def take(self, text: str) -> None:
        """A whole that may be refused."""
        if "bad" in text:
            raise FileError("line 1: bad is not defined")
        self.hear(f"text {text!r}")

    def hear(self, what: str) -> None:
        """Something happened; whoever waits for it wakes."""
        self.heard.append(what)
        self.changed.set()
        self.changed = trio.Event()

    async def until(self, what: str) -> None:
        """Wait until it has happened."""
        with trio.fail_after(PATIENCE):
            while what not in self.heard:
                await self.changed.wait()

    async def until_read(self) -> None:
        """Wait until somebody reads the news. There is no notice of it, so we look."""
        with trio.fail_after(PATIENCE):
            while not self.news:
                await trio.sleep(0.01)


class Program:
    """What is written to `parse`, as it comes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, data: bytes) -> Any:
        """A part of it."""
        self._world.hear(f"parse {data.decode()!r}")

    def close(self) -> None:
        """It is whole."""
        self._world.hear("parse whole")

    def abort(self) -> None:
        """Its writer went away."""
        self._world.hear("parse aborted")


class Stuck(Program):
    """What is written to `stuck`: it takes for ever."""

    async def _take(self) -> None:
        self._world.hear("stuck")
        await trio.sleep_forever()

    def write(self, data: bytes) -> Any:
        """A part of it."""
        return self._take()


class Turns:
    """Two turns, the second empty, and then one that never ends."""

    def __init__(self, world: World) -> None:
        self._rest, self._world = [b"one", b" turn\n", b"", b""], world

    def read(self, count: int) -> Any:
        """The next part."""
        return self._later()

    async def _later(self) -> bytes:
        if not self._rest:
            self._world.hear("waiting for the third turn")
            await trio.sleep_forever()
        if len(self._rest) == 1:
            await trio.sleep(0.3)  # an empty turn that took its time is no end of file
        return self._rest.pop(0)

    def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def served(place: Path, tree: Node | None = None) -> AsyncIterator[World]:
    """A world, or another tree, behind the socket `mux` of the namespace directory `place`."""
    world = World()
    listener = listen(f"{place}/mux")
    async with trio.open_nursery() as nursery:

        async def serve_world() -> None:
            with world.scope:
                await serve(world.tree() if tree is None else tree, [listener])

        nursery.start_soon(serve_world)
        try:
            yield world
        finally:
            world.scope.cancel()
            close_listener(listener)


def environment(place: Path, **more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name != "NINEP"}, "NAMESPACE": str(place), **more}


async def ninep(place: Path, *argv: str, stdin: bytes = b"", **more: str) -> tuple[int, bytes, str]:
    """Run a command to its end: status, standard output, standard error."""
    with trio.fail_after(PATIENCE):
        done = await trio.run_process(
            [*NINEP, *argv],
            stdin=stdin,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            env=environment(place, **more),
        )
    return done.returncode, done.stdout, done.stderr.decode()


@asynccontextmanager
async def running(place: Path, *argv: str, ninep: Sequence[str] = NINEP) -> AsyncIterator[trio.Process]:
    """A command that goes on, with pipes at its three ends."""
    process = await trio.lowlevel.open_process(
        [*ninep, *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(place),
    )
    streams = process.stdin, process.stdout, process.stderr
    try:
        yield process
        with trio.fail_after(PATIENCE):
            await process.wait()
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            for stream in streams:
                assert stream
                await stream.aclose()


async def hear(process: trio.Process, stream: str = "stdout") -> bytes:
    """What the process says next; b"" at the end."""
    with trio.fail_after(PATIENCE):
        return bytes(await getattr(process, stream).receive_some())


async def say(process: trio.Process, data: bytes) -> None:
    """Write to its standard input."""
    assert process.stdin
    await process.stdin.send_all(data)


# Looking.


async def test_ls_lists_in_order(place: Path) -> None:
    """Names alone, or with mode and length in columns; `/` if nothing is named."""
    async with served(place) as world:
        world.agents["ada"] = ""
        names = ["agents", "ask", "big", "ctl", "news", "parse", "stuck", "text", "turns"]
        assert await ninep(place, "ls") == (0, "".join(f"{name}\n" for name in names).encode(), "")
        status, out, _ = await ninep(place, "ls", "-l", "/")
        lines = out.decode().splitlines()
        assert status == 0
        assert lines[0] == "drwxr-xr-x 0 agents"
        assert lines[3] == "-rw-rw-rw- 0 ctl"
        assert await ninep(place, "ls", "agents", "text") == (0, b"agents:\nada\ntext\n", "")


async def test_what_is_not_there_does_not_hide_the_rest(place: Path) -> None:
    """Each path is complained of by itself, and the status tells."""
    async with served(place):
        status, out, err = await ninep(place, "ls", "nothing", "text")
        assert (status, out, err) == (1, b"text\n", "ninep: ls nothing: file does not exist\n")


async def test_stat_tells_all(place: Path) -> None:
    """One fact a line."""
    async with served(place):
        status, out, _ = await ninep(place, "stat", "agents")
        assert status == 0
        facts = dict(line.split(None, 1) for line in out.decode().splitlines())
        assert facts["name"] == "agents"
        assert facts["mode"] == "drwxr-xr-x 755"
        assert re.fullmatch(r"[0-9a-f]+\.\d+\.80", facts["qid"])


async def test_rm_removes(place: Path) -> None:
    """Or says why not."""
    async with served(place) as world:
        world.agents["ada"] = ""
        assert await ninep(place, "rm", "agents/ada") == (0, b"", "")
        assert not world.agents
        assert await ninep(place, "rm", "text") == (1, b"", "ninep: rm text: permission denied\n")


def test_names_cannot_speak_to_the_terminal() -> None:
    """A server chooses its names; escape sequences among them are shown, not sent."""
    assert printable("grüße.txt") == "grüße.txt"
    assert printable("\x1b[2Jx\n") == "\\x1b[2Jx\\n"


# Reading.


async def test_read_copies_files_whole(place: Path) -> None:
    """Byte for byte, one after the other; a directory is no text."""
    async with served(place):
        big = bytes(range(256)) * 4000
        assert await ninep(place, "read", "text", "/big", "text") == (0, b"hello\n" + big + b"hello\n", "")
        assert await ninep(place, "read", "agents") == (1, b"", "ninep: read agents: is a directory\n")


async def test_read_gives_what_comes_when_it_comes(place: Path) -> None:
    """And ends with the file."""
    async with served(place) as world, running(place, "read", "news") as process:
        await world.until_read()
        for word in (b"draw", b" a", b" cube"):
            world.news.publish(word)
            assert await hear(process) == word
        world.news.close()
        assert await hear(process) == b""
        assert await process.wait() == 0


async def test_ctrl_c_ends_a_blocked_read_at_once(place: Path) -> None:
    """It is flushed, nothing is said, and the status is the shell's for it."""
    async with served(place) as world, running(place, "read", "news") as process:
        await world.until_read()
        process.send_signal(signal.SIGINT)
        assert await hear(process, "stderr") == b""
        assert await process.wait() == 130
        with trio.fail_after(PATIENCE):
            while world.news:
                await trio.sleep(0.01)


async def test_a_reader_that_has_seen_enough_ends_it(place: Path) -> None:
    """`| head` ends the command also while it waits for more, and silently."""
    async with served(place) as world, running(place, "read", "news") as process:
        await world.until_read()
        world.news.publish(b"enough")
        assert await hear(process) == b"enough"
        assert process.stdout
        await process.stdout.aclose()
        assert await hear(process, "stderr") == b""
        assert await process.wait() == 141


async def test_a_server_that_dies_ends_the_read_with_a_line(place: Path) -> None:
    """A blocked read waits for content, never for a dead peer."""
    async with served(place) as world, running(place, "read", "news") as process:
        await world.until_read()
        world.scope.cancel()
        line = (await hear(process, "stderr")).decode()
        assert line.startswith("ninep: ")
        assert line.count("\n") == 1
        assert await process.wait() == 1


async def test_cat_follows_turn_after_turn(place: Path) -> None:
    """Past the empty read that ends a turn, and past an empty turn, until Ctrl-C."""
    async with served(place) as world, running(place, "cat", "turns") as process:
        await world.until("waiting for the third turn")
        assert await hear(process) == b"one turn\n"
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130


async def test_cat_of_a_plain_file_ends_with_it(place: Path) -> None:
    """Where nothing more can come, nothing is waited for."""
    async with served(place):
        assert await ninep(place, "cat", "text") == (0, b"hello\n", "")


async def test_cat_ends_with_what_has_a_length(place: Path) -> None:
    """A file on a disk; and what has none, after so many empty reads in a row as no stream has empty turns."""

    class Reads:
        def __init__(self) -> None:
            self.rest = [b"one\n", *[b""] * (EMPTY_READS - 1), b"two\n", *[b""] * EMPTY_READS, b"never"]

        def read(self, count: int) -> bytes:
            return self.rest.pop(0)

        def close(self) -> None:
            """Nothing is held."""

    (place / "disk").mkdir()
    (place / "disk/file").write_text("of a length\n")
    with exported(place / "disk") as disk:
        async with served(place, Dir(disk=disk, reads=Stream(Reads))):
            assert await ninep(place, "cat", "reads") == (0, b"one\ntwo\n", "")
            assert await ninep(place, "cat", "disk/file") == (0, b"of a length\n", "")
            status, out, err = await ninep(place, "cat", "disk", "disk/file")
            assert (status, out) == (1, b"==> disk/file <==\nof a length\n")
            assert err == "ninep: cat disk: is a directory\n"


async def test_cat_follows_several(place: Path) -> None:
    """At once; a line tells whose text it is, where that changes."""
    first, second = Broadcast(), Broadcast()
    tree = Dir(first=Stream(first.open), second=Stream(second.open))
    async with served(place, tree), running(place, "cat", "first", "second") as process:
        with trio.fail_after(PATIENCE):
            while not (first and second):
                await trio.sleep(0.01)
        seen = b""
        for source, text, then in (
            (second, b"one", b"==> second <==\none"),
            (second, b" two\n", b" two\n"),
            (first, b"three\n", b"\n==> first <==\nthree\n"),
        ):
            source.publish(text)
            while not seen.endswith(then):
                seen += await hear(process)
        assert seen == b"==> second <==\none two\n\n==> first <==\nthree\n"
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 130


# Ends.


@pytest.mark.parametrize("signals", [1, 2])
async def test_ctrl_c_leaves_a_server_that_answers_nothing(signals: int, place: Path) -> None:
    """Not even the Tflush: with 130, and silently; long before a program would lose its patience."""
    listener = listen(f"{place}/mux")
    patient = [sys.executable, "-c", f"import ninep.calls; ninep.calls.FLUSH_PATIENCE = 1000; {NINEP[-1]}"]
    async with running(place, "read", "text", ninep=patient) as process:
        connection, _ = await trio.socket.from_stdlib_socket(listener).accept()
        assert await connection.recv(100)
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
        assert await hear(process, "stderr") == b""
        assert await process.wait() == 130
        connection.close()
    close_listener(listener)


async def test_ctrl_c_ends_a_write_that_nobody_takes(place: Path) -> None:
    """Neither the server what we say, nor our reader what the server says."""
    async with served(place) as world:
        async with running(place, "read", "big", "big") as process:
            assert isinstance(process.stdout, trio.lowlevel.FdStream)
            await trio.lowlevel.wait_readable(process.stdout.fileno())  # and nothing more is taken from it
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
        async with running(place, "write", "stuck") as process:
            await say(process, b"half")
            await world.until("stuck")
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
        assert "parse whole" not in world.heard


async def test_ctrl_c_is_clean_while_the_modules_are_gathered(place: Path) -> None:
    """There is nothing to end but the process: no traceback. Python tells how far it is, and waits for its reader."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)  # far less than is to be told
    command = [sys.executable, "-X", "importtime", *NINEP[1:], "ls"]
    process = await trio.lowlevel.open_process(command, stderr=theirs, env=environment(place))
    os.close(theirs)
    said = b""
    async with trio.lowlevel.FdStream(ours) as told:
        while b" outcome\n" not in said:
            said += await told.receive_some()
        process.send_signal(signal.SIGINT)
        said += b"".join([chunk async for chunk in told])
    assert await process.wait() == -signal.SIGINT
    assert b"Traceback" not in said


async def test_a_run_can_be_given_its_time(place: Path) -> None:
    """As timeout(1) has it."""
    async with served(place):
        late = (124, b"", "ninep: cat has not ended after 0.2 s\n")
        assert await ninep(place, "--timeout", "0.2", "cat", "news") == late
        assert await ninep(place, "cat", "--timeout", "0.2", "news") == late


# Writing.


async def test_a_write_may_append_create_and_go_line_by_line(place: Path) -> None:
    """In a real directory; each line by itself where a service takes it so."""
    (place / "disk").mkdir()
    with exported(place / "disk") as disk:
        async with served(place, disk):
            assert await ninep(place, "mkdir", "notes", "notes/today") == (0, b"", "")
            path = "notes/today/list"
            status, _, err = await ninep(place, "write", path, "milk")
            assert (status, err) == (1, f"ninep: write {path}: file does not exist\n")
            assert await ninep(place, "write", "--create", path, "milk") == (0, b"", "")
            assert await ninep(place, "write", "--append", path, stdin=b"bread\n") == (0, b"", "")
            assert await ninep(place, "read", path) == (0, b"milk\nbread\n", "")
            assert await ninep(place, "write", "--create", path, "tea") == (0, b"", "")
            assert await ninep(place, "read", path) == (0, b"tea\n", "")
            assert await ninep(place, "write", path, os.fsdecode(b"no \xff")) == (0, b"", "")
            assert await ninep(place, "read", path) == (0, b"no \xff\n", "")
            assert await ninep(place, "ls", "-F", "notes") == (0, b"today/\n", "")
    async with served(place) as world:
        assert await ninep(place, "write", "-l", "parse", stdin=b"one\ntwo") == (0, b"", "")
        assert world.heard == ["parse 'one\\n'", "parse 'two\\n'", "parse whole"]


async def test_attach_is_a_line_of_routes(place: Path) -> None:
    """Of a mux: `-d` ends it, without paths all are listed, and what is refused is said. Other servers have none."""
    said: list[str] = []

    def route(line: str) -> None:
        if "->" not in line:
            raise FileError("a route is SOURCE -> DESTINATION")
        said.append(line)

    async with served(place, Dir(routes=Text(lambda: "/turns -> /parse  # waiting\n", route, at_once=True))):
        assert await ninep(place, "attach", "/turns", "/parse") == (0, b"", "")
        assert await ninep(place, "attach", "-d", "/turns", "/parse") == (0, b"", "")
        assert said == ["/turns -> /parse", "-/turns -> /parse"]
        assert await ninep(place, "attach") == (0, b"/turns -> /parse  # waiting\n", "")
        refusal = "ninep: attach /turns: a route is SOURCE -> DESTINATION\n"
        assert await ninep(place, "attach", "/turns") == (1, b"", refusal)
    async with served(place):
        none = "ninep: attach /turns: this server has no /routes; a riomux has\n"
        assert await ninep(place, "attach", "/turns", "/parse") == (1, b"", none)


async def test_a_line_is_one_write(place: Path) -> None:
    """So a control file gets its command whole."""
    async with served(place) as world:
        assert await ninep(place, "write", "ctl", stdin=b"new claude\n") == (0, b"", "")
        assert "claude" in world.agents
        assert await ninep(place, "write", "parse", "box()", "# red") == (0, b"", "")
        assert world.heard == ["parse 'box() # red\\n'", "parse whole"]


async def test_write_sends_what_comes_when_it_comes(place: Path) -> None:
    """So an answer is drawn token by token."""
    async with served(place) as world, running(place, "write", "parse") as process:
        for token in ("bo", "x()", "\n"):
            await say(process, token.encode())
            await world.until(f"parse {token!r}")
        assert process.stdin
        await process.stdin.aclose()
        await world.until("parse whole")
        assert await process.wait() == 0


async def test_a_file_on_disk_can_be_written(place: Path) -> None:
    """Standard input may be a file, which epoll knows nothing of; so may standard output."""
    async with served(place) as world:
        source, copy = place / "source", place / "copy"
        source.write_bytes(b"x" * 200_000)
        with source.open("rb") as file, copy.open("wb") as output, trio.fail_after(PATIENCE):
            command = [*NINEP, "write", "text"]
            await trio.run_process(command, stdin=file, env=environment(place))
            await trio.run_process([*NINEP, "read", "big"], stdout=output, env=environment(place))
        assert world.heard == [f"text {'x' * 200_000!r}"]
        assert copy.read_bytes() == bytes(range(256)) * 4000


async def test_a_refusal_is_one_line_and_status_1(place: Path) -> None:
    """Of a write, of the final clunk, of the open."""
    async with served(place):
        for path, stdin, line in (
            ("/ctl", b"vol 3\n", "unknown verb vol; try: new"),
            ("/text", b"bad\n", "line 1: bad is not defined"),
            ("/big", b"x\n", "permission denied"),
            ("/none", b"x\n", "file does not exist"),
        ):
            assert await ninep(place, "write", path, stdin=stdin) == (1, b"", f"ninep: write {path}: {line}\n")


async def test_half_a_text_is_not_taken_for_the_whole(place: Path) -> None:
    """Ctrl-C while writing ends the program without running it as if it were complete."""
    async with served(place) as world, running(place, "write", "parse") as process:
        await say(process, b"half")
        await world.until("parse 'half'")
        process.send_signal(signal.SIGINT)
        await world.until("parse aborted")
        assert await process.wait() == 130
        assert "parse whole" not in world.heard


async def test_rdwr_asks_line_by_line(place: Path) -> None:
    """Each answer on a line of its own; a refusal does not end the conversation."""
    async with served(place):
        assert await ninep(place, "rdwr", "ask", stdin=b"one\ntwo") == (0, b"ONE\nTWO\n", "")
        status, out, err = await ninep(place, "rdwr", "ctl", stdin=b"new a\nnew a\nnew b\n")
        assert (status, out, err) == (1, b"made a\nmade b\n", "ninep: rdwr ctl: agent a exists\n")


# Where the server is.


async def test_the_address_is_said_or_set_or_the_mux(place: Path) -> None:
    """-a before or after the command, `$NINEP`, the namespace directory; each may end in a tree."""
    async with served(place) as world:
        world.agents["ada"] = ""
        other = str(place / "none")
        address = f"unix!{place}/mux/agents"
        assert await ninep(place, "-a", address, "ls", NAMESPACE=other) == (0, b"ada\n", "")
        assert await ninep(place, "ls", "-a", address, NAMESPACE=other) == (0, b"ada\n", "")
        assert await ninep(place, "ls", NINEP=address, NAMESPACE=other) == (0, b"ada\n", "")
        assert (await ninep(place, "ls", "agents"))[1] == b"ada\n"


async def test_no_server_is_one_line(place: Path) -> None:
    """That says what to look at."""
    status, _, err = await ninep(place, "ls")
    assert (status, err) == (1, f"ninep: unix!{place}/mux: there is no such socket; is the server started?\n")
    status, _, err = await ninep(place, "-a", "tls!box!1", "ls")
    assert (status, err.count("\n")) == (1, 1)


NO_TIME = (["--timeout", "nan", "ls"], ["--timeout", "-1", "ls"], ["ls", "--timeout", "soon"])


@pytest.mark.parametrize("argv", [[], ["frobnicate"], ["read"], ["ls", "--frob"], *NO_TIME])
def test_wrong_usage_is_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As every command has it."""
    with pytest.raises(SystemExit) as exit:
        main(argv)
    assert exit.value.code == 2
    assert "usage: ninep" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["serve", "stat"], ["mount", "ls", "read"], ["-a", "cat", "mount", "/n"]])
def test_a_directory_may_be_called_like_a_command(words: list[str]) -> None:
    """The first word that can be one is the command."""
    assert parse(words).command in ("serve", "mount")


async def test_descriptors_that_are_closed_are_nobody_elses(place: Path) -> None:
    """What is meant for standard output is an error without one, and never what a server hears."""
    async with served(place):
        for closed in (">&-", "<&- >&-", "<&- >&- 2>&-"):
            command = ["sh", "-c", f'"$@" {closed}', "sh", *NINEP, "ls", "/"]
            with trio.fail_after(PATIENCE):
                done = await trio.run_process(command, check=False, capture_stderr=True, env=environment(place))
            assert done.returncode == 1
            assert done.stderr == (b"" if "2>" in closed else b"ninep: Bad file descriptor\n")


async def test_help_shows_how_it_is_used(place: Path) -> None:
    """With examples that name only what exists."""
    status, out, _ = await ninep(place, "--help")
    assert status == 0
    assert b"echo 'new claude' | ninep write /llm/ctl" in out
