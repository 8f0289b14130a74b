"""A route: what is read from one file is written to another as it comes, turn by turn.

    open SOURCE, and for each of its turns:
        the first bytes come    open TARGET, again and again until it is to be had: nothing is said to it yet, so
                                nothing is lost by waiting, and nothing is said twice
        bytes come              write them at once, and read on when they are taken
        an empty read           clunk TARGET; what it made of the turn is known now
        TARGET refuses          the turn has failed; its rest is read and dropped, and the next begins anew. A stream
                                that has never ended a turn may have none: then it is opened anew after a while
        SOURCE breaks off       clunk TARGET; if SOURCE gives that turn again, it is not said again

A route is a client of the multiplexer like any other, with a connection of its own. So it sees what a user sees, and a
target that is slow holds up nobody but its own route: there is no queue between them, only the source, which keeps what
its reader has not read yet.
"""

from __future__ import annotations

import math
import random
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Self

import trio
from trio.lowlevel import ParkingLot

from ninep import FileError, ProtocolError
from ninep.client import Client, File, open_client
from ninep.turns import Turns

FIRST, LONGEST = 0.25, 10.0  # seconds between two tries: doubled each time, with jitter
ENDLESS = 5.0  # seconds after a refusal, in which the end of a turn tells that there are turns at all
AGAIN = 1.0  # seconds; a read that is refused again so soon is not refused for the turn's sake
EMPTY_READS = 256  # at once and in a row are the end of a source: as many empty turns never wait to be read
HEAD = 64 * 1024  # bytes of a turn by which it is known again
PROOF = 64  # bytes that must be the same; a turn that broke off sooner may as well be begun again
WORDS = 200  # characters of an error that are shown


class SourceError(Exception):
    """The source broke off in the midst of a turn."""


class Turn:
    """One turn of a source, in chunks as they come. SourceError if it breaks off."""

    def __init__(self, first: bytes, chunks: Turns) -> None:
        self.head = bytearray(first[:HEAD])
        """How it begins, as far as it has been read."""
        self._ready, self._chunks, self._has_ended = first, chunks, False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk, self._ready = self._ready, b""
        if chunk := chunk or await self._read():
            return chunk
        raise StopAsyncIteration

    async def drop(self) -> None:
        """Read the rest of it, for nobody."""
        self._ready = b""
        while await self._read():
            pass

    async def repeats(self, cut: bytes) -> bool:
        """Whether it is the turn that began so, once more. Reads as much of it as that takes."""
        if len(cut) < PROOF:
            return False
        while len(self._ready) < len(cut) and cut.startswith(self._ready):
            if not (chunk := await self._read()):
                break  # all that is left of it, after a restart say
            self._ready += chunk
        return self._ready.startswith(cut) or cut.startswith(self._ready)

    async def _read(self) -> bytes:
        if self._has_ended:
            return b""
        try:
            chunk = await anext(self._chunks, b"")
        except FileError as error:
            raise SourceError(str(error)) from None
        self._has_ended = not chunk
        self.head += chunk[: HEAD - len(self.head)]
        return chunk


class Route:
    """One way from a source to a target, and what has become of it."""

    def __init__(
        self,
        source: str,
        target: str,
        connect: Callable[[], socket.socket],
        notice: Callable[[Route, str], None],
        mounted: ParkingLot,
    ) -> None:
        self.source, self.target = source, target
        self.state = "opening"
        self.turns = self.bytes = self.errors = 0  # that the target has taken, and what went wrong
        self.error = ""  # the last one, in words
        self._connect, self._notice, self._mounted = connect, notice, mounted
        self._scope = trio.CancelScope()
        self._root: Client | None = None
        self._delay = FIRST
        self._has_trouble = False  # that has been told, and has not passed
        self._refused_at = -AGAIN  # when the source last refused a read
        self._cut = b""  # how a turn began that broke off
        self._has_turns = False  # as is seen when one has ended

    @property
    def is_done(self) -> bool:
        """Its source was an ordinary file, which has been copied."""
        return self.state == "done"

    def status(self) -> str:
        """What it does, what it has done, and what went wrong last."""
        what = f"{self.state}, {_count(self.turns, 'turn')}, {_count(self.bytes, 'byte')}"
        return f"{what}, {_count(self.errors, 'error')}, the last: {self.error}" if self.errors else what

    async def run(self) -> None:
        """Carry what comes until there will be nothing more, or `stop`."""
        with self._scope:
            while not self.is_done:
                try:
                    async with open_client(self._connect()) as self._root:
                        await self._live(self._root)
                except (OSError, ProtocolError) as error:
                    await self._rest(str(error))

    def stop(self) -> None:
        """End it here and now. What is in flight is not waited for, and the target's open file is clunked."""
        if self._root:
            self._root.hang_up()
        self._scope.cancel()

    async def _live(self, root: Client) -> None:
        while not self.is_done:
            try:
                async with root.open(self.source) as file:
                    self.state = "waiting"
                    await self._follow(root, Turns(file, EMPTY_READS))
                    self.state = "done"
            except FileError as error:
                await self._rest(str(error))

    async def _follow(self, root: Client, chunks: Turns) -> None:
        """Carry turn after turn, until there will be none."""
        while (first := await self._first(chunks)) is not None:
            if first:
                self.state = "moving"
                await self._carry(root, Turn(first, chunks))
                self.state = "waiting"

    async def _first(self, chunks: Turns) -> bytes | None:
        """The first bytes of the next turn (none, if the turn has none), or None if there will be no turn.

        A refusal may be all that there is of a turn: an answer that failed without a word. The read after it waits for
        the next turn. If that is refused at once, it is the open file that is of no use any more.
        """
        while True:
            try:
                return await anext(chunks, None)
            except FileError as error:
                if self._is_refused_again():
                    raise
                self._has_trouble = True
                self._fail(str(error))

    def _is_refused_again(self) -> bool:
        before, self._refused_at = self._refused_at, trio.current_time()
        return self._refused_at - before < AGAIN

    async def _carry(self, root: Client, turn: Turn) -> None:
        """A turn, to its end whatever happens on the way."""
        try:
            if await turn.repeats(self._cut):
                await turn.drop()
            else:
                self._cut = b""
                await self._hand_over(root, turn)
            self._cut, self._has_turns = b"", True
        except (SourceError, OSError) as error:
            await trio.lowlevel.checkpoint_if_cancelled()  # it may be `stop` that hung up
            self._cut = self._cut or bytes(turn.head)
            self._refused_at, self._has_trouble = trio.current_time(), True
            self._fail(f"cut off: {error}")

    async def _hand_over(self, root: Client, turn: Turn) -> None:
        """Say a turn to the target. What it refuses is the end of this turn, for it has heard some of it."""
        try:
            async with AsyncExitStack() as stack:
                sink = await self._open_target(root, stack)
                async for chunk in turn:
                    await sink.write(chunk)
                    self.bytes += len(chunk)
                    self._delay, self._has_trouble = FIRST, False
            self.turns += 1
        except FileError as error:
            self._fail(str(error))
            await self._drop(turn, error)

    async def _drop(self, turn: Turn, refusal: FileError) -> None:
        """Read the rest of a turn for nobody. Raises the refusal if the source may be one that never ends a turn."""
        with trio.move_on_after(math.inf if self._has_turns else ENDLESS):
            await turn.drop()
            return
        self._cut, self._has_trouble = bytes(turn.head), True
        raise refusal

    async def _open_target(self, root: Client, stack: AsyncExitStack) -> File:
        while True:
            try:
                sink = await stack.enter_async_context(root.open(self.target, "w"))
            except FileError as error:
                await self._rest(str(error))
            else:
                self.state = "moving"
                return sink

    # What goes wrong, and what to do then.

    def _fail(self, why: str) -> None:
        self.errors += 1
        self.error = _words(why)
        self._notice(self, self.error)

    async def _rest(self, why: str) -> None:
        """Wait before the next try, longer each time, or until a mount comes up: it may be the one.

        That something is not to be had is told once, however often it is tried.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        self.state, self.error = "retrying", _words(why)
        if not self._has_trouble:
            self._has_trouble = True
            self._fail(why)
        delay = self._delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, so that routes do not try in step
        self._delay = min(2 * self._delay, LONGEST)
        with trio.move_on_after(delay):
            await self._mounted.park()


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _words(text: str) -> str:
    """An error in one line that may go to a terminal, and into a comment."""
    line = " ".join(text.split())
    line = line if line.isprintable() else line.encode("unicode_escape").decode()
    return line if len(line) <= WORDS else f"{line[: WORDS - 1]}…"
