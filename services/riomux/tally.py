"""What has passed between the multiplexer and one backend, counted where it costs next to nothing.

Answers are added up by the chunk in which they come. Bytes are those of the connections, see `pump`. The round trip is
timed for one walk in EVERY, and one at a time: a read may wait for its content and a clunk for what it does, but every
server answers a walk as quickly as it can.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from ninep.messages import Rerror
from ninep.metrics import Histogram

if TYPE_CHECKING:
    from riomux.peers import Pending

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: from a process of this machine to one that has trouble."""
EVERY = 8
"""To look at the clock twice and find the bucket costs as much as a tenth of a walk."""


class Tally:
    """The numbers of one backend since it was mounted."""

    __slots__ = ("_begun", "_left", "_was_up", "answers", "errors", "heard", "reconnects", "said", "timed", "trips")

    def __init__(self) -> None:
        self.answers = self.errors = 0  # Rerrors are answers too
        self.heard = self.said = 0  # bytes, over connections that have ended
        self.reconnects = 0  # times that it was up again after it had no connection
        self.trips = Histogram(BOUNDS)
        self.timed: Pending | None = None
        self._begun, self._left = 0.0, 0  # when that was asked; requests until another is timed
        self._was_up = False

    def connect(self, *, is_only: bool) -> None:
        """There is another connection, or again one."""
        self.reconnects += is_only and self._was_up
        self._was_up = True

    def ask(self, pending: Pending) -> None:
        """A walk is asked for."""
        self._left -= 1
        if self._left < 0 and self.timed is None:
            self.timed, self._begun, self._left = pending, perf_counter(), EVERY - 1

    def answer(self, pending: Pending, kind: int) -> None:
        """An error has come, or the answer to what is timed."""
        if kind == Rerror.number:
            self.errors += 1
        if pending is self.timed:
            self.timed = None
            self.trips.observe(perf_counter() - self._begun)

    def forget(self, pending: Pending) -> None:
        """Its answer may not come, or not when it can."""
        if pending is self.timed:
            self.timed = None

    def disconnect(self) -> None:
        """A connection has ended, perhaps that of what is timed."""
        self.timed = None
