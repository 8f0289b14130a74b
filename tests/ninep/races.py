"""A client that flushes, clunks, starts again and hangs up at random moments, and knows what it may hear.

The stream that it reads is one queue for all readers: what a read takes and does not give to its client is lost, and is
missed at the end. Whatever is said is held against what was asked: no reply without a request, none after an Rflush,
flushes of one request in their order.
"""

from __future__ import annotations

import random
import socket
from collections import deque
from dataclasses import dataclass, field

import trio

from ninep.codec import Frames, encode
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Message,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rversion,
    Rwalk,
    Tattach,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tversion,
    Twalk,
)
from ninep.server import serve_connection
from ninep.tree import Dir, Stream

TAGS, FIDS = range(1, 40), range(1, 5)
MEANT: dict[type[Message], tuple[type[Message], ...]] = {
    Tread: (Rread, Rerror),
    Tclunk: (Rclunk,),
    Twalk: (Rwalk,),
    Topen: (Ropen,),
    Tattach: (Rattach,),
    Tversion: (Rversion,),
    Tflush: (Rflush,),
}
PATIENCE = 60.0  # seconds for all that was asked to be answered, on a busy machine


class Queue:
    """Chunks for whoever comes first."""

    def __init__(self) -> None:
        self.chunks, self._wake = deque[bytes](), trio.Event()

    def put(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self._wake.set()

    async def _wait(self) -> bytes:
        while not self.chunks:
            self._wake = trio.Event() if self._wake.is_set() else self._wake
            await self._wake.wait()
        return self.chunks.popleft()

    def read(self, count: int) -> object:
        return self.chunks.popleft() if self.chunks else self._wait()

    def close(self) -> None:
        """It outlives its readers."""


@dataclass
class Client:
    """One connection, what it has asked and was not answered yet, and what it has heard of the stream."""

    sock: socket.socket
    got: list[bytes]
    pending: dict[int, Message] = field(default_factory=dict)
    flushes: dict[int, list[int]] = field(default_factory=dict)  # oldtag -> tags of its flushes, oldest first
    ended: set[int] = field(default_factory=set)  # tags of reads whose fid was clunked: they must be answered
    open: set[int] = field(default_factory=set)
    frames: Frames = field(default_factory=lambda: Frames(1 << 20))

    def free_tag(self, dice: random.Random) -> int:
        """One that may be used again, flush(5): it is answered, and so is the last flush of it."""
        return dice.choice([tag for tag in TAGS if tag not in self.pending and tag not in self.flushes])

    def say(self, *messages: Message) -> None:
        """Ask. The replies are so few that the socket always takes it."""
        data = b"".join(map(encode, messages))
        assert self.sock.send(data) == len(data)
        for message in messages:
            assert message.tag not in self.pending
            self.pending[message.tag] = message
            if isinstance(message, Tflush):
                self.flushes.setdefault(message.oldtag, []).append(message.tag)

    def hear(self) -> None:
        """Take what has come."""
        try:
            data = self.sock.recv(1 << 18)
        except BlockingIOError:
            return
        assert data, "the server hung up"
        self.frames.feed(data)
        for message in self.frames:
            self.judge(message)

    def judge(self, message: Message) -> None:
        """Hold one reply against what was asked."""
        asked = self.pending.pop(message.tag, None)
        assert asked is not None, f"{message} answers nothing"
        assert isinstance(message, MEANT[type(asked)]), f"{message} to {asked}"
        self.ended.discard(message.tag)
        if isinstance(message, Rread):
            self.got.append(message.data)
        elif isinstance(asked, Tflush):
            waiting = self.flushes[asked.oldtag]
            assert waiting.pop(0) == asked.tag, f"{message} comes before that of an older flush"
            if not waiting:
                del self.flushes[asked.oldtag]
            if asked.oldtag != asked.tag:
                self.bury(asked.oldtag)

    def bury(self, tag: int) -> None:
        """What was flushed is not answered any more; nor are its own flushes' targets, if it was one itself."""
        self.ended.discard(tag)
        self.pending.pop(tag, None)

    async def settle(self) -> None:
        """Flush all that waits, and hear of everything that was asked."""
        for tag, message in [*self.pending.items()]:
            if isinstance(message, Tread) and tag not in self.ended:
                self.say(Tflush(1000 + tag, tag))
        with trio.fail_after(PATIENCE):
            while self.pending:
                await trio.lowlevel.wait_readable(self.sock)
                self.hear()


class Races:
    """Clients that come and go, on a server of one stream."""

    def __init__(self, seed: int, nursery: trio.Nursery, *, restarts: bool) -> None:
        self.dice, self.nursery, self.restarts = random.Random(seed), nursery, restarts
        self.queue, self.published, self.got = Queue(), 0, list[bytes]()
        self.flushed = self.excused = 0
        self.root = Dir(stream=Stream(lambda: self.queue))  # type: ignore[arg-type,return-value]  # a Reader, loosely

    async def connect(self) -> Client:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.nursery.start_soon(serve_connection, theirs, self.root)
        client = Client(ours, self.got)
        await self.greet(client)
        return client

    async def greet(self, client: Client) -> None:
        """Begin a session, whatever was before: what waited then gets no answer after the Rversion."""
        client.say(Tversion(NOTAG, 8192, "9P2000"))
        with trio.fail_after(PATIENCE):
            while NOTAG in client.pending:
                await trio.lowlevel.wait_readable(client.sock)
                client.hear()
        client.pending.clear()
        client.flushes.clear()
        client.ended.clear()
        client.open.clear()
        client.say(Tattach(0, 0, NOFID, "racer", ""))

    async def run(self, flushes: int) -> None:
        """So many flushes, among all else. Then nothing is missing and nothing came twice."""
        client = await self.connect()
        while self.flushed < flushes:
            client = await self.step(client)
        await client.settle()
        client.sock.close()
        rest = [*self.got, *self.queue.chunks]
        assert len(set(rest)) == len(rest), "something came twice"
        assert self.published - len(rest) <= self.excused, f"{self.published - len(rest)} chunks are lost"

    async def step(self, client: Client) -> Client:
        """Something, at random."""
        dice, fid = self.dice, self.dice.choice(FIDS)
        match dice.choices(range(8), [30, 30, 25, 20, 10, 5, 2, 0.3 * self.restarts])[0]:
            case 0 if fid in client.open and len(client.pending) < 30:
                client.say(*[Tread(tag, fid, 0, 99) for tag in {client.free_tag(dice), client.free_tag(dice)}])
            case 1 if client.pending and len(client.pending) < 30:
                self.flush(client)
            case 2:
                for _ in range(dice.randrange(3)):
                    self.published += 1
                    self.queue.put(str(self.published).encode())
            case 3:
                client.hear()
            case 4:
                await trio.lowlevel.checkpoint()
            case 5 if len(client.pending) < 30:
                self.open_or_clunk(client, fid)
            case 6:
                await client.settle()
            case 7:
                return await self.restart(client)
        return client

    def flush(self, client: Client) -> None:
        """A request, a flush, a tag that nobody has, itself; once or twice, in one segment or behind a read."""
        dice, tag = self.dice, client.free_tag(self.dice)
        old = dice.choice([*client.pending, *client.pending, tag, 39])
        if NOTAG in client.pending or isinstance(client.pending.get(old), Tattach | Twalk | Topen | Tclunk):
            return
        client.say(Tflush(tag, old))
        self.flushed += 1
        if dice.random() < 0.2:
            client.say(Tflush(client.free_tag(dice), old))
            self.flushed += 1

    def open_or_clunk(self, client: Client, fid: int) -> None:
        tag = client.free_tag(self.dice)
        if fid in client.open:
            client.open.discard(fid)
            client.ended |= {t for t, m in client.pending.items() if isinstance(m, Tread) and m.fid == fid}
            client.say(Tclunk(tag, fid))
        elif not any(isinstance(m, Tclunk) and m.fid == fid for m in client.pending.values()):
            client.open.add(fid)
            client.say(Twalk(tag, 0, fid, ("stream",)))
            client.say(Topen(client.free_tag(self.dice), fid, OREAD))

    async def restart(self, client: Client) -> Client:
        """A Tversion or a hang-up: what a read has taken then has nobody to go to."""
        self.excused += sum(isinstance(message, Tread) for message in client.pending.values())
        if self.dice.random() < 0.5:
            await self.greet(client)
            return client
        client.sock.close()
        return await self.connect()


async def race(flushes: int, seed: int, *, restarts: bool) -> None:
    """Run them to their end."""
    async with trio.open_nursery() as nursery:
        await Races(seed, nursery, restarts=restarts).run(flushes)
        nursery.cancel_scope.cancel()
