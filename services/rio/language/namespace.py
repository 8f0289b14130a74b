"""The scene language as a namespace: the nouns, verbs for finding and arranging, time, and mathematics.

`docs/scene.md` is the page that says it to people and models; what stands there and what stands here are kept equal by
a test.
"""

import builtins
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from rio.language import data
from rio.language.animation import Animation
from rio.language.curves import Ease
from rio.language.handles import Handle
from rio.language.hands import Hands
from rio.language.models.making import Models
from rio.language.nouns import Nouns
from rio.language.outside import Outside
from rio.language.strangers import Strangers
from rio.scene import layout
from rio.scene.kinds import KINDS
from rio.scene.layout import SIDES, Beside, Vector
from rio.scene.noun import MIDDLE, Kind
from rio.scene.values import Refused, nearest

_MATHEMATICS = "pi tau sin cos tan asin acos atan atan2 sqrt hypot exp log floor ceil radians degrees"

LISTED = 1000  # tasks

Placing = Callable[[Sequence[Vector], bool], list[Vector]]


class Language:
    """The verbs. `names` is what programs find."""

    def __init__(self, nouns: Nouns, outside: Outside | None = None) -> None:
        self._nouns, self._scene, self._timers = nouns, nouns.scene, nouns.timers
        self.hands = Hands(nouns.timers)
        self.strangers = Strangers(nouns, self._forget)
        self._given: dict[str, Any] = {}
        self._outside = outside or Outside()
        self._models = Models(nouns)

    def names(self) -> dict[str, Any]:
        """All words of the language. They lie under a program's own names, as Python's built-in functions do."""
        timers = self._timers
        verbs = (self.find, self.nodes, self.clear, self.update, self.grid, self.circle_of, self.now, self.animate)
        times = (timers.every, timers.after, timers.on_frame, self.stop)
        return {
            **{noun.name: self._noun(noun) for noun in KINDS.values()},
            "map": self._map,
            **{side: self._side(side) for side in SIDES},
            **{verb.__name__: verb for verb in (*verbs, *times)},
            "csv": self.csv,
            **self.hands.names(),
            "model": self._models.model,
            **{name: getattr(math, name) for name in _MATHEMATICS.split()},
            **self._outside.names(),
            "np": np,
            "math": math,
            "random": random,
        }

    def namespace(self) -> dict[str, Any]:
        """A fresh namespace for programs: the language among the built-in names, nothing else."""
        names = {**vars(builtins), **self.names(), "__resume__": self.strangers.resume}
        self._given = {"__name__": "__scene__", "__builtins__": names}
        return self._given

    def _forget(self) -> None:
        """Leave nothing of what programs have put into the namespace, and call nothing any more."""
        self.stop()
        kept = {name: self._given[name] for name in ("__name__", "__builtins__")}
        self._given.clear()
        self._given.update(kept)

    def _noun(self, noun: Kind) -> Callable[..., Handle]:
        def make(*given: Any, **words: Any) -> Handle:
            return self._nouns.make(noun, given, words)

        make.__name__ = make.__qualname__ = noun.name
        make.__doc__ = noun.about
        return make

    def _map(self, *given: Any, **words: Any) -> Any:
        """A map of the world; given a function and what it is for, Python's own `map`."""
        if given:
            return builtins.map(*given, **words)
        return self._nouns.make(KINDS["map"], (), words)

    def _side(self, name: str) -> Callable[..., Beside]:
        def beside(thing: Handle | str, gap: float | None = None) -> Beside:
            handle = self._nouns.handle(thing)
            return Beside(SIDES[name], gap, lambda: self._nouns.box(handle))

        beside.__name__ = beside.__qualname__ = name
        return beside

    # finding

    def find(self, name: str) -> Handle:
        """The node of that name."""
        return self._nouns.handle(name)

    def nodes(self, kind: str | None = None, *, tag: str | None = None) -> list[Handle]:
        """All nodes, or those of one noun, or with a tag."""
        if kind is not None and kind not in KINDS:
            raise Refused(f"no noun {kind}{nearest(kind, KINDS)}")
        found = self._scene.graph.nodes.values()
        return [
            self._nouns.of(node)
            for node in found
            if kind in (None, node.kind) and (tag is None or tag in node.get("tags"))
        ]

    # changing many

    def clear(self) -> None:
        """Take all nodes away, and stop every function but the one that says so."""
        self._nouns.clear()
        self.stop()

    def update(self, things: Sequence[Handle], **words: Any) -> None:
        """One array for many nodes: `update(ants, at=places)`, a row for each."""
        are_handles = isinstance(things, list) and all(type(thing) is Handle for thing in things)
        handles = things if are_handles else self._nouns.handles(things)
        nouns = {handle._noun.name: handle._noun for handle in handles}
        for word, values in words.items():
            for noun in nouns.values():
                if len(nouns) == 1:
                    self._scene.fill(noun, [handle._id for handle in handles], word, values)
                else:
                    mine = [place for place, handle in enumerate(handles) if handle._noun is noun]
                    self._scene.fill(noun, [handles[place]._id for place in mine], word, np.asarray(values)[mine])

    def grid(
        self, *things: Any, columns: int | None = None, gap: float | None = None, at: Sequence[float] | None = None
    ) -> list[Handle]:
        """Put things into rows and columns around `at`: on the ground, or in the view."""
        if columns is not None and (not isinstance(columns, int) or columns < 1):
            raise Refused(f"columns is a whole number from 1 up, not {columns!r}")
        return self._arrange(things, at, lambda halves, flat: layout.grid(halves, flat, columns, gap))

    def circle_of(self, *things: Any, size: float | None = None, at: Sequence[float] | None = None) -> list[Handle]:
        """Put things around `at` in a circle of this diameter: on the ground, or in the view."""
        return self._arrange(things, at, lambda halves, flat: layout.circle(halves, flat, size))

    def _arrange(self, things: Sequence[Any], at: Sequence[float] | None, placing: Placing) -> list[Handle]:
        handles = self._nouns.handles(things)
        boxes = [self._nouns.box(handle) for handle in handles]
        if not boxes:
            return handles
        flat = boxes[0][1]
        if any(other is not flat for _, other in boxes):
            raise Refused("some of them are in the world, others in the view")
        x, y, z = (*(at if at is not None else MIDDLE if flat else (0.0, 0.0, 0.0)), 0.0)[:3]
        places = placing([box.half for box, _ in boxes], flat)
        for handle, (dx, dy, dz) in zip(handles, places, strict=True):
            place = (x + dx, y + dy) if flat else (x + dx, y + dy, z + dz)
            self._scene.move(handle._id, handle._noun, place)
        return handles

    # data

    def csv(self, source: Any) -> list[data.Row]:
        """Comma-separated values as a list of dicts: a path, an address, bytes, or the text itself."""
        if isinstance(source, str) and "\n" in source:
            return data.rows_of(source)
        what, contents = self._nouns.assets.contents(source)
        try:
            return data.rows_of(data.text_of(contents))
        except Refused as refusal:
            raise Refused(f"{what}: {refusal}") from None

    # time

    def animate(
        self,
        things: Any,
        seconds: float = 1,
        ease: Ease = "in out",
        then: Callable[..., Any] | None = None,
        **words: Any,
    ) -> Animation:
        """`animate(cube, x=3, color="blue", seconds=2)`: let words of nodes go to these values by themselves."""
        if isinstance(things, int | float):
            raise Refused("name the node and the word: animate(cube, x=3)")
        handles = self._nouns.handles(things if isinstance(things, list | tuple) else [things])
        return self._nouns.animations.animate(handles, seconds, ease, then, **words)

    def stop(self, what: Any = None) -> None:
        """`stop(tick)`: call it no more. Also an animation, or a node for all that moves it; `stop()` stops everything
        but the function that says so. The list of tasks stops by name and number.
        """
        timers, animations = self._timers, self._nouns.animations
        if what is None:
            timers.stop()
            animations.clear()
        elif isinstance(what, Animation):
            animations.stop(what)
        elif isinstance(what, Handle):
            animations.stop_node(what)
            if "plays" in what._noun.words:
                what.plays = 0
        elif isinstance(what, str | int):
            if not (timers.stop_named(str(what)) or animations.stop_named(str(what))):
                raise Refused(f"no task {what}; scene/tasks lists them")
        else:
            timers.stop(what)

    def tasks(self) -> Iterator[str]:
        """A line for each function that is called now and then, and for each animation: number, name, when, whose."""
        self._timers.sweep()
        lines = [(callback.number, f"{callback.number} {callback}") for callback in self._timers]
        lines += [(task.number, f"{task.number} {line}") for task, line in self._nouns.animations.running()]
        yield from (line for _, line in sorted(lines)[:LISTED])
        if len(lines) > LISTED:
            yield f"and {len(lines) - LISTED:,} more"

    def now(self, format: str = "%H:%M:%S") -> str:
        """The time where the display stands, as `time.strftime` writes it."""
        return time.strftime(format)
