"""Surfaces for tests: places, float32[n, 3], and the triangles between them."""

import numpy as np
from numpy.typing import NDArray

from rio.scene.values import Floats

Faces = NDArray[np.int64]

CUBE: Floats = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
_SIDES = np.array([(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])
FACES: Faces = np.concatenate((_SIDES[:, (0, 1, 2)], _SIDES[:, (0, 2, 3)]))


def wave(count: int, time: float = 0) -> tuple[Floats, Faces]:
    """A sheet of count × count places that goes up and down."""
    x, z = np.meshgrid(np.linspace(-3, 3, count), np.linspace(-3, 3, count))
    y = 0.4 * np.sin(2 * x + time) * np.cos(2 * z + time)
    places = np.column_stack((x.ravel(), y.ravel(), z.ravel())).astype(np.float32)
    rows = np.arange(count * count).reshape(count, count)
    a, b, c, d = (part.ravel() for part in (rows[:-1, :-1], rows[1:, :-1], rows[1:, 1:], rows[:-1, 1:]))
    return places, np.concatenate((np.column_stack((a, b, c)), np.column_stack((a, c, d))))


def tube(count: int) -> tuple[Floats, Faces]:
    """A cylinder of radius 1 whose lids share their rims with its side; the side's 2 × count triangles come first."""
    angles = np.arange(count) * 2 * np.pi / count
    low, high = np.arange(count), np.arange(count) + count
    rims = [np.column_stack((np.cos(angles), np.full(count, y), -np.sin(angles))) for y in (-1, 1)]
    places = np.concatenate((*rims, [(0, -1, 0), (0, 1, 0)]))
    next_low, next_high = np.roll(low, -1), np.roll(high, -1)
    side = (np.column_stack((low, next_low, next_high)), np.column_stack((low, next_high, high)))
    lids = (
        np.column_stack((next_low, low, np.full(count, 2 * count))),
        np.column_stack((high, next_high, np.full(count, 2 * count + 1))),
    )
    return places.astype(np.float32), np.concatenate((*side, *lids))
