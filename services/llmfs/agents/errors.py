"""An agent's errors so far, newest last: what went wrong while nobody's write was waiting for an answer.

What is refused when a file is closed is among them, for a shell does not look there: `echo hello > history`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from llmfs.records.rows import ErrorRow
from llmfs.records.store import Shelf
from ninep import FileError
from ninep.node import Answer

KEPT = 256  # the newest


class Errors:
    """The newest errors, kept over restarts."""

    def __init__(self, shelf: Shelf, rows: Iterable[ErrorRow] = ()) -> None:
        self._shelf, self._rows = shelf, deque(rows)

    def add(self, text: str) -> None:
        """Something went wrong."""
        number = self._rows[-1].number + 1 if self._rows else 1
        row = ErrorRow(self._shelf.agent, number, time.time(), " ".join(text.split()))
        self._rows.append(row)
        self._shelf.put(row)
        if len(self._rows) > KEPT:
            self._shelf.drop(self._rows.popleft())

    def noted(self, name: str, take: Callable[[str], Answer[None]]) -> Callable[[str], Answer[None]]:
        """What takes the text of a file at its clunk, and refuses as it does; the refusal is kept."""

        def do(text: str) -> Answer[None]:
            try:
                return take(text)
            except FileError as refusal:
                self.add(f"{name}: {refusal}")
                raise

        return do

    def text(self) -> str:
        """A line for each, with its time in UTC."""
        return "".join(f"{_stamp(row.at)} {row.text}\n" for row in self._rows)


def _stamp(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
