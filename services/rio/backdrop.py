"""What is behind the solids: the background, and the floor in the light. Drawn when it changes, else only copied."""

from typing import Any

import numpy as np

from . import shaders
from .camera import Frame, Vector
from .gpu import STRIP, Arrays, Program, Size, Target, blend, depth
from .lights import Lights
from .values import Floats

FLOOR = 4.5  # how far the floor reaches, in radii of what stands on it
Part = tuple[float, float, float, float]  # lowest x and y, highest x and y
WHOLE: Part = (-1, -1, 1, 1)


class Backdrop:
    """One kept picture."""

    def __init__(self, size: Size) -> None:
        self._target = Target(size)
        self._aspect = size[0] / size[1]
        self._background, self._floor = Program(*shaders.BACKGROUND), Program(*shaders.FLOOR)
        self._full = Arrays()
        self._drawn: tuple[Any, ...] = ()

    def draw(self, color: Floats, floor: dict[str, Any] | None) -> None:
        """Bring it up to date: a colour, and the floor's uniforms if there is one."""
        wanted = (color.tobytes(), *(np.asarray(value).tobytes() for value in (floor or {}).values()))
        if wanted == self._drawn:
            return
        self._drawn = wanted
        self._target.begin()
        blend(False)
        depth(False)
        self._background.use(color=color, aspect=self._aspect)
        self._full.draw(STRIP, 4)
        if floor:
            blend(True)
            self._floor.use(color=color * color, part=WHOLE, **floor)
            self._full.draw(STRIP, 4)

    def copy_to(self, target: Target) -> None:
        """As the bottom of another picture."""
        self._target.copy_to(target)

    def delete(self) -> None:
        """Give the memory back."""
        self._target.delete()


def floor(frame: Frame, camera: Vector, lights: Lights) -> dict[str, Any]:
    """The floor under a framing, as uniforms."""
    x, _, z = frame.middle
    middle = (x, frame.ground - 0.002 * frame.radius, z)
    lit = {"key": lights.key, "toward": lights.toward, "fill": lights.fill}
    return {"camera": camera, "middle": middle, "reach": FLOOR * frame.radius, **lit}


def part(floor: dict[str, Any], low: tuple[float, float], high: tuple[float, float]) -> Part:
    """The part of the floor between two places, x and z each."""
    x, _, z = floor["middle"]
    left, far = (np.array(low) - (x, z)) / floor["reach"]
    right, near = (np.array(high) - (x, z)) / floor["reach"]
    return max(-1, left), max(-1, -near), min(1, right), min(1, -far)
