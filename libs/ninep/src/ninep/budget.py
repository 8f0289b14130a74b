"""Memory that clients may have us hold, counted before it is held."""

from __future__ import annotations

from ninep.errors import FileError


class Budget:
    """Bytes for many together. Who asks for more than is left gets `refusal`. What is taken counts `within` another."""

    __slots__ = ("_refusal", "_within", "limit", "used")

    def __init__(self, limit: int, refusal: str, within: Budget | None = None) -> None:
        self.limit, self.used, self._refusal, self._within = limit, 0, refusal, within

    @property
    def left(self) -> int:
        """Bytes that are still to be had."""
        return self.limit - self.used

    def take(self, count: int) -> None:
        """Count these, or FileError; a negative count gives back."""
        if count > max(0, self.left):
            raise FileError(self._refusal)
        if self._within:
            self._within.take(count)
        self.used += count
