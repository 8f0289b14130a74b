"""The client's end of one connection: a request goes out, its reply comes back, whatever else is in flight.

A request is sent by the task that makes it, straight to the bare socket, and the task then sleeps until the one task
that reads has its reply: no channel, no lock, no task for a request. What the socket would not take waits in one
buffer, which holds at most what the sleeping tasks asked to send.

`call` asks and waits in one. `ask` only asks, so several requests of one task can be in flight; each is waited for
in turn (`Asked.reply`), or called off.

A cancelled request is flushed, flush(5): its task sleeps on until the server has answered either the request, then the
reply is what the caller gets (trio's rule: cancelled, or done), or the Tflush, then it is cancelled and nothing was
taken. A tag is used again only after that. A server that answers neither within `FLUSH_PATIENCE` seconds loses the tag,
not the caller.
"""

from __future__ import annotations

import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Any, Generic, NoReturn, TypeVar, cast

import outcome
import trio
from trio.lowlevel import Abort, Task

from ninep.codec import Frames, encode
from ninep.errors import INTERRUPTED, FileError, ProtocolError
from ninep.messages import NOFID, NOTAG, Garbled, Message, Rerror, Rflush, Rversion, Tclunk, Tflush, Tremove, Tversion

MSIZE = 128 * 1024 + 24  # offered: the largest message, so that 128 KiB of data fit into one
SMALLEST_MSIZE = 256  # a server that wants less leaves no room for a name
VERSION = "9P2000"
RECV = 128 * 1024 + 11  # bytes to ask of the socket at once: a full Rread, so that several end where one of them ends
PARTS = 64  # messages to give to the socket at once, of those that had to wait
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


class Asked(Generic[Reply]):
    """A request in flight, and the task that sleeps until its reply comes, if any does."""

    __slots__ = ("_calls", "_raise_cancel", "_result", "_task", "gives", "is_flushed", "is_settled", "request")

    def __init__(self, calls: Calls, request: Message, gives: type[Reply]) -> None:
        self._calls, self.request, self.gives = calls, request, gives
        self.is_flushed = self.is_settled = False
        self._task: Task | None = None
        self._result: outcome.Outcome[Reply] | None = None
        self._raise_cancel: Callable[[], NoReturn] | None = None

    async def reply(self) -> Reply:
        """The reply, for one task, once. FileError with the text of an Rerror, ConnectionLost if the server is gone."""
        if self._result:
            await trio.lowlevel.checkpoint_if_cancelled()
            return self._result.unwrap()
        return await self._sleep()

    async def _sleep(self) -> Reply:
        self._task = trio.lowlevel.current_task()
        return cast(Reply, await trio.lowlevel.wait_task_rescheduled(self._abort))

    def settle(self, result: outcome.Outcome[Reply]) -> None:
        """This is what became of it: wake who waits, or keep it for who will."""
        if self.is_settled:
            return
        self.is_settled = True
        if self._task:
            trio.lowlevel.reschedule(self._task, result)
        else:
            self._result = result

    def _abort(self, raise_cancel: Callable[[], NoReturn]) -> Abort:
        """The caller was cancelled: leave at once, or when the server has said what became of the request."""
        if isinstance(self.request, NEVER_FLUSHED):
            self._task, self.is_settled = None, True  # its answer wakes nobody
            return Abort.SUCCEEDED
        self._raise_cancel = raise_cancel
        self._calls.flush(self)
        return Abort.FAILED

    def forgotten(self) -> None:
        """The server has forgotten it without an answer, or says nothing to its Tflush: who was cancelled may go."""
        if self._raise_cancel:
            self.settle(outcome.capture(self._raise_cancel))
        else:
            self.settle(outcome.Error(FileError(INTERRUPTED)))


class Calls:
    """All requests of one connection. `tags` and `fids` say which numbers are free."""

    def __init__(self, sock: socket.socket, peer: str) -> None:
        self._socket, self.peer = sock, peer
        self.msize = MSIZE
        self.tags, self.fids = Numbers(NOTAG - FLUSH, "tags"), Numbers(NOFID, "fids")
        self._frames = Frames(MSIZE)
        self._pending: dict[int, Asked[Any]] = {}
        self._flushing: deque[tuple[float, Asked[Any]]] = deque()  # until when, who
        self._unsent = deque[memoryview]()
        self._lost = ""
        self._scope = trio.CancelScope()
        self._nursery: trio.Nursery  # of `run`
        self.running, self.ended = trio.Event(), trio.Event()

    # What a caller does.

    async def call(self, request: Message, gives: type[Reply]) -> Reply:
        """The reply to a request, whose tag must come from `tags`.

        Raises FileError with the text of an Rerror, ConnectionLost if the server went away.
        """
        return await self.ask(request, gives)._sleep()

    def ask(self, request: Message, gives: type[Reply]) -> Asked[Reply]:
        """Send a request, and let its reply wait for the caller. ConnectionLost if the server went away."""
        self._send(request)
        asked = self._pending[request.tag] = Asked(self, request, gives)
        return asked

    def tell(self, request: Message, gives: type[Message]) -> None:
        """Send a request whose answer nobody waits for; on a lost connection there is nobody to tell."""
        with suppress(ConnectionLost):
            self.ask(request, gives)

    async def call_off(self, requests: Collection[Asked[Any]]) -> None:
        """Have the server forget requests whose replies nobody wants, and wait until it has: what they did, they did.

        Not cancelled, and over in `FLUSH_PATIENCE` seconds at the latest.
        """
        for asked in requests:
            self.flush(asked)
        for asked in requests:
            with trio.CancelScope(shield=True), suppress(FileError, ConnectionLost):
                await asked.reply()

    async def agree(self) -> None:
        """Agree with the server on the version and the largest message, version(5). To be done first."""
        reply = await self.call(Tversion(NOTAG, MSIZE, VERSION), Rversion)
        if reply.version != VERSION:
            raise ProtocolError(f"{self.peer} speaks {reply.version or 'nothing'}, not {VERSION}")
        if not SMALLEST_MSIZE <= reply.msize <= MSIZE:
            raise ProtocolError(f"{self.peer} wants messages of {reply.msize} bytes, which is no answer to {MSIZE}")
        self.msize = self._frames.limit = reply.msize

    async def close(self) -> None:
        """End the connection, and wait until its socket is closed. Not cancelled, since nothing is waited for long."""
        self.lose("this client is closed")
        with trio.CancelScope(shield=True):
            await self.ended.wait()

    @property
    def is_lost(self) -> bool:
        """The connection is over."""
        return bool(self._lost)

    # The way out.

    def _send(self, request: Message) -> None:
        frame = self._encode(request)
        if self._unsent:
            self._unsent.append(memoryview(frame))
        elif (sent := self._send_now([frame])) < len(frame):
            self._unsent.append(memoryview(frame)[sent:])
            self._nursery.start_soon(self._drain)
        if self._lost:
            raise ConnectionLost(self._lost)

    def _encode(self, request: Message) -> bytes:
        with suppress(struct.error, UnicodeEncodeError):
            frame = encode(request)
            if len(frame) <= self.msize:
                return frame
        self.tags.give_back(request.tag)
        raise FileError("a name is UTF-8 text, and must fit into one message")

    def _send_now(self, parts: Sequence[bytes | memoryview]) -> int:
        """How many bytes need no more care: the socket took them, or nobody ever will."""
        try:
            return sum(map(len, parts)) if self._lost else self._socket.sendmsg(parts)
        except BlockingIOError:
            return 0
        except OSError as error:
            self.lose(self._gone(error))
            return sum(map(len, parts))

    async def _drain(self) -> None:
        while self._unsent:
            await trio.lowlevel.wait_writable(self._socket)
            sent = self._send_now([*islice(self._unsent, PARTS)])
            while self._unsent and sent >= len(self._unsent[0]):
                sent -= len(self._unsent.popleft())
            if sent:
                self._unsent[0] = self._unsent[0][sent:]

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
            self.lose(f"{self.peer} went away")
        except OSError as error:
            self.lose(self._gone(error))
        except ProtocolError as error:
            self.lose(f"{self.peer} breaks the protocol: {error}")

    async def _receive(self) -> bytes:
        while True:
            try:
                return self._socket.recv(self._frames.missing or RECV)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._socket)

    def _settle(self, reply: Message) -> None:
        asked = self._pending.pop(reply.tag, None)
        if not asked and isinstance(reply, Rerror) and reply.tag == NOTAG:
            self.lose(f"{self.peer}: {reply.ename}")  # said before anything was asked: why we are not taken in
            return
        if not asked:
            raise ProtocolError(f"{type(reply).__name__} tag {reply.tag} is an answer to nothing")
        request = asked.request
        if isinstance(request, Tflush):
            self._settle_flush(request)
        if isinstance(request, ENDS_FID):
            self.fids.give_back(request.fid)
        if not asked.is_flushed and reply.tag < FLUSH:
            self.tags.give_back(reply.tag)
        if isinstance(reply, asked.gives):
            asked.settle(outcome.Value(reply))
        elif isinstance(reply, Rerror):
            asked.settle(outcome.Error(FileError(reply.ename)))
        elif isinstance(reply, Garbled) and reply.tag < FLUSH:  # the next message begins where it should
            asked.settle(outcome.Error(FileError(f"i/o error: {self.peer} answers what is no message: {reply.why}")))
        else:
            self._pending[reply.tag] = asked  # for `lose` to tell
            raise ProtocolError(f"{type(reply).__name__} is no answer to {type(request).__name__}")

    def lose(self, why: str) -> None:
        """End the connection: who waits gets ConnectionLost now, who asks gets it from now on."""
        self._lost = self._lost or why
        pending, self._pending = self._pending, {}
        for asked in pending.values():
            asked.settle(outcome.Error(ConnectionLost(self._lost)))
        self._scope.cancel()

    def _gone(self, error: OSError) -> str:
        return f"{self.peer} went away: {(error.strerror or str(error)).lower()}"

    # Flushing.

    def flush(self, asked: Asked[Any]) -> None:
        """Have the server forget a request, unless it has answered. Only once, and its tag is free only after that."""
        if asked.is_flushed or self._pending.get(asked.request.tag) is not asked:
            return
        asked.is_flushed = True
        self.tell(Tflush(asked.request.tag + FLUSH, asked.request.tag), Rflush)
        self._flushing.append((trio.current_time() + FLUSH_PATIENCE, asked))
        if len(self._flushing) == 1 and not self._lost:
            self._nursery.start_soon(self._lose_patience)

    def _settle_flush(self, flush: Tflush) -> None:
        """The server forgets the old tag. If it had not answered, then it never will."""
        self.tags.give_back(flush.oldtag)
        if asked := self._pending.pop(flush.oldtag, None):
            asked.forgotten()

    async def _lose_patience(self) -> None:
        while self._flushing:
            until, asked = self._flushing[0]
            if not asked.is_settled:
                await trio.sleep_until(until)
            asked.forgotten()
            self._flushing.popleft()


@asynccontextmanager
async def open_calls(sock: socket.socket, peer: str) -> AsyncIterator[Calls]:
    """The calls of a connected socket, which is closed at the end. `peer` names the server in errors."""
    calls = await start_calls(sock, peer)
    try:
        yield calls
    finally:
        await calls.close()


async def start_calls(sock: socket.socket, peer: str) -> Calls:
    """The same for who closes them by `close`.

    What reads is a system task: it must hear the Rflush of a caller whose scopes are all cancelled, and its failures
    belong to the requests (ConnectionLost), never as a group around an error of the block.
    """
    sock.setblocking(False)
    calls = Calls(sock, peer)
    trio.lowlevel.spawn_system_task(calls.run)
    try:
        await calls.running.wait()
    except BaseException:
        calls.lose("nobody wants this client any more")
        raise
    return calls
