"""Ends what runs for longer than it may, where the worker cannot do that by itself: in the midst of one long call of C.

A worker interrupts code of programs that has run for too long, and says so with its line. It cannot while Python does
not get a word in, and some programs go on all the same. So it is watched from here as well: who gives no sign of life
for a little longer than that is asked to fork, and who does not is ended.

Functions that wait for a time are called though nobody asks for anything: then the sign is that the worker rests. In a
call that blocks it would be woken by its own alarm, so one that hangs uses the processor.
"""

from collections.abc import Awaitable, Callable

import trio

from rio.wire import Deltas, Done, Event, Message, Ran, Run, Tick

GRACE = 2.0  # seconds which the worker has more, since it ends what it can with better words
LOOKS = 4  # in the time of one patience
BUSY = 0.2  # of the time between two looks on the processor; a loop has less than all of it on a busy machine
_ASKING = Run | Tick | Event


class Waiting:
    """Since when a worker has not been heard of, though it was asked for something, or is busy with something."""

    def __init__(self) -> None:
        self._asked: float | None = None
        self._busy: float | None = None
        self._spent = 0.0
        self._is_playing = False

    @property
    def since(self) -> float | None:
        """When that was; None while nothing is expected of it."""
        return self._busy if self._asked is None else self._asked

    def asked(self, message: Message) -> None:
        """It was told this."""
        if isinstance(message, _ASKING):
            self._is_playing |= isinstance(message, Run)
            self._asked = trio.current_time() if self._asked is None else self._asked

    def heard(self, message: Message) -> None:
        """It said this. Prints, and changes in the midst of a program, are no sign that it comes to an end."""
        match message:
            case Ran():
                self._asked = trio.current_time()
            case Done():
                self.rest()
            case Deltas() if not self._is_playing:
                self.wake()

    def spent(self, seconds: float, busy: float) -> None:
        """It has had the processor for so long in all. Less than `busy` since the last look, and it has rested."""
        if seconds - self._spent < busy:
            self._busy = None
        elif self._busy is None:
            self._busy = trio.current_time()
        self._spent = seconds

    def wake(self) -> None:
        """It has just given a sign of life."""
        self._asked = self._busy = None

    def rest(self) -> None:
        """It is certainly at rest, or another one."""
        self.wake()
        self._is_playing = False


class Patience:
    """`seconds` is what a statement may take, 0 for ever; `spent()` is how long the worker has had the processor,
    `is_awake()` asks it, `end(why)` ends all.
    """

    def __init__(
        self,
        waiting: Waiting,
        spent: Callable[[], float],
        is_awake: Callable[[], Awaitable[bool]],
        end: Callable[[str], Awaitable[None]],
        seconds: float,
    ) -> None:
        self._waiting, self._spent, self._is_awake, self._end = waiting, spent, is_awake, end
        self._seconds = seconds

    async def run(self) -> None:
        """Look now and then, for ever."""
        while self._seconds:
            await trio.sleep(self._seconds / LOOKS)
            self._waiting.spent(self._spent(), BUSY * self._seconds / LOOKS)
            since = self._waiting.since
            if since is not None and trio.current_time() - since > self._seconds + min(GRACE, self._seconds):
                await self._look(since)

    async def _look(self, since: float) -> None:
        if await self._is_awake():
            self._waiting.wake()
        elif self._waiting.since == since:
            await self._end(f"ran for {trio.current_time() - since:.0f} s and was ended; let on_frame or every do long "
                            "work in pieces")  # fmt: skip
            self._waiting.rest()
