"""One connection to a server that is not trusted: raw messages, a deadline on each wait, no reply taken on trust.

What is true of every reply is checked here, for all rules at once: its tag is that of a request that waits, it is the
reply of that request or an Rerror, it gives no more than was asked for, it fits into the agreed msize, and after an
Rflush nothing comes under the old tag.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TypeVar

import trio

from ninep.codec import Frames, encode
from ninep.conform.rules import Broken
from ninep.dial import user
from ninep.errors import ProtocolError
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Garbled,
    Message,
    Rattach,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Rwrite,
    Stat,
    Tattach,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)

MSIZE = 8192 + 24
SMALLEST = 256  # bytes of an msize; what is agreed below that leaves no room for replies, and nobody is held to it
ROOT, BASE = 0, 1  # fids of each attached peer: the server's root, and the tree that is tested
FENCE = 0xF00D  # a tag of ours: see `fence`
Reply = TypeVar("Reply", bound=Message)


class Peer:
    """A client that says just what a rule wants said. Waits end after `patience` seconds."""

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self._socket = trio.socket.from_stdlib_socket(sock)
        self._patience = patience
        self._frames = Frames(MSIZE)
        self._heard: list[Message] = []
        self.msize = MSIZE
        self.waiting: dict[int, list[Message]] = {}  # by tag: requests without a reply, oldest first
        self.replies: dict[int, Message] = {}  # replies that came while another was waited for

    # Saying.

    async def say(self, *requests: Message) -> None:
        """Send requests in one segment."""
        for request in requests:
            self.waiting.setdefault(request.tag, []).append(request)
        await self.send(b"".join(map(encode, requests)))

    async def send(self, data: bytes) -> None:
        """Send bytes as they are. That the server hangs up meanwhile is not this function's affair."""
        with trio.move_on_after(self._patience) as wait:
            try:
                while data:
                    data = data[await self._socket.send(data) :]
            except OSError:
                return
        if wait.cancelled_caught:
            raise Broken(f"it reads nothing for {self._patience:g} s", "that requests are read")

    def hang_up(self) -> None:
        """Close this end."""
        self._socket.close()

    # Hearing.

    async def hear_or_end(self) -> Message | None:
        """The next reply; None if the server has hung up."""
        with trio.move_on_after(self._patience) as wait:
            while not self._heard:
                try:
                    data = await self._socket.recv(1 << 18)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._cut(data)
        if wait.cancelled_caught:
            raise Broken(f"nothing for {self._patience:g} s", f"a reply to {self._oldest()}")
        return self._check(self._heard.pop(0))

    async def hear(self) -> Message:
        """The next reply."""
        reply = await self.hear_or_end()
        if reply is None:
            raise Broken("it hung up", f"a reply to {self._oldest()}")
        return reply

    async def reply_to(self, tag: int) -> Message:
        """The reply with this tag; others that come before it are kept in `replies`."""
        while tag not in self.replies:
            reply = await self.hear()
            self.replies[reply.tag] = reply
        return self.replies.pop(tag)

    async def ask(self, request: Message) -> Message:
        """Send one request, and give its reply."""
        await self.say(request)
        return await self.reply_to(request.tag)

    async def get(self, request: Message, kind: type[Reply]) -> Reply:
        """Send one request that must succeed."""
        reply = await self.ask(request)
        if not isinstance(reply, kind):
            raise Broken(f"{reply} to {request}", kind.__name__)
        return reply

    async def refused(self, request: Message) -> str:
        """Send one request that must fail; gives the text of its Rerror."""
        return (await self.get(request, Rerror)).ename

    async def refused_or_end(self, frame: bytes, tag: int, what: str = "") -> bool:
        """Send a frame that deserves an Rerror or the end of the connection; whether the connection lives."""
        self.waiting.setdefault(tag, []).append(Garbled(tag, what or frame[:40].hex()))
        await self.send(frame)
        reply = await self.hear_or_end()
        if reply is not None and not isinstance(reply, Rerror):
            raise Broken(f"{reply} to {what or frame[:40].hex()}", "Rerror, or the end of the connection")
        return reply is not None

    async def fence(self) -> None:
        """A round trip to the tree that is tested: what is said of it at once has been said after it."""
        await self.get(Tstat(FENCE, BASE), Rstat)

    async def is_waiting(self, tag: int, grace: float = 0.0) -> bool:
        """Whether a request is not answered although the server answers others, and after some seconds of grace."""
        await self.fence()
        with trio.move_on_after(grace), suppress(Broken):
            await self.reply_to(tag)
            return False
        return tag in self.waiting and tag not in self.replies

    def _cut(self, data: bytes) -> None:
        try:
            self._frames.feed(data)
            self._heard += self._frames
        except ProtocolError as error:
            raise Broken(str(error), f"messages of at most {self._frames.limit} bytes") from error

    def _oldest(self) -> str:
        oldest = next((requests[0] for requests in self.waiting.values()), None)
        return oldest.why if isinstance(oldest, Garbled) else str(oldest or "what was sent")

    def _check(self, reply: Message) -> Message:
        if isinstance(reply, Garbled):
            raise Broken(f"a frame that is no message: {reply.why}", "a message of intro(5)")
        requests = self.waiting.get(reply.tag)
        if not requests:
            raise Broken(f"{reply}, an answer to nothing that waits", "one reply to a request, none after its Rflush")
        request = requests.pop(0)
        if not requests:
            del self.waiting[reply.tag]
        if expected := _flaw(request, reply):
            raise Broken(f"{reply} to {request}", expected)
        if isinstance(request, Tflush) and request.oldtag != request.tag:
            self.waiting.pop(request.oldtag, None)
        if isinstance(reply, Rversion):
            self.msize = min(reply.msize, getattr(request, "msize", reply.msize))
            self._frames.limit = max(self.msize, SMALLEST)
            self.waiting.clear()
        return reply

    # Often needed.

    async def version(self, msize: int = MSIZE) -> Rversion:
        """Agree on an msize and 9P2000."""
        self._frames.limit = max(msize, MSIZE)
        reply = await self.get(Tversion(NOTAG, msize, "9P2000"), Rversion)
        if reply.version != "9P2000":
            raise Broken(str(reply), "9P2000")
        return reply

    async def attach(self, base: tuple[str, ...]) -> None:
        """ROOT and BASE."""
        await self.get(Tattach(1, ROOT, NOFID, user(), ""), Rattach)
        await self.walk(ROOT, BASE, *base)

    async def walk(self, fid: int, newfid: int, *names: str) -> Rwalk:
        """A walk that must reach its end."""
        request = Twalk(1, fid, newfid, names)
        reply = await self.get(request, Rwalk)
        if len(reply.wqid) != len(names):
            raise Broken(f"{reply} to {request}", f"{len(names)} qids")
        return reply

    async def open(self, fid: int, mode: int = OREAD) -> Ropen:
        """An open that must succeed."""
        return await self.get(Topen(1, fid, mode), Ropen)

    async def read(self, fid: int, offset: int = 0, count: int = 4096) -> bytes:
        """A read that must succeed."""
        return (await self.get(Tread(1, fid, offset, count), Rread)).data

    async def write(self, fid: int, data: bytes, offset: int = 0) -> int:
        """A write that must succeed."""
        return (await self.get(Twrite(1, fid, offset, data), Rwrite)).count

    async def read_all(self, fid: int, count: int = 4096) -> bytes:
        """What an open file holds, read to its end."""
        data = b""
        while chunk := await self.read(fid, len(data), count):
            data += chunk
        return data

    async def stat(self, fid: int) -> Stat:
        """A stat that must succeed."""
        return (await self.get(Tstat(1, fid), Rstat)).stat


def _flaw(request: Message, reply: Message) -> str:
    """What a reply to this request would have been instead; "" if it is right."""
    if isinstance(request, Tflush) and not isinstance(reply, Rflush):
        return "Rflush, whatever was flushed"
    if isinstance(request, Garbled) or isinstance(reply, Rerror):
        return ""
    if reply.number != request.number + 1:
        return f"R{type(request).__name__[1:]} or Rerror"
    match request, reply:
        case Tread(), Rread() if len(reply.data) > request.count:
            return f"at most {request.count} bytes"
        case Twrite(), Rwrite() if reply.count > len(request.data):
            return f"a count of at most {len(request.data)}"
        case Twalk(), Rwalk() if len(reply.wqid) > len(request.wname):
            return f"at most {len(request.wname)} qids"
        case Twalk(), Rwalk() if request.wname and not reply.wqid:
            return "Rerror if the first name cannot be walked"
        case Tversion(), Rversion() if reply.msize > request.msize:
            return f"an msize of at most {request.msize}"
    return ""
