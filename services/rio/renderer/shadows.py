"""What keeps the light from places: a depth map from the key light, and how near the floor things are.

The second is what makes a thing stand on the floor rather than float over it: a map of heights above the floor, seen
from below, gathered over a disc.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rio.renderer import shaders
from rio.renderer.camera import Box, Vector, look, parallel
from rio.renderer.coats import Coat
from rio.renderer.gpu import STRIP, Arrays, DepthMap, Mask, Program, blend, cull, depth
from rio.renderer.lights import Lights
from rio.renderer.solids import Solids

SUN_SIDE, BELOW_SIDE, CONTACT_SIDE = 1024, 256, 96
BREADTH = 0.10  # how broad the key light is, by its distance


@dataclass(frozen=True, eq=False)  # two are the same only if they are one: the maps have one content
class Cast:
    """What the shaders need to look the shadows up."""

    sunlight: Vector  # world to the key light's map
    sharp: tuple[float, float, float]  # bias, breadth of the light by depth, least softness
    touch: tuple[float, float, float]  # the contact map: its middle's x and z, and its breadth to be multiplied with
    low: tuple[float, float]  # where on the floor shadows may fall: lowest x and z, and highest
    high: tuple[float, float]
    rough: bool  # whether it will do for a draft only

    @property
    def uniforms(self) -> dict[str, Any]:
        """As the shaders name them."""
        return {"sunlight": self.sunlight, "sharp": self.sharp, "touch": self.touch}


class Shadows:
    """The maps, drawn anew for each picture of the world."""

    def __init__(self) -> None:
        self._sun, self._below, self._contact = DepthMap(SUN_SIDE), DepthMap(BELOW_SIDE), Mask()
        self._depth, self._gather = Coat(shaders.DEPTH), Program(*shaders.CONTACT)
        self._full = Arrays()

    def cast(self, solids: Solids, box: Box, ground: float, lights: Lights, *, fine: bool) -> Cast:
        """Draw the maps for solids that fill this box and stand on this ground."""
        rough = solids.has_rough and not fine
        depth(True)
        blend(False)
        sunlight, sharp = _sunlight(box, lights.toward)
        self._sun.begin()
        if lights.casts:
            cull(True)
            solids.draw(self._depth, rough=rough, camera=sunlight, least=0.7)
            solids.draw_clear(self._depth, rough=rough, camera=sunlight, least=0.7)
        cull(False)
        x, z, scale = touch = self._touch(solids, box, ground, rough=rough)
        (left, far), (right, near) = _dark(box, ground, lights.toward)
        within = 0.5 / scale
        low, high = (min(left, x - within), min(far, z - within)), (max(right, x + within), max(near, z + within))
        return Cast(sunlight, sharp, touch, low, high, rough)

    def bind(self) -> dict[str, int]:
        """The texture units of the maps, as uniforms."""
        self._sun.bind(0, compare=True)
        self._sun.bind(1, compare=False)
        self._contact.bind(2)
        return {"sunny": 0, "blockers": 1, "contact": 2}

    def _touch(self, solids: Solids, box: Box, ground: float, *, rough: bool) -> tuple[float, float, float]:
        """Draw the contact map; returns where it lies."""
        reach = max(0.12 * box.radius, 1.5 * min(solids.grain, box.radius))  # heights that count
        within = float((box.high - box.low)[[0, 2]].max()) / 2 + reach
        x, _, z = box.middle
        self._below.begin()
        matrix = np.array(
            (
                (1 / within, 0, 0, -x / within),
                (0, 0, -1 / within, z / within),
                (0, 2 / reach, 0, -2 * ground / reach - 1),
                (0, 0, 0, 1),
            )
        )
        solids.draw(self._depth, but="plane", rough=rough, camera=matrix, least=0.0)
        solids.draw_clear(self._depth, but="plane", rough=rough, camera=matrix, least=0.0)
        depth(False)
        self._contact.begin((CONTACT_SIDE, CONTACT_SIDE))
        self._below.bind(0, compare=False)
        self._gather.use(below=0, spread=0.21 * reach / within)
        self._full.draw(STRIP, 4)
        return float(x), float(z), 0.5 / within


def _dark(box: Box, ground: float, toward: Vector) -> tuple[Vector, Vector]:
    """Where on the floor the key light's shadow falls, soft rim included: the lowest x and z, and the highest."""
    up = max(float(toward[1]), 0.05)
    away = -toward * (float(box.high[1]) - ground) / up
    soft = 0.05 * box.radius + BREADTH * float(np.linalg.norm(away))
    low, high = np.minimum(box.low, box.low + away) - soft, np.maximum(box.high, box.high + away) + soft
    return low[[0, 2]], high[[0, 2]]


def _sunlight(box: Box, toward: Vector) -> tuple[Vector, tuple[float, float, float]]:
    """World to the key light's map, and how its depths become softness."""
    radius = box.radius
    reach = 1.03 * radius
    near, far = 2 * radius, 5 * radius + 2.5 * radius / max(float(toward[1]), 0.2)
    matrix = parallel(reach, near, far) @ look(box.middle + toward * 4 * radius, box.middle)
    deep = far - near
    return matrix, (0.012 * radius / deep, BREADTH * deep / (2 * reach), 0.0012)
