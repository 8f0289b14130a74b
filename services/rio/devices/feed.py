"""Values as they come, for any number of listeners, each at its own place. Knows threads, and nothing of devices."""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Trouble(Exception):  # noqa: N818 - it reads as what happened, and its text is the whole message
    """A device cannot do what is asked; the text says why."""


class Feed(Generic[T]):
    """The newest `keep` values. Who is further behind than that goes on with the oldest of them."""

    def __init__(self, keep: int, place: int = 0) -> None:
        self._values = deque[T](maxlen=keep)
        self._count = place  # values that have ever come
        self._trouble = ""
        self._changed = threading.Condition()

    @property
    def place(self) -> int:
        """Where a listener stands that wants only what comes from now on."""
        return self._count

    def push(self, value: T) -> None:
        """One more value."""
        with self._changed:
            self._values.append(value)
            self._count += 1
            self._changed.notify_all()

    def end(self, trouble: str) -> None:
        """No more will come, and why."""
        with self._changed:
            self._trouble = trouble
            self._changed.notify_all()

    def next(self, place: int, patience: float) -> tuple[int, T] | None:
        """(the place behind it, the first value from a place on); None if none came in so many seconds.

        Trouble if none will come.
        """
        with self._changed:
            self._changed.wait_for(lambda: (self._values and self._count > place) or self._trouble, patience)
            if self._values and self._count > place:
                at = max(0, len(self._values) - (self._count - place))
                return self._count - len(self._values) + at + 1, self._values[at]
            if self._trouble:
                raise Trouble(self._trouble)
            return None

    def newest(self, patience: float) -> T | None:
        """The newest value, or the first that comes in so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._values or self._trouble, patience)
            if not self._values and self._trouble:
                raise Trouble(self._trouble)
            return self._values[-1] if self._values else None
