"""The suite's own tree: each thing that a rule looks for. `ninep conform` needs none of it; its tests do."""

from __future__ import annotations

from ninep.errors import EXISTS, FileError
from ninep.tree import Broadcast, Dir, Each, Stream, Text

HELLO = "All the world is a file.\n" * 40


class Reference:
    """A few texts, a place for news, and files that clients make."""

    def __init__(self) -> None:
        self.note = "a note\n"
        self.news, self.silence = Broadcast(), Broadcast()
        self.files: dict[str, File] = {}

    def set_note(self, text: str) -> None:
        """What is written to `note`."""
        self.note = text

    def publish(self, text: str) -> None:
        """What is written to `pipe`."""
        self.news.publish(text)

    def create(self, name: str, perm: int) -> None:
        """A client makes a file."""
        if name in self.files:
            raise FileError(EXISTS)
        self.files[name] = File()

    def remove(self, name: str) -> None:
        """A client removes one."""
        del self.files[name]


class File:
    """A text that can be changed."""

    def __init__(self) -> None:
        self.text = ""

    def set(self, text: str) -> None:
        """All of it anew."""
        self.text = text


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
        files=Each(world.files, file_node, create=world.create, remove=world.remove),
    )


def file_node(file: File) -> Text:
    """As a file of the tree."""
    return Text(lambda: file.text, file.set)
