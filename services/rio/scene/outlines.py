"""The form of outlines, as SVG writes them (SVG 2, 9.3): `M 0 0 L 100 0 C 120 40 80 80 50 90 Z`.

The text is what is kept, sent and shown; `curves` is what it says, with every piece of it a cubic curve. Coordinates
are counted from the node's `at`, y down.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.values import FARTHEST, PROSE, Refused

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]

_NUMBER = re.compile(r"[\s,]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_FLAG = re.compile(r"[\s,]*([01])")
_LETTER = re.compile(r"[\s,]*([A-Za-z])")
_BLANK = re.compile(r"[\s,]*")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_FLAGS = (3, 4)  # which of the seven numbers of an arc are 0 or 1


@dataclass(frozen=True)
class Subpath:
    """One stroke of the pen: float64[n, 4, 2], where each of n curves begins, its two handles, and where it ends."""

    curves: NDArray[np.float64]
    closed: bool


class Outline:
    """The text of a path."""

    says = "a path as SVG writes it: M 0 0 L 100 0 L 50 80 Z"

    def of(self, value: Any) -> str:
        """The text, once it has been read to its end."""
        text = PROSE.of(value).strip()
        subpaths(text)
        return text

    def parse(self, text: str) -> str:
        """The text."""
        return self.of(text)

    def show(self, kept: str) -> str:
        """The text."""
        return kept


OUTLINE = Outline()


@lru_cache(maxsize=64)
def subpaths(text: str) -> tuple[Subpath, ...]:
    """What a path says. Refused, saying at which character, if it is none."""
    pen = _Pen()
    for at, letter, numbers in _commands(text):
        if not pen.has_begun and letter.upper() != "M":
            raise Refused(f"character {at + 1}: a path begins with M x y, not with {letter}")
        pen.draw(letter, numbers)
        if not all(abs(side) <= FARTHEST for side in pen.at):
            raise Refused(f"character {at + 1}: {letter} leads out of range")
    return tuple(pen.finished())


def extent(text: str) -> tuple[Point, Point]:
    """((left, top), (right, bottom)) of what holds the path: its curves lie between their handles."""
    corners = [one.curves.reshape(-1, 2) for one in subpaths(text) if len(one.curves)] or [np.zeros((1, 2))]
    places = np.concatenate(corners)
    (left, top), (right, bottom) = places.min(0).tolist(), places.max(0).tolist()
    return (left, top), (right, bottom)


def _commands(text: str) -> Iterator[tuple[int, str, list[float]]]:
    """(place in the text, letter, numbers) of each command; a letter counts for all numbers up to the next one."""
    at = _skip(text, 0)
    while at < len(text):
        if (found := _LETTER.match(text, at)) is None or found[1].upper() not in _TAKES:
            raise Refused(f"character {at + 1}: {text[at : at + 8]!r} is no command; there are {' '.join(_TAKES)}")
        letter, began, at = found[1], at, found.end()
        for count in range(len(text)):
            numbers, at = _numbers(text, at, letter)
            yield began, letter, numbers
            if not numbers or not _NUMBER.match(text, at):
                break
            letter = {"M": "L", "m": "l"}.get(letter, letter) if count == 0 else letter
        at = _skip(text, at)


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _numbers(text: str, at: int, letter: str) -> tuple[list[float], int]:
    """The numbers of one command, and where they end."""
    numbers = []
    takes = _TAKES[letter.upper()]
    for place in range(takes):
        is_flag = letter in "Aa" and place in _FLAGS
        if (found := (_FLAG if is_flag else _NUMBER).match(text, at)) is None:
            raise Refused(f"character {at + 1}: {_lacks(letter, takes, is_flag, text[at : at + 8].strip())}")
        numbers.append(float(found[1]))
        at = found.end()
    return numbers, at


def _lacks(letter: str, takes: int, is_flag: bool, there: str) -> str:
    """What was to come instead of what is there."""
    what = "0 or 1 there" if is_flag else "one number" if takes == 1 else f"{takes} numbers"
    return f"{letter} takes {what}, not {there!r}" if there else f"it ends within {letter}, which takes {takes} numbers"


@dataclass
class _Pen:
    """Where the drawing is, and what has been drawn."""

    at: Point = (0.0, 0.0)
    has_begun: bool = False
    _start: Point = (0.0, 0.0)
    _handle: Point | None = None  # of the curve before, for S and T to go on from
    _last: str = ""
    _curves: list[Curve] = field(default_factory=list)
    _done: list[Subpath] = field(default_factory=list)

    def draw(self, letter: str, given: list[float]) -> None:
        """One command; a small letter counts from where the pen is."""
        x, y = self.at if letter.islower() else (0.0, 0.0)
        match letter.upper(), given:
            case "M", [a, b]:
                self._lift(closed=False)
                self.at = self._start = (x + a, y + b)
            case "L", [a, b]:
                self._line((x + a, y + b))
            case "H", [a]:
                self._line((x + a, self.at[1]))
            case "V", [b]:
                self._line((self.at[0], y + b))
            case "C", [a, b, c, d, e, f]:
                self._curve((x + a, y + b), (x + c, y + d), (x + e, y + f))
            case "S", [c, d, e, f]:
                self._curve(self._onward("CS"), (x + c, y + d), (x + e, y + f))
            case "Q", [a, b, c, d]:
                self._bow((x + a, y + b), (x + c, y + d))
            case "T", [c, d]:
                self._bow(self._onward("QT"), (x + c, y + d))
            case "A", [rx, ry, turn, large, sweep, e, f]:
                for curve in arc(self.at, rx, ry, turn, bool(large), bool(sweep), (x + e, y + f)):
                    self._curve(*curve[1:])
                self.at = (x + e, y + f)
            case "Z", []:
                self._lift(closed=True)
                self.at = self._start
        self.has_begun, self._last = True, letter.upper()

    def finished(self) -> list[Subpath]:
        """All that was drawn."""
        self._lift(closed=False)
        return self._done

    def _lift(self, *, closed: bool) -> None:
        if self._curves:
            self._done.append(Subpath(np.array(self._curves), closed))
            self._curves = []

    def _line(self, to: Point) -> None:
        self._curve(self.at, to, to)

    def _curve(self, one: Point, two: Point, to: Point) -> None:
        self._curves.append((self.at, one, two, to))
        self._handle, self.at = two, to

    def _bow(self, handle: Point, to: Point) -> None:
        """A quadratic curve, as a cubic one."""
        (x, y), (a, b), (c, d) = self.at, handle, to
        self._curve((x + (a - x) * 2 / 3, y + (b - y) * 2 / 3), (c + (a - c) * 2 / 3, d + (b - d) * 2 / 3), to)
        self._handle = handle

    def _onward(self, of: str) -> Point:
        """The handle that lies opposite to the one before; where the pen is, if there was none."""
        if self._handle is None or self._last not in of:
            return self.at
        return 2 * self.at[0] - self._handle[0], 2 * self.at[1] - self._handle[1]


def arc(start: Point, rx: float, ry: float, degrees: float, large: bool, sweep: bool, end: Point) -> Iterator[Curve]:
    """An arc of an ellipse as cubic curves of a quarter at most (SVG 2, 9.5 and B.2)."""
    rx, ry, turn = abs(rx), abs(ry), math.radians(degrees)
    if start == end:
        return
    if not rx or not ry:
        yield start, start, end, end
        return
    cos, sin = math.cos(turn), math.sin(turn)
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    px, py = cos * half_x + sin * half_y, cos * half_y - sin * half_x
    grow = math.sqrt(max((px / rx) ** 2 + (py / ry) ** 2, 1.0))  # an ellipse that is too small is made to reach
    rx, ry = rx * grow, ry * grow
    ratio = (px / rx) ** 2 + (py / ry) ** 2
    away = math.sqrt(max(1 / ratio - 1, 0.0)) * (-1 if large == sweep else 1)
    cx, cy = away * rx * py / ry, -away * ry * px / rx
    first = math.atan2((py - cy) / ry, (px - cx) / rx)
    swept = math.atan2((-py - cy) / ry, (-px - cx) / rx) - first
    swept += math.tau * ((sweep and swept < 0) - (not sweep and swept > 0))
    middle = (cos * cx - sin * cy + (start[0] + end[0]) / 2, sin * cx + cos * cy + (start[1] + end[1]) / 2)

    def place(angle: float, ahead: float) -> Point:
        """On the ellipse, and so far along its tangent."""
        x = rx * (math.cos(angle) - ahead * math.sin(angle))
        y = ry * (math.sin(angle) + ahead * math.cos(angle))
        return middle[0] + cos * x - sin * y, middle[1] + sin * x + cos * y

    pieces = max(math.ceil(abs(swept) / (math.pi / 2) - 1e-9), 1)
    step = swept / pieces
    reach = 4 / 3 * math.tan(step / 4)
    for piece in range(pieces):
        a, b = first + piece * step, first + (piece + 1) * step
        last = end if piece == pieces - 1 else place(b, 0)
        yield (start if piece == 0 else place(a, 0)), place(a, reach), place(b, -reach), last
