"""The trio edge of a server: one task for each connection, and one more for each fid that must wait.

All messages of one recv are answered in one go and leave in one send. Bare non-blocking sockets are tried first, and
trio is asked only when they would block: a turn of the scheduler costs as much as answering several messages.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
from collections import deque
from collections.abc import Sequence
from time import perf_counter
from types import CoroutineType
from typing import Any, NoReturn, cast

import trio

from ninep.accept import accept
from ninep.answers import ANSWERS, Reply
from ninep.errors import INTERRUPTED, FileError, ProtocolError
from ninep.logs import LibraryLog
from ninep.messages import (
    Message,
    Rcreate,
    Rerror,
    Ropen,
    Rversion,
    Tclunk,
    Tcreate,
    Topen,
    Tread,
    Tremove,
    Tversion,
    Twrite,
)
from ninep.node import GOODBYE, Answer, Node, Opened
from ninep.opened import begin_client
from ninep.session import Fid, Session

log = LibraryLog("ninep")

RECV = 256 * 1024
SEND = (
    512 * 1024
)  # bytes to gather before a send: the 23 bytes of a Tread may ask for 128 KiB, and a burst holds thousands
PIECES = os.sysconf("SC_IOV_MAX")  # buffers that sendmsg(2) takes at once
TURN = 0.004  # seconds of answering in a row, before other clients get theirs;
LOOK = 64  # messages between two looks at the clock
PATIENCE = 30.0  # seconds for the first message to come, and for each to become whole after its first byte
NOTHING = memoryview(b"")  # one for all: a memoryview weighs 184 bytes
STOPPING = "the service is stopping; try again when it is back"

IN_ORDER: set[type[Message]] = {Tread, Twrite, Topen, Tcreate}
"""What is answered in its order, each among its own kind on its fid: a read that waits holds up no write."""
ENDED_BY_CLUNK: tuple[type[Message], ...] = (Tread, Topen, Tcreate)
"""What waits on a fid that is clunked, and is refused then. Writes are finished first."""
LAST: set[type[Message]] = {Tclunk, Tremove}
"""What ends a fid. Once asked it is not called back: the session knows the fid no more."""


class Lane:
    """What waits on one fid, of one kind: the request that is being answered, and those behind it."""

    __slots__ = ("behind", "is_last", "scope", "tag", "why")

    def __init__(self) -> None:
        self.behind: deque[Message] = deque()
        self.tag = -1
        self.is_last = False
        self.scope = trio.CancelScope()
        self.why: str | None = None  # the Rerror if it is ended; None if it was flushed, and gets no reply

    def begin(self, message: Message) -> None:
        """A request's turn has come."""
        self.tag, self.is_last = message.tag, type(message) in LAST
        self.scope, self.why = trio.CancelScope(), None


class Connection:
    """One client: its socket, its session, and what waits."""

    __slots__ = (
        "_draining",
        "_lanes",
        "_nursery",
        "_patience",
        "_rest",
        "_root",
        "_session",
        "_socket",
        "_turn",
        "_waiting",
    )

    def __init__(self, sock: socket.socket, root: Node, nursery: trio.Nursery, clients: int = 1) -> None:
        self._socket, self._root, self._nursery = sock, root, nursery
        self._session = Session(clients=clients)
        self._lanes: dict[Any, Lane] = {}  # (fid, kind) -> what waits there
        self._waiting: dict[int, Lane] = {}  # tag -> the lane in which it is being answered
        self._rest = NOTHING  # what the socket would not take
        self._draining: trio.Lock | None = None  # made when first needed: most connections never wait to send
        self._patience = trio.current_time() + PATIENCE  # when a frame must be whole: the first, or one that has begun
        self._turn = 0.0  # when this client's turn is over

    async def run(self) -> None:
        """Serve until the peer hangs up (then return) or breaks the protocol (ProtocolError)."""
        session, recv, recvs = self._session, self._socket.recv, 0
        while True:
            if self._rest:  # who does not take the answers that came late is not asked for more requests
                await self._drain()
            try:
                data = recv(RECV)
            except BlockingIOError:
                await self._wait_readable()
                self._turn, recvs = 0.0, 0
                continue
            if not data:
                return
            session.receive_data(data)
            for count, request in enumerate(session.events_received(), 1):
                if request:
                    self._answer(*request)
                if session.due > SEND or not count % LOOK:
                    await self._pause()
            if session.has_advanced:
                self._patience = math.inf
            recvs += 1
            if recvs > 1:
                await self._pause()
            elif not self._sent():  # what most clients say at once is answered before we look at the clock
                await self._drain()

    async def _pause(self) -> None:
        """Send what is due, and let others have their turn if this one has lasted. It begins with the first look."""
        if not self._sent():
            await self._drain()
        now = perf_counter()
        if not self._turn:
            self._turn = now + TURN
        elif now > self._turn:
            await trio.lowlevel.checkpoint()
            self._turn = 0.0

    async def _wait_readable(self) -> None:
        if self._session.is_partial:
            self._patience = min(self._patience, trio.current_time() + PATIENCE)
        if self._patience == math.inf:
            await trio.lowlevel.wait_readable(self._socket)
            return
        with trio.move_on_at(self._patience) as patience:
            await trio.lowlevel.wait_readable(self._socket)
        if patience.cancelled_caught:
            raise ProtocolError(f"no whole message came in {PATIENCE:.0f} s")

    # Answers.

    def _answer(self, message: Message, fid: Fid | None) -> None:
        kind = type(message)
        if self._lanes and fid is not None and self._queued(message, kind, fid):
            return
        answer = self._ask(message, fid)
        if type(answer) is CoroutineType:
            lane = Lane()
            if kind in IN_ORDER or kind is Tclunk:
                self._lanes[fid, kind] = lane
            lane.begin(message)
            self._waiting[message.tag] = lane
            self._nursery.start_soon(self._answer_later, lane, message, fid, answer)
        elif answer is not None:
            try:  # as `_reply`, which is one call more for each message
                self._session.reply(*cast(Reply, answer))
            except Exception as error:
                self._session.reply(refusal(message, error))

    def _reply(self, request: Message, answer: Reply) -> None:
        """Say it. What a tree gives that cannot be said (too long, no number, no text) is a mistake of the tree."""
        try:
            self._session.reply(*answer)
        except Exception as error:  # whatever the codec makes of it; the request still gets its one answer
            self._session.reply(refusal(request, error))

    def _queued(self, message: Message, kind: type[Message], fid: Fid) -> bool:
        """Put a request behind those of its kind. A clunk ends what is read, and comes after what is written."""
        if kind in LAST:
            for ended in ENDED_BY_CLUNK:
                if lane := self._lanes.get((fid, ended)):
                    self._refuse(lane, INTERRUPTED)
            lane = self._lanes.get((fid, Twrite))
        elif kind in IN_ORDER:
            lane = self._lanes.get((fid, kind))
        else:
            return False
        if lane is None:
            return False
        lane.behind.append(message)
        return True

    def _ask(self, message: Message, fid: Fid | None) -> Answer[Reply | None]:
        handler = ANSWERS.get(type(message))
        try:
            return handler(self._root, message, fid) if handler else self._concern(message)
        except Exception as error:  # of any tree: a mistake in one handler is one Rerror, and a line in the log
            return refusal(message, error), None

    async def _answer_later(self, lane: Lane, message: Message, fid: Fid | None, answer: Answer[Reply | None]) -> None:
        """Give an answer that must be waited for, then those that queued behind it."""
        key = fid, type(message)
        try:
            await self._answer_in_turn(lane, message, fid, answer)
        except (OSError, trio.ClosedResourceError):
            log.debug("connection.lost")  # `run` hears of it too, and cleans up
        except Exception as error:  # a mistake of ours ends this connection, and no other
            self._fail(error)
        if self._lanes.get(key) is lane:
            del self._lanes[key]

    async def _answer_in_turn(
        self, lane: Lane, message: Message, fid: Fid | None, answer: Answer[Reply | None]
    ) -> None:
        while True:
            if type(answer) is CoroutineType:
                await self._wait(lane, message, fid, answer)
            elif self._is_current(lane):
                self._reply(message, cast(Reply, answer))
            if not self._sent():
                await self._drain()
            if not lane.behind:
                return
            message = lane.behind.popleft()
            lane.begin(message)
            self._waiting[message.tag] = lane
            answer = self._ask(message, fid)

    def _is_current(self, lane: Lane) -> bool:
        """Whether its request is still to be answered, not forgotten by a Tversion. After this it does not wait."""
        if self._waiting.get(lane.tag) is not lane:
            return False
        del self._waiting[lane.tag]
        return True

    async def _wait(self, lane: Lane, message: Message, fid: Fid | None, coroutine: Any) -> None:
        """Reply when the coroutine has ended, or drop the request if it was flushed before."""
        answer: Reply | None = None
        try:
            with lane.scope:
                answer = await coroutine
        except* Exception as errors:  # as in `_ask`; and what fails while it is cancelled comes in one group with that
            answer = refusal(message, the_one(errors)), None
        if answer and fid and fid.is_gone:
            answer = self._close_late(message, answer)
        if not self._is_current(lane):
            return
        if answer:
            self._reply(message, answer)
        elif lane.why:
            self._session.reply(Rerror(message.tag, lane.why))
        else:
            self._session.drop(message.tag)

    def _close_late(self, message: Message, answer: Reply) -> Reply:
        """A file that opened after its fid had been clunked is let go again."""
        match answer:
            case (Ropen(), Opened() as opened) | (Rcreate(), (_, Opened() as opened)):
                self._let_go(opened)
                return Rerror(message.tag, INTERRUPTED), None
        return answer

    def _refuse(self, lane: Lane, why: str) -> None:
        """End what waits in a lane."""
        for message in lane.behind:
            self._session.reply(Rerror(message.tag, why))
        lane.behind.clear()
        lane.why = why
        lane.scope.cancel()

    # What concerns the whole connection.

    def _concern(self, message: Message) -> Reply | None:
        if type(message) is Tversion:
            return self._restart(message)
        self._flush(message)  # answered by the session, when what is flushed has ended
        return None

    def _restart(self, message: Any) -> Reply:
        self._forget()
        version = "9P2000" if message.version.startswith("9P2000") else "unknown"
        return Rversion(message.tag, self._session.msize, version), None

    def _flush(self, message: Any) -> None:
        """flush(5): what waits is cancelled, and the session says Rflush when it ends; what is queued is dropped.

        A clunk comes first all the same, and Rflush after it: half a clunk would be a text that is lost.
        """
        if lane := self._waiting.get(message.oldtag):
            if not lane.is_last:
                lane.why = None
                lane.scope.cancel()
            return
        for lane in self._lanes.values():
            for queued in lane.behind:
                if queued.tag == message.oldtag and type(queued) not in LAST:
                    lane.behind.remove(queued)
                    self._session.drop(queued.tag)
                    return

    def _forget(self) -> None:
        """End all that waits, and let go of every open file, also of those whose clunk was still queued.

        A clunk that has begun gets a few seconds to end: its text is whole, and its writer has said the last word.
        """
        ending = {fid for (fid, _), lane in self._lanes.items() if any(type(m) in LAST for m in lane.behind)}
        for lane in (*self._waiting.values(), *self._lanes.values()):  # a lane that is only sending waits for nothing
            lane.behind.clear()
            if lane.is_last:
                lane.scope.shield, lane.scope.deadline = True, trio.current_time() + GOODBYE
            else:
                lane.scope.cancel()
        self._waiting.clear()
        self._lanes.clear()
        for fid in (*self._session.abandoned(), *ending):
            if fid.file:
                self._let_go(fid.file)

    def _let_go(self, file: Opened) -> None:
        """Clunk a file whose client has gone. What must wait for that gets a few seconds, and nobody is told."""
        try:
            waiting = file.abandon()
        except Exception as error:  # of any tree, and nobody is left to tell
            complain(error)
            return
        if type(waiting) is CoroutineType:
            self._nursery.start_soon(self._let_go_later, waiting)

    async def _let_go_later(self, waiting: CoroutineType[Any, Any, None]) -> None:
        try:
            with trio.move_on_after(GOODBYE, shield=True):
                await waiting
        except* Exception as errors:  # as above
            complain(the_one(errors))

    def say_goodbye(self) -> None:
        """The service stops: answer all that waits, as far as the socket takes it at once."""
        self._session.refuse_pending(STOPPING)
        with contextlib.suppress(OSError):
            self._sent()

    def _fail(self, error: Exception) -> None:
        """Hang up; `run` hears of it."""
        log.error("connection.failed", exc_info=error)
        with contextlib.suppress(OSError):  # the peer was faster
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The conversation is over. Who waits to send finds that nothing is due any more."""
        self._session.receive_eof()
        self._rest = NOTHING
        self._forget()
        trio.lowlevel.notify_closing(self._socket)
        self._socket.close()

    # Sending.

    def _sent(self) -> bool:
        """Send what is due. False if the socket is full: then `_drain` must be awaited."""
        if not self._rest and (due := self._session.due):
            pieces = self._session.pieces_to_send()
            try:
                sent = self._socket.send(pieces[0]) if len(pieces) == 1 else self._socket.sendmsg(pieces[:PIECES])
            except BlockingIOError:
                sent = 0
            if sent < due:
                self._rest = memoryview(b"".join(pieces))[sent:]
        return not self._rest

    async def _drain(self) -> None:
        """Wait until all is sent. The first to come does the work; while it does, no more requests are read."""
        self._draining = self._draining or trio.Lock()
        async with self._draining:
            while not self._sent():
                await trio.lowlevel.wait_writable(self._socket)
                with contextlib.suppress(BlockingIOError):
                    self._rest = self._rest[self._socket.send(self._rest) :]


def refusal(message: Message, error: Exception) -> Rerror:
    """The Rerror of a request that failed. A tree's own mistake is logged, and is nobody else's end."""
    if isinstance(error, FileError):
        return Rerror(message.tag, " ".join(str(error).split()) or "refused")
    log.error("request.failed", request=str(message)[:200], exc_info=error)
    return Rerror(message.tag, f"internal error: {type(error).__name__}; the log of the service has the details")


def the_one(errors: ExceptionGroup[Exception]) -> Exception:
    """What a group says, if it says one thing: a refusal out of a nursery is a refusal."""
    error: Exception = errors
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def complain(error: Exception) -> None:
    """Log why a file could not be let go properly; with where, if it is a mistake of the tree."""
    log.warning("clunk.failed", error=str(error), exc_info=None if isinstance(error, FileError) else error)


async def serve_connection(sock: socket.socket, root: Node, *, clients: int = 1) -> None:
    """Serve one connected socket until its peer, who may speak for many clients, is gone. The socket is closed then."""
    async with trio.open_nursery() as nursery:
        await _serve_in(nursery, sock, root, clients)
        nursery.cancel_scope.cancel()


async def _serve_in(nursery: trio.Nursery, sock: socket.socket, root: Node, clients: int = 1) -> None:
    """Serve one socket, with what waits in a nursery that others may share: an idle connection costs one task."""
    sock.setblocking(False)
    begin_client()
    connection = Connection(sock, root, nursery, clients)
    try:
        await connection.run()
    except ProtocolError as error:
        log.info("connection.refused", reason=str(error))
    except OSError:  # reset, or silent for so long that TCP gave up
        log.debug("connection.lost")
    except Exception as error:  # a mistake of ours ends this connection, and no other
        log.error("connection.failed", exc_info=error)
    except trio.Cancelled:
        connection.say_goodbye()
        raise
    finally:
        connection.close()


async def serve(
    root: Node,
    listeners: Sequence[socket.socket],
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> NoReturn:
    """Accept clients of listening sockets until cancelled; then every client's pending requests have ended."""
    async with trio.open_nursery() as nursery:
        for listener in listeners:
            nursery.start_soon(accept, listener, lambda sock: nursery.start_soon(_serve_in, nursery, sock, root))
        task_status.started()
        await trio.sleep_forever()
    raise AssertionError("a nursery that only a cancellation ends")
