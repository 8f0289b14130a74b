r"""For those who test a file tree: a connection in memory, conversations as text, and what every tree must get right.

A script is a text file. Its first comment is the promise that it tests. T lines are sent, those that follow each other
in one segment; R lines must come, those that follow each other in any order. `*` in an R line stands for anything.

    # A flushed read takes nothing from the stream.
    Tread tag 7 fid 1 offset 0 count 100
    Tflush tag 8 oldtag 7
    Rflush tag 8
    do publish hello
    Tread tag 9 fid 1 offset 0 count 100
    Rread tag 9 data hello

Other lines: `as NAME` goes on as another client (its connection is made on first use), `do VERB WORDS…` calls a
function of the test, `raw HEX` sends bytes as they are, `quiet` means that nothing is said, `closed` that the server
hung up, `hangup` that the client does.
"""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import trio
import trio.testing

from ninep.codec import Frames, encode, read_stat
from ninep.errors import NOT_DIRECTORY, NOT_FOUND
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    OWRITE,
    QTDIR,
    Message,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Stat,
    Tattach,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
    parse,
)
from ninep.node import Node
from ninep.server import serve_connection

PATIENCE = 5.0  # seconds within which a reply must come; a test that needs them has failed
MOST = 1 << 21


class Talk:
    """A client that says just what it is told: the other end of a connection in memory."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._bare = sock
        self._socket = trio.socket.from_stdlib_socket(sock)
        self._frames, self._heard = Frames(MOST), list[Message]()

    async def say(self, *messages: Message) -> None:
        """Send messages in one segment."""
        await self.send(b"".join(map(encode, messages)))

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        with trio.fail_after(PATIENCE):
            while data:
                data = data[await self._socket.send(data) :]

    async def hear(self) -> Message | None:
        """The next reply; None if the server has hung up. trio.TooSlowError if nothing comes."""
        with trio.fail_after(PATIENCE):
            while not self._heard:
                try:
                    data = await self._socket.recv(1 << 18)
                except ConnectionResetError:
                    return None
                if not data:
                    return None
                self._frames.feed(data)
                self._heard += self._frames
        return self._heard.pop(0)

    async def ask(self, message: Message) -> Message:
        """Send one request, and give the next reply. EOFError if there is none any more."""
        await self.say(message)
        reply = await self.hear()
        if reply is None:
            raise EOFError(f"the server hung up on {message}")
        return reply

    async def is_quiet(self) -> bool:
        """Whether nothing is said once every task has come to rest."""
        await trio.testing.wait_all_tasks_blocked(0.005)
        with suppress(BlockingIOError):
            self._frames.feed(self._bare.recv(1 << 18))
            self._heard += self._frames
        return not self._heard

    def is_backed_up(self, data: bytes) -> bool:
        """Send what the socket takes at once; whether it took nothing, for the server reads no more or has hung up."""
        try:
            return not self._bare.send(data)
        except (BlockingIOError, ConnectionError):
            return True

    def hang_up(self) -> None:
        """Close this end."""
        self._socket.close()

    async def attach(self, fid: int = 0) -> Rattach:
        """Version and attach, with an msize of 64 KiB."""
        assert isinstance(await self.ask(Tversion(NOTAG, 65536, "9P2000")), Rversion)
        reply = await self.ask(Tattach(0, fid, NOFID, "tester", ""))
        assert isinstance(reply, Rattach), reply
        return reply


@asynccontextmanager
async def memory_connection(root: Node) -> AsyncIterator[Talk]:
    """A Talk with a server of this tree, over a socket pair. Both ends are closed at the exit."""
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, root)
        talk = Talk(ours)
        try:
            yield talk
        finally:
            talk.hang_up()
            nursery.cancel_scope.cancel()


# Scripts.


async def run_script(text: str, root: Node, verbs: Mapping[str, Callable[..., Any]] | None = None) -> None:
    """Hold a conversation with a server of `root`. AssertionError, with the line, if it goes otherwise.

    `verbs` are the functions that `do` may call, with the words of its line.
    """
    failure = ""
    async with trio.open_nursery() as nursery:
        script = _Script(root, nursery, verbs or {})
        for number, lines in _paragraphs(text):
            try:
                await script.run(lines)
            except (AssertionError, trio.TooSlowError, EOFError) as error:
                failure = f"line {number}, {lines[0]}: {error or 'nothing came'}"
                break
        script.hang_up()
        nursery.cancel_scope.cancel()
    assert not failure, failure


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that belong together, and the number of the first: T lines in a row, R lines in a row, else one."""
    group: list[str] = []
    begin = 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        kind = line[0] if re.match(r"[TR][a-z]+ tag ", line) else ""
        if group and (not kind or group[0][0] != kind):
            yield begin, group
            group = []
        if kind:
            begin = begin if group else number
            group.append(line)
        else:
            yield number, [line]
    if group:
        yield begin, group


class _Script:
    """The clients of a conversation, by name, and whose turn it is."""

    def __init__(self, root: Node, nursery: trio.Nursery, verbs: Mapping[str, Callable[..., Any]]) -> None:
        self._root, self._nursery, self._verbs = root, nursery, verbs
        self._clients: dict[str, Talk] = {}
        self._go_on_as("client")

    def _go_on_as(self, name: str) -> None:
        if name not in self._clients:
            ours, theirs = socket.socketpair()
            self._nursery.start_soon(serve_connection, theirs, self._root)
            self._clients[name] = Talk(ours)
        self._talk = self._clients[name]

    async def run(self, lines: list[str]) -> None:
        word, *rest = lines[0].split()
        match word:
            case "as":
                self._go_on_as(rest[0])
            case "do":
                result = self._verbs[rest[0]](*rest[1:])
                if hasattr(result, "send"):
                    await result
            case "raw":
                await self._talk.send(bytes.fromhex("".join(rest)))
            case "quiet":
                assert await self._talk.is_quiet(), "something was said"
            case "closed":
                heard = await self._talk.hear()
                assert heard is None, f"not closed, but {heard}"
            case "hangup":
                self._talk.hang_up()
                await trio.testing.wait_all_tasks_blocked(0.005)
            case _ if word[0] == "T":
                await self._talk.say(*map(parse, lines))
            case _:
                await self._hear(lines)

    async def _hear(self, lines: list[str]) -> None:
        wanted = list(lines)
        while wanted:
            heard = str(await self._talk.hear())
            matching = next((line for line in wanted if is_like(heard, line)), None)
            assert matching, "\n  heard  " + heard + "\n  wanted " + "\n      or ".join(wanted)
            wanted.remove(matching)

    def hang_up(self) -> None:
        for talk in self._clients.values():
            talk.hang_up()


def is_like(text: str, pattern: str) -> bool:
    """Whether a message's text is the pattern, in which `*` stands for anything."""
    parts = [re.escape(part) for part in " ".join(pattern.split()).split("*")]
    return re.fullmatch(".*".join(parts), text) is not None


# What every tree must get right.


async def check_tree(make: Callable[[], Node]) -> list[str]:
    """Walk a whole tree as a client would, and hold it to the manual. Gives the paths of the files that it saw.

    Each file's walk, stat and directory entry agree; qids are one for each file and stay; what permissions allow can be
    opened, what they forbid cannot; reads honour their offset or are streams; a read that waits can be flushed;
    names that do not exist, walks through files and a second clunk are refused. `make` gives a fresh tree; its files
    are read, never written.
    """
    async with memory_connection(make()) as talk:
        root = await talk.attach()
        checker = _Checker(talk, make)
        await checker.check_directory("/", root.qid.path)
    return sorted(checker.seen)


class _Checker:
    def __init__(self, talk: Talk, make: Callable[[], Node]) -> None:
        self._talk, self._make = talk, make
        self.seen: dict[str, int] = {}  # path -> qid.path

    async def check_directory(self, path: str, qid_path: int) -> None:
        assert self.seen.setdefault(path, qid_path) == qid_path, f"{path}: its qid changed"
        entries = await self._list(path)
        names = [entry.name for entry in entries]
        assert len(set(names)) == len(names), f"{path}: a name occurs twice"
        refused = await self._talk.ask(Twalk(1, 0, 2, (*_names(path), "no such file")))
        if path == "/":
            assert refused == Rerror(1, NOT_FOUND), f"{path}: {refused}"
        else:
            assert isinstance(refused, Rwalk) and len(refused.wqid) == len(_names(path)), f"{path}: {refused}"
        for entry in entries:
            await self._check_entry(path.rstrip("/") + "/" + entry.name, entry)

    async def _check_entry(self, path: str, entry: Stat) -> None:
        walked = await self._talk.ask(Twalk(1, 0, 2, _names(path)))
        assert isinstance(walked, Rwalk) and len(walked.wqid) == len(_names(path)), f"{path}: {walked}"
        qid = walked.wqid[-1]
        assert qid.path == entry.qid.path, f"{path}: the directory and the walk know it by different qids"
        assert qid.path not in self.seen.values(), f"{path}: its qid is that of another file"
        stat = await self._talk.ask(Tstat(1, 2))
        assert isinstance(stat, Rstat) and stat.stat.name == entry.name, f"{path}: {stat}"
        assert stat.stat.mode == entry.mode and stat.stat.mode >> 24 == qid.type, f"{path}: mode and qid disagree"
        assert await self._talk.ask(Tclunk(1, 2)) == Rclunk(1), f"{path}: clunk"
        assert isinstance(await self._talk.ask(Tclunk(1, 2)), Rerror), f"{path}: clunked twice"
        if qid.type & QTDIR:
            await self.check_directory(path, qid.path)
        else:
            self.seen[path] = qid.path
            await self._check_file(path, entry)

    async def _check_file(self, path: str, entry: Stat) -> None:
        through = await self._talk.ask(Twalk(1, 0, 2, (*_names(path), "x")))
        if len(_names(path)) == 0:
            assert through == Rerror(1, NOT_DIRECTORY), f"{path}: {through}"
        async with memory_connection(self._make()) as talk:  # a reader may change what the next one is to see
            await talk.attach()
            await talk.ask(Twalk(1, 0, 2, _names(path)))
            opened = await talk.ask(Topen(1, 2, OREAD))
            may_read = bool(entry.mode & 0o444)
            assert isinstance(opened, Ropen) or not may_read, f"{path}: {opened}, yet its mode is {entry.mode:o}"
            assert isinstance(opened, Rerror) or may_read, f"{path}: opened for reading against its mode"
            if may_read:
                await self._check_reading(path, talk)
            elif not entry.mode & 0o222:
                assert isinstance(await talk.ask(Topen(1, 2, OWRITE)), Rerror), f"{path}: opened against its mode"

    async def _check_reading(self, path: str, talk: Talk) -> None:
        await talk.say(Tread(3, 2, 0, 4096))
        if await talk.is_quiet():
            await talk.say(Tflush(4, 3))
            assert await talk.hear() == Rflush(4), f"{path}: a read that waits could not be flushed"
        else:
            read = await talk.hear()
            assert isinstance(read, Rread | Rerror), f"{path}: {read}"
        assert await talk.ask(Tclunk(5, 2)) == Rclunk(5), f"{path}: clunk after a read"

    async def _list(self, path: str) -> list[Stat]:
        await self._talk.ask(Twalk(1, 0, 2, _names(path)))
        assert isinstance(await self._talk.ask(Topen(1, 2, OREAD)), Ropen), f"{path}: a directory that cannot be read"
        entries, offset = [], 0
        while True:
            read = await self._talk.ask(Tread(1, 2, offset, 8192))
            assert isinstance(read, Rread), f"{path}: {read}"
            if not read.data:
                break
            at = 0
            while at < len(read.data):
                entry, at = read_stat(read.data, at)
                entries.append(entry)
            offset += len(read.data)
        assert await self._talk.ask(Tclunk(1, 2)) == Rclunk(1)
        return entries


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split("/") if name)
