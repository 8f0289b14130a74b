"""Forms of values that are lists: lines of text, and cells in rows. See `values` for what a form is."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from rio.scene.values import PROSE, Floats, Places, Refused

MOST_LINES = 10_000
MOST_CELLS = 200_000

Cells = tuple[tuple[str, ...], ...]


class Lines:
    """A list of short texts."""

    says = "a list of texts"

    def of(self, value: Any) -> tuple[str, ...]:
        """A tuple of strings; numbers are taken for their digits."""
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise Refused(f"{value!r} is not {self.says}")
        if len(value) > MOST_LINES:
            raise Refused(f"{len(value):,} texts; {MOST_LINES:,} is the most")
        return tuple(map(PROSE.of, value))

    def parse(self, text: str) -> tuple[str, ...]:
        """One a line."""
        return self.of(text.splitlines())

    def show(self, kept: Sequence[str]) -> str:
        """One a line."""
        return "\n".join(kept)


class Grid:
    """Rows of cells, each a text."""

    says = "rows of cells: [(…, …), (…, …)]"

    def of(self, value: Any) -> Cells:
        """A tuple of rows; numbers are taken for their digits."""
        if isinstance(value, str) or not _is_list(value) or not all(map(_is_list, value)):
            raise Refused(f"{value!r:.80} is not {self.says}")
        if (count := sum(map(len, value))) > MOST_CELLS:
            raise Refused(f"{count:,} cells; {MOST_CELLS:,} is the most")
        return tuple(tuple(map(_cell, row)) for row in value)

    def parse(self, text: str) -> Cells:
        """Comma-separated values (RFC 4180)."""
        try:
            return self.of(list(csv.reader(io.StringIO(text), strict=True)))
        except csv.Error as error:
            raise Refused(f"not comma-separated values: {error}") from None

    def show(self, kept: Cells) -> str:
        """The same."""
        page = io.StringIO()
        csv.writer(page, lineterminator="\n").writerows(kept)
        return page.getvalue().removesuffix("\n")


def _is_list(value: Any) -> bool:
    return (isinstance(value, Sequence) and not isinstance(value, str)) or hasattr(value, "tolist")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return PROSE.of(value.item() if hasattr(value, "item") else value)


class Series(Places):
    """Places x y, or numbers alone: then x counts from 0."""

    says = "numbers, or places x y"

    @np.errstate(over="ignore")  # what has no room in a float32 is infinite, and refused in words
    def of(self, value: Any) -> Floats:
        """float32[n, 2]."""
        try:
            array = np.asarray(value, np.float32)
        except (TypeError, ValueError):
            raise Refused(f"those are not {self.says}") from None
        if array.ndim == 1 and array.size:
            array = np.column_stack((np.arange(len(array), dtype=np.float32), array))
        if array.ndim == 2 and array.shape[1] != 2:
            raise Refused(f"an array of shape {array.shape} is not {self.says}")
        return super().of(array)


LINES, GRID, SERIES = Lines(), Grid(), Series(200_000)
