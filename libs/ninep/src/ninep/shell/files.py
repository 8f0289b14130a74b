"""The commands for files. Each is a function of one path; its docstring is what `--help` says of it."""

from __future__ import annotations

import argparse
import stat as modes
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import trio

from ninep.client import Client, File
from ninep.errors import IS_DIRECTORY, NOT_FOUND, FileError
from ninep.messages import DMAPPEND, DMDIR, DMEXCL, QTDIR, Stat
from ninep.stdio import Input, Output
from ninep.turns import Turns

ROUTES = "/routes"  # of the mux: a route is a line `SOURCE -> TARGET`, and ends by the same line behind a `-`

stdin, stdout = Input(), Output()


class Run(Protocol):
    """The run of which a command is part."""

    options: argparse.Namespace

    def complain(self, complaint: object) -> None:
        """Tell the user, in one line, and end with status 1."""


# Looking.


async def ls(root: Client, path: str, run: Run) -> None:
    """list directories"""
    about = await root.stat(path)
    is_directory = about.qid.type & QTDIR
    entries = sorted(await root.ls(path), key=lambda entry: entry.name) if is_directory else [about]
    names = [printable(entry.name if is_directory else path) for entry in entries]
    if run.options.marked:
        names = [name + "/" * bool(entry.mode & DMDIR) for name, entry in zip(names, entries, strict=True)]
    if run.options.long:
        width = max((len(str(entry.length)) for entry in entries), default=0)
        columns = [f"{mode(entry)} {entry.length:{width}} " for entry in entries]
        names = [column + name for column, name in zip(columns, names, strict=True)]
    if is_directory and len(run.options.paths) > 1:
        names.insert(0, f"{printable(path)}:")
    await stdout.write("".join(f"{name}\n" for name in names))


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


def mode(about: Stat) -> str:
    """As `ls -l` shows it; `a` is a file that is only appended to, `l` one for a single opener."""
    kind = "d" if about.mode & DMDIR else "a" if about.mode & DMAPPEND else "l" if about.mode & DMEXCL else "-"
    return kind + modes.filemode(about.mode & 0o777)[1:]


def printable(text: str) -> str:
    """A server's text as a terminal may see it: no escape sequences, no line ends."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


# Reading.


async def read(root: Client, path: str, run: Run) -> None:
    """copy files to standard output, as they come"""
    async with root.open(path) as file:
        async for chunk in _text(file):
            await stdout.write(chunk)


class Follower:
    """Several files on one output: a line tells whose text follows, where it changes."""

    def __init__(self) -> None:
        self._last, self._alone = "", trio.Lock()

    async def cat(self, root: Client, path: str, run: Run) -> None:
        """follow streams, turn after turn, until Ctrl-C"""
        async with root.open(path) as file:
            async for chunk in Turns(file):
                async with self._alone:
                    if chunk and path != self._last and len(run.options.paths) > 1:
                        await stdout.write("\n" * bool(self._last) + f"==> {printable(path)} <==\n")
                        self._last = path
                    await stdout.write(chunk)


def _text(file: File) -> File:
    if file.qid.type & QTDIR:
        raise FileError(IS_DIRECTORY)
    return file


# Writing.


async def write(root: Client, path: str, run: Run) -> None:
    """copy the words, or standard input as it comes, to a file"""
    opened = root.open(path, "a" if run.options.append else "w")
    if run.options.create and await _is_missing(root, path):
        opened = root.create(path)
    async with opened as file:
        try:
            if run.options.words:
                await file.write(" ".join(run.options.words).encode(errors="surrogateescape") + b"\n")
            elif run.options.lines:
                async for line in stdin.lines():
                    await file.write(line.encode(errors="surrogateescape") + b"\n")
            else:
                while data := await stdin.read():
                    await file.write(data)
        except BaseException:
            root.hang_up()  # without a clunk: half a text is not to be taken for the whole
            raise


async def _is_missing(root: Client, path: str) -> bool:
    try:
        await root.stat(path)
    except FileError as error:
        if str(error) == NOT_FOUND:
            return True
        raise
    return False


async def rdwr(root: Client, path: str, run: Run) -> None:
    """ask: write each line of standard input to a file, and print what it answers"""
    async with root.open(path, "rw") as file:
        async for line in stdin.lines():
            try:
                await file.write(line.encode(errors="surrogateescape"))
                last = b"\n"
                async for last in file:
                    await stdout.write(last)
                if not last.endswith(b"\n"):
                    await stdout.write("\n")
            except FileError as error:
                run.complain(f"rdwr {path}: {error}")


async def attach(root: Client, path: str, run: Run) -> None:
    """have the mux copy a stream to another file, turn after turn; without paths, list these routes; -d ends them"""
    words = " -> ".join(run.options.paths)
    try:
        if run.options.detached:
            await root.write(ROUTES, f"-{words}")
        elif words:
            await root.write(ROUTES, words)
        else:
            await stdout.write(await root.read(ROUTES))
    except FileError as error:
        raise FileError(f"this server has no {ROUTES}; a riomux has") if str(error) == NOT_FOUND else error from None


# Making and removing.


async def mkdir(root: Client, path: str, run: Run) -> None:
    """make directories"""
    await root.mkdir(path)


async def rm(root: Client, path: str, run: Run) -> None:
    """remove files, and directories that are empty"""
    await root.remove(path)


Command = Callable[[Client, str, Run], Awaitable[None]]


class Form(NamedTuple):
    """A command, how many paths it takes (argparse's nargs), and its flags by name: what they say, what they set."""

    command: Command
    paths: int | str
    flags: Mapping[str, tuple[str, str]] = MappingProxyType({})
    metavar: str = "PATH"


COMMANDS = {
    "ls": Form(ls, "*", {"-l": ("long", "with mode and length"), "-F": ("marked", "with / after directories")}),
    "read": Form(read, "+"),
    "cat": Form(Follower().cat, "+"),
    "write": Form(
        write,
        1,
        {
            "--append": ("append", "after what the file has"),
            "--create": ("create", "make the file if it is missing"),
            "-l": ("lines", "each line of standard input as a write of its own"),
        },
    ),
    "rdwr": Form(rdwr, 1),
    "attach": Form(attach, "*", {"-d": ("detached", "end the route to TARGET, or all of SOURCE")}, "SOURCE TARGET"),
    "stat": Form(stat, "+"),
    "mkdir": Form(mkdir, "+"),
    "rm": Form(rm, "+"),
}
