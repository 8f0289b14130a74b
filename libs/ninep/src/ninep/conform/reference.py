"""The suite's own tree: each thing that a rule looks for. `ninep conform` needs none of it; its tests do."""

from __future__ import annotations

from ninep.memory import Folder
from ninep.tree import Broadcast, Dir, Stream, Text

HELLO = "All the world is a file.\n" * 40


class Reference:
    """A few texts, and places for news."""

    def __init__(self) -> None:
        self.note = "a note\n"
        self.news, self.silence = Broadcast(), Broadcast()

    def set_note(self, text: str) -> None:
        """What is written to `note`."""
        self.note = text

    def publish(self, text: str) -> None:
        """What is written to `pipe`."""
        self.news.publish(text)


def reference() -> Dir:
    """A fresh tree."""
    world = Reference()
    return Dir(
        hello=Text(lambda: HELLO),
        note=Text(lambda: world.note, world.set_note),
        nested=Dir(deeper=Dir(leaf=Text(lambda: "a leaf\n"), other=Text(lambda: "another\n"))),
        empty=Dir(),
        block=Stream(world.silence.open),
        pipe=Stream(world.news.open, world.publish),
        files=Folder(limit=1 << 20),
    )
