"""Intrinsic routing: which text of an answer goes to which machine. No IO; text in, (machine, text) out.

A fenced block whose label is a machine's name is for that machine:

    ```alice                          three or more backticks or tildes, the name in any case of letters
    box(color="red")
    ```

It comes out line by line while it is generated. Fences are CommonMark's (spec 0.31, 4.5): a block ends at a bare fence
of its own kind that is at least as long, so a longer fence may hold shorter ones; a block that is never closed ends
with the answer. Unlike there, a fence may be indented to any depth, for models put blocks under list items; its
content loses as much indentation. CRLF counts as a newline. Blocks with another label or none go nowhere.

Other labels than machines' names, and texts within lines, may have a file too: those of an agent's rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

Piece = tuple[str, str]
"""A machine's name, or that of a rule's file, and a line for it."""

# Every repetition is possessive: a hostile line of a megabyte costs one pass.
_OPENING = re.compile(r"([ \t]*+)(`{3,}+|~{3,}+)[ \t]*+([^\s`]*+)[^`]*+$")
_CLOSING = re.compile(r"([ \t]*+)(`{3,}+|~{3,}+)[ \t]*+$")
_SLACK = 3  # a closing fence may stand this much deeper than its opening one; deeper, it is content


class _Block(Struct):
    machine: str | None  # None: nobody's
    indent: int
    fence: str

    def is_closed_by(self, line: str) -> bool:
        """True if this line is the end of the block."""
        match = _CLOSING.match(line)
        return match is not None and match[2].startswith(self.fence) and len(match[1]) <= self.indent + _SLACK

    def dedent(self, line: str) -> str:
        """The line without the indentation of its fence, as far as it has it."""
        spaces = len(line) - len(line.lstrip(" \t"))
        return line[min(self.indent, spaces) :]


class Router:
    """Feed it an answer in pieces of any length; it gives each machine's lines as they become whole.

    `look(line)` says what any line holds for others, wherever the line stands.
    """

    def __init__(self, machines: Iterable[str], look: Callable[[str], Iterable[Piece]] | None = None) -> None:
        self._machines = {name.casefold(): name for name in machines}
        self._look = look
        self._parts: list[str] = []  # of the line that is not whole yet
        self._block: _Block | None = None
        self._served: set[str] = set()  # machines that had a block already

    def feed(self, text: str) -> list[Piece]:
        """What this piece of the answer adds, line by line."""
        *lines, rest = text.split("\n")
        pieces: list[Piece] = []
        for line in lines:
            self._parts.append(line)
            pieces += self._take_line()
        if rest:
            self._parts.append(rest)
        return pieces

    def finish(self) -> list[Piece]:
        """The answer is over: its last line is whole now, and an open block ends."""
        pieces = self._take_line() if self._parts else []
        self._block = None
        return pieces

    def _take_line(self) -> list[Piece]:
        line = "".join(self._parts).removesuffix("\r")
        self._parts.clear()
        pieces = self._route(line)
        return [*pieces, *self._look(line)] if self._look else pieces

    def _route(self, line: str) -> list[Piece]:
        if self._block is None:
            return self._begin(line)
        if self._block.is_closed_by(line):
            self._block = None
        elif self._block.machine:
            return [(self._block.machine, self._block.dedent(line) + "\n")]
        return []

    def _begin(self, line: str) -> list[Piece]:
        """A line outside of blocks: does a block begin here? Blocks for one machine are kept apart by a blank line."""
        match = _OPENING.match(line)
        if not match:
            return []
        machine = self._machines.get(match[3].casefold())
        self._block = _Block(machine, len(match[1]), match[2])
        if machine is None:
            return []
        comes_again = machine in self._served
        self._served.add(machine)
        return [(machine, "\n")] if comes_again else []
