"""Ends what runs for longer than it may, where the worker cannot do that by itself: in the midst of one long call of C.

A worker interrupts code of programs that has run for too long, and says so with its line. It cannot while Python does
not get a word in, and some programs go on all the same. So it is watched from here as well: who gives no sign of life
for a little longer than that is asked to fork, and who does not is ended.
"""

from collections.abc import Awaitable, Callable

import trio

from rio.wire import Deltas, Done, Event, Message, Ran, Run, Tick

GRACE = 2.0  # seconds which the worker has more, since it ends what it can with better words
LOOKS = 4  # in the time of one patience
_ASKING = Run | Tick | Event


class Waiting:
    """Since when a worker has not been heard of, though it was asked for something."""

    def __init__(self) -> None:
        self.since: float | None = None
        self._is_playing = False

    def asked(self, message: Message) -> None:
        """It was told this."""
        if isinstance(message, _ASKING):
            self._is_playing |= isinstance(message, Run)
            self.since = trio.current_time() if self.since is None else self.since

    def heard(self, message: Message) -> None:
        """It said this. Prints, and changes in the midst of a program, are no sign that it comes to an end."""
        match message:
            case Ran():
                self.since = trio.current_time()
            case Done():
                self.rest()
            case Deltas() if not self._is_playing:
                self.since = None

    def rest(self) -> None:
        """It is certainly at rest, or another one."""
        self.since, self._is_playing = None, False


class Patience:
    """`seconds` is what a statement may take, 0 for ever; `is_awake()` asks the worker, `end(why)` ends all."""

    def __init__(
        self,
        waiting: Waiting,
        is_awake: Callable[[], Awaitable[bool]],
        end: Callable[[str], Awaitable[None]],
        seconds: float,
    ) -> None:
        self._waiting, self._is_awake, self._end, self._seconds = waiting, is_awake, end, seconds

    async def run(self) -> None:
        """Look now and then, for ever."""
        while self._seconds:
            await trio.sleep(self._seconds / LOOKS)
            since = self._waiting.since
            if since is not None and trio.current_time() - since > self._seconds + min(GRACE, self._seconds):
                await self._look(since)

    async def _look(self, since: float) -> None:
        if await self._is_awake():
            self._waiting.since = None
        elif self._waiting.since == since:
            await self._end(f"ran for {trio.current_time() - since:.0f} s and was ended; let on_frame or every do long "
                            "work in pieces")  # fmt: skip
            self._waiting.rest()
