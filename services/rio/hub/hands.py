"""What a person holds, as the renderer told it last: a worker that has just taken another's place is told it too."""

from collections.abc import Iterator
from typing import Any

from rio.wire import Event


class Hands:
    """The keys that are held, and where the pointer is."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._place: dict[str, Any] = {}

    def hear(self, event: Event) -> None:
        """An event of the view says what is held, and most of them where."""
        if event.id == 0 and isinstance(event.value, dict) and "keys" in event.value:
            self._keys = list(event.value["keys"])
            self._place |= {axis: event.value[axis] for axis in ("x", "y") if axis in event.value}

    def said(self) -> Event:
        """How it is just now; no function of a program is called for it."""
        return Event(0, "hands", {"keys": list(self._keys), **self._place})

    def let_go(self) -> Iterator[Event]:
        """Whoever saw the keys is gone, and will not see them come up: they count as released."""
        while self._keys:
            key = self._keys.pop()
            yield Event(0, "key_release", {"key": key, "keys": list(self._keys)})
