"""A machine as one agent sees it: the file by which it gets its part of the answers, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable

from llmfs.output import Output
from llmfs.rows import ContextRow
from llmfs.store import Shelf
from llmfs.turn import Turn


class Machine:
    """`context` is what the agent is told of the machine with every prompt."""

    def __init__(self, shelf: Shelf, name: str, turns: Iterable[Turn], context: str = "") -> None:
        """`turns` are the agent's turns so far; those that were asked while there was a machine of this name count."""
        self.name, self.context = name, context
        self.output = Output()
        self._shelf = shelf
        for turn in turns:
            self.listen(turn)

    def listen(self, turn: Turn) -> None:
        """The next turn has been asked."""
        if tape := turn.blocks.get(self.name):
            self.output.add(tape)

    def tell(self, context: str) -> None:
        """What the agent is told of it from now on."""
        self.context = context
        self._shelf.put(ContextRow(self._shelf.agent, self.name, context))

    def close(self) -> None:
        """The machine is gone: its readers are released, and nothing is known of it any more."""
        self.output.close()
        self._shelf.drop(ContextRow(self._shelf.agent, self.name, ""))
