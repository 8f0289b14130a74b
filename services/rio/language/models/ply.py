"""PLY: a header that says what follows, then vertices and faces as text or as numbers of a few bytes each.

Source: Greg Turk, The PLY Polygon File Format, 1994. Elements other than `vertex` and `face` may stand behind them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rio.language.models.parts import Part
from rio.scene.surfaces import MOST_FACES, MOST_VERTICES
from rio.scene.values import Floats, Refused

_TYPES = {"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"}
_TYPES |= {"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4"}
_TYPES |= {"float": "f4", "double": "f8", "float32": "f4", "float64": "f8"}
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}

Rows = NDArray[np.float64]


@dataclass
class Element:
    """`count` rows of `names`, each of the type at the same place in `types`; a list has two: its length's, its own."""

    name: str
    count: int
    names: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)


def read(contents: bytes) -> list[Part]:
    """One part."""
    order, elements, body = _header(contents)
    if [element.name for element in elements[:2]] != ["vertex", "face"]:
        raise Refused("its header names no vertex and face, in this order")
    vertices, faces = elements[:2]
    if vertices.count > MOST_VERTICES or faces.count > MOST_FACES:
        raise Refused(f"{MOST_VERTICES:,} places and {MOST_FACES:,} faces are the most")
    if "list" in vertices.types or len(faces.types) != 1 or not faces.types[0].startswith("list"):
        raise Refused("a vertex has numbers, and a face one list of vertices, in what is read here")
    try:
        rows, outlines = _text(body, vertices, faces) if not order else _binary(body, order, vertices, faces)
    except (ValueError, IndexError, StopIteration, struct.error):
        raise Refused("it is cut off, or not what its header says") from None
    triangles = [(outline[0], b, c) for outline in outlines for b, c in pairwise(outline[1:])]
    triangles_there = np.array(triangles, np.int64).reshape(-1, 3)
    if len(triangles_there) and not 0 <= triangles_there.min() <= triangles_there.max() < vertices.count:
        raise Refused("a face names a vertex that is not there")
    return [_part(rows, vertices.names, vertices.types, triangles_there)]


def _header(contents: bytes) -> tuple[str, list[Element], bytes]:
    head, mark, body = contents.partition(b"end_header")
    if not mark:
        raise Refused("its header has no end")
    order, elements = None, list[Element]()
    for number, line in enumerate(head.decode(errors="replace").splitlines(), 1):
        match line.split():
            case ["format", name, _] if name in _ORDERS:
                order = _ORDERS[name]
            case ["element", name, count] if count.isdecimal():
                elements.append(Element(name, int(count)))
            case ["property", "list", length, kind, name] if elements and {length, kind} <= _TYPES.keys():
                elements[-1].names.append(name)
                elements[-1].types.append(f"list {_TYPES[length]} {_TYPES[kind]}")
            case ["property", kind, name] if elements and kind in _TYPES:
                elements[-1].names.append(name)
                elements[-1].types.append(_TYPES[kind])
            case [] | ["ply" | "comment" | "obj_info", *_]:
                continue
            case _:
                raise Refused(f"line {number}: {line.strip()[:60]!r} is not understood")
    if order is None:
        raise Refused("its header names no format")
    return order, elements, body[body.index(b"\n") + 1 :] if b"\n" in body else b""


def _text(body: bytes, vertices: Element, faces: Element) -> tuple[Rows, list[list[int]]]:
    words = iter(body.split())
    width = len(vertices.names)
    numbers = [float(next(words)) for _ in range(width * vertices.count)]
    outlines = [[int(next(words)) for _ in range(_length(next(words)))] for _ in range(faces.count)]
    return np.array(numbers).reshape(-1, width), outlines


def _binary(body: bytes, order: str, vertices: Element, faces: Element) -> tuple[Rows, list[list[int]]]:
    kind = np.dtype([(f"{i}", order + each) for i, each in enumerate(vertices.types)])
    rows = np.frombuffer(body, kind, vertices.count)
    plain = np.column_stack([rows[f"{i}"].astype(float) for i in range(len(vertices.types))])
    return plain, list(_outlines(body, order, faces, kind.itemsize * vertices.count))


def _outlines(body: bytes, order: str, faces: Element, at: int) -> Iterator[list[int]]:
    _, length, kind = faces.types[0].split()
    head, item = struct.Struct(order + _CODES[length]), struct.calcsize(_CODES[kind])
    for _ in range(faces.count):
        count = _length(head.unpack_from(body, at)[0])
        at += head.size
        yield [int(place) for place in struct.unpack_from(f"{order}{count}{_CODES[kind]}", body, at)]
        at += item * count


def _length(word: bytes | float) -> int:
    """How many places a face has: a thousand is no face any more."""
    if not 0 <= (count := int(word)) <= 1000:
        raise ValueError
    return count


def _part(rows: Rows, names: list[str], types: list[str], faces: NDArray[np.int64]) -> Part:
    def columns(*wanted: str) -> Floats | None:
        if not set(wanted) <= set(names):
            return None
        return rows[:, [names.index(name) for name in wanted]].astype(np.float32)

    points = columns("x", "y", "z")
    if points is None:
        raise Refused("its vertices have no x y z")
    colors = columns("red", "green", "blue")
    if colors is not None:
        bright = 255 if types[names.index("red")] == "u1" else 1
        colors = np.column_stack((colors / bright, np.ones(len(colors), np.float32))).astype(np.float32)
    spots = next((found for pair in ("st", "uv") if (found := columns(*pair)) is not None), None)
    return Part(points, faces, colors=colors, normals=columns("nx", "ny", "nz"), uv=spots)
