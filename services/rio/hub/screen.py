"""The renderer, seen from the hub: it is shown frames, asked for pictures, and comes back when it dies.

A renderer holds nothing that is not also here, so a new one is sent the whole graph and shows the same picture. While
headless, a second one waits ready. One that does not begin to draw for ten seconds, or is not done with a frame after
thirty, counts as dead; what renderers die of again and again is left out (see `omissions`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import trio

from ninep import FileError
from rio.hub.bell import Bell
from rio.hub.frames import Frames
from rio.hub.links import Link, start
from rio.hub.omissions import Omissions
from rio.scene.graph import Graph
from rio.versions.pictures import frames
from rio.wire import (
    Event,
    Failed,
    FromRenderer,
    Heard,
    Input,
    Message,
    Picture,
    Shot,
    Shown,
    Took,
    Trying,
    View,
    frame,
    restamp,
)

STUCK = 10.0
ENDLESS = 30.0  # seconds for one frame
SPARE_AFTER = 1.0  # seconds after which the spare is started, so that it does not slow the first one down
WHOLE = 10_000  # changes in one frame of a replay; what fits into one appears at once

FIRST_PAUSE = 0.05  # seconds between a death and the next start, doubled while they die young


@dataclass(eq=False)
class _Asked:
    """A picture somebody waits for."""

    shot: Shot
    done: trio.Event
    png: bytes = b""


class Screen:
    """What shows the graph. `changed()` is called with each change of it, `heard` gets what the user does,
    `restarted(reason)` is told of each death.
    """

    def __init__(
        self,
        graph: Graph,
        command: Sequence[str],
        *,
        spare: bool,
        changed: Callable[[], None],
        heard: Callable[[Event], None],
        restarted: Callable[[str], None],
        failed: Callable[[str], None],
        viewed: Callable[[dict[str, Any]], None],
    ) -> None:
        self._graph, self._command, self._has_spare = graph, command, spare
        self._changed = changed
        self._heard, self._restarted, self._failed, self._viewed = heard, restarted, failed, viewed
        self._link: Link | None = None
        self._spare: Link | None = None
        self._asked: dict[int, _Asked] = {}
        self._tickets = count(1)
        self._stamp = self._took = 0
        self.omissions = Omissions(graph)
        self._progress, self._work = Bell(), Bell()
        self.view: dict[str, Any] = {}
        self.size: tuple[int, int] | None = None  # if it is another than renderers begin with
        self.frames = self.restarts = self.sounds = 0
        self.speaker = ""  # what sounds were heard from
        self.pace = Frames()
        self._trying: list[int] = []  # shaders that the picture which is being drawn may fail of
        self._last: Link | None = None  # the one that ended last
        self._stuck: Link | None = None  # the one that had to be ended last
        self._is_showing = self._is_mending = False
        self.shown = Bell()
        self.last_shown = Shown(0, 0, 0)

    # what the hub does with it

    def show(self, whole: bytes) -> None:
        """Forward a frame of changes. Without a renderer nothing is sent: the next one gets the whole graph."""
        self._changed()
        if self._link:
            self._stamp += 1
            self._work.ring()
            self._link.post(*restamp(whole, self._stamp))
            if self.omissions.outdated() and not self._is_mending:
                self._is_mending = True
                self._nursery.start_soon(self._mend)

    async def show_all(self) -> None:
        """Show the graph as it is now, whatever was shown before."""
        self._changed()
        if self._link:
            await self._replay(self._link)

    def send(self, message: Input | View) -> None:
        """Something a user did elsewhere, or where to look from."""
        if isinstance(message, View):
            self._look(message.state)
        self._post(message)

    def resize(self, width: int, height: int) -> None:
        """A picture of another size, in logical pixels, from this renderer and all after it."""
        self.size = width, height
        self._post(Input("resize", width, height))

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the renderer that who makes changes should wait too."""
        return self._link is not None and self._link.is_behind

    async def room(self) -> None:
        """Until the renderer is not far behind."""
        if self._link:
            await self._link.room()

    async def caught_up(self) -> None:
        """Until the renderer has begun to draw all it was sent, or there is none."""
        while self._link and self._took < self._stamp:
            await self._progress.wait()

    async def picture(self, width: int | None = None, height: int | None = None, node: int = 0) -> bytes:
        """The picture as PNG, or that of one node alone, b"" if nothing of it is seen.

        A renderer that dies meanwhile is replaced, and the new one asked.
        """
        ticket = next(self._tickets)
        asked = self._asked[ticket] = _Asked(Shot(ticket, width, height, node), trio.Event())
        try:
            self._post(asked.shot)
            with trio.move_on_after(STUCK):
                await asked.done.wait()
                return asked.png
        finally:
            del self._asked[ticket]
        raise FileError(f"no picture within {STUCK:g} s; {self.trouble or 'the renderer is busy'}")

    def _look(self, state: dict[str, Any]) -> None:
        self.view = state
        self._viewed(state)

    def _post(self, message: Message) -> None:
        if self._link:
            self._link.post(frame(message, self._stamp))

    @property
    def trouble(self) -> str:
        """Why there is no picture; "" if there is one."""
        if self._is_showing:
            return ""
        return f"no renderer: {self._last.end_in_words}" if self._last else "no renderer yet"

    @property
    def pid(self) -> int:
        """Of the renderer in use; 0 when there is none."""
        return self._link.pid if self._link else 0

    async def spare_is_ready(self) -> None:
        """Until a second renderer waits for the first one's end."""
        while not (self._spare and self._spare.alive):
            await self._progress.wait()
        await self._spare.greeted.wait()

    # its life

    async def run(self) -> None:
        """Keep a renderer alive, for ever."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self._guard)
            await self._keep()

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = trio.current_time()
            link = await self._next()
            if link.alive:
                await self._use(link)
            self._last = link
            self.restarts += 1
            self._leave_out()
            self._restarted(link.why)
            pause = FIRST_PAUSE if trio.current_time() - began > STUCK else min(2 * pause, STUCK)
            if self._spare is None:
                await trio.sleep(pause)

    async def _next(self) -> Link:
        """The spare if there is one, else a new renderer; it has said hello, or is dead."""
        link, self._spare = self._spare, None
        if link is None or not link.alive:
            link = self._start()
        await link.greeted.wait()
        return link

    def _start(self) -> Link:
        link = start("renderer", self._command, FromRenderer, self._nursery, self._hear)
        self._nursery.start_soon(self._bury, link)
        return link

    async def _bury(self, link: Link) -> None:
        """See to it that nothing is left of a renderer that has ended."""
        try:
            await link.ended.wait()
        finally:
            link.end("the display ended")
            if link.family:
                with trio.CancelScope(shield=True):
                    await link.family.end()

    async def _use(self, link: Link) -> None:
        """Until it is gone."""
        self._link, self._took = link, self._stamp
        await self._replay(link)
        for asked in self._asked.values():
            self._post(asked.shot)
        self._is_showing = True
        if self._has_spare:
            self._nursery.start_soon(self._prepare_spare)
        await link.ended.wait()
        self._link, self._is_showing = None, False
        self._progress.ring()

    async def _replay(self, link: Link) -> None:
        if self.size:
            self._post(Input("resize", *self.size))
        if self.view:
            self._post(View(self.view))
        await link.replay(self._whole)

    async def _mend(self) -> None:
        """Something that was left out has become another: see whether it can be drawn now."""
        try:
            if self._link:
                await self._replay(self._link)
        finally:
            self._is_mending = False

    def _leave_out(self) -> None:
        """What renderers die of is not drawn by the next one; whoever drew it is told."""
        tried, self._trying = self._trying, []
        if words := self.omissions.died(tried, stuck=self._stuck is self._last):
            self._failed(words)

    def _whole(self) -> Iterator[bytes]:
        """The scene as it is now, under a stamp of its own, and before it what of it is not to be drawn."""
        self._stamp += 1
        self._work.ring()
        self.omissions.replayed(self._stamp)
        without = self.omissions.message()
        head = [frame(without, self._stamp - 1)] if without else []
        return chain(head, frames(self._graph.snapshot(), WHOLE, self._stamp))

    async def _prepare_spare(self) -> None:
        await trio.sleep(SPARE_AFTER)
        if self._spare is None:
            self._spare = self._start()
            self._progress.ring()

    async def _guard(self) -> None:
        """End a renderer that has stopped drawing, or is never done with a frame."""
        while True:
            while not self._link or self.last_shown.stamp >= self._stamp:
                await self._work.wait()
            link, stamp = self._link, self._stamp
            if await self._in_vain(link, STUCK, stamp, lambda: self._took):
                self._stuck = link
                link.end(f"it drew nothing for {STUCK:g} s")
            elif await self._in_vain(link, ENDLESS, stamp, lambda: self.last_shown.stamp):
                self._stuck = link
                link.end(f"it was not done with a frame within {ENDLESS:g} s")

    async def _in_vain(self, link: Link, seconds: float, stamp: int, heard: Callable[[], int]) -> bool:
        """Wait so long until this renderer has come to the stamp; whether it has not."""
        with trio.move_on_after(seconds) as patience:
            while self._link is link and heard() < stamp:
                await self._progress.wait()
        return patience.cancelled_caught

    def _hear(self, link: Link, message: Message, whole: bytes) -> None:
        if link is not self._link and not isinstance(message, Failed):
            return  # the spare has drawn nothing of ours
        match message:
            case Took(stamp):
                self._took = max(self._took, stamp)
                self._progress.ring()
            case Trying(nodes):
                self._trying = nodes
            case Shown():
                self._trying = []
                self.frames += 1
                self.pace.heard(message)
                self.last_shown = message
                self.omissions.shown(message, self._stamp, trio.current_time())
                self.shown.ring()
                self._progress.ring()
            case Picture(ticket, png):
                if ticket in self._asked:
                    self._asked[ticket].png = png
                    self._asked[ticket].done.set()
            case View(state):
                self._look(state)
            case Event():
                self._heard(message)
            case Heard(_, device):
                self.sounds, self.speaker = self.sounds + 1, device or self.speaker
            case Failed(text):
                self._failed(text)
