"""Which node is under a point of the view: the front one that is flat, else the nearest one of the world.

The same shapes as on the screen, computed with numpy for all nodes at once: what the shaders colour is what is hit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rio.renderer import shapes
from rio.renderer.camera import Vector
from rio.renderer.fills import Outline
from rio.scene.values import Floats

NEAR = 2.0  # logical pixels by which a thin line or a small dot may be missed


@dataclass(frozen=True)
class Parts:
    """Instances of the flat draw, from back to front: their rows, owners, owners' matrices, [n, 3, 4], and sizes."""

    rows: Floats
    owners: NDArray[np.uint32]
    matrices: Floats
    sizes: Floats


def hit_parts(parts: Parts, x: float, y: float) -> NDArray[np.uint32]:
    """The owners of the parts that hold the point."""
    if not len(parts.rows):
        return parts.owners
    form, part, extra = parts.rows[:, 0], parts.rows[:, 4:8], parts.rows[:, 8:12]
    local = _inside(parts.matrices, x, y)
    extent = parts.sizes[:, :2] * np.float32(0.5)
    middle: Floats = -extra[:, :2] * extent
    bend: Floats = np.minimum(parts.rows[:, 1], extent.min(1))
    _lay_stretches(parts, local, middle, extent, bend)
    letters = form == shapes.LETTER
    grow = (parts.sizes[letters, :1] / parts.rows[letters, 3:4]).astype(np.float32)
    extent[letters] = part[letters, 2:] * grow / 2
    middle[letters] = part[letters, :2] * grow + extent[letters]
    bend[letters] = 0
    away = local - middle
    corner = np.abs(away) - extent + bend[:, None]
    distance = np.linalg.norm(np.maximum(corner, 0), axis=1) + np.minimum(corner.max(1), 0) - bend
    round_ones = form == shapes.ELLIPSE
    distance[round_ones] = np.linalg.norm(away[round_ones] / np.maximum(extent[round_ones], 1e-6), axis=1) - 1
    hit: NDArray[np.uint32] = parts.owners[distance <= 0]
    return hit


def _lay_stretches(parts: Parts, local: Floats, middle: Floats, extent: Floats, bend: Floats) -> None:
    """Turn the local places of stretches so that they lie along x; all arrays are changed in place."""
    these = np.flatnonzero((parts.rows[:, 0] == shapes.STRETCH) | (parts.rows[:, 0] == shapes.BORDER))
    if not len(these):
        return
    begin, end = parts.rows[these, 4:6], parts.rows[these, 6:8]
    far = np.linalg.norm(end - begin, axis=1)
    along = (end - begin) / np.maximum(far, 1e-9)[:, None]
    off = local[these] - (begin + end) / 2
    local[these] = np.column_stack(((off * along).sum(1), off[:, 1] * along[:, 0] - off[:, 0] * along[:, 1]))
    thick = np.where(parts.rows[these, 0] == shapes.STRETCH, parts.sizes[these, 0], parts.rows[these, 2])
    bend[these] = np.maximum(thick / 2, NEAR)
    middle[these] = 0
    extent[these] = np.column_stack((far / 2 + bend[these], bend[these]))


def in_outline(outline: Outline, matrix: Floats, x: float, y: float) -> bool:
    """Whether an outline holds the point, by how often it runs around it."""
    (px, py), around = _inside(matrix[None], x, y)[0], 0
    for a in outline.rings:
        b = np.roll(a, -1, axis=0)
        down = (a[:, 1] > py) != (b[:, 1] > py)
        a, b = a[down], b[down]
        right = px < a[:, 0] + (py - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
        around += int(np.where(b[right, 1] > a[right, 1], 1, -1).sum())
    return bool(around % 2 if outline.rule == "evenodd" else around)


def near_dot(places: Floats, matrix: Floats, size: float, x: float, y: float) -> bool:
    """Whether one of the dots is under the point."""
    seen = places[:, :2] @ matrix[:2, :2].T + matrix[:2, 3]
    return bool(len(seen) and np.linalg.norm(seen - (x, y), axis=1).min() <= size / 2 + NEAR)


def _inside(matrices: Floats, x: float, y: float) -> Floats:
    """The point in each node's own places."""
    (a, b), (c, d) = matrices[:, 0, :2].T, matrices[:, 1, :2].T
    dx, dy = x - matrices[:, 0, 3], y - matrices[:, 1, 3]
    whole = a * d - b * c
    whole = np.where(np.abs(whole) < 1e-12, np.nan, whole)  # what is flattened holds no point
    return np.column_stack(((d * dx - b * dy) / whole, (a * dy - c * dx) / whole)).astype(np.float32)


def ray(camera: Vector, x: float, y: float) -> tuple[Vector, Vector]:
    """From where, and which way, one looks through a point of the picture; x and y from -1 to 1, y up."""
    back = np.linalg.inv(camera)
    ends = [back @ (x, y, z, 1.0) for z in (-1.0, 1.0)]
    near, far = (end[:3] / end[3] for end in ends)
    return near, far - near


def meetings(start: Vector, way: Vector, matrices: Vector, sizes: Vector, balls: NDArray[np.bool_]) -> Vector:
    """How far along `way` a ray first meets each solid; infinite where it does not. All but balls are their boxes."""
    turns = matrices[:, :, :3].astype(float)
    flat = np.abs(np.linalg.det(turns)) < 1e-12
    turns[flat] = np.eye(3)
    back: Vector = np.linalg.inv(turns) * (2 / np.maximum(sizes, 1e-6))[:, :, None]
    origin = np.einsum("nij,nj->ni", back, start - matrices[:, :, 3])
    speed = np.einsum("nij,j->ni", back, way)
    speed = np.where(np.abs(speed) < 1e-12, 1e-12, speed)
    one, two = (-1 - origin) / speed, (1 - origin) / speed
    enter, leave = np.minimum(one, two).max(1), np.maximum(one, two).min(1)
    met: Vector = np.where((enter <= leave) & (leave >= 0), enter, np.inf)
    a, b, c = (speed**2).sum(1), (origin * speed).sum(1), (origin**2).sum(1) - 1
    root = b * b - a * c
    met = np.where(balls, np.where(root >= 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf), met)
    met[flat] = np.inf
    return met
