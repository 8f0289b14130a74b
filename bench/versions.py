"""The way back through a thousand versions: how long it takes, and what they take on the disk."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import trio

from bench.product import headless, quantiles
from bench.results import Figure, Table
from ninep.client import Client
from rio.hub.workers import KEPT
from rio.wire import Delta, Put

VERSIONS = 1000
NODES = 100
EDITS = 200


def versions(rounds: int, seconds: float) -> Table:
    """Undo, where a copy of the worker sleeps and where there is none, and the size of what is kept."""
    count = VERSIONS if rounds > 1 else 2 * KEPT
    table = Table(
        "versions",
        about=f"A scene of {NODES} solids, {count:,} programs that each move one. `undo` is written over 9P: to one of "
        f"the newest {KEPT} versions, which have a sleeping copy of the worker, and further back, where there is the "
        f"picture alone. Beside an array of 8 MB: {EDITS} edits of other nodes.",
    )
    near, far, size = trio.run(_way_back, count)
    for name, took in (("undo with variables", near), ("undo of the picture", far)):
        p50, p99 = quantiles(took)
        table.figures.append(Figure(f"{name}, p50", p50, "ms", "lower"))
        table.figures.append(Figure(f"{name}, p99", p99, "ms", "lower", target=50.0))
    table.figures.append(Figure(f"`versions.db` of {count:,} versions", size, "MB", "lower", target=10.0))
    beside, edit = trio.run(_beside_what_is_large)
    table.figures.append(Figure("of 8 MB and edits beside it", beside, "MB", "lower", target=20.0))
    table.figures.append(Figure("such an edit, p99", quantiles(edit)[1], "ms", "lower"))
    return table


async def _way_back(count: int) -> tuple[list[float], list[float], float]:
    async with headless() as (_, root, address):
        await root.write("/scene/parse", f"for i in range({NODES - 2}): box(name=f'b{{i}}', at=(i % 10, 1, i // 10))")
        for number in range(count - 1):
            await root.write("/scene/parse", f"find('b{number % 50}').x = {number / 100}")
        near = [await _timed(root, verb) for verb in (["undo"] * 20 + ["redo"] * 20) * 5 + ["undo"] * (KEPT - 1)]
        far = [await _timed(root, "undo") for _ in range(count - KEPT)]
        return near, far, _size(address)


async def _timed(root: Client, verb: str) -> float:
    began = time.perf_counter()
    await root.write("/version", verb)
    return 1e3 * (time.perf_counter() - began)


async def _beside_what_is_large() -> tuple[float, list[float]]:
    took = []
    async with headless() as (display, root, address):
        cloud = np.random.default_rng(1).normal(0, 1, (666_000, 3))
        changes: list[Delta] = [Put(3, "points", "cloud", {"points": cloud}), Put(5, "box", "box", {})]
        if behind := display.history.edit("bench", "cloud", changes, tuple):
            await behind
        for number in range(EDITS):
            began = time.perf_counter()
            await root.write("/scene/nodes/box/at", f"{number} 1 0")
            took.append(1e3 * (time.perf_counter() - began))
        await root.write("/scene/ctl", "snapshot done")
        return _size(address), took


def _size(address: str) -> float:
    """MB on disk."""
    return sum(file.stat().st_size for file in Path(address).parent.glob("state/versions.db*")) / 1e6
