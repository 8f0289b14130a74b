"""The `ninep` command: the files of a 9P server from a shell, without a mount.

One function for each command, called for each path. What the server refuses is one line on stderr and status 1; Ctrl-C
ends whatever blocks (Tflush) with 130; a reader of our output that goes away ends it silently with 141, as SIGPIPE.
"""

from __future__ import annotations

import argparse
import os
import signal
import stat as modes
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import version
from typing import NamedTuple

import trio

from ninep.client import Client, open_client
from ninep.conform import command as conformance
from ninep.dial import close_listener, listen, local_address, namespace
from ninep.errors import IS_DIRECTORY, FileError, ProtocolError
from ninep.export import command as export
from ninep.fuse import command as fuse
from ninep.messages import DMAPPEND, DMDIR, DMEXCL, QTDIR, Stat
from ninep.stdio import Input, Output
from ninep.trace import trace

REFUSED, INTERRUPTED, UNREAD = 1, 128 + signal.SIGINT, 128 + signal.SIGPIPE

EXAMPLES = """\
examples:
  ninep ls -l /                                     what there is
  echo 'new claude' | ninep write /llm/ctl          make an agent
  ninep write /llm/claude/input draw a red cube     ask it
  ninep read /llm/claude/output | ninep write /rio/scene/parse
                                                    draw its answer while it comes
  ninep cat /llm/claude/output                      read its answers, turn after turn
  ninep -a box:5642/rio read screen > shot.png      another machine's screen
  ninep mount /n                                    all of it as a directory, for every program
"""
ADDRESS = "unix!/path, tcp!host!port or host:port, with /sub/tree; else $NINEP, else the mux in the namespace directory"

stdin, stdout = Input(), Output()


# The commands.


async def ls(root: Client, path: str, run: Run) -> None:
    """list directories"""
    about = await root.stat(path)
    is_directory = about.qid.type & QTDIR
    entries = sorted(await root.ls(path), key=lambda entry: entry.name) if is_directory else [about]
    names = [printable(entry.name if is_directory else path) for entry in entries]
    if run.options.long:
        width = max((len(str(entry.length)) for entry in entries), default=0)
        columns = [f"{mode(entry)} {entry.length:{width}} " for entry in entries]
        names = [column + name for column, name in zip(columns, names, strict=True)]
    if is_directory and len(run.options.paths) > 1:
        names.insert(0, f"{printable(path)}:")
    await stdout.write("".join(f"{name}\n" for name in names))


async def read(root: Client, path: str, run: Run) -> None:
    """copy files to standard output, as they come"""
    async with root.open(path) as file:
        if file.qid.type & QTDIR:
            raise FileError(IS_DIRECTORY)
        async for chunk in file:
            await stdout.write(chunk)


async def cat(root: Client, path: str, run: Run) -> None:
    """follow a stream, turn after turn, until Ctrl-C"""
    start = trio.current_time()
    async with root.open(path) as file:
        if file.qid.type & QTDIR:
            raise FileError(IS_DIRECTORY)
        at_once = 2 * (trio.current_time() - start) + 0.01  # seconds: an answer that nothing was waited for
        has_ended = False
        while True:
            asked = trio.current_time()
            if chunk := await file.read():
                await stdout.write(chunk)
                has_ended = False
            elif has_ended and trio.current_time() - asked < at_once:
                return  # the end again, at once: here nothing will ever come
            else:
                has_ended = True


async def write(root: Client, path: str, run: Run) -> None:
    """copy the words, or standard input as it comes, to a file"""
    async with root.open(path, "w") as file:
        try:
            if run.options.words:
                await file.write(" ".join(run.options.words) + "\n")
                return
            while data := await stdin.read():
                await file.write(data)
        except trio.Cancelled:
            root.hang_up()  # without a clunk: half a text is not to be taken for the whole
            raise


async def rdwr(root: Client, path: str, run: Run) -> None:
    """ask: write each line of standard input to a file, and print what it answers"""
    async with root.open(path, "rw") as file:
        async for line in stdin.lines():
            try:
                await file.write(line)
                last = b"\n"
                async for last in file:
                    await stdout.write(last)
                if not last.endswith(b"\n"):
                    await stdout.write("\n")
            except FileError as error:
                run.complain(f"rdwr {path}: {error}")


async def stat(root: Client, path: str, run: Run) -> None:
    """show all that is known of files"""
    about = await root.stat(path)
    changed = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(about.mtime))
    facts = {
        "name": printable(about.name),
        "mode": f"{mode(about)} {about.mode & 0o777:o}",
        "length": about.length,
        "owner": printable(f"{about.uid} {about.gid}"),
        "changed": printable(f"{changed} by {about.muid}"),
        "qid": f"{about.qid.path:x}.{about.qid.vers}.{about.qid.type:x}",
    }
    await stdout.write("".join(f"{fact:8} {value}\n" for fact, value in facts.items()))


async def rm(root: Client, path: str, run: Run) -> None:
    """remove files"""
    await root.remove(path)


Command = Callable[[Client, str, "Run"], Awaitable[None]]


class Form(NamedTuple):
    """A command, and how many paths it takes: argparse's nargs."""

    command: Command
    paths: int | str


COMMANDS = {
    "ls": Form(ls, "*"),
    "read": Form(read, "+"),
    "cat": Form(cat, 1),
    "write": Form(write, 1),
    "rdwr": Form(rdwr, 1),
    "stat": Form(stat, "+"),
    "rm": Form(rm, "+"),
}


# Tools: commands that take a server instead of paths.


async def run_conform(run: Run) -> None:
    """hold a server to the manual: 60 rules, each tried on connections of its own"""
    if not await conformance.run(run.options.server or run.address, run.options, stdout.write):
        run.status = REFUSED


async def run_trace(run: Run) -> None:
    """print what clients and a server say to each other, as a script that can be played"""
    listener = listen(run.options.listen or f"unix!{namespace() / 'trace'}")
    server = run.options.server or run.address
    try:
        await stdout.write(f"# {server} is traced at {local_address(listener)}\n")
        await trace(server, listener, stdout.write)
    finally:
        close_listener(listener)


def declare_trace(parser: argparse.ArgumentParser) -> None:
    """Its command line."""
    parser.add_argument("server", nargs="?", metavar="ADDRESS", help="the server")
    parser.add_argument("--listen", metavar="ADDRESS", help="where clients come; `trace` in the namespace directory")


class Tool(NamedTuple):
    """A command for a whole server, and what declares its arguments."""

    command: Callable[[Run], Awaitable[None]]
    declare: Callable[[argparse.ArgumentParser], None]


TOOLS = {"conform": Tool(run_conform, conformance.declare), "trace": Tool(run_trace, declare_trace)}


def mode(about: Stat) -> str:
    """As `ls -l` shows it; `a` is a file that is only appended to, `l` one for a single opener."""
    kind = "d" if about.mode & DMDIR else "a" if about.mode & DMAPPEND else "l" if about.mode & DMEXCL else "-"
    return kind + modes.filemode(about.mode & 0o777)[1:]


def printable(text: str) -> str:
    """A server's text as a terminal may see it: no escape sequences, no line ends."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


# Running them.


class Run:
    """One run of the command: what it was told, and how it ends."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.status = 0
        self._scope = trio.CancelScope()

    async def run(self) -> int:
        """Do it; the exit status of the process."""
        with self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._end_when_interrupted)
                nursery.start_soon(self._end_when_unread)
                await self._do()
                nursery.cancel_scope.cancel()
        return self.status

    @property
    def address(self) -> str:
        """The server that is meant."""
        return self.options.address or default_address()

    def complain(self, complaint: object) -> None:
        """Tell the user, in one line."""
        sys.stderr.write(f"ninep: {printable(str(complaint))}\n")
        self.status = REFUSED

    async def _do(self) -> None:
        try:
            if tool := TOOLS.get(self.options.command):
                await tool.command(self)
                return
            async with open_client(self.address) as root:
                for path in self.options.paths or ["/"]:
                    await self._do_path(root, path)
        except BrokenPipeError:
            self._end(UNREAD)
        except OSError as error:
            self.complain(error.strerror or error)
        except (ValueError, FileError, ProtocolError) as error:
            self.complain(error)

    async def _do_path(self, root: Client, path: str) -> None:
        command = self.options.command
        try:
            await COMMANDS[command].command(root, path, self)
        except FileError as error:
            self.complain(f"{command} {path}: {error}")

    async def _end_when_interrupted(self) -> None:
        with trio.open_signal_receiver(signal.SIGINT) as signals:
            await anext(signals)
        self._end(INTERRUPTED)  # and a second Ctrl-C is not heard here any more, but ends the process

    async def _end_when_unread(self) -> None:
        await stdout.wait_unread()
        self._end(UNREAD)

    def _end(self, status: int) -> None:
        self.status = status
        self._scope.cancel()


def default_address() -> str:
    """`$NINEP`, else the mux of this user."""
    return os.environ.get("NINEP") or f"unix!{namespace() / 'mux'}"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="ninep",
        description="Files of a 9P server, from a shell.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("-a", dest="address", metavar="ADDRESS", help=ADDRESS)
    top.add_argument("--version", action="version", version=f"ninep {version('ninep')}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (command, paths) in COMMANDS.items():
        sub = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        sub.add_argument(
            "-a", dest="address", metavar="ADDRESS", default=argparse.SUPPRESS, help="as before the command"
        )
        sub.add_argument("paths", nargs=paths, metavar="PATH")
        if command is ls:
            sub.add_argument("-l", dest="long", action="store_true", help="with mode and length")
        if command is write:
            sub.add_argument("words", nargs="*", metavar="TEXT", help="instead of standard input, as one line")
    for name, tool in TOOLS.items():
        tool.declare(commands.add_parser(name, help=tool.command.__doc__, description=tool.command.__doc__))
    fuse.add_to(commands, ADDRESS)
    export.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> None:
    """The console script."""
    options = parser().parse_args(argv)
    try:
        if options.command == "mount":
            sys.exit(fuse.run(options.where or options.address or default_address(), options))
        if options.command == "serve":
            sys.exit(export.run(options))
        sys.exit(trio.run(Run(options).run))
    except KeyboardInterrupt:  # before anybody listened for it
        sys.exit(INTERRUPTED)
