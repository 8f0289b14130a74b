"""What animations move, and by how much with each frame: columns of the scene by arrays, other words one by one.

A track is the plain truth about one column: a row for each node and animation, which says where the node begins, where
it ends, and when. Of two rows that move the same number of the same node the later one counts. What somebody else has
given another value meanwhile (a program, a person, a file) is let go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.language.curves import Array, Curves
from rio.language.scene import Scene
from rio.scene.noun import COLUMNS, Kind
from rio.scene.values import Numeric

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Motion:
    """What all that one animation moves has in common. `begin` and `seconds` count in the time of the frames."""

    owner: int
    begin: float
    seconds: float
    curve: int


@dataclass(frozen=True)
class Way:
    """From where to where one word of one node goes, in kept numbers. `axes` are those that go."""

    id: int
    noun: Kind
    word: str
    form: Numeric
    start: Numbers
    end: Numbers
    axes: tuple[bool, ...]


def _sort(width: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("id", np.uint32),
            ("owner", np.int64),
            ("begin", np.float64),
            ("seconds", np.float64),
            ("curve", np.int32),
            ("low", np.float64),
            ("high", np.float64),
            ("start", np.float64, (width,)),
            ("end", np.float64, (width,)),
            ("axes", np.bool_, (width,)),
            ("last", np.float32, (width,)),  # what was written with the last frame; not a number before the first
        ]
    )


class Track:
    """All that moves in one column."""

    def __init__(self, column: str) -> None:
        self.column, self.width = column, COLUMNS[column]
        self._sort = _sort(self.width)
        self._rows = np.zeros(0, self._sort)
        self._new: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        """How many rows; of what was added since the last frame all, though some may replace others."""
        return len(self._rows) + len(self._new)

    def add(self, motion: Motion, way: Way) -> None:
        """One more row."""
        form, missing = way.form, self.width - len(way.start)
        start, end = (*way.start, *(0.0,) * missing), (*way.end, *(0.0,) * missing)
        axes = (*way.axes, *(False,) * missing)
        times = (motion.owner, motion.begin, motion.seconds, motion.curve)
        self._new.append((way.id, *times, form.low, form.high, start, end, axes, (np.nan,) * self.width))

    def settle(self) -> None:
        """Take in what was added: of two rows for the same number of a node the later one stays."""
        if not self._new:
            return
        rows = np.concatenate((self._rows, np.array(self._new, self._sort)))
        self._new.clear()
        for axis in range(self.width):
            those = np.flatnonzero(rows["axes"][:, axis])[::-1]
            _, first = np.unique(rows["id"][those], return_index=True)
            rows["axes"][:, axis] = False
            rows["axes"][those[first], axis] = True
        self._keep(rows, rows["axes"].any(axis=1))

    def step(self, scene: Scene, curves: Curves, now: float) -> Iterable[int]:
        """Write where everything is now, as one change. What has arrived is let go; says whose that was."""
        self.settle()
        self._let_go(scene)
        if not len(self._rows):
            return ()
        rows = self._rows
        parts = _parts(now, rows["begin"], rows["seconds"])
        come = curves.at(rows["curve"], parts)[:, None]
        values = (rows["start"] + (rows["end"] - rows["start"]) * come).clip(
            rows["low"][:, None], rows["high"][:, None]
        )
        ids, where = np.unique(rows["id"], return_inverse=True)
        table = scene.settled().columns[self.column][ids]
        for axis in range(self.width):
            those = rows["axes"][:, axis]
            table[where[those], axis] = values[those, axis]
        scene.fill_rows(self.column, ids, table)
        rows["last"] = table[where]
        self._keep(rows, parts < 1)
        return set(rows["owner"][parts >= 1].tolist())

    def _let_go(self, scene: Scene) -> None:
        """What is gone, and what others have moved."""
        graph, rows = scene.settled(), self._rows
        rows = rows[graph.has(rows["id"])]
        moved = (graph.columns[self.column][rows["id"]] != rows["last"]) & ~np.isnan(rows["last"])
        rows["axes"] &= ~moved
        self._keep(rows, rows["axes"].any(axis=1))

    def _keep(self, rows: NDArray[np.void], which: Any) -> None:
        self._rows = rows[np.asarray(which, np.bool_)]

    def drop(self, *, owner: int | None = None, id: int | None = None) -> None:
        """Let go of all that an animation moves, or all that a node has."""
        self.settle()
        rows = self._rows
        self._keep(rows, rows["owner"] != owner if owner is not None else rows["id"] != id)

    def trust(self) -> None:
        """The scene was replaced from outside: what differs there now is nobody's wish."""
        self._rows["last"] = np.nan

    def used(self, field: str) -> Iterable[int]:
        """The `owner`s, or the `curve`s, that there are."""
        self.settle()
        found: list[int] = np.unique(self._rows[field]).tolist()
        return found


@dataclass
class _Single:
    motion: Motion
    way: Way
    last: Any = None


class Singles:
    """What moves and is kept in no column: the value of a slider, the brightness of a light."""

    def __init__(self) -> None:
        self._singles: dict[tuple[int, str], _Single] = {}

    def __len__(self) -> int:
        """How many."""
        return len(self._singles)

    def add(self, motion: Motion, way: Way) -> None:
        """One more, in the place of an earlier one of the same word."""
        self._singles[way.id, way.word] = _Single(motion, way)

    def step(self, scene: Scene, curves: Curves, now: float) -> Iterable[int]:
        """Write where everything is now. What has arrived is let go; says whose that was. So is what others changed."""
        arrived = set[int]()
        for key, single in tuple(self._singles.items()):
            way, motion = single.way, single.motion
            if way.id not in scene.graph.nodes or single.last not in (None, scene.read(*key_of(way))):
                del self._singles[key]
                continue
            part = _parts(now, np.array([motion.begin]), np.array([motion.seconds]))
            come = float(curves.at(np.array([motion.curve], np.int32), part)[0])
            scene.write(*key_of(way), _between(way, come))
            single.last = scene.read(*key_of(way))
            if part[0] >= 1:
                del self._singles[key]
                arrived.add(motion.owner)
        return arrived

    def drop(self, *, owner: int | None = None, id: int | None = None) -> None:
        """Let go of all that an animation moves, or all that a node has."""
        self._singles = {
            key: single
            for key, single in self._singles.items()
            if (single.motion.owner != owner if owner is not None else key[0] != id)
        }

    def trust(self) -> None:
        """The scene was replaced from outside: what differs there now is nobody's wish."""
        for single in self._singles.values():
            single.last = None

    def used(self, field: str) -> Iterator[int]:
        """The `owner`s, or the `curve`s, that there are."""
        return (getattr(single.motion, field) for single in self._singles.values())


def key_of(way: Way) -> tuple[int, Kind, str]:
    """How the scene is asked for a word."""
    return way.id, way.noun, way.word


def _parts(now: float, begin: Array, seconds: Array) -> Array:
    """Which part of its time each has had, from 0 to 1."""
    parts: Array = ((now - begin) / np.maximum(seconds, 1e-9)).clip(0, 1)
    return parts


def _between(way: Way, come: float) -> Any:
    """The value on the way, within the bounds of its word."""
    form = way.form
    numbers = [start + (end - start) * come for start, end in zip(way.start, way.end, strict=True)]
    bounded = tuple(min(max(number, form.low), form.high) for number in numbers)
    if form.is_whole:
        bounded = tuple(float(round(number)) for number in bounded)
    return bounded if len(bounded) > 1 else bounded[0]
