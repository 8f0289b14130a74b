"""How far an agent has come with mending what it wrote."""

from __future__ import annotations

from msgspec import Struct


class Fixing(Struct):
    """The newest turn that mends another, and the how-manieth in a row it is; the newest turn that is done with."""

    turn: int = 0
    count: int = 0
    done: int = 0

    def tries(self, turn: int) -> int:
        """How many mendings have led to this turn."""
        return self.count if turn == self.turn else 0
