"""The parts that a model's file is made of, and how they become one surface with one picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.pixels import LONGEST_SIDE, MOST_PIXELS, Bytes
from rio.scene.surfaces import MOST_FACES, MOST_VERTICES
from rio.scene.values import Floats, Refused

WHITE = (1.0, 1.0, 1.0, 1.0)
MOST_REPEATS = 16  # how often a picture that covers a part again and again is drawn on its tile, to each side
MOST_PICTURES = 64
_INSET = 1.5  # pixels that a part keeps from the edges of its tile, where the next one shines in

Color = tuple[float, ...]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """A surface of one material. `faces` are int[m, 3]; what is None nobody said; `colors` come on top of `color`."""

    points: Floats
    faces: Indices
    color: Color = WHITE
    colors: Floats | None = None
    normals: Floats | None = None
    uv: Floats | None = None
    image: Bytes | None = None


def joined(parts: Sequence[Part]) -> dict[str, Any]:
    """The words of a mesh, its middle being its origin. Refused if there is nothing to see, or too much."""
    parts = [part for part in parts if len(part.faces) and len(part.points)]
    if not parts:
        raise Refused("there is no surface in it")
    points, faces = np.concatenate([part.points for part in parts]), _faces(parts)
    if len(points) > MOST_VERTICES or len(faces) > MOST_FACES:
        raise Refused(
            f"{len(points):,} places and {len(faces):,} faces; {MOST_VERTICES:,} and {MOST_FACES:,} are the most"
        )
    if not np.isfinite(points).all():
        raise Refused("one of its places is not a number")
    used = points[np.unique(faces)]
    words: dict[str, Any] = {"points": points - (used.min(0) + used.max(0)) / 2, "faces": faces, **_painted(parts)}
    if all(part.normals is not None for part in parts):
        words["normals"] = np.concatenate([part.normals for part in parts])
    return words


def _faces(parts: Sequence[Part]) -> Indices:
    starts = np.cumsum([0, *(len(part.points) for part in parts)])
    return np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=False)])


def _painted(parts: Sequence[Part]) -> dict[str, Any]:
    """`color` if all are of one colour, else `colors`; and the picture, if any has one."""
    words: dict[str, Any] = {}
    if any(part.colors is not None for part in parts) or len({part.color for part in parts}) > 1:
        words["colors"] = np.concatenate([_colors(part) for part in parts]).clip(0, 1)
    elif parts[0].color != WHITE:
        words["color"] = parts[0].color
    pictures = {id(part.image): part.image for part in parts if part.image is not None}
    if len(pictures) == 1 and all(part.image is not None for part in parts):
        words |= {"image": parts[0].image, "uv": np.concatenate([_uv(part) for part in parts])}
    elif pictures:
        words |= _tiled(parts)
    return words


def _colors(part: Part) -> Floats:
    rows = np.tile(np.array(part.color, np.float32), (len(part.points), 1))
    return rows if part.colors is None else rows * part.colors


def _uv(part: Part) -> Floats:
    return part.uv if part.uv is not None else np.full((len(part.points), 2), 0.5, np.float32)


def _tiled(parts: Sequence[Part]) -> dict[str, Any]:
    """Parts with pictures of their own share one picture, in which each has a tile; white for those without."""
    if len(parts) > MOST_PICTURES:
        raise Refused(f"{len(parts)} parts with pictures of their own; {MOST_PICTURES} are the most")
    columns = math.ceil(math.sqrt(len(parts)))
    sides = [max(part.image.shape[:2]) for part in parts if part.image is not None]
    side = max(min(*sides, 4096, LONGEST_SIDE // columns, math.isqrt(MOST_PIXELS) // columns), 8)
    sheet = np.full((side * columns, side * columns, 4), 255, np.uint8)
    spots = []
    for number, part in enumerate(parts):
        row, column = divmod(number, columns)
        repeats, uv = _repeats(part)
        if part.image is not None:
            sheet[row * side : (row + 1) * side, column * side : (column + 1) * side] = _tile(part.image, repeats, side)
        inside = _INSET + uv * (side - 2 * _INSET)
        corner = np.array((column * side, (columns - 1 - row) * side))
        spots.append((inside + corner) / (side * columns))
    return {"image": sheet, "uv": np.concatenate(spots).astype(np.float32)}


def _repeats(part: Part) -> tuple[tuple[int, int], Floats]:
    """How often the picture is repeated across and along the part, and the part's places on all of them together."""
    uv = _uv(part)
    uv = uv - np.floor(uv.min(0) + 1e-6)
    across, along = (int(n) for n in np.ceil(uv.max(0) - 1e-6).clip(1, MOST_REPEATS))
    return (across, along), (uv / (across, along)).clip(0, 1).astype(np.float32)


def _tile(image: Bytes, repeats: tuple[int, int], side: int) -> Bytes:
    from PIL import Image

    across, along = repeats
    one = np.asarray(Image.fromarray(image).resize((max(side // across, 1), max(side // along, 1))))
    many = np.tile(one, (along, across, 1))
    return many if many.shape[:2] == (side, side) else np.asarray(Image.fromarray(many).resize((side, side)))
