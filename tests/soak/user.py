"""What the users of the soak do, at random, and what they check: every byte that they read, and each they wrote."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

import trio
from tests.soak.content import FILES, LENGTH, content, life_of
from tests.soak.talker import GoneError, MisroutedError, Talker

from ninep.messages import (
    ORDWR,
    OREAD,
    Message,
    Rcreate,
    Rerror,
    Ropen,
    Rread,
    Rwalk,
    Rwrite,
    Tclunk,
    Tcreate,
    Topen,
    Tread,
    Tremove,
    Twalk,
    Twrite,
)

ALLOWED = re.compile("^i/o error|was removed|^file does not exist|is going")
"""What may be refused while servers die, and mounts come and go. Anything else is a fault."""
LETTERS = 500  # bytes of the smallest read and write
TASKS = 3  # things that a user does at a time


class RefusedError(Exception):
    """Something was refused that may be."""


class User:
    """Somebody with a connection, or a new one now and then. `notes` counts what came of what was done."""

    def __init__(self, path: str, servers: list[str], random: Random, notes: Counter[str]) -> None:
        self._path, self._servers, self._random, self._notes = path, servers, random, notes
        self._made = 0
        self._name = f"{random.randrange(1 << 40):x}"

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._session()
            self._notes["sessions"] += 1

    async def _session(self) -> None:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(self._path)
        talker = Talker(sock, self._random)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(talker.listen)
                await self._begin(talker)
                await self._live(talker)
                nursery.cancel_scope.cancel()
        finally:
            talker.hang_up()
            self._notes["replies"] += talker.replies

    async def _live(self, talker: Talker) -> None:
        """Do things for a while, and then begin again, or go, in the middle of them."""
        is_last = False
        while not is_last:
            is_last = self._random.random() < 0.5
            async with trio.open_nursery() as nursery:
                for _ in range(TASKS):
                    nursery.start_soon(self._go_on, talker)
                if self._random.random() < 0.2:
                    nursery.start_soon(self._listen_seldom, talker)
                await trio.sleep(self._random.expovariate(0.5))
                if is_last:
                    talker.hang_up()
                else:
                    talker.is_listening.set()
                    await self._begin(talker)
                nursery.cancel_scope.cancel()

    async def _begin(self, talker: Talker) -> None:
        await talker.begin(self._random.choice((256, 1000, 8192, 1 << 16, 1 << 20)))

    async def _listen_seldom(self, talker: Talker) -> None:
        for _ in range(self._random.randrange(5)):
            talker.is_listening = trio.Event()
            try:
                await trio.sleep(self._random.random())
            finally:
                talker.is_listening.set()
            await trio.sleep(self._random.random())

    async def _go_on(self, talker: Talker) -> None:
        deeds: tuple[Callable[[Talker], Awaitable[None]], ...] = (
            *(self._read_lasting, self._read_passing, self._watch, self._write, self._look, self._cross, self._rush),
        )
        is_there = True
        while is_there:
            deed = self._random.choice(deeds)
            try:
                await deed(talker)
                self._notes[deed.__name__] += 1
            except* RefusedError as refusals:
                self._notes[f"refused: {_first(refusals)}"] += 1
            except* GoneError:
                is_there = False

    # Deeds.

    async def _read_lasting(self, talker: Talker) -> None:
        """Any part of a file, at any time, in any order: it is always the same."""
        server, number = self._file()
        expected = content(server, "lasting", number)
        async with _Fid(talker, server, "lasting", str(number)) as fid:
            await fid.open(OREAD)
            async with trio.open_nursery() as nursery:
                for _ in range(self._random.randrange(1, 8)):
                    nursery.start_soon(self._check_part, fid, expected)
            await trio.sleep(self._random.random() / 2)
            await self._check_part(fid, expected)

    async def _check_part(self, fid: _Fid, expected: bytes) -> None:
        offset, count = self._random.randrange(LENGTH), self._random.randrange(1, 1 << 15)
        data = await fid.read(offset, count, patience=self._random.choice((0.001, 30.0, 30.0)))
        if data is not None:
            _check(data, expected[offset : offset + count], f"{fid.name} at {offset}")
            self._notes["bytes"] += len(data)

    async def _read_passing(self, talker: Talker) -> None:
        """From its beginning on, a file of one life of its server."""
        server, number = self._file()
        async with _Fid(talker, server, "passing", str(number)) as fid:
            await fid.open(OREAD)
            data = await fid.read(0, 200) or b""
            expected = content(server, "passing", number, life_of(data))
            _check(data, expected[: len(data)], fid.name)
            for _ in range(self._random.randrange(6)):
                await trio.sleep(self._random.random() / 4)
                await self._check_part(fid, expected)

    async def _watch(self, talker: Talker) -> None:
        """Reads that wait: the lines are of one server and one life, and in order."""
        server, _ = self._file()
        async with _Fid(talker, server, "ticks") as fid:
            await fid.open(OREAD)
            text = b""
            for _ in range(self._random.randrange(1, 30)):
                text += await fid.read(len(text), 1 << 13, patience=self._random.random() / 10) or b""
        lines = [line.split() for line in text.decode().split("\n")[:-1]]
        numbers = [int(number) for _, _, number in lines]
        if numbers != sorted(set(numbers)) or len({(name, life) for name, life, _ in lines} | {(server, "")}) > 2:
            raise talker.fault(f"{fid.name}: {lines}")
        if any(name != server for name, _, _ in lines):
            raise talker.fault(f"{fid.name}: {lines}")

    async def _write(self, talker: Talker) -> None:
        """What was written, and answered, is there: nothing less, and nothing of others."""
        server, _ = self._file()
        self._made += 1
        name = f"{self._name}-{self._made}"
        data = self._random.randbytes(self._random.randrange(LETTERS, LENGTH))
        async with _Fid(talker, server, "made") as fid:
            await fid.ask(lambda tag: Tcreate(tag, fid.number, name, 0o644, ORDWR), Rcreate)
            at = 0
            while at < len(data):
                part = data[at : at + self._random.randrange(LETTERS, 1 << 15)][: talker.msize - 24]
                at += await fid.write(part, at)
            await self._check_written(talker, fid, data)
        async with _Fid(talker, server, "made", name) as fid:
            await fid.open(OREAD)
            await self._check_written(talker, fid, data)
            await fid.remove()

    async def _check_written(self, talker: Talker, fid: _Fid, data: bytes) -> None:
        at = 0
        while at < len(data):
            part = await fid.read(at, 1 << 15)
            if not part:
                raise talker.fault(f"{fid.name} has {at} bytes of {len(data)}")
            _check(part, data[at : at + len(part)], f"{fid.name} at {at}")
            at += len(part)
            self._notes["bytes"] += len(part)

    async def _look(self, talker: Talker) -> None:
        """The root lists each mount once, with a qid of its own."""
        async with _Fid(talker) as fid:
            await fid.open(OREAD)
            at = 0
            while data := await fid.read(at, 1 << 15):
                at += len(data)

    async def _cross(self, talker: Talker) -> None:
        """Into one server and out again into another."""
        one, number = self._file()
        other, _ = self._file()
        async with _Fid(talker, one, "lasting", "..", "..", other, "lasting", str(number)) as fid:
            await fid.open(OREAD)
            await self._check_part(fid, content(other, "lasting", number))

    async def _rush(self, talker: Talker) -> None:
        """All in one segment, and none of the replies but the last is waited for."""
        server, number = self._file()
        async with _Fid(talker, server, "lasting") as start:
            fid = talker.new_fid()
            session = start.session
            asked = await talker.say(
                lambda tag: Twalk(tag, start.number, fid, (str(number),)),
                lambda tag: Topen(tag, fid, OREAD),
                lambda tag: Tread(tag, fid, 5, 200),
                session=session,
            )
            reply = await talker.wait(asked)
            if isinstance(reply, Rread):
                _check(reply.data, content(server, "lasting", number)[5 : 5 + len(reply.data)], start.name)
            elif isinstance(reply, Rerror) and not ALLOWED.search(reply.ename) and reply.ename != "unknown fid":
                raise talker.fault(f"{reply} after a rush")
            await talker.ask(lambda tag: Tclunk(tag, fid), session=session)
            talker.give_back(fid, session)

    def _file(self) -> tuple[str, int]:
        return self._random.choice(self._servers), self._random.randrange(FILES)


class _Fid:
    """A fid, from its walk to its clunk."""

    def __init__(self, talker: Talker, *names: str) -> None:
        self._talker, self._names = talker, names
        self.name = "/" + "/".join(names)
        self._is_gone = False
        self.session = talker.session

    async def __aenter__(self) -> _Fid:
        if not self._talker.has_begun:
            raise GoneError
        self.number = self._talker.new_fid()
        try:
            walked = await self.ask(lambda tag: Twalk(tag, 0, self.number, self._names), Rwalk)
            assert isinstance(walked, Rwalk)
            if len(walked.wqid) < len(self._names):
                raise RefusedError("file does not exist")
        except RefusedError:
            self._talker.give_back(self.number, self.session)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._is_gone:
            with trio.CancelScope(shield=True):
                await self._end(lambda tag: Tclunk(tag, self.number))

    async def open(self, mode: int) -> None:
        await self.ask(lambda tag: Topen(tag, self.number, mode), Ropen)

    async def read(self, offset: int, count: int, patience: float = 30.0) -> bytes | None:
        """Some bytes; None if the read was flushed."""
        reply = await self.ask(lambda tag: Tread(tag, self.number, offset, count), Rread, patience)
        return reply.data if isinstance(reply, Rread) else None

    async def write(self, data: bytes, offset: int) -> int:
        """How many bytes were taken."""
        reply = await self.ask(lambda tag: Twrite(tag, self.number, offset, data), Rwrite)
        assert isinstance(reply, Rwrite)
        return reply.count

    async def remove(self) -> None:
        await self._end(lambda tag: Tremove(tag, self.number))

    async def _end(self, make: Callable[[int], Message]) -> None:
        self._is_gone = True
        try:
            await self._talker.ask(make, session=self.session)
        except GoneError:
            return
        self._talker.give_back(self.number, self.session)

    async def ask(self, make: Callable[[int], Message], kind: type[Message], patience: float = 30.0) -> Message | None:
        """A reply of this kind; None if it was flushed."""
        reply = await self._talker.ask(make, patience, self.session)
        if isinstance(reply, Rerror):
            if not ALLOWED.search(reply.ename):
                raise self._talker.fault(f"{self.name}: {reply.ename}")
            raise RefusedError(reply.ename)
        if reply is not None and not isinstance(reply, kind):
            raise self._talker.fault(f"{self.name}: {reply}")
        return reply


def _first(group: BaseExceptionGroup[RefusedError]) -> str:
    """What was refused, without what differs each time."""
    while isinstance(first := group.exceptions[0], BaseExceptionGroup):
        group = first
    return " ".join(word for word in str(first).split() if "/" not in word)[:60]


def _check(data: bytes, expected: bytes, where: str) -> None:
    if data != expected[: len(data)]:
        raise MisroutedError(f"{where}: {data[:40]!r} where {expected[:40]!r} should be")
