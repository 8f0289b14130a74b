"""Turns, one at a time, in the order in which they were asked. It knows nothing of providers."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

import trio

from llmfs.turns.turn import CANCELLED, Turn, truncated

STOPPED = "llmfs was stopped"


class Runner:
    """Those that wait, and the one that runs. There is a task only while there is something to do.

    `answer(turn)` makes a turn run and gives the state in which it ended; it may be cancelled. `ended(turn)` is told as
    soon as a turn has ended, in whatever way.
    """

    def __init__(
        self, nursery: trio.Nursery, answer: Callable[[Turn], Awaitable[str]], ended: Callable[[Turn], None]
    ) -> None:
        self.waiting: deque[Turn] = deque()
        self._nursery, self._answer, self._ended = nursery, answer, ended
        self._running: Turn | None = None
        self._scope = trio.CancelScope()  # of the running turn
        self._is_working = False

    @property
    def running(self) -> Turn | None:
        """The turn whose answer is coming, if there is one."""
        return self._running if self._running and not self._running.has_ended else None

    @property
    def is_idle(self) -> bool:
        """True if nothing runs and nothing waits."""
        return not self.running and not self.waiting

    def add(self, turn: Turn) -> None:
        """Run it when those before it have ended."""
        self.waiting.append(turn)
        if not self._is_working:
            self._is_working = True
            self._nursery.start_soon(self._work)

    def cancel(self, *, everything: bool = False) -> list[Turn]:
        """End the turn that runs or comes next, and with `everything` all that wait; says which these were.

        Their readers are released before this returns. What is behind the answer is closed right after.
        """
        turns = [self.running] if self.running else []
        while self.waiting and (everything or not turns):
            turns.append(self.waiting.popleft())
        self._scope.cancel()
        for turn in turns:
            self._end(turn, CANCELLED)
        return turns

    async def _work(self) -> None:
        try:
            while self.waiting:
                await self._run(self.waiting.popleft())
        finally:
            self._is_working = False
            if self.running:
                self._end(self.running, truncated(STOPPED))

    async def _run(self, turn: Turn) -> None:
        self._running = turn
        with trio.CancelScope() as self._scope:
            self._end(turn, await self._answer(turn))

    def _end(self, turn: Turn, state: str) -> None:
        if not turn.has_ended:
            turn.end(state)
            self._ended(turn)
