"""Places on earth, and where they lie on a map: Web Mercator (EPSG 3857), 256 pixels around the world at zoom 0."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.values import Numeric

AROUND = 256.0  # pixels
FARTHEST_NORTH = 85.0511  # degrees: where the map of the world is a square
CLOSEST = 12.0  # of zoom

EARTHLY = Numeric("two numbers: latitude longitude, in degrees", {2: (0, 1)}, -180, 180)
SHEET = Numeric("a number from 1 to 8192, or two: width height", {1: (0, 0), 2: (0, 1)}, 1, 8192)
DOT = Numeric("a number from 1 to 200", {1: (0, 0), 2: (0, 1)}, 1, 200, terse=True)

Pair = tuple[float, float]


def projected(places: Any) -> NDArray[np.float64]:
    """float64[…, 2], x to the right and y down, each from 0 to 1, of latitudes and longitudes [n, 2]."""
    latitude, longitude = np.moveaxis(np.asarray(places, float)[..., :2], -1, 0)
    north = np.radians(latitude.clip(-FARTHEST_NORTH, FARTHEST_NORTH))
    return np.stack((longitude / 360 + 0.5, 0.5 - np.arcsinh(np.tan(north)) / (2 * np.pi)), axis=-1)


def on_map(places: Any, center: Sequence[float], zoom: float) -> NDArray[np.float64]:
    """Pixels from the middle of a map to places [n, 2]: the shorter way around the world."""
    apart = projected(places) - projected(center)
    apart[..., 0] -= np.round(apart[..., 0])
    pixels: NDArray[np.float64] = apart * AROUND * 2**zoom
    return pixels


def moved(center: Sequence[float], zoom: float, right: float, down: float) -> Pair:
    """The place that lies so many pixels from the middle of a map."""
    x, y = projected(center) + np.array((right, down)) / (AROUND * 2**zoom)
    latitude = np.degrees(np.arctan(np.sinh((0.5 - min(max(y, 0.0), 1.0)) * 2 * np.pi)))
    return round(float(latitude), 5), round(float((x % 1 - 0.5) * 360), 5)
