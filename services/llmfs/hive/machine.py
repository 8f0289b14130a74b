"""A machine: where its scene is and what is on it; and as one agent sees it, with the file that gets its blocks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from llmfs.records.rows import ContextRow
from llmfs.records.store import Shelf
from llmfs.turns.output import Output
from llmfs.turns.turn import Turn


class Site:
    """A machine, for all agents. Its scene is at `path` of the namespace.

    `scene` is what its display said last, `language` its page of the scene language. `look` hears the display anew,
    `show` gives its screen; both are None while it cannot be reached, and `trouble` then says why, if anybody tried.
    """

    def __init__(self, name: str, path: str, *, is_found: bool = False) -> None:
        self.name, self.path, self.is_found = name, path, is_found
        self.scene = self.language = self.trouble = ""
        self.look: Callable[[], Awaitable[None]] | None = None
        self.show: Callable[[], Awaitable[bytes]] | None = None
        self.rests_until = 0.0  # by trio's clock: it was slow to answer

    def remark(self) -> str:
        """A comment for a person: whether it was found, and what is wrong with it."""
        facts = ["found", self.trouble] if self.is_found else [self.trouble]
        return "".join(f"  # {'; '.join(filter(None, facts))}") if any(facts) else ""


class Machine:
    """A machine as one agent sees it."""

    def __init__(self, shelf: Shelf, site: Site, turns: Iterable[Turn], told: str = "") -> None:
        """`turns` are the agent's turns so far; those that were asked while there was a machine of this name count."""
        self.site, self.told = site, told
        self.output = Output()
        self._shelf = shelf
        for turn in turns:
            self.listen(turn)

    @property
    def name(self) -> str:
        """The label of its blocks."""
        return self.site.name

    @property
    def context(self) -> str:
        """What the agent is told of it with every prompt: what somebody wrote by hand, else what its display says."""
        return self.told or self.site.scene

    def listen(self, turn: Turn) -> None:
        """The next turn has been asked."""
        if tape := turn.blocks.get(self.name):
            self.output.add(tape)

    def tell(self, context: str) -> None:
        """What the agent is told of it until something changes there; nothing is again what its display says."""
        self.told = context
        self._shelf.put(ContextRow(self._shelf.agent, self.name, context))

    def look_up(self) -> None:
        """Something has changed there: what was written by hand is of yesterday."""
        if self.told:
            self.tell("")

    def close(self) -> None:
        """The machine is gone: its readers are released, and nothing is known of it any more."""
        self.output.close()
        self._shelf.drop(ContextRow(self._shelf.agent, self.name, ""))
