"""Rows of data as programs like them: a list of dicts, from comma-separated values, into tables and bars."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rio.scene.sounds import hertz
from rio.scene.values import Refused
from rio.scene.widgets import CHARTED

MOST_ROWS = 1_000_000
_MARKS = ",;\t|"
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,17}|\d*(?:\d\.|\.\d)\d*)(?:[eE][+-]?\d{1,3})?")

Row = dict[str, Any]


def rows_of(text: str) -> list[Row]:
    """Comma-separated values (RFC 4180), or such with semicolons, tabs or bars; the first line has the heads.

    Numbers are numbers, an empty cell is None. Refused, with its line, for what has no sense.
    """
    text = text.lstrip("\ufeff")
    reader = csv.reader(io.StringIO(text), delimiter=_mark(text), skipinitialspace=True, strict=True)
    try:
        return list(_dicts(reader))
    except csv.Error as error:
        raise Refused(f"line {reader.line_num}: {error}") from None


def text_of(contents: bytes) -> str:
    """UTF-8, or UTF-16 with its mark; else as old spreadsheets write it."""
    if contents[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return contents.decode("utf-16", errors="replace")
    try:
        return contents.decode()
    except UnicodeDecodeError:
        return contents.decode("cp1252", errors="replace")


def _mark(text: str) -> str:
    """What stands between cells: the most frequent mark of the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(_MARKS, key=first.count)


def _dicts(reader: Any) -> Iterator[Row]:
    heads: list[str] = []
    for count, cells in enumerate(cells for cells in reader if any(cell.strip() for cell in cells)):
        if not heads:
            heads = _heads(cells)
            continue
        if len(cells) > len(heads):
            raise Refused(f"line {reader.line_num}: {len(cells)} cells under {len(heads)} heads")
        if count > MOST_ROWS:
            raise Refused(f"more than {MOST_ROWS:,} rows")
        yield {head: _value(cell) for head, cell in zip(heads, [*cells, *[""] * len(heads)], strict=False)}


def _heads(cells: Sequence[str]) -> list[str]:
    """A name for each column, each different."""
    heads: list[str] = []
    for number, cell in enumerate(cells, 1):
        head = cell.strip() or f"column {number}"
        heads.append(head if head not in heads else f"{head} {number}")
    return heads


def _value(cell: str) -> Any:
    word = cell.strip()
    if not _NUMBER.fullmatch(word):
        return cell or None
    if not any(sign in word for sign in ".eE"):
        return int(word)
    return number if math.isfinite(number := float(word)) else cell


# for nouns


def spread(noun: str, words: dict[str, Any], heads: Sequence[str] = ()) -> dict[str, Any]:
    """The words of a noun, with what stands for others as those: dicts for rows and series, a number for a pitch."""
    rows, bars = words.get("rows"), words.get("points")
    if noun == "table" and isinstance(rows, list | tuple) and rows and all(isinstance(row, Mapping) for row in rows):
        columns = list(words.get("columns") or heads) or list(dict.fromkeys(key for row in rows for key in row))
        cells = [[row.get(key) for key in columns] for row in rows]
        return {**words, "columns": list(map(str, columns)), "rows": cells}
    if noun == "sound" and _is_pitch(sound := words.get("samples")):
        return {"pitch": sound, **{word: value for word, value in words.items() if word != "samples"}}
    if noun in CHARTED and isinstance(bars, Mapping):
        return {"labels": list(map(str, bars)), **words, "points": list(bars.values())}
    if noun in CHARTED and bars is not None and _is_row(along := words.get("text")):
        return _places({word: value for word, value in words.items() if word != "text"}, along, bars)
    if noun == "progress" and isinstance(words.get("text"), int | float) and "value" not in words:
        return {"value": words["text"], **{word: value for word, value in words.items() if word != "text"}}
    return words


def _is_row(value: Any) -> bool:
    return not isinstance(value, str) and (isinstance(value, Sequence) or hasattr(value, "tolist"))


def _places(words: dict[str, Any], along: Any, up: Any) -> dict[str, Any]:
    """Two rows, as `plot(x, y)` has them: numbers along and up, or words and numbers."""
    if not _is_row(up) or len(along) != len(up):
        raise Refused("two rows of the same length are needed: x, then y; or one of places x y")
    if all(isinstance(each, str) for each in along):
        return {"labels": list(along), **words, "points": up}
    return {**words, "points": [list(place) for place in zip(along, up, strict=True)]}


def _is_pitch(sound: Any) -> bool:
    return isinstance(sound, int | float) or (isinstance(sound, str) and hertz(sound) is not None)
