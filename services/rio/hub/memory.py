"""How much memory the worker and all that came from it may hold: its sleeping copies, and what programs forked.

The kernel bounds each process, not all of them together. So they are looked at, and only they: no stranger's process.
What one holds is its share of each page (PSS, proc(5)), for copies have most of theirs in common. That costs the kernel
milliseconds a process, so it is asked in a thread, and only when less of the machine's memory is free, or now and then.
"""

import os
from contextlib import suppress
from pathlib import Path

import structlog
import trio

from rio.amounts import memory_of_a_program
from rio.hub.frames import resident
from rio.hub.workers import Workers

EACH = 0.5  # seconds between two looks at what is free
LONGEST = 10.0  # seconds between two looks at the processes
STEP = 128 << 20  # bytes by which less is free: then the processes are looked at

log = structlog.get_logger()


class Memory:
    """One family's; `most` bytes for all of it, half as much again as a single process may have."""

    def __init__(self, workers: Workers, limit: int = 0) -> None:
        """`limit` is that of a single process, in bytes; 0 is the usual one."""
        self._workers = workers
        self.most = (limit or memory_of_a_program()) * 3 // 2

    async def guard(self) -> None:
        """For ever; one look at a time."""
        looked, before = -LONGEST, 0
        while True:
            free = _free()
            before = max(before, free)
            if before - free >= STEP or trio.current_time() - looked >= LONGEST:
                await self.look()
                looked, before = trio.current_time(), _free()
            await trio.sleep(EACH)

    async def look(self) -> None:
        """If there is too much: forget old copies if those have most of it, else end the worker, in words."""
        known = self._workers.known
        shares = await trio.to_thread.run_sync(self._shares, known)
        if (total := sum(shares.values())) <= self.most:
            return
        current = self._workers.current
        asleep = sum(shares.get(pid, 0) for pid in known if current is None or pid != current.pid)
        if asleep > total // 2 and (count := self._workers.forget_half()):
            log.warning("checkpoints.forgotten", count=count, why=f"they held {asleep >> 20:,} MiB")
            return
        self._workers.fail(f"its processes held {total >> 20:,} MiB, and may hold {self.most >> 20:,} MiB together")

    def _shares(self, known: set[int]) -> dict[int, int]:
        """Process -> bytes. Where nobody may look into them, the copies count as one, and all others whole."""
        pids = [pid for family in self._workers.families for pid, _ in family.members()]
        shares = {pid: share for pid in pids if (share := _share(pid)) is not None}
        hidden = {pid: resident(pid) for pid in pids if pid not in shares}
        shares.update((pid, size) for pid, size in hidden.items() if pid not in known)
        copies = {pid: size for pid, size in hidden.items() if pid in known}
        if copies:
            largest = max(copies, key=lambda pid: copies[pid])
            shares[largest] = copies[largest]
        return shares


def _free() -> int:
    """Bytes that programs could have without swapping, by the whole machine's count, proc(5)."""
    with suppress(OSError, StopIteration), Path("/proc/meminfo").open() as lines:
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    return 0


def _share(pid: int) -> int | None:
    """Bytes of memory that a process holds, what it shares divided by those that share it; None if we may not look."""
    try:
        with Path(f"/proc/{pid}/smaps_rollup").open() as lines:
            return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
    except ProcessLookupError:
        return 0  # it has ended meanwhile
    except OSError:
        return None if os.path.exists(f"/proc/{pid}") else 0  # noqa: PTH110 - no error counts
