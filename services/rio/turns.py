"""One thing after another: programs, undo, clear, and the replacing of a dead worker never overlap.

Whoever asks for a turn may stop waiting for it (a flush, a hang-up); the turn itself is then still done, and whole.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
import trio

from ninep import FileError
from rio.bell import Bell

T = TypeVar("T")
Job = Callable[[], Awaitable[Any]]

MOST_WAITING = 32

log = structlog.get_logger()


class Turns:
    """The queue, and the one task that works it off."""

    def __init__(self) -> None:
        self._jobs = deque[Job]()
        self._arrived = Bell()
        self.is_busy = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._jobs)

    def add(self, job: Job) -> None:
        """At the end of the queue; refused when it is long."""
        if len(self._jobs) >= MOST_WAITING:
            raise FileError(
                f"{MOST_WAITING} programs wait for their turn already; try again, or write interrupt to ctl"
            )
        self._jobs.append(job)
        self._arrived.ring()

    def add_first(self, job: Job) -> None:
        """Before all that wait: what they need."""
        self._jobs.appendleft(job)
        self._arrived.ring()

    async def do(self, job: Callable[[], Awaitable[T]], *, first: bool = False) -> T:
        """Wait for a turn and for its end; what it refuses is raised here."""
        answer: list[T | FileError] = []
        done = trio.Event()

        async def play() -> None:
            try:
                answer.append(await job())
            except FileError as refusal:
                answer.append(refusal)
            finally:
                done.set()

        (self.add_first if first else self.add)(play)
        await done.wait()
        if isinstance(answer[0], FileError):
            raise answer[0]
        return answer[0]

    async def run(self) -> None:
        """Work for ever."""
        while True:
            while not self._jobs:
                await self._arrived.wait()
            self.is_busy = True
            try:
                await self._jobs.popleft()()
            except FileError as refusal:
                log.warning("turn.refused", why=str(refusal))
            finally:
                self.is_busy = False
