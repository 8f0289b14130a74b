"""What must hold for any bytes: they give messages or a ProtocolError, and nobody else notices.

Each target takes one conversation in segments and raises if a promise is broken. Codec and session know no IO; the
server has a second client, who is answered as before while the first says what it likes, and when it has gone the
server is as it was. So has the multiplexer, with a server behind it.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CoroutineType

import trio
import trio.testing
from tests.riomux import live

from ninep import ProtocolError
from ninep.answers import ANSWERS
from ninep.codec import Frames, encode
from ninep.conform.reference import reference
from ninep.errors import FileError
from ninep.messages import Garbled, Message, Rerror, Rstat, Rversion, Rwalk, Tflush, Tstat, Tversion, Twalk, parse
from ninep.node import Node
from ninep.server import serve_connection
from ninep.session import FIDS, FLUSHES, MSIZE, OUTSTANDING, Fid, Session
from ninep.testing import Talk
from riomux.peers import Client
from riomux.pump import Pump

Target = Callable[[Sequence[bytes]], Awaitable[None]]
PATIENCE = 20.0  # seconds; not even a busy machine needs them


async def codec(segments: Sequence[bytes]) -> None:
    """Messages come out, each the one that its bytes and its text mean; or the stream ends."""
    frames = Frames(MSIZE)
    try:
        for segment in segments:
            frames.feed(segment)
            for message in frames:
                assert isinstance(message, Message)
                if not isinstance(message, Garbled):
                    assert parse(str(message)) == message
                    again = Frames(MSIZE)
                    again.feed(encode(message))
                    assert list(again) == [message]
    except ProtocolError:
        pass


async def session(segments: Sequence[bytes]) -> None:
    """With a tree that answers what it can: one reply for a request at most, and bounds for all tables."""
    talk, root, wire, said = Session(), reference(), Frames(MSIZE), list[bytes]()
    asked = Counter[int]()
    try:
        for segment in segments:
            wire.feed(segment)
            asked.update(message.tag for message in wire)
            talk.receive_data(segment)
            for message, fid in filter(None, talk.events_received()):
                await _answer(talk, root, message, fid)
                assert len(talk.fids) <= FIDS and len(talk._pending) <= OUTSTANDING + FLUSHES
            said.append(talk.data_to_send())
    except ProtocolError:
        said.append(talk.data_to_send())
    check_replies(said, asked)


def check_replies(said: Sequence[bytes], asked: Counter[int]) -> None:
    """Whole R-messages, none without its request, none that a mistake of ours has made."""
    frames, told = Frames(MSIZE), Counter[int]()
    for data in said:
        frames.feed(data)
        for reply in frames:
            assert type(reply).__name__[0] == "R", f"{reply} is no reply"
            assert "internal error" not in str(reply), reply
            told[reply.tag] += 1
    assert not frames.is_partial
    assert told <= asked, f"{told - asked} more replies than requests"


async def _answer(talk: Session, root: Node, message: Message, fid: Fid | None) -> None:
    """As a server does, but what must be waited for waits for ever, or until it is flushed."""
    if isinstance(message, Tversion):
        talk.reply(Rversion(message.tag, talk.msize, "9P2000"))
        talk.abandoned()
    elif isinstance(message, Tflush):
        talk.drop(message.oldtag)
    else:
        try:
            answer = ANSWERS[type(message)](root, message, fid)
            if isinstance(answer, CoroutineType):
                with trio.move_on_after(0):
                    answer = await answer
            if isinstance(answer, tuple):
                talk.reply(*answer)
        except FileError as error:
            talk.reply(Rerror(message.tag, str(error)))


class Server:
    """A server with a client who means well, for conversations with others who do not."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self._nursery, self._root = nursery, reference()
        self._good = Talk(self._connect())

    def _connect(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self._nursery.start_soon(serve_connection, theirs, self._root)
        return ours

    async def begin(self) -> None:
        """The good client comes first."""
        await self._good.attach()
        await trio.testing.wait_all_tasks_blocked()

    def end(self) -> None:
        """And goes last."""
        self._good.hang_up()

    def clients(self) -> int:
        """A number that is larger while somebody is connected or something waits."""
        return trio.lowlevel.current_statistics().tasks_living

    async def __call__(self, segments: Sequence[bytes]) -> None:
        """One client says all this; another is answered after every segment; when the first went, nothing is left."""
        before = self.clients()
        asked, wire, said = Counter[int](), Frames(MSIZE), list[bytes]()
        with self._connect() as bad, suppress(ProtocolError):
            for segment in segments:
                with suppress(BlockingIOError, ConnectionError):
                    bad.send(segment)
                await self._ask()
                with suppress(BlockingIOError, ConnectionError):
                    said.append(bad.recv(1 << 20))
                wire.feed(segment)
                asked.update(message.tag for message in wire)
        await self._ask()
        with trio.fail_after(PATIENCE):
            while self.clients() > before:
                await trio.testing.wait_all_tasks_blocked()
        check_replies(said, asked)

    async def _ask(self) -> None:
        assert isinstance(await self._good.ask(Tstat(1, 0)), Rstat)


class Mux(Server):
    """The same behind a multiplexer, whose clients walk to `ref` or attach there."""

    def __init__(self, place: Path, pump: Pump) -> None:
        self._place, self._pump = place, pump
        self._good = Talk(self._connect())

    def _connect(self) -> socket.socket:
        ours = socket.socket(socket.AF_UNIX)
        ours.connect(f"{self._place}/mux")
        ours.setblocking(False)
        return ours

    async def begin(self) -> None:
        await self._good.attach(fid=1)
        assert isinstance(await self._good.ask(Twalk(1, 1, 0, ("ref", "hello"))), Rwalk)

    def clients(self) -> int:
        return sum(isinstance(wire.peer, Client) for wire in self._pump.wires)


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    """A server of the reference tree."""
    async with trio.open_nursery() as nursery:
        server = Server(nursery)
        await server.begin()
        try:
            yield server
        finally:
            server.end()
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def muxed() -> AsyncIterator[Mux]:
    """A multiplexer with the reference tree at `ref`."""
    with TemporaryDirectory() as name:
        place = Path(name)
        async with live.server(f"unix!{place}/ref", reference), live.mux(place, f"ref=unix!{place}/ref") as pump:
            mux = Mux(place, pump)
            await mux.begin()
            try:
                yield mux
            finally:
                mux.end()
