"""The client's end of one connection: a request goes out, its reply comes back, whatever else is in flight.

A request is sent by the task that makes it, straight to the bare socket, and the task then sleeps until the one task
that reads has its reply: no channel, no lock, no task for a request. What the socket would not take waits in one
buffer, which holds at most what the sleeping tasks asked to send.

A cancelled request is flushed, flush(5): its task sleeps on until the server has answered either the request, then the
reply is what the caller gets (trio's rule: cancelled, or done), or the Tflush, then it is cancelled and nothing was
taken. A tag is used again only after that. A server that answers neither within `FLUSH_PATIENCE` seconds loses the tag,
not the caller.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NoReturn, TypeVar, cast

import outcome
import trio
from trio.lowlevel import Abort, Task

from ninep.codec import Frames, encode
from ninep.errors import FileError, ProtocolError
from ninep.messages import NOFID, NOTAG, Message, Rerror, Rflush, Rversion, Tclunk, Tflush, Tremove, Tversion

MSIZE = 128 * 1024 + 24  # offered: the largest message, so that 128 KiB of data fit into one
SMALLEST_MSIZE = 256  # a server that wants less leaves no room for a name
VERSION = "9P2000"
RECV = 256 * 1024  # bytes to ask of the socket at once
TURNS = 16  # recvs in a row before other tasks get their turn
FLUSH_PATIENCE = 2.0  # seconds to wait for an Rflush
FLUSH = 0x8000  # a request's tag plus this is the tag of its Tflush, so a Tflush never lacks one

ENDS_FID = (Tclunk, Tremove)  # the fid is gone with the reply, even if that is an Rerror: clunk(5), remove(5)
NEVER_FLUSHED = (*ENDS_FID, Tversion)  # must happen, or undoes everything: a caller who leaves lets them go on

Reply = TypeVar("Reply", bound=Message)


class ConnectionLost(OSError):  # noqa: N818 - the name says what happened; that it is an error, OSError says
    """The server went away, and with it every request that waited."""


class Numbers:
    """Tags or fids: what was given back is given out again first, so a number is never taken twice."""

    def __init__(self, limit: int, what: str) -> None:
        self._limit, self._what = limit, what
        self._free: list[int] = []
        self._next = 0

    def take(self) -> int:
        """A number that is not in use. FileError if all are."""
        if self._free:
            return self._free.pop()
        if self._next == self._limit:
            raise FileError(f"all {self._limit} {self._what} of this connection are in use; wait for some to be free")
        self._next += 1
        return self._next - 1

    def give_back(self, number: int) -> None:
        """Whoever took the number needs it no more, and neither does the server."""
        self._free.append(number)


class _Call:
    """A request in flight, and the task that sleeps until its reply comes, if any does."""

    __slots__ = ("flushed", "gives", "raise_cancel", "request", "task")

    def __init__(self, request: Message, gives: type[Message], task: Task | None) -> None:
        self.request, self.gives, self.task = request, gives, task
        self.flushed = False
        self.raise_cancel: Callable[[], NoReturn] | None = None

    def wake(self, result: outcome.Outcome[Message]) -> None:
        if self.task:
            task, self.task = self.task, None
            trio.lowlevel.reschedule(task, result)

    def cancel(self) -> None:
        if self.task and self.raise_cancel:
            self.wake(outcome.capture(self.raise_cancel))


class Calls:
    """All requests of one connection. `tags` and `fids` say which numbers are free."""

    def __init__(self, sock: socket.socket, peer: str) -> None:
        self._socket, self._peer = sock, peer
        self.msize = MSIZE
        self.tags, self.fids = Numbers(NOTAG - FLUSH, "tags"), Numbers(NOFID, "fids")
        self._frames = Frames(MSIZE)
        self._pending: dict[int, _Call] = {}
        self._flushing: deque[tuple[float, _Call]] = deque()  # until when, who
        self._unsent = bytearray()
        self._lost = ""
        self._scope = trio.CancelScope()
        self._nursery: trio.Nursery  # of `run`
        self.running, self.ended = trio.Event(), trio.Event()

    # What a caller does.

    async def call(self, request: Message, gives: type[Reply]) -> Reply:
        """The reply to a request, whose tag must come from `tags`.

        Raises FileError with the text of an Rerror, ConnectionLost if the server went away.
        """
        self._send(request)
        call = _Call(request, gives, trio.lowlevel.current_task())
        self._pending[request.tag] = call
        return cast(Reply, await trio.lowlevel.wait_task_rescheduled(partial(self._abort, call)))

    def tell(self, request: Message, gives: type[Message]) -> None:
        """Send a request whose answer nobody waits for; on a lost connection there is nobody to tell."""
        with suppress(ConnectionLost):
            self._send(request)
            self._pending[request.tag] = _Call(request, gives, None)

    async def agree(self) -> None:
        """Agree with the server on the version and the largest message, version(5). To be done first."""
        reply = await self.call(Tversion(NOTAG, MSIZE, VERSION), Rversion)
        if reply.version != VERSION:
            raise ProtocolError(f"{self._peer} speaks {reply.version or 'nothing'}, not {VERSION}")
        if not SMALLEST_MSIZE <= reply.msize <= MSIZE:
            raise ProtocolError(f"{self._peer} wants messages of {reply.msize} bytes, which is no answer to {MSIZE}")
        self.msize = self._frames.limit = reply.msize

    # The way out.

    def _send(self, request: Message) -> None:
        frame = self._encode(request)
        if not self._unsent and (frame := frame[self._send_now(frame) :]):
            self._nursery.start_soon(self._drain)
        self._unsent += frame
        if self._lost:
            raise ConnectionLost(self._lost)

    def _encode(self, request: Message) -> bytes:
        with suppress(struct.error, UnicodeEncodeError):
            frame = encode(request)
            if len(frame) <= self.msize:
                return frame
        self.tags.give_back(request.tag)
        raise FileError("a name is UTF-8 text, and must fit into one message")

    def _send_now(self, data: bytes | bytearray) -> int:
        """How many bytes need no more care: the socket took them, or nobody ever will."""
        try:
            return len(data) if self._lost else self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            self.lose(self._gone(error))
            return len(data)

    async def _drain(self) -> None:
        while self._unsent:
            await trio.lowlevel.wait_writable(self._socket)
            del self._unsent[: self._send_now(self._unsent)]

    # The way back.

    async def run(self) -> None:
        """Read replies until the server goes away or `lose` is called, then close the socket."""
        try:
            with self._socket, self._scope:
                async with trio.open_nursery() as self._nursery:
                    self.running.set()
                    await self._read()
        finally:
            self.lose("this client is closed")
            self.ended.set()

    async def _read(self) -> None:
        turns = 0
        try:
            while data := await self._receive():
                self._frames.feed(data)
                for reply in self._frames:
                    self._settle(reply)
                turns += 1
                if turns % TURNS == 0:
                    await trio.lowlevel.checkpoint()
            self.lose(f"{self._peer} went away")
        except OSError as error:
            self.lose(self._gone(error))
        except ProtocolError as error:
            self.lose(f"{self._peer} breaks the protocol: {error}")

    async def _receive(self) -> bytes:
        while True:
            try:
                return self._socket.recv(RECV)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)

    def _settle(self, reply: Message) -> None:
        call = self._pending.pop(reply.tag, None)
        if not call:
            raise ProtocolError(f"{type(reply).__name__} tag {reply.tag} is an answer to nothing")
        request = call.request
        if isinstance(request, Tflush):
            self._settle_flush(request)
        if isinstance(request, ENDS_FID):
            self.fids.give_back(request.fid)
        if not call.flushed and reply.tag < FLUSH:
            self.tags.give_back(reply.tag)
        if isinstance(reply, call.gives):
            call.wake(outcome.Value(reply))
        elif isinstance(reply, Rerror):
            call.wake(outcome.Error(FileError(reply.ename)))
        else:
            self._pending[reply.tag] = call  # for `lose` to tell
            raise ProtocolError(f"{type(reply).__name__} is no answer to {type(request).__name__}")

    def lose(self, why: str) -> None:
        """End the connection: who waits gets ConnectionLost now, who asks gets it from now on."""
        self._lost = self._lost or why
        pending, self._pending = self._pending, {}
        for call in pending.values():
            call.wake(outcome.Error(ConnectionLost(self._lost)))
        self._scope.cancel()

    def _gone(self, error: OSError) -> str:
        return f"{self._peer} went away: {(error.strerror or str(error)).lower()}"

    # Flushing.

    def _abort(self, call: _Call, raise_cancel: Callable[[], NoReturn]) -> Abort:
        """The caller was cancelled: leave at once, or when the server has said what became of the request."""
        if isinstance(call.request, NEVER_FLUSHED):
            call.task = None
            return Abort.SUCCEEDED
        call.flushed, call.raise_cancel = True, raise_cancel
        self._flush(call)
        return Abort.FAILED

    def _flush(self, call: _Call) -> None:
        self.tell(Tflush(call.request.tag + FLUSH, call.request.tag), Rflush)
        self._flushing.append((trio.current_time() + FLUSH_PATIENCE, call))
        if len(self._flushing) == 1 and not self._lost:
            self._nursery.start_soon(self._lose_patience)

    def _settle_flush(self, flush: Tflush) -> None:
        """The server forgets the old tag. If it had not answered, then it never will."""
        self.tags.give_back(flush.oldtag)
        if call := self._pending.pop(flush.oldtag, None):
            call.cancel()

    async def _lose_patience(self) -> None:
        while self._flushing:
            until, call = self._flushing[0]
            if call.task:
                await trio.sleep_until(until)
            call.cancel()
            self._flushing.popleft()


@asynccontextmanager
async def open_calls(sock: socket.socket, peer: str) -> AsyncIterator[Calls]:
    """The calls of a connected socket, which is closed at the end. `peer` names the server in errors.

    What reads is a system task: it must hear the Rflush of a caller whose scopes are all cancelled, and its failures
    belong to the requests (ConnectionLost), never as a group around an error of the block.
    """
    sock.setblocking(False)
    calls = Calls(sock, peer)
    trio.lowlevel.spawn_system_task(calls.run)
    try:
        await calls.running.wait()
        yield calls
    finally:
        calls.lose("this client is closed")
        with trio.CancelScope(shield=True):
            await calls.ended.wait()
