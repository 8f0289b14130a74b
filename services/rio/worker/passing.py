"""Moves of the pointer pass: of several that wait for a slow program, one is enough.

A pointer tells of itself a thousand times a second. What came while a function ran is said as one move to where the
pointer is by then, and a drag as one of the whole way; presses, keys and everything else keep their order.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rio.wire import Event, Message

M = TypeVar("M", bound=Message)

_PASSING = ("move", "drag")


def newest(messages: Iterable[M]) -> Iterator[M]:
    """The messages that came together, moves and drags of one node that follow each other as one."""
    held: dict[tuple[int, str], Any] = {}
    for message in messages:
        if isinstance(message, Event) and message.what in _PASSING and isinstance(message.value, dict):
            key = message.id, message.what
            held[key] = _joined(held[key].value, message) if key in held else message
            continue
        yield from held.values()
        held.clear()
        yield message
    yield from held.values()


def _joined(before: dict[str, Any], event: Event) -> Event:
    """One event for two: where the second is, by the way of both."""
    way = {axis: before[axis] + event.value[axis] for axis in ("dx", "dy") if axis in before and axis in event.value}
    return Event(event.id, event.what, event.value | way)
