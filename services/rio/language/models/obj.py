"""Wavefront OBJ, and the materials (MTL) beside it: lines of a word and numbers. Curves and names are passed over.

Source: Wavefront, Advanced Visualizer Manual, appendix B1 (Object Files) and, for materials, 5 (MTL).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from rio.language.models.parts import Color, Part
from rio.scene.pixels import Bytes
from rio.scene.surfaces import MOST_FACES, MOST_VERTICES
from rio.scene.values import Refused

Beside = Callable[[str], bytes | None]
Picture = Callable[[str], Bytes | None]
Corner = tuple[int, int, int]  # of a place, a place on the picture, a direction; -1: none

_GREY: Color = (0.8, 0.8, 0.8, 1.0)  # what has no material


@dataclass
class Material:
    """One `newmtl`."""

    color: Color = _GREY
    image: Bytes | None = None


def read(text: str, beside: Beside, picture: Picture) -> list[Part]:
    """A part for each material. `beside` gives other files, `picture` pictures in them; None if they are not there."""
    shape = _Shape(beside, picture)
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words or words[0] not in _VERBS:
            continue
        try:
            _VERBS[words[0]](shape, words[1:])
        except Refused as refusal:
            raise Refused(f"line {number}: {refusal}") from None
        except (ValueError, IndexError):
            raise Refused(f"line {number}: {line.strip()[:60]!r} is not understood") from None
    return shape.parts()


class _Shape:
    """What the lines so far have said."""

    def __init__(self, beside: Beside, picture: Picture) -> None:
        self._beside, self._picture = beside, picture
        self._places: list[tuple[float, ...]] = []
        self._spots: list[tuple[float, ...]] = []
        self._ways: list[tuple[float, ...]] = []
        self._materials: dict[str, Material] = {}
        self._corners: dict[str, list[Corner]] = {"": []}
        self._material = ""
        self._count = 0  # of corners

    def place(self, words: list[str]) -> None:
        """`v x y z [r g b]`."""
        _add(self._places, words, 6 if len(words) >= 6 else 3)

    def spot(self, words: list[str]) -> None:
        """`vt u [v [w]]`."""
        _add(self._spots, [*words[:2], "0"], 2)

    def way(self, words: list[str]) -> None:
        """`vn x y z`."""
        _add(self._ways, words, 3)

    def face(self, words: list[str]) -> None:
        """`f v[/vt[/vn]] …`: an outline of three or more, cut into a fan."""
        corners = [self._corner(word) for word in words]
        if len(corners) < 3:
            raise Refused(f"a face of {len(corners)} places")
        triangles = self._corners[self._material]
        for second, third in pairwise(corners[1:]):
            triangles += (corners[0], second, third)
        self._count += 3 * (len(corners) - 2)
        if self._count > 3 * MOST_FACES:
            raise Refused(f"{MOST_FACES:,} faces are the most")

    def _corner(self, word: str) -> Corner:
        place, spot, way, *_ = (*word.split("/"), "", "")
        return (
            _index(place, len(self._places), "place"),
            _index(spot, len(self._spots), "place on the picture") if spot else -1,
            _index(way, len(self._ways), "direction") if way else -1,
        )

    def use(self, words: list[str]) -> None:
        """`usemtl NAME`."""
        self._material = " ".join(words)
        self._corners.setdefault(self._material, [])

    def library(self, words: list[str]) -> None:
        """`mtllib FILE`; one that is not there leaves everything grey."""
        if (contents := self._beside(" ".join(words))) is not None:
            self._materials |= materials(contents.decode(errors="replace"), self._picture)

    def parts(self) -> list[Part]:
        """What has been said, a part for each material."""
        return [self._part(corners, self._materials.get(name, Material())) for name, corners in self._corners.items()]

    def _part(self, corners: list[Corner], material: Material) -> Part:
        """Each combination of place, spot and direction is a place of the part."""
        unique, faces = np.unique(np.array(corners, np.int64).reshape(-1, 3), axis=0, return_inverse=True)
        place, spot, way = unique.T
        rows = [self._places[i] for i in place]
        has_colors = bool(rows) and all(len(row) == 6 for row in rows)
        colors = np.array([(*row[3:], 1.0) for row in rows], np.float32) if has_colors else None
        return Part(
            np.array([row[:3] for row in rows], np.float32).reshape(-1, 3),
            faces.reshape(-1, 3),
            material.color if colors is None else (1.0,) * 4,
            colors,
            np.array([self._ways[i] for i in way], np.float32) if len(way) and way.min() >= 0 else None,
            np.array([self._spots[i] for i in spot], np.float32) if len(spot) and spot.min() >= 0 else None,
            material.image,
        )


_VERBS: dict[str, Callable[[_Shape, list[str]], None]] = {
    "v": _Shape.place,
    "vt": _Shape.spot,
    "vn": _Shape.way,
    "f": _Shape.face,
    "usemtl": _Shape.use,
    "mtllib": _Shape.library,
}


def materials(text: str, picture: Picture) -> dict[str, Material]:
    """The colours (`Kd`, `d`) and pictures (`map_Kd`) of each material; a white one where a picture says it all."""
    found: dict[str, Material] = {}
    material = Material()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        try:
            match words:
                case ["newmtl", *name]:
                    material = found[" ".join(name)] = Material()
                case ["Kd", red, green, blue, *_]:
                    material.color = (*(_part(each) for each in (red, green, blue)), material.color[3])
                case ["d", opacity, *_]:
                    material.color = (*material.color[:3], _part(opacity))
                case ["map_Kd", *_, file]:
                    material.image = picture(file)
        except ValueError:
            raise Refused(f"line {number} of its materials: {line.strip()[:60]!r} is not understood") from None
    return found


def _part(word: str) -> float:
    return min(max(float(word), 0.0), 1.0)


def _add(rows: list[tuple[float, ...]], words: list[str], count: int) -> None:
    if len(rows) >= MOST_VERTICES:
        raise Refused(f"{MOST_VERTICES:,} places are the most")
    if len(words) < count:
        raise Refused(f"{count} numbers are needed, not {len(words)}")
    rows.append(tuple(map(float, words[:count])))


def _index(word: str, count: int, what: str) -> int:
    """Counted from 1, or back from the last, which is -1."""
    number = int(word)
    if not 1 <= (number if number > 0 else count + 1 + number) <= count:
        raise Refused(f"it names {what} {number}, and there are {count}")
    return number - 1 if number > 0 else count + number
