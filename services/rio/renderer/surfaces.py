"""What a `mesh` node says as triangles that can be drawn, whatever it says: numpy alone, and nothing is believed.

Places without a face, faces without their places, lists that are too short: what is not there is left out, or made up.
Where nobody says which way a place faces, triangles that meet at less than `CREASE` are one smooth surface there.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.renderer.camera import Vector
from rio.scene.graph import Node
from rio.scene.surfaces import Triangles
from rio.scene.values import Floats

CREASE = np.cos(np.radians(40))  # edges that are sharper stay edges
_HALF = np.cos(np.radians(20))  # how far a smooth place may face away from each of its triangles
MOST_AROUND = 16  # triangles about a place of which each is compared with each; where more meet, none is smoothed
_NO_PLACES: Floats = np.zeros((0, 3), np.float32)

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Surface:
    """Vertices, float32[n, …] each, and the triangles between them; `low` and `high` are their box's corners."""

    corners: Floats
    directions: Floats
    tints: Floats
    spots: Floats  # u v
    triangles: Triangles
    low: Vector
    high: Vector

    @property
    def layers(self) -> float:
        """How often its triangles would cover a side of its box, were they all turned to it: a ball some 3 times."""
        a, b, c = (self.corners[self.triangles[:, i]].astype(float) for i in range(3))
        areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        return float(areas.sum() / max(float((self.high - self.low).max()) ** 2, 1e-30))

    @property
    def is_clear(self) -> bool:
        """Whether one sees through some of it."""
        return bool((self.tints[:, 3] < 0.999).any())


def surface(node: Node) -> Surface | None:
    """What a node's words make; None if that is nothing."""
    points: Floats = node.get("points") if node.get("points") is not None else _NO_PLACES
    triangles = _triangles(node.get("faces"), len(points))
    if not len(triangles):
        return None
    given = node.get("normals")
    if given is not None and len(given) == len(points):
        places, directions = np.arange(len(points)), _of_length_one(given)
    else:
        places, directions, triangles = smoothed(points, triangles)
    tints, spots = _lengthened(node.get("colors"), len(points), 4, 1.0), _lengthened(node.get("uv"), len(points), 2, 0)
    used = points[np.unique(triangles if len(places) == len(points) else places[triangles])]
    return Surface(
        points[places],
        directions.astype(np.float32),
        tints[places],
        spots[places],
        triangles.astype(np.uint32),
        used.min(0).astype(float),
        used.max(0).astype(float),
    )


def _triangles(faces: Triangles | None, count: int) -> Ids:
    """The faces all of whose places are there; without any, each three places that follow one another."""
    if faces is None:
        return np.arange(count // 3 * 3).reshape(-1, 3)
    kept: Ids = faces[(faces < count).all(1)].astype(np.int64)
    return kept


def _lengthened(rows: Floats | None, count: int, width: int, filler: float) -> Floats:
    """A row for each of `count` places."""
    filled = np.full((count, width), filler, np.float32)
    if rows is not None:
        filled[: len(rows)] = rows[:count]
    return filled


def smoothed(points: Floats, triangles: Ids) -> tuple[Ids, Vector, Ids]:
    """(the place of each vertex, which way it faces, the triangles between vertices).

    A place that lies on an edge becomes as many vertices as it has triangles.
    """
    a, b, c = (points[triangles[:, i]].astype(float) for i in range(3))
    areas = np.cross(b - a, c - a)
    faces = _of_length_one(areas)
    corners = triangles.ravel()
    sums = np.column_stack([np.bincount(corners, np.repeat(areas[:, i], 3), len(points)) for i in range(3)])
    smooth = _of_length_one(sums)
    agrees = np.einsum("mi,mki->mk", faces, smooth[triangles]).ravel() > _HALF
    sharp = np.zeros(len(points), np.bool_)
    sharp[corners[~agrees]] = True
    apart = np.flatnonzero(sharp[corners])
    if not len(apart):
        return np.arange(len(points)), smooth, triangles
    vertices = corners.copy()
    vertices[apart] = len(points) + np.arange(len(apart))
    creased = _creased(corners[apart], faces[apart // 3], areas[apart // 3])
    places = np.concatenate((np.arange(len(points)), corners[apart]))
    return places, np.concatenate((smooth, creased)), vertices.reshape(-1, 3)


def _creased(owners: Ids, faces: Vector, areas: Vector) -> Vector:
    """Which way each triangle's corner faces: as all at its place (`owners`) that are nearly in one plane with it.

    In the k-th round each is compared with the k-th after it at the same place.
    """
    order = np.argsort(owners, kind="stable")
    owners, faces, areas = owners[order], faces[order], areas[order]
    firsts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
    counts = np.diff(np.append(firsts, len(owners)))
    first, around = np.repeat(firsts, counts), np.repeat(counts, counts)
    rank, sums = np.arange(len(owners)) - first, areas.copy()
    for step in range(1, min(int(counts.max()), MOST_AROUND)):
        rows = np.flatnonzero((around > step) & (around <= MOST_AROUND))
        others = first[rows] + (rank[rows] + step) % around[rows]
        near = (faces[rows] * faces[others]).sum(1) > CREASE
        sums[rows[near]] += areas[others[near]]
    directions = np.empty_like(sums)
    directions[order] = _of_length_one(sums)
    return directions


def _of_length_one(vectors: Any) -> Vector:
    """Each divided by its length; what has none points up."""
    vectors = np.asarray(vectors, float)
    lengths = np.linalg.norm(vectors, axis=1)[:, None]
    units: Vector = np.where(lengths > 1e-30, vectors / np.maximum(lengths, 1e-30), (0.0, 1.0, 0.0))
    return units


def first_hit(shape: Surface, start: Vector, way: Vector) -> float:
    """How far along `way` a ray first meets one of the triangles, from either side; infinite if it meets none.

    Möller and Trumbore, Fast, Minimum Storage Ray/Triangle Intersection, 1997.
    """
    a, b, c = (shape.corners[shape.triangles[:, i]].astype(float) for i in range(3))
    one, two = b - a, c - a
    across = np.cross(way, two)
    whole = (one * across).sum(1)
    whole = np.where(np.abs(whole) < 1e-18, np.nan, whole)
    off = start - a
    u, over = (off * across).sum(1) / whole, np.cross(off, one)
    v, far = (over @ way) / whole, (over * two).sum(1) / whole
    met = far[(u >= 0) & (v >= 0) & (u + v <= 1) & (far >= 0)]
    return float(met.min()) if len(met) else float(np.inf)
