"""A client that trusts nobody: each reply must be to something that it asked, and not be flushed; and there is one."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random

import trio

from ninep.codec import Frames, encode
from ninep.messages import NOFID, NOTAG, Message, Rattach, Rerror, Rflush, Rversion, Tattach, Tflush, Tversion

PATIENCE = 30.0  # seconds for any reply but that of a read that waits: a backend that falls silent is given up in ten


class MisroutedError(Exception):
    """A reply that is nobody's, or another's."""


class GoneError(Exception):
    """The connection has ended, by our own wish."""


class _Asked:
    __slots__ = ("has_reply", "reply", "request", "session")

    def __init__(self, request: Message, session: int) -> None:
        self.request, self.session, self.has_reply = request, session, trio.Event()
        self.reply: Message | None = None


class Talker:
    """One connection to the multiplexer."""

    def __init__(self, sock: socket.socket, random: Random) -> None:
        sock.setblocking(False)
        self._socket, self._random = trio.socket.from_stdlib_socket(sock), random
        self._asked: dict[int, _Asked] = {}
        self._flushed = set[int]()  # tags that wait for an Rflush, and are not used until then
        self._sending = trio.Lock()
        self._frames = Frames(1 << 20)
        self._fids, self._free = count(1), list[int]()
        self._is_over = False
        self.session, self.msize = 0, 0  # how often it has begun, and bytes of the largest message
        self.has_begun = False  # not from a Tversion until the root is there
        self.is_listening = trio.Event()
        self.is_listening.set()
        self._recent = deque[str](maxlen=100)  # what was said, for the story of a fault
        self.replies = 0

    def new_fid(self) -> int:
        """A number of no fid. Those that are free again are used at once, for that is where things go wrong."""
        return self._free.pop() if self._free else next(self._fids)

    def give_back(self, fid: int, session: int) -> None:
        """It has been clunked, or was never made."""
        if session == self.session:
            self._free.append(fid)

    async def listen(self) -> None:
        """Take replies until the end."""
        try:
            while data := await self._hear():
                self._frames.feed(data)
                for reply in self._frames:
                    self._take(reply)
        finally:
            is_ours, self._is_over = self._is_over, True
            self._forget_all()
        if not is_ours:
            raise self.fault("the multiplexer hung up")

    def fault(self, what: str) -> MisroutedError:
        """What is wrong, with the story of it."""
        return MisroutedError("\n".join(["", *self._recent, what]))

    async def _hear(self) -> bytes:
        await self.is_listening.wait()
        try:
            return await self._socket.recv(1 << 16)
        except (OSError, trio.ClosedResourceError):
            return b""

    def _take(self, reply: Message) -> None:
        self._recent.append(f"    <- {str(reply)[:100]}")
        asked = self._asked.pop(reply.tag, None)
        if asked is None:
            raise self.fault(f"{reply} is to nothing that was asked")
        if not isinstance(reply, Rerror) and reply.number != asked.request.number + 1:
            raise self.fault(f"{reply} to {asked.request}")
        if isinstance(asked.request, Tflush):
            if not isinstance(reply, Rflush):
                raise self.fault(f"{reply} to {asked.request}")
            self._forget(asked.request.oldtag)
        elif isinstance(reply, Rversion):
            self._forget_all()
        self.replies += 1
        asked.reply = reply
        asked.has_reply.set()

    def _forget(self, tag: int) -> None:
        """After its Rflush nothing may come under a tag."""
        self._flushed.discard(tag)
        if flushed := self._asked.pop(tag, None):
            flushed.has_reply.set()

    def _forget_all(self) -> None:
        """After an Rversion nothing may come of all that was asked before."""
        for tag in [*self._asked]:
            self._forget(tag)

    async def ask(
        self, make: Callable[[int], Message], patience: float = PATIENCE, session: int | None = None
    ) -> Message | None:
        """Ask, and give the reply. With little patience the request is flushed, and None is what became of it.

        GoneError if the connection has ended, or another session of it has begun.
        """
        asked = await self.say(make, session=session)
        with trio.move_on_after(patience):
            await asked.has_reply.wait()
        if not asked.has_reply.is_set():
            if patience == PATIENCE:
                raise self.fault(f"no answer to {asked.request} in {patience} s")
            self._flushed.add(asked.request.tag)
            await self.ask(lambda tag: Tflush(tag, asked.request.tag), session=asked.session)
        return self._reply(asked)

    async def wait(self, asked: _Asked) -> Message | None:
        """The reply to something that was said."""
        with trio.move_on_after(PATIENCE) as scope:
            await asked.has_reply.wait()
        if scope.cancelled_caught:
            raise self.fault(f"no answer to {asked.request} in {PATIENCE} s")
        return self._reply(asked)

    def _reply(self, asked: _Asked) -> Message | None:
        if asked.reply is None and (self._is_over or asked.session != self.session):
            raise GoneError
        return asked.reply

    async def say(self, *makes: Callable[[int], Message], session: int | None = None) -> _Asked:
        """Ask for several things in one segment; gives the last of them, whose reply is to be waited for."""
        async with self._sending:
            if session not in {None, self.session}:
                raise GoneError
            requests = [self._register(make) for make in makes]
            await self._send(b"".join(encode(asked.request) for asked in requests))
        return requests[-1]

    def _register(self, make: Callable[[int], Message]) -> _Asked:
        first = self._random.randrange(4)
        tag = next(tag for tag in count(first) if tag not in self._asked and tag not in self._flushed)
        asked = self._asked[tag] = _Asked(make(tag), self.session)
        self._recent.append(f"-> {str(asked.request)[:100]}")
        return asked

    async def _send(self, data: bytes) -> None:
        """All of it, whoever is cancelled meanwhile: half a message would be a fault of ours."""
        with trio.CancelScope(shield=True):
            while data:
                if self._is_over:
                    raise GoneError
                try:
                    data = data[await self._socket.send(data) :]
                except (OSError, trio.ClosedResourceError):
                    raise GoneError from None

    async def begin(self, msize: int) -> None:
        """Version and attach."""
        async with self._sending:
            self.session, self.has_begun = self.session + 1, False
            self._fids, self._free = count(1), []
            version = self._asked[NOTAG] = _Asked(Tversion(NOTAG, msize, "9P2000"), self.session)
            self._recent.append(f"-> {version.request}")
            await self._send(encode(version.request))
        agreed = await self.wait(version)
        if not isinstance(agreed, Rversion):
            raise self.fault(f"{agreed} to {version.request}")
        self.msize = agreed.msize
        self._flushed.clear()
        attached = await self.ask(lambda tag: Tattach(tag, 0, NOFID, "soak", ""))
        if not isinstance(attached, Rattach):
            raise self.fault(f"{attached} to an attach")
        self.has_begun = True

    def hang_up(self) -> None:
        """End it, in the middle of whatever is under way."""
        self._is_over = True
        self._socket.close()
