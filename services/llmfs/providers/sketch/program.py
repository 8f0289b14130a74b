"""One machine's program while it is written, the scene as it will be, and what has to be said about it in words."""

import json
from collections.abc import Sequence

from llmfs.providers.sketch import reading
from llmfs.providers.sketch.scene import Scene


class Program:
    """Statements, one a line but for functions. Each is applied to the scene as it is said, so there is one truth."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.lines: list[str] = []
        self.notes: list[str] = []

    def say(self, statement: str) -> None:
        """Add a statement."""
        if not self.lines:
            self.scene.recent = {}
        self.lines += statement.split("\n")
        reading.statement(self.scene, statement)

    def note(self, text: str) -> None:
        """Tell the person something, once."""
        if text not in self.notes:
            self.notes.append(text)


def quoted(text: str) -> str:
    """A text as a literal. JSON's spelling is Python's too, and keeps to one line."""
    return json.dumps(text, ensure_ascii=False)


def number(value: float) -> str:
    """A number as a person would write it."""
    return f"{round(value, 3) + 0.0:g}"


def numbers(values: Sequence[float]) -> str:
    """A place or a size as a literal; a single number stands for itself."""
    return number(values[0]) if len(values) == 1 else f"({', '.join(map(number, values))})"


def extent(values: Sequence[float]) -> str:
    """A size as a literal: one number where all are the same."""
    return number(values[0]) if len(set(values)) == 1 else numbers(values)


def found(name: str) -> str:
    """How a program gets hold of a thing."""
    return f"find({quoted(name)})"
