"""The picture: the world, over it what is flat, over that the windows; from the mirror, into one target.

Whoever owns a canvas says when to paint. It knows no messages and no window.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyglet.graphics.shader import ShaderException

from rio.renderer.camera import Camera
from rio.renderer.drawings import Drawings
from rio.renderer.flat import Flat
from rio.renderer.gpu import Size, Target, allow_sized_points, finish
from rio.renderer.mirror import PANEL, VIEW, WORLD, Mirror, Touched
from rio.renderer.panels import Panels
from rio.renderer.pictures import Pictures
from rio.renderer.roaming import Roaming
from rio.renderer.unsaid import theme_of
from rio.renderer.world import World
from rio.scene.graph import Node
from rio.scene.places import MOVING, Places
from rio.wire import Event, Put, Reset

LONGEST_STEP = 0.05  # seconds of a glide that one frame may take


class Canvas:
    """`view` is the size in logical pixels, `ratio` how many real ones each has; `mirror` is what is painted.

    What a layer cannot draw is told to `failed` in words; the others go on.
    """

    def __init__(self, view: Size, ratio: float, failed: Callable[[str], None]) -> None:
        allow_sized_points()
        self.mirror, self.places = Mirror(), Places()
        self.over = 0  # the text before what was picked last
        self.pictures, self._roaming = Pictures(), Roaming()
        self.drawings = Drawings(failed, self.pictures)
        self.world, self.flat, self.panels = World(failed), Flat(failed, self.pictures), Panels(failed, self.drawings)
        self.target = Target((1, 1))
        self._failed = failed
        self._stale = True  # the world's picture
        self._aspect = 0.0
        self._painted = time.monotonic()
        self.resize(view, ratio)

    def resize(self, view: Size, ratio: float) -> None:
        """Another size from now on; everything is painted anew."""
        self.view, self.ratio = view, ratio
        size = max(round(view[0] * ratio), 1), max(round(view[1] * ratio), 1)
        self.world.resize(size, ratio)
        self.target.delete()
        self.target = Target(size)
        self._pixels = np.zeros((size[1], size[0], 3), np.uint8)
        self.panels.resize(view, ratio)
        self.drawings.repaint()
        self.mirror.touched.order |= VIEW | WORLD | PANEL
        aspect, self._aspect = self._aspect, size[0] / size[1]
        self.mirror.touched.came |= abs(aspect - self._aspect) > 0.001

    @property
    def is_draft(self) -> bool:
        """Whether the picture is to be refined when things rest."""
        return self.world.is_draft

    @property
    def is_gliding(self) -> bool:
        """Whether the picture moves by itself."""
        return self.world.camera.is_gliding or self.flat.paints.moves or self.panels.is_busy

    @property
    def shaders(self) -> list[Node]:
        """The nodes that a program's own shaders paint."""
        return [self.mirror.graph.nodes[id] for id in self.mirror.shaders]

    def update(self) -> None:
        """Take over all that changed, without painting it."""
        touched = self.mirror.take()
        if touched.order:
            self.places.arrange(self.mirror.graph)
            self.pictures.keep(self.mirror.graph.nodes)
            self._wear(theme_of(self.mirror.graph))
        elif touched.columns.keys() & MOVING:
            self.places.move(self.mirror.graph)
        with self._guarded("the world"):
            self._update_world(touched)
        with self._guarded("what is flat"):
            self._update_flat(touched)
        if touched.any & PANEL:
            self.drawings.take(self.mirror.graph, self.places, touched.shapes)
            self.panels.arrange(self.mirror.graph, touched.shapes)

    def _wear(self, theme: str) -> None:
        """A theme from now on; all that follows it is drawn anew."""
        is_light = theme == "light"
        if is_light == self.flat.is_light:
            return
        self.flat.is_light = self.world.is_light = is_light
        self.panels.wear(theme)
        self.drawings.repaint()
        self.flat.paint(self.mirror.graph, self.places)
        self._stale = True

    def paint(self, *, fine: bool = False) -> None:
        """All that changed; with `fine`, in full quality and with the camera where it is going."""
        self.update()
        world, now = self.world, time.monotonic()
        seconds, self._painted = min(now - self._painted, LONGEST_STEP), now
        moved = world.camera.arrive() if fine else world.camera.step(seconds)
        if self._stale or moved or (fine and world.is_draft):
            self._stale = False
            with self._guarded("the world"):
                world.draw(self.mirror.graph, self.places, fine=fine)
        with self._guarded("a map"):
            self.flat.prepare(self.mirror.graph, self.places, self.ratio)
        with self._guarded("what is in canvases"):
            self.drawings.paint(self.ratio, is_light=self.flat.is_light)
        world.copy_to(self.target)
        self.target.begin()
        with self._guarded("what is flat"):
            self.flat.draw(self.mirror.graph, self.places, self.view, self.ratio)
        with self._guarded("the windows"):
            self.panels.draw(fine=fine)
        finish()

    def rehearse(self, *nodes: Put) -> None:
        """Paint nodes that nobody will see into an empty picture, and take them away again.

        Drivers compile for what they are asked to draw; what has been rehearsed appears at once.
        """
        for node in nodes:
            self.mirror.apply(node)
        self.paint()
        self.paint(fine=True)
        self.mirror.apply(Reset())
        self.world.camera = Camera()
        self.paint()

    def read(self) -> NDArray[np.uint8]:
        """The picture as it was painted, [height, width, 3], the top row first; the next `read` overwrites it."""
        self.target.read(self._pixels)
        return self._pixels[::-1]

    def read_as(self, width: int | None, height: int | None) -> NDArray[np.uint8]:
        """The picture in another size, painted for it. A side that is not given follows from the other."""
        view, ratio, camera = self.view, self.ratio, self.world.camera
        frame = camera.frame
        scale = width / view[0] if width else (height or view[1]) / view[1]
        high = height / scale if height else view[1]
        self.resize((round(self.view[0]), round(high)), scale)
        self.paint(fine=True)
        pixels = self.read().copy()
        self.resize(view, ratio)
        self.update()
        camera.frame = camera.goal = frame
        self.paint(fine=True)
        return pixels

    def draw_alone(self, places: Places) -> None:
        """What is shown by these places, over nothing; after it the picture is as it was, and to be painted anew."""
        graph = self.mirror.graph
        self.world.arrange(graph, places)
        self.flat.arrange(graph, places)
        try:
            self.world.draw_alone(graph, places, self.target)
            self.target.begin()
            self.flat.draw(graph, places, self.view, self.ratio)
        finally:
            self.world.arrange(graph, self.places)
            self.flat.arrange(graph, self.places)
            self._stale = True

    def pixel(self, x: int, y: int) -> int:
        """One colour of the picture as 0xrrggbb, by its place in the view; black outside."""
        if not (0 <= x < self.view[0] and 0 <= y < self.view[1]):
            return 0
        return self.target.pixel(int(x * self.ratio), int(y * self.ratio))

    def settle(self) -> None:
        """Lay out what is in panels, so that it can be met by a pointer."""
        self.update()
        with self._guarded("the windows"):
            self.panels.settle()

    def pick(self, x: float, y: float) -> int:
        """The node that is at this place of the view; 0 if none. What lies under a text comes before the text."""
        self.update()
        graph, self.over = self.mirror.graph, 0
        with self._guarded("what is under the pointer"):
            front = self.flat.under(graph, self.places, x, y)
            node = next((id for id in front if graph.nodes[id].kind != "text"), 0)
            node = node or self.world.pick(graph, self.places, 2 * x / self.view[0] - 1, 1 - 2 * y / self.view[1])
            if front and front[0] != node:
                self.over = front[0]
            return node or self.over
        return 0

    def follow(self, event: Event) -> Iterator[Event]:
        """What changes by what a person did."""
        return self._roaming.follow(event, self.mirror.graph, self.places)

    def _update_world(self, touched: Touched) -> None:
        self._stale |= bool(touched.any & WORLD)
        if touched.order & WORLD:
            for id in touched.shapes:
                self.world.forget(id)
            self.world.arrange(self.mirror.graph, self.places)
        if touched.order & WORLD or touched.columns_in(WORLD) & (MOVING | {"size"}):
            self.world.aim(self.mirror.graph, self.places, anew=touched.came)

    def _update_flat(self, touched: Touched) -> None:
        graph, flat, columns = self.mirror.graph, self.flat, touched.columns_in(VIEW)
        if touched.order & VIEW:
            for id in touched.shapes:
                flat.forget(id)
        resized = bool(touched.order or columns & {"size", "scale"}) and flat.outgrown(graph, self.places, self.ratio)
        if touched.order & VIEW or resized:
            flat.arrange(graph, self.places)
            return
        if columns & {"at", "rotate", "scale"}:
            flat.place(self.places)
        if columns & {"size", "image"}:
            flat.size(graph)
        if columns & {"color", "opacity"}:
            flat.paint(graph, self.places)

    def _guarded(self, what: str) -> "Guard":
        return Guard(what, self._failed)


@dataclass(frozen=True)
class Guard:
    """Whatever one layer cannot do is told, and the rest of the picture stands. ShaderException is no Exception."""

    what: str
    failed: Callable[[str], None]

    def __enter__(self) -> None:
        """Nothing is to be prepared."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> bool:
        """True for what has been told."""
        if not isinstance(error, Exception | ShaderException):
            return False
        self.failed(f"{self.what} cannot be shown: {error}")
        return True
