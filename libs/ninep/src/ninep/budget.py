"""Memory that clients may have us hold, counted before it is held."""

from __future__ import annotations

from ninep.errors import FileError


class Budget:
    """Bytes for many together. Who asks for more than is left gets `refusal`."""

    def __init__(self, limit: int, refusal: str) -> None:
        self.limit, self.used, self._refusal = limit, 0, refusal

    @property
    def left(self) -> int:
        """Bytes that are still to be had."""
        return self.limit - self.used

    def take(self, count: int) -> None:
        """Count these, or FileError; a negative count gives back."""
        if count > max(0, self.left):
            raise FileError(self._refusal)
        self.used += count
