"""A form of value: a tree of texts, kept as lines that are indented by tabs. See `values` for what a form is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rio.scene.values import Refused

MOST = 10_000  # lines of one tree
DEEPEST = 32
LONGEST_LINE = 400
_END = "/"  # between the texts of a path

Lines = tuple[str, ...]


class Branches:
    """Texts below texts: `["a", ["b", "c"]]`, `{"a": ["b", "c"]}`, or lines that are indented."""

    says = 'texts and lists: ["a", ["b", "c"]], {"a": ["b"]}, or indented lines'

    def of(self, value: Any) -> Lines:
        """A line for each text, with a tab for each text that it is below."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, Mapping | Sequence):
            raise Refused(f"{value!r:.80} is not {self.says}")
        lines: list[str] = []
        for line in self._lines(value, 0):
            if len(lines) >= MOST:
                raise Refused(f"a tree of more than {MOST:,} lines")
            lines.append(line)
        return tuple(lines)

    def parse(self, text: str) -> Lines:
        """One a line; what is indented more is below."""
        return self.of([line for line in text.splitlines() if line.strip()])

    def show(self, kept: Lines) -> str:
        """The same, with two blanks for each level."""
        return "\n".join("  " * depth_of(line) + line.lstrip("\t") for line in kept)

    def _lines(self, value: Any, depth: int) -> Iterator[str]:
        if depth >= DEEPEST:
            raise Refused(f"a tree of more than {DEEPEST} levels")
        if isinstance(value, Mapping):
            yield from self._entries(value, depth)
            return
        indents = [(-1, depth - 1)]  # how far the lines before were indented, and how deep that is
        for item in value:
            if isinstance(item, Mapping | list | tuple):
                yield from self._lines(item, indents[-1][1] + 1)
                continue
            text = _text(item)
            indent = len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip())
            while indents[-1][0] >= indent:
                indents.pop()
            level = indents[-1][1] + 1
            if level >= DEEPEST:
                raise Refused(f"a tree of more than {DEEPEST} levels")
            indents.append((indent, level))
            yield "\t" * level + text.strip()

    def _entries(self, value: Mapping[Any, Any], depth: int) -> Iterator[str]:
        for key, inner in value.items():
            name = _text(key).strip()
            if inner is None or isinstance(inner, Mapping | list | tuple):
                yield "\t" * depth + name
                yield from self._lines(inner, depth + 1) if inner else ()
            else:
                yield "\t" * depth + f"{name}: {_text(inner).strip()}"


def depth_of(line: str) -> int:
    """How many texts a kept line is below."""
    return len(line) - len(line.lstrip("\t"))


def above(lines: Lines) -> list[int]:
    """For each line the number of the one that it is below; -1 for the first level."""
    found, last = [], [-1]
    for number, line in enumerate(lines):
        depth = depth_of(line)
        found.append(last[depth])
        last[depth + 1 :] = [number]
    return found


def path(lines: Lines, above: list[int], line: int) -> str:
    """The texts that a line is below and its own, with `/` between them."""
    texts = []
    while line >= 0:
        texts.append(lines[line].lstrip("\t"))
        line = above[line]
    return _END.join(reversed(texts))


def _text(item: Any) -> str:
    if isinstance(item, int | float) and not isinstance(item, bool):
        item = f"{item:g}" if isinstance(item, float) else str(item)
    if not isinstance(item, str) or not item.strip():
        raise Refused(f"{item!r:.80} is not a text of a tree")
    if len(item) > LONGEST_LINE:
        raise Refused(f"a text of {len(item):,} characters in a tree; {LONGEST_LINE} is the most")
    return " ".join(item.split("\n"))


BRANCHES = Branches()
