"""Words of nodes that go to another value by themselves, a little with each frame.

Time is that of the frames: it stands still while the worker sleeps, so a checkpoint goes on where it was made. A later
animation of the same word of the same node takes over from where that is; so does whoever else sets the word.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from rio.language.curves import Curves, Ease
from rio.language.handles import Handle
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.language.tracks import Motion, Singles, Track, Way
from rio.scene.noun import COLUMNS, Kind
from rio.scene.values import Numeric, Refused

MOST = 200_000  # words of nodes that move at once
LONGEST = 1e6  # seconds

_AXES = {"x": 0, "y": 1, "z": 2}


@dataclass(eq=False)
class Animation:
    """One call of `animate`. `stop` takes it."""

    number: int
    about: str
    program: int
    motion: Motion
    then: Callable[..., Any] | None = None

    def line(self, now: float) -> str:
        """What the list of tasks says of it."""
        gone = min(max(now - self.motion.begin, 0.0), self.motion.seconds)
        return f"animate {self.about}, {gone:.1f} of {self.motion.seconds:g} s, program {self.program}, running"


class Animations:
    """All animations of one scene. `step` moves them on by a frame."""

    def __init__(self, scene: Scene, timers: Timers, plain: Callable[[Handle, str, Any], Any]) -> None:
        """`plain` works out what needs the scene to be understood, a place beside something say."""
        self._scene, self._timers, self._plain = scene, timers, plain
        self._curves = Curves()
        self._tracks = {column: Track(column) for column in COLUMNS}
        self._singles = Singles()
        self._running: dict[int, Animation] = {}
        self._now = 0.0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._running)

    # what programs say

    def animate(
        self,
        handles: Sequence[Handle],
        seconds: float = 1,
        ease: Ease = "in out",
        then: Callable[..., Any] | None = None,
        **words: Any,
    ) -> Animation:
        """Let words of nodes go to these values in so many seconds; call `then` at the end.

        A value is for all of the nodes; an array with a row for each gives each its own.
        """
        _check(seconds, then, handles, words)
        motion = Motion(self._timers.new_number(), self._now, float(seconds), self._curves.number(ease, self._in_use))
        ways = [way for word, value in words.items() for way in self._ways(handles, word, value)]
        self._make_room(len(ways))
        for way in ways:
            self._part_of(way.word).add(motion, way)
        about = f"{handles[0].name if len(handles) == 1 else f'{len(handles):,} nodes'} {' '.join(words)}"
        animation = Animation(motion.owner, about, self._timers.program, motion, then)
        self._running[animation.number] = animation
        return animation

    def stop(self, animation: Animation) -> None:
        """What it moves stays where it is; `then` is not called."""
        if self._running.pop(animation.number, None) is None:
            raise Refused(f"animate {animation.about} has ended already")
        for part in self._parts():
            part.drop(owner=animation.number)

    def stop_node(self, handle: Handle) -> None:
        """No word of the node moves any more."""
        for part in self._parts():
            part.drop(id=handle._id)
        self._forget_idle()

    def stop_named(self, number: str) -> bool:
        """Stop the one of that number; whether there is one."""
        found = self._running.get(int(number)) if number.isdecimal() else None
        if found:
            self.stop(found)
        return found is not None

    def clear(self) -> None:
        """Nothing moves any more."""
        for animation in tuple(self._running.values()):
            self.stop(animation)

    # what the worker asks

    def step(self, seconds: float) -> None:
        """So much time has gone by; all that moves is written, each column as one change."""
        if not self._running:
            return
        self._now += seconds
        arrived = set[int]()
        for part in self._parts():
            arrived.update(part.step(self._scene, self._curves, self._now))
        for animation in self._forget_idle():
            if animation.number in arrived and animation.then is not None:
                self._timers.soon(animation.then, animation.program)

    def forget(self, id: int) -> None:
        """Another node has this number now."""
        if self._running:
            for part in self._parts():
                part.drop(id=id)

    def trust(self) -> None:
        """The scene was replaced from outside, as after the death of a worker: go on from there."""
        for part in self._parts():
            part.trust()

    def running(self) -> Iterator[tuple[Animation, str]]:
        """All, with their lines in the list of tasks."""
        return ((animation, animation.line(self._now)) for animation in self._running.values())

    def _parts(self) -> Iterable[Track | Singles]:
        parts: list[Track | Singles] = [*self._tracks.values(), self._singles]
        return [part for part in parts if len(part)]

    def _in_use(self) -> set[int]:
        return set(chain.from_iterable(part.used("curve") for part in self._parts()))

    def _make_room(self, count: int) -> None:
        if sum(map(len, self._parts())) + count > MOST:
            for part in self._parts():
                if isinstance(part, Track):
                    part.settle()
        if sum(map(len, self._parts())) + count > MOST:
            raise Refused(f"{MOST:,} words are moving already; stop() some animations")

    def _part_of(self, word: str) -> Track | Singles:
        return self._tracks.get(word, self._singles)

    def _forget_idle(self) -> list[Animation]:
        """Those that move nothing any more: they have arrived, or their nodes are gone or were taken over."""
        moving = set(chain.from_iterable(part.used("owner") for part in self._parts()))
        idle = [animation for number, animation in self._running.items() if number not in moving]
        for animation in idle:
            del self._running[animation.number]
        return idle

    # from words to ways

    def _ways(self, handles: Sequence[Handle], word: str, value: Any) -> Iterator[Way]:
        column = "at" if word in _AXES else word
        values = _each(handles, column, value) if word not in _AXES else _each_number(handles, word, value)
        for handle, given in zip(handles, values, strict=True):
            noun, form = handle._noun, _form(handle._noun, column)
            start = self._start(handle, column, form)
            if word in _AXES:
                axis = _AXES[word]
                if axis >= len(start):
                    raise Refused(f"a {noun.name} has no {word}: its place has two numbers")
                given = (*start[:axis], given, *start[axis + 1 :])
            end = _row(form.of(self._plain(handle, column, given)))
            axes = tuple(word not in _AXES or axis == _AXES[word] for axis in range(len(start)))
            yield Way(handle._id, noun, column, form, start, _as_long(end, start), axes)

    def _start(self, handle: Handle, word: str, form: Numeric) -> tuple[float, ...]:
        now = self._scene.read(handle._id, handle._noun, word)
        if now is None:
            raise Refused(f"{handle.name} has no {word} yet to begin from")
        return _row(form.of(now))


def _check(seconds: Any, then: Any, handles: Sequence[Handle], words: dict[str, Any]) -> None:
    if not words or not handles:
        raise Refused("say what goes where: animate(cube, x=3, color='blue', seconds=2)")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST:
        raise Refused(f"seconds is a number from 0 to {LONGEST:,.0f}, not {seconds!r:.40}")
    if then is not None and not callable(then):
        raise Refused(f"then is a function, not {then!r:.40}")


def _form(noun: Kind, word: str) -> Numeric:
    form = noun.word(word).form
    if not isinstance(form, Numeric):
        able = [name for name, other in noun.words.items() if isinstance(other.form, Numeric)]
        raise Refused(f"{word} of {noun.name} does not go step by step; these do: {' '.join(able)}")
    return form


def _each(handles: Sequence[Handle], word: str, value: Any) -> Sequence[Any]:
    """A value for each node: rows of an array, or the same for all."""
    width = _form(handles[0]._noun, word).width
    is_many = not isinstance(value, str | Handle) and isinstance(value, np.ndarray | list | tuple)
    depth = np.ndim(value) if is_many else 0
    if len(handles) == 1 or depth < (2 if width > 1 else 1):
        return [value] * len(handles)
    return _rows(handles, word, np.asarray(value).tolist())


def _each_number(handles: Sequence[Handle], word: str, value: Any) -> Sequence[Any]:
    if isinstance(value, np.ndarray | list | tuple | range):
        return _rows(handles, word, np.asarray(value).tolist())
    return [value] * len(handles)


def _rows(handles: Sequence[Handle], word: str, rows: list[Any]) -> list[Any]:
    if len(rows) != len(handles):
        raise Refused(f"{len(rows):,} rows of {word} for {len(handles):,} nodes")
    return rows


def _row(kept: Any) -> tuple[float, ...]:
    return kept if isinstance(kept, tuple) else (float(kept),)


def _as_long(end: tuple[float, ...], start: tuple[float, ...]) -> tuple[float, ...]:
    if len(end) != len(start):
        raise Refused(f"it has {len(start)} numbers now, and {len(end)} cannot be its end")
    return end
