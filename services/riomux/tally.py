"""What has passed between the multiplexer and one backend, counted where it costs next to nothing.

Answers are counted by the chunk in which they come. Bytes are those of the connections, see `pump`. The round trip is
timed for one request at a time, and never for a read or a write of data: these take the fast path, and a read may wait
for its content for as long as it likes. Walks, opens, stats and clunks say how quick a backend is.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from ninep.messages import Rerror, Rread
from ninep.metrics import Histogram

if TYPE_CHECKING:
    from riomux.peers import Pending

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: from a process of this machine to one that has trouble."""


class Tally:
    """The numbers of one backend since it was mounted."""

    __slots__ = ("_begun", "_timed", "_was_up", "answers", "errors", "heard", "reconnects", "said", "trips")

    def __init__(self) -> None:
        self.answers = self.errors = 0  # Rerrors are answers too
        self.heard = self.said = 0  # bytes, over connections that have ended
        self.reconnects = 0  # times that it was up again after it had no connection
        self.trips = Histogram(BOUNDS)
        self._timed: Pending | None = None
        self._begun = 0.0
        self._was_up = False

    def connect(self, *, is_only: bool) -> None:
        """There is another connection, or again one."""
        self.reconnects += is_only and self._was_up
        self._was_up = True

    def ask(self, pending: Pending) -> None:
        """Something is asked whose answer will be looked at."""
        if self._timed is None and pending.expect != Rread.number and not pending.most:
            self._timed, self._begun = pending, perf_counter()

    def answer(self, pending: Pending, kind: int) -> None:
        """Its answer has come."""
        if kind == Rerror.number:
            self.errors += 1
        if pending is self._timed:
            self._timed = None
            self.trips.observe(perf_counter() - self._begun)

    def forget(self, pending: Pending) -> None:
        """Its answer may not come, or not when it can."""
        if pending is self._timed:
            self._timed = None

    def disconnect(self) -> None:
        """A connection has ended, perhaps that of what is timed."""
        self._timed = None
