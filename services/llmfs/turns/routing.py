"""An agent's rules at work: the file that each of them makes, and what the answers so far have for it."""

from __future__ import annotations

from collections.abc import Iterable

from llmfs.records.rows import RulesRow
from llmfs.records.store import Shelf
from llmfs.turns import rules
from llmfs.turns.output import Output
from llmfs.turns.rules import NONE, Rules
from llmfs.turns.turn import Turn


class Routing:
    """The rules of one agent. `files` are read turn by turn, as `output` is."""

    def __init__(self, shelf: Shelf) -> None:
        self.rules, self.files = NONE, dict[str, Output]()
        self._shelf = shelf

    def text(self) -> str:
        """The rules as they were written."""
        return self.rules.text

    def replace(self, made: Rules, turns: Iterable[Turn]) -> None:
        """These rules from the next turn on. Readers of a file that is no more get its end."""
        before, self.rules = dict(self.files), made
        self.files.clear()
        for name in made.files:
            self.files[name] = before.pop(name) if name in before else _file(name, turns)
        for gone in before.values():
            gone.close()

    def restore(self, row: RulesRow) -> None:
        """The rules of an earlier life of the service. FileError if they are none any more."""
        self.replace(rules.parse(row.text), ())

    def keep(self) -> None:
        """Store the rules."""
        self._shelf.put(RulesRow(self._shelf.agent, self.rules.text))

    def listen(self, turn: Turn) -> None:
        """The next turn has been asked."""
        for name, file in self.files.items():
            if tape := turn.blocks.get(name):
                file.add(tape)

    def close(self) -> None:
        """Nothing more will come: all readers get the end."""
        self.replace(rules.NONE, ())


def _file(name: str, turns: Iterable[Turn]) -> Output:
    """A file with what the turns so far have for it, from when there was a rule of that name before."""
    file = Output()
    for turn in turns:
        if tape := turn.blocks.get(name):
            file.add(tape)
    return file
