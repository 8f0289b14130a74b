"""Looking at a screenshot: which colours are where."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

HUES = {"red": 0, "yellow": 55, "green": 120, "blue": 220}


@dataclass(frozen=True)
class Patch:
    """The pixels of one hue: how many, where their middle is (0…1 from the left and the top), how bright they are."""

    pixels: int
    x: float
    y: float
    darkest: float
    brightest: float


def patch(png: bytes, hue: str) -> Patch:
    """The strongly coloured pixels within 25 degrees of a hue."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    h, s, v = np.moveaxis(np.asarray(image.convert("HSV"), np.float32), 2, 0)
    off = np.abs((h * 360 / 255 - HUES[hue] + 180) % 360 - 180)
    ys, xs = np.nonzero((off < 25) & (s > 110) & (v > 60))
    if not len(xs):
        return Patch(0, 0, 0, 0, 0)
    lights = v[ys, xs]
    low, high = np.percentile(lights, (5, 95))
    return Patch(len(xs), float(xs.mean()) / image.width, float(ys.mean()) / image.height, float(low), float(high))


def difference(one: bytes, other: bytes) -> float:
    """How far two pictures are apart: the mean over all pixels and channels, of 255."""
    a, b = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.float32) for png in (one, other))
    return float(np.abs(a - b).mean())
