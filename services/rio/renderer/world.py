"""The world in three dimensions: background, floor and solids, kept as a picture until something in it changes.

On a slow machine a change is drawn at once as a draft, without multisampling and with plainer shadows, and refined when
things rest; on a fast one it is drawn fine at once. What is fast is measured, not guessed.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rio.renderer import shaders, unsaid
from rio.renderer.backdrop import Backdrop, Uniforms, floor_under
from rio.renderer.camera import HOLDS, Box, Camera, Eye, Frame, Vector
from rio.renderer.coats import Coat
from rio.renderer.gpu import Size, Target, blend, clear, cull, depth, driver, finish, most_samples
from rio.renderer.lights import lights
from rio.renderer.pick import ray
from rio.renderer.shadows import Cast, Shadows
from rio.renderer.solids import Solids
from rio.renderer.threads import Threads
from rio.scene.graph import Graph, Node
from rio.scene.kinds import kind
from rio.scene.places import Places

SLOW = 0.012  # seconds: a fine picture that takes longer is drawn as a draft first
BUDGETS = (2_000_000, 50_000)  # vertices before meshes become plainer, on a graphics card and without one
MOST_FACES = (4_000_000, 400_000)  # of meshes that are drawn, likewise: more would take seconds
HEAVY = 200_000  # vertices from which on a slow machine tries a draft before it begins a fine picture
LONGEST = 0.7  # seconds that such a draft may take; else it has to do, for a fine one takes some ten times as long
SAMPLES = 8  # of a fine picture, if the driver has as many
_SOFTWARE = ("llvmpipe", "softpipe", "swr")


class World:
    """`box` is what there is, if anything; `camera` frames it; `is_draft` says that the picture is to be refined."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        """`failed` is told of what cannot be drawn."""
        self.box: Box | None = None
        self.camera = Camera()
        self.is_draft = False
        self.is_light = False  # the theme
        self._slow = any(name in driver().lower() for name in _SOFTWARE)
        self._solids = Solids(BUDGETS[self._slow], MOST_FACES[self._slow], failed)
        self._threads, self._shadows = Threads(), Shadows()
        self._backdrop = Backdrop()
        self._paints = {False: Coat(shaders.SOLID), True: Coat(shaders.fine(shaders.SOLID))}
        self._cast: Cast | None = None  # the shadows, as long as nothing moves
        self._targets: list[Target] = []

    def resize(self, size: Size, ratio: float) -> None:
        """Pictures of another size from now on, in real pixels; `ratio` of them make a logical one."""
        for target in self._targets:
            target.delete()
        self._backdrop.resize(size)
        fine = Target(size, min(SAMPLES, most_samples()), depth=True)
        self._kept, self._rough, self._fine = self._targets = [Target(size), Target(size, depth=True), fine]
        self._size, self._ratio, self._aspect = size, ratio, size[0] / size[1]

    def forget(self, id: int) -> None:
        """A node's shape is no longer what it was."""
        self._threads.forget(id)
        self._solids.forget(id)

    def arrange(self, graph: Graph, places: Places) -> None:
        """Nodes came, went, were hidden or shown, or changed their shape."""
        self._solids.arrange(graph, places)
        self._threads.arrange(graph, places)

    def aim(self, graph: Graph, places: Places, *, anew: bool) -> None:
        """Things moved or changed their size: keep them in the picture; `anew` when solids came or went."""
        self._cast = None
        threads, (corners, outlines) = self._threads.corners(places), self._solids.corners(graph, places)
        corners, outlines = np.concatenate((threads, corners)), np.concatenate((threads, outlines))
        self.box = Box.around(corners) if len(corners) else None
        if self.box:
            ground = min(self._solids.ground(graph, places), float(self.box.low[1]))
            self.camera.aim(outlines, ground, self._aspect, anew=anew)
        if not self.box or _only(graph, "camera"):
            self.camera.arrive()

    def draw(self, graph: Graph, places: Places, *, fine: bool) -> None:
        """Bring the kept picture up to date: as a draft if this machine is slow, unless it must be fine."""
        began = time.monotonic()
        fine = fine or not self._slow or self.box is None
        if self.box and self.camera.frame:
            is_drawn = fine and self._is_too_much(graph, places, self.box, self.camera.frame)
            target = self._fine if fine and not is_drawn else self._rough
            if not is_drawn:
                self._paint(graph, places, self.box, self.camera.frame, target, fine=fine)
            target.copy_to(self._kept)
        else:
            self._backdrop.draw(_scenery(graph, is_light=self.is_light)[0]).copy_to(self._kept)
        finish()
        if fine and self.box:
            self._slow = time.monotonic() - began > SLOW
        self.is_draft = not fine

    def _is_too_much(self, graph: Graph, places: Places, box: Box, frame: Frame) -> bool:
        """Whether a fine picture of so many triangles would take too long, as a draft tells; that is drawn then."""
        if not self._slow or self._solids.vertices < HEAVY:
            return False
        began = time.monotonic()
        self._paint(graph, places, box, frame, self._rough, fine=False)
        finish()
        return time.monotonic() - began > LONGEST

    def pick(self, graph: Graph, places: Places, x: float, y: float) -> int:
        """The nearest solid seen through a point of the picture; x and y from -1 to 1, y up. 0 if there is none."""
        if not self.box or not self.camera.frame:
            return 0
        lens = self._lens(_eye(graph, self.camera.frame), self.camera.frame)
        return self._solids.pick(graph, places, *ray(lens, x, y))

    def copy_to(self, target: Target) -> None:
        """The kept picture, as the bottom of another."""
        self._kept.copy_to(target)

    def draw_alone(self, graph: Graph, places: Places, target: Target) -> None:
        """What is shown by these places, finely, into a target where there is nothing yet."""
        if self.box and self.camera.frame:
            self._paint(graph, places, self.box, self.camera.frame, self._fine, fine=True, bare=True)
            self._fine.copy_to(target)
        self._cast = None

    def _paint(
        self, graph: Graph, places: Places, box: Box, frame: Frame, target: Target, *, fine: bool, bare: bool = False
    ) -> None:
        """Shadows first, then what is behind, the solids, what one sees through, and the threads among them."""
        eye, lamps, (color, has_floor) = _eye(graph, frame), lights(graph), _scenery(graph, is_light=self.is_light)
        camera = self._lens(eye, frame)
        self._solids.upload(graph, places, eye.at)
        if self._cast is None or self._solids.has_clear or bare or (fine and self._cast.rough):
            self._cast = self._shadows.cast(self._solids, box, frame.ground, lamps, fine=fine)
        cast, maps = self._cast, self._shadows.bind()
        depth(False)
        if bare:
            target.begin()
            clear(colors=(0, 0, 0, 0))
        elif has_floor:
            below = floor_under(frame, camera, lamps)
            self._backdrop.draw_floor(color, below, cast, maps, fine=fine).copy_to(target)
        else:
            self._backdrop.draw(color).copy_to(target)
        target.begin()
        clear()
        placed: Uniforms = {"camera": camera, "eye": eye.at, "ground": (frame.ground, box.radius)}
        self._paint_solids(self._paints[fine], {**placed, **lamps.uniforms, **cast.uniforms, **maps})
        self._threads.draw(graph, places, camera, self._size, self._ratio, is_light=self.is_light)
        depth(False)

    def _paint_solids(self, coat: Coat, uniforms: Uniforms) -> None:
        depth(True)
        cull(True)
        blend(False)
        self._solids.draw(coat, **uniforms)
        blend(True)
        depth(True, write=False)
        self._solids.draw_clear(coat, **uniforms)
        depth(True)
        cull(False)

    def _lens(self, eye: Eye, frame: Frame) -> Vector:
        """World to clip space, for all that the framing holds."""
        away = float(np.linalg.norm(np.array(frame.middle) - eye.target))
        return eye.matrix(self._aspect, HOLDS * frame.radius + away)


def _eye(graph: Graph, frame: Frame) -> Eye:
    """The camera node's, or the studio's."""
    node = _only(graph, "camera")
    if node is None:
        return frame.eye
    at = graph.columns["at"][node.id].astype(float)
    return Eye(at, np.array(node.get("target"), float), float(node.get("fov")))


def _scenery(graph: Graph, *, is_light: bool) -> tuple[Any, bool]:
    """The background's colour, and whether there is a floor."""
    node = _only(graph, "background")
    if node is None:
        return np.array(kind("background").rows["color"][:3], np.float32), True
    return unsaid.color(graph, node, is_light=is_light)[:3], bool(node.get("floor"))


def _only(graph: Graph, noun: str) -> Node | None:
    """The newest visible node of a noun that stands for the whole scene."""
    found = [node for node in graph.nodes.values() if node.kind == noun and node.get("visible")]
    return found[-1] if found else None
