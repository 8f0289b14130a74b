"""The renderer process: messages in, frames out. It draws when something changed and decides nothing.

Started by the display as `rio renderer WIDTH HEIGHT [--headless] DESCRIPTOR`, the last being its end of a socket pair.
It sleeps in `select`; what arrives together is drawn together, sixty times a second at most. It says `Took` before it
draws, so that the next frame is computed meanwhile, and `Shown` after. When things rest it refines its draft.
"""

import argparse
import os
import select
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import numpy as np
from numpy.typing import NDArray

from rio.renderer.png import Encoder
from rio.renderer.surface import Surface, open_surface
from rio.renderer.watchdog import Watchdog
from rio.scene.values import Refused
from rio.wire import (
    Channel,
    Delta,
    Deltas,
    Event,
    Failed,
    Hello,
    Input,
    Message,
    Picture,
    ProtocolError,
    Put,
    Shot,
    Shown,
    Took,
    ToRenderer,
    Trying,
    View,
    Watch,
    Without,
)

FRAME = 1 / 60
What = tuple[int | None, int | None, int]  # a picture: its width and height if they are other ones, its node or 0
REST = 0.1  # seconds for which nothing may have changed since a draft was shown before it is refined
BLINK = 1 / 60  # seconds between looks at a window that has nothing to wait on
LARGEST = 8192  # pixels of a picture's side
MOST_FAILURES = 100
FORGET = 2.0  # seconds after which a failure that comes again is told again
MOST_TAKEN = 4  # pictures, in different sizes, that are kept until something changes
_KEYS = frozenset({"key_press", "key_release", "text"})
_THROUGH = frozenset({"press", "release", "click", "drag", "scroll"})  # what a text lets through, unless it hears it
_POINTING = frozenset({"move", "press", "release"})
REHEARSAL = (
    (Put(2, "box", "a", {}),),
    (Put(2, "rect", "a", {}), Put(4, "text", "b", {"text": "Peribus"}), Put(6, "line", "c", {"to": (9, 9)})),
    (Put(2, "polygon", "a", {"points": [(0, 0), (9, 0), (0, 9)]}),),
    (Put(2, "points", "a", {"points": [(9, 9)]}), Put(4, "points", "b", {"points": [(9, 9)], "size": 2})),
    (Put(2, "box", "a", {"opacity": 0.5}), Put(4, "line", "b", {"at": (0, 0, 0), "to": (1, 1, 1)})),
    (Put(2, "mesh", "a", {"points": [(0, 0, 0), (1, 0, 0), (0, 1, 0)]}),),
)


class Renderer:
    """One channel, one surface, one canvas."""

    def __init__(self, channel: Channel[ToRenderer], surface: Surface) -> None:
        from rio.renderer.canvas import Canvas  # only now is there a GL platform to import for
        from rio.renderer.pointer import Pointer
        from rio.renderer.sounds import Sounds

        self._channel, self._surface = channel, surface
        self._canvas = Canvas(surface.size, surface.ratio, self._fail)
        self._pointer = Pointer(self._canvas.pick)
        self._watchdog = Watchdog(lambda: self._send(Trying(self._tried)))
        self._tried: list[int] = []  # the shaders of the picture
        self._survived: set[str] = set()  # the sources of those that have been drawn before
        self._sounds = Sounds(self._send)
        self._stamp = self._told = 0
        self._watched: tuple[int, int] | None = None
        self._shots: list[Shot] = []
        self._encoder = Encoder()
        self._taken: dict[What, tuple[bytes, tuple[float, float]]] = {}  # since the last frame
        self._failures: dict[str, float] = {}  # when each was last heard of
        self._began = self._rested = 0.0
        self._dirty = True

    def serve(self) -> None:
        """Until the display closes the channel; then EOFError or OSError."""
        self._paint()
        self._send(Hello())
        self._rehearse()
        while True:
            self._listen(self._patience())
            if self._stamp != self._told:
                self._told = self._stamp
                self._send(Took(self._stamp))
            now = time.monotonic()
            if self._shots:
                self._shoot()
            elif (self._dirty or self._canvas.is_gliding) and now >= self._began + FRAME:
                self._paint()
            elif self._canvas.is_draft and not self._dirty and now >= self._rested + REST:
                self._paint(fine=True)

    def _rehearse(self) -> None:
        """Until the first message comes."""
        for nodes in REHEARSAL:
            if select.select([self._channel], [], [], 0)[0]:
                return
            self._canvas.rehearse(*nodes)

    # hearing

    def _patience(self) -> float | None:
        """How long there is nothing to do but to wait for a message; None is for ever."""
        now = time.monotonic()
        waits = []
        if self._dirty or self._canvas.is_gliding:
            waits.append(self._began + FRAME - now)
        elif self._canvas.is_draft:
            waits.append(self._rested + REST - now)
        if self._surface.is_shown and self._surface.fileno() is None:
            waits.append(BLINK)
        return max(0.0, min(waits)) if waits else None

    def _listen(self, patience: float | None) -> None:
        """Take what is there, waiting for the first, a frame's time long at most; then what the window says."""
        window = self._surface.fileno()
        watched = [self._channel.fileno()] if window is None else [self._channel.fileno(), window]
        happened = self._surface.inputs()  # showing a frame may have read them off the connection already
        ready, _, _ = select.select(watched, [], [], 0 if happened else patience)
        until = time.monotonic() + FRAME
        while self._channel.fileno() in ready and time.monotonic() < until:
            for stamp, message, _ in self._channel.receive():
                self._stamp = stamp
                self._handle(message)
            ready, _, _ = select.select([self._channel.fileno()], [], [], 0)
        for what in (*happened, *self._surface.inputs()):
            self._input(what)

    def _handle(self, message: ToRenderer) -> None:
        match message:
            case Deltas(items):
                if self._canvas.panels.is_stale:
                    self._canvas.settle()  # what was done was done to what is seen by now
                self._apply(items)
                self._dirty = True
            case Shot():
                self._shots.append(message)
            case Watch(x, y):
                self._watched = x, y
                self._dirty = True
            case Input():
                self._input(message)
            case Without(sources, nodes):
                self._canvas.flat.paints.leave_out(sources)
                self._canvas.mirror.left_out = set(nodes)
                self._dirty = True
            case View(state):
                with self._noted():
                    self._canvas.world.camera.resume(state)
                self._dirty = True

    def _apply(self, items: list[Delta]) -> None:
        for delta in items:
            with self._noted():
                self._canvas.mirror.apply(delta)
        self._sounds.follow(items, self._canvas.mirror.graph)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """The display has checked what it sends; if the two disagree all the same, it is told."""
        try:
            yield
        except Refused as refusal:
            self._fail(f"a change was refused: {refusal}")

    def _input(self, happened: Input) -> None:
        if happened.what == "resize":
            self._surface.resize((int(min(max(happened.x, 1), LARGEST)), int(min(max(happened.y, 1), LARGEST))))
            self._canvas.resize(self._surface.size, self._surface.ratio)
            self._dirty = True
        self._pointer.forget(self._canvas.mirror.graph.nodes.__contains__)
        panels, paints = self._canvas.panels, self._canvas.flat.paints
        if happened.what in _POINTING:
            paints.pointer = (happened.x, happened.y)
            self._dirty |= paints.follows
        self._canvas.settle()
        is_theirs = panels.wants_keys if happened.what in _KEYS else panels.holds(happened.x, happened.y)
        panels.hear(happened)
        self._dirty |= panels.is_stale
        if not is_theirs or self._pointer.awaits(happened):
            for event in self._pointer.events(happened):
                if self._canvas.over not in (0, event.id) and event.id and event.what in _THROUGH:
                    event.value = {**event.value, "over": self._canvas.over}  # the view's event has the same facts
                self._send(event)
                for change in self._canvas.follow(event):
                    self._send(change)
        if happened.what in ("resize", "close"):
            self._send(Event(0, happened.what, {"width": happened.x, "height": happened.y}))

    # drawing

    def _paint(self, *, fine: bool = False) -> None:
        """One frame."""
        canvas, camera = self._canvas, self._canvas.world.camera
        self._began, self._dirty = time.monotonic(), False
        self._taken.clear()
        goal = camera.goal
        with self._in_time():
            canvas.paint(fine=fine)
        if self._surface.is_shown:
            canvas.target.copy_to(None)
            self._surface.show()
        for event in canvas.panels.take():
            if "x" in event.value:
                event.value["keys"] = self._pointer.keys
            self._send(event)
        pixel = canvas.pixel(*self._watched) if self._watched else 0
        self._rested = time.monotonic()
        cost = 1e3 * (self._rested - self._began)
        self._send(Shown(self._stamp, time.monotonic_ns(), pixel, cost, canvas.is_draft))
        if camera.goal != goal:
            self._send(View(camera.state()))

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """A picture with shaders in it may be the last: the display is told of new ones, and a watchdog looks on."""
        self._canvas.update()
        shaders = self._canvas.shaders
        sources = {node.get("source") for node in shaders}
        self._tried = [node.id for node in shaders]
        if sources - self._survived:
            self._send(Trying(self._tried))
        with self._watchdog.watching() if shaders else nullcontext():
            yield
        self._survived = sources

    def _shoot(self) -> None:
        """The pictures that were asked for: of all that has been said, in full quality."""
        shots, self._shots = self._shots, []
        if self._dirty or self._canvas.is_draft or self._canvas.is_gliding:
            self._paint(fine=True)
        for shot in shots:
            what = shot.width, shot.height, shot.node
            if what not in self._taken:
                while len(self._taken) >= MOST_TAKEN:
                    self._taken.popitem()
                self._taken[what] = self._take(*what)
            self._send(Picture(shot.ticket, *self._taken[what]))

    def _take(self, width: int | None, height: int | None, node: int) -> tuple[bytes, tuple[float, float]]:
        began = time.perf_counter()
        if node:
            pixels, encoder = self._portray(node), Encoder()
        elif (width, height) == (None, None):
            pixels, encoder = self._canvas.read(), self._encoder
        else:
            with self._in_time():
                pixels, encoder = self._canvas.read_as(width, height), Encoder()
        read = time.perf_counter()
        data = encoder.png(pixels) if pixels.size else b""
        return data, (1e3 * (read - began), 1e3 * (time.perf_counter() - read))

    def _portray(self, node: int) -> NDArray[np.uint8]:
        """One node alone; the picture is then painted again, for who reads it next."""
        from rio.renderer.portrait import portrait

        with self._in_time():
            try:
                return portrait(self._canvas, node)
            finally:
                self._canvas.paint(fine=True)

    # speaking

    def _fail(self, text: str) -> None:
        """A failure that goes on is told once, and no more of them at a time than anybody reads."""
        now = time.monotonic()
        self._failures = {told: when for told, when in self._failures.items() if now - when < FORGET}
        if text in self._failures or len(self._failures) < MOST_FAILURES:
            if text not in self._failures:
                self._send(Failed(text))
            self._failures[text] = now

    def _send(self, message: Message) -> None:
        self._channel.send(message, self._stamp)


def main(argv: Sequence[str] | None = None) -> None:
    """Be a renderer until the display has gone."""
    parser = argparse.ArgumentParser(prog="rio renderer", description="A display's renderer; the display starts it.")
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("descriptor", type=int, help="its end of a socket pair")
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--scale", type=float, default=1.0, help="real pixels for each logical one, without a window")
    said = parser.parse_args(argv)
    channel = Channel[ToRenderer](socket.socket(fileno=said.descriptor), ToRenderer)
    try:
        surface = open_surface((said.width, said.height), headless=said.headless, scale=said.scale)
        Renderer(channel, surface).serve()
    except (EOFError, ConnectionError):
        status = 0
    except ProtocolError as error:
        sys.stderr.write(f"renderer: {error}\n")
        status = 1
    sys.stderr.flush()
    os._exit(status)  # some drivers crash when their context is taken down with the interpreter


if __name__ == "__main__":
    main()
