"""How far an animation has come at each part of its time: curves from 0 to 1, kept as tables of samples.

A function of a program is sampled once, when the animation is made: a mistake in it is an error of that statement, and
no code of a program runs in a frame for it.
"""

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.values import FARTHEST, Refused, nearest

Array = NDArray[np.float64]
Ease = str | Callable[[float], float]

MOST = 1000  # different curves in use at once
_PARTS = np.linspace(0, 1, 257)


def _in_out(part: Array) -> Array:
    return np.where(part < 0.5, 4 * part**3, 1 - 4 * (1 - part) ** 3)


def _bounce(part: Array) -> Array:
    """Falls, and jumps up three times: to a quarter, to a sixteenth and to a sixty-fourth of the height."""
    landed = 1 / 2.75
    ups = ((1.5, 0.75), (2.25, 0.9375), (2.625, 0.984375))
    arcs = [(part / landed) ** 2, *((part / landed - middle) ** 2 + low for middle, low in ups)]
    return np.select([part < n * landed for n in (1, 2, 2.5)], arcs[:3], arcs[3])


def _elastic(part: Array) -> Array:
    """Shoots past the end and swings; exact at both ends."""
    swing = 2.0 ** (-10 * part) * np.sin((10 * part - 0.75) * math.tau / 3) + 1
    return np.where(part <= 0, 0.0, np.where(part >= 1, 1.0, swing))


NAMED: dict[str, Array] = {
    "linear": _PARTS,
    "in": _PARTS**3,
    "out": 1 - (1 - _PARTS) ** 3,
    "in out": _in_out(_PARTS),
    "bounce": _bounce(_PARTS),
    "elastic": _elastic(_PARTS),
}


class Curves:
    """The curves that are in use, by number; equal ones have one."""

    def __init__(self) -> None:
        self._tables = dict(enumerate(NAMED.values()))
        self._numbers = {table.tobytes(): number for number, table in self._tables.items()}
        self._next = len(self._tables)

    def number(self, ease: Ease, in_use: Callable[[], Collection[int]]) -> int:
        """The number of a curve: one with a name, or a function of a program."""
        table = _named(ease) if isinstance(ease, str) else _sampled(ease)
        key = table.tobytes()
        if key not in self._numbers:
            if len(self._tables) >= MOST:
                self._keep(in_use())
            self._numbers[key], self._tables[self._next] = self._next, table
            self._next += 1
        return self._numbers[key]

    def at(self, numbers: NDArray[np.int32], parts: Array) -> Array:
        """How far each has come, at its part of the time, from 0 to 1."""
        come = np.empty_like(parts)
        for number in np.unique(numbers):
            those = numbers == number
            come[those] = np.interp(parts[those], _PARTS, self._tables[int(number)])
        return come

    def _keep(self, used: Collection[int]) -> None:
        kept = {number for number in self._tables if number < len(NAMED) or number in used}
        if len(kept) >= MOST:
            raise Refused(f"{MOST:,} different curves are in use already; stop() some animations")
        self._tables = {number: table for number, table in self._tables.items() if number in kept}
        self._numbers = {key: number for key, number in self._numbers.items() if number in kept}


def _named(name: str) -> Array:
    try:
        return NAMED[name]
    except KeyError:
        hint = nearest(name, NAMED) or "; there are " + ", ".join(NAMED) + ", or a function of 0 to 1"
        raise Refused(f"no ease {name!r:.40}{hint}") from None


def _sampled(ease: Any) -> Array:
    if not callable(ease):
        raise Refused(f"ease is one of {', '.join(NAMED)}, or a function: ease=lambda part: part * part")
    try:
        table = np.array([float(ease(float(part))) for part in _PARTS])
    except (TypeError, ValueError) as error:
        raise Refused(f"ease takes a number from 0 to 1 and gives one: {error}") from None
    if not (np.abs(table) <= FARTHEST).all():
        raise Refused("ease gives numbers that are out of range")
    return table
