"""How the renderer does: what its frames cost, how many there are in a second, how much memory it takes."""

import os
from collections import deque
from pathlib import Path

import trio

from ninep.metrics import Histogram
from rio.wire import Shown

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds
SECOND = 1.0
_PAGE = os.sysconf("SC_PAGESIZE")


class Frames:
    """`merged` is how many frames of changes were never drawn for themselves, as the next ones had come meanwhile."""

    def __init__(self) -> None:
        self.costs = {"draft": Histogram(BOUNDS), "fine": Histogram(BOUNDS)}
        self.merged = 0
        self._stamp = 0
        self._times: deque[float] = deque(maxlen=200)  # of the newest; there are sixty in a second at most

    def heard(self, shown: Shown) -> None:
        """One more is complete."""
        self.costs["draft" if shown.draft else "fine"].observe(shown.cost / 1e3)
        self.merged += max(shown.stamp - self._stamp - 1, 0)
        self._stamp = max(self._stamp, shown.stamp)
        self._times.append(trio.current_time())

    def in_a_second(self) -> int:
        """How many there were in the last second."""
        since = trio.current_time() - SECOND
        return sum(time > since for time in self._times)


def resident(pid: int) -> int:
    """Bytes of memory that a process has, proc(5); 0 if it is not there."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE if pid else 0
    except (OSError, IndexError):
        return 0
