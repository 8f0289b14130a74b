"""Forms of values that make a surface: its places, the triangles between them, and what each place is painted with.

Each is checked for itself, so nothing here knows whether a triangle's places are there; who draws it looks.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.values import COLOR, Floats, Places, Refused

MOST_VERTICES, MOST_FACES = 400_000, 800_000  # with the largest picture they still go into one frame of the wire

Triangles = NDArray[np.uint32]


class Tuples(Places):
    """So many numbers for each place of a surface: float32[n, width]."""

    def __init__(self, width: int, says: str) -> None:
        super().__init__(MOST_VERTICES)
        self.width, self.says = width, says

    def of(self, value: Any) -> Floats:
        """An array of its own, read-only."""
        array = super().of(value)
        if array.shape[1] != self.width and len(array):
            raise Refused(f"an array of shape {array.shape} is not {self.says}")
        return array


class Faces:
    """Triangles, each by the numbers of its three places, counted from 0: uint32[m, 3]."""

    says = "three whole numbers for each face, which count its places from 0; four make two triangles"

    def of(self, value: Any) -> Triangles:
        """An array of its own, read-only."""
        numbers = _array(value, self.says)
        if numbers.size == 0:
            numbers = numbers.reshape(0, 3)
        if numbers.ndim != 2 or numbers.shape[1] not in (3, 4):
            raise Refused(f"an array of shape {numbers.shape} is not {self.says}")
        if numbers.shape[1] == 4:
            numbers = np.concatenate((numbers[:, (0, 1, 2)], numbers[:, (0, 2, 3)]))
        if len(numbers) > MOST_FACES:
            raise Refused(f"{len(numbers):,} faces in one node; {MOST_FACES:,} is the most")
        if not ((numbers >= 0) & (numbers < MOST_VERTICES) & (numbers % 1 == 0)).all():
            raise Refused(f"a number of a face is out of range; it takes {self.says}")
        return _frozen(numbers, np.uint32)

    def parse(self, text: str) -> Triangles:
        """One face a line, or separated by `;`."""
        return self.of(_rows(text, self.says))

    def show(self, kept: Triangles) -> str:
        """One face a line."""
        return "\n".join(" ".join(map(str, row)) for row in kept.tolist())


class Paints(Tuples):
    """A colour for each place: float32[n, 4]."""

    def __init__(self) -> None:
        super().__init__(4, "colours: a name, or r g b from 0 to 1, for each place")

    def of(self, value: Any) -> Floats:
        """An array of its own, read-only; what is given without a fourth number is opaque."""
        if isinstance(value, Sequence) and value and all(isinstance(each, str) for each in value):
            value = [COLOR.of(name) for name in value[: self.most + 1]]
        numbers = _array(value, self.says)
        if numbers.ndim == 2 and numbers.shape[1] == 3:
            numbers = np.column_stack((numbers, np.ones(len(numbers), np.float32)))
        if numbers.ndim != 2 or numbers.shape[1] != 4:
            raise Refused(f"an array of shape {numbers.shape} is not {self.says}")
        if len(numbers) > self.most:
            raise Refused(f"{len(numbers):,} colours in one node; {self.most:,} is the most")
        if not ((numbers >= 0) & (numbers <= 1)).all():
            raise Refused(f"a colour is out of range; it takes {self.says}")
        return _frozen(numbers, np.float32)

    def parse(self, text: str) -> Floats:
        """One colour a line, or separated by `;`: a name, or numbers."""
        lines = [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]
        return self.of([COLOR.parse(line) for line in lines[: self.most + 1]])


def fit(size: Sequence[float], own: Any) -> float:
    """How many times its own size a surface is drawn, so that it fits into `size`, whose sides of 0 are no bound."""
    bounds = [wanted / has for wanted, has in zip(size, own, strict=True) if wanted > 0 and has > 0]
    return float(min(bounds, default=1.0))


def ends(size: Sequence[float], points: Any) -> tuple[Floats, Floats]:
    """The lowest and the highest x, y and z of a surface as it is drawn. Refused if `points` are no places."""
    places = VERTICES.of(points if points is not None else ())
    if not len(places):
        return np.zeros(3, np.float32), np.zeros(3, np.float32)
    low, high = places.min(0), places.max(0)
    times = np.float32(fit(size, high - low))
    return low * times, high * times


def _array(value: Any, says: str) -> NDArray[Any]:
    """Numbers as an array; Refused if they are none, or rows of many lengths."""
    try:
        array = np.asarray(value)
        return array if array.dtype.kind in "iuf" else array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        raise Refused(f"those are not {says}") from None


def _frozen(numbers: NDArray[Any], kind: Any) -> NDArray[Any]:
    array: NDArray[Any] = np.array(numbers, kind)
    array.flags.writeable = False
    return array


def _rows(text: str, says: str) -> list[list[float]]:
    lines = [line.strip("() ").replace(",", " ").split() for line in text.replace(";", "\n").splitlines()]
    try:
        return [list(map(float, line)) for line in lines if line]
    except ValueError:
        raise Refused(f"those are not {says}") from None


VERTICES, DIRECTIONS = Tuples(3, "places: x y z for each"), Tuples(3, "directions: x y z for each place")
SPREADS = Tuples(2, "places on the picture: u v for each, from 0 0 at its lower left to 1 1")
FACES, PAINTS = Faces(), Paints()
