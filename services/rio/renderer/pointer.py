"""What a person does with pointer and keys, as events of nodes: enter, leave, press, release, click, drag, scroll.

An event's value is a dictionary with `x y` in the view, and `button`, `dx dy` or `keys` where they say something. All
that happens is also told of the view itself, node 0, so that a program knows where the pointer is and what is held.
"""

from collections.abc import Callable, Iterator
from typing import Any

from rio.scene.keys import key_named
from rio.wire import Event, Input

CLICK = 6.0  # logical pixels that the pointer may move between press and release of a click


class Pointer:
    """Turns inputs into events; `pick(x, y)` says which node is there, 0 if none."""

    def __init__(self, pick: Callable[[float, float], int]) -> None:
        self._pick = pick
        self._over = 0
        self._held: tuple[int, float, float] | None = None  # the node pressed, and where
        self._last = (0.0, 0.0)
        self._keys: dict[str, None] = {}

    @property
    def keys(self) -> list[str]:
        """What is held down, as far as it was pressed outside of panels."""
        return list(self._keys)

    def events(self, what: Input) -> Iterator[Event]:
        """What an input means, in order."""
        match what.what:
            case "move":
                yield from self._move(what)
            case "press":
                yield from self._press(what)
            case "release":
                yield from self._release(what)
            case "scroll":
                node = self._pick(what.x, what.y)
                yield from self._tell(node, what, dy=float(what.value or 0))
            case "key_press" | "key_release":
                yield self._key(key_named(str(what.value)), what.what)
            case "text":
                yield Event(0, "text", {"key": str(what.value), "keys": self.keys})
            case "blur":
                for key in list(self._keys):
                    yield self._key(key, "key_release")

    def awaits(self, what: Input) -> bool:
        """Whether this ends what began here: then it is heard, even over a panel or while somebody types in one."""
        if what.what == "key_release":
            return key_named(str(what.value)) in self._keys
        return what.what == "blur" or (what.what in ("move", "release") and self._held is not None)

    def forget(self, there: Callable[[int], bool]) -> None:
        """Nodes may be gone: what is no longer there is neither under the pointer nor held."""
        self._over = self._over if there(self._over) else 0
        if self._held and self._held[0] and not there(self._held[0]):
            self._held = None

    def _move(self, what: Input) -> Iterator[Event]:
        (x, y), self._last = self._last, (what.x, what.y)
        if self._held and self._held[0]:
            yield from self._tell(self._held[0], what, "drag", dx=what.x - x, dy=what.y - y)
            return
        over = self._pick(what.x, what.y)
        if over != self._over:
            if self._over:
                yield Event(self._over, "leave", self._value(what))
            if over:
                yield Event(over, "enter", self._value(what))
            self._over = over
        yield Event(0, "move", self._value(what))

    def _press(self, what: Input) -> Iterator[Event]:
        self._last = (what.x, what.y)
        node = self._pick(what.x, what.y)
        self._held = (node, what.x, what.y)
        yield from self._tell(node, what)

    def _release(self, what: Input) -> Iterator[Event]:
        held, self._held = self._held, None
        node, x, y = held or (0, what.x, what.y)
        yield from self._tell(node, what)
        near = abs(what.x - x) <= CLICK and abs(what.y - y) <= CLICK
        if held and near and node == self._pick(what.x, what.y):
            yield from self._tell(node, what, "click")

    def _key(self, key: str, what: str) -> Event:
        if what == "key_press":
            self._keys[key] = None
        else:
            self._keys.pop(key, None)
        return Event(0, what, {"key": key, "keys": self.keys})

    def _tell(self, node: int, what: Input, name: str = "", **more: float) -> Iterator[Event]:
        """The node and the view."""
        value = self._value(what) | more
        if node:
            yield Event(node, name or what.what, value)
        yield Event(0, name or what.what, value)

    def _value(self, what: Input) -> dict[str, Any]:
        value: dict[str, Any] = {"x": what.x, "y": what.y, "keys": self.keys}
        if what.what in ("press", "release"):
            value["button"] = what.value or "left"
        return value
