"""The system prompts of agents that are made by one verb: texts that come with llmfs, and that a person may rewrite.

`{scene}` in a system prompt stands for the page of the scene language, as the first display that has one serves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from llmfs.hive.machine import Site
from llmfs.records.rows import Setting
from llmfs.records.store import Store

ROLES = ("coder", "master")
PREFIX = "template/"  # of the settings that hold what was written
PAGE = "{scene}"
NO_PAGE = "(No display has said yet what its programs may say.)"


class Template:
    """One text."""

    def __init__(self, role: str, store: Store) -> None:
        self._role, self._store = role, store
        self.written = ""  # instead of the text that comes with llmfs

    def text(self) -> str:
        """What an agent that is made now gets."""
        return self.written or files("llmfs").joinpath("templates", f"{self._role}.md").read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Another text from now on; nothing is again the one that comes with llmfs."""
        self.written = text if text.strip() else ""
        self._store.put(Setting(PREFIX + self._role, self.written))


def templates(store: Store) -> dict[str, Template]:
    """All of them, by what the agents are."""
    return {role: Template(role, store) for role in ROLES}


def filled_in(system: str, sites: Iterable[Site]) -> str:
    """A system prompt with the page of the scene language where it is asked for."""
    if PAGE not in system:
        return system
    page = next((site.language for site in sites if site.language), NO_PAGE)
    return system.replace(PAGE, page.strip())
