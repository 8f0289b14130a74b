"""Blocks of Markdown laid out: where each piece of text and each line, box and dot goes, for a width.

It asks a `Metrics` how wide letters are, and knows nothing else of fonts; places are pixels from the top left.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from rio.renderer.markup import Block, Span, Spans
from rio.scene.values import Floats

BODY, SMALL = 17.0, 14.0
HEADINGS = (28.0, 23.0, 19.5, 17.0, 17.0, 15.0)
LEADING = 1.36  # from line to line, of the size
STEP = 26.0  # how far an item or a quote stands in
GAP, TIGHT = 10.0, 3.0  # between blocks
WELL = 12.0  # around code
CELL = 12.0  # around what is in a table's cells
_LEAST = 40.0  # that text is wrapped to, however deep it stands
_WORDS = re.compile(r"\n|[^\S\n]{1,200}|\S{1,200}")  # what is longer than any line is cut anyway


class Metrics(Protocol):
    """What a font is asked."""

    def width(self, text: str, face: str, size: float) -> float:
        """Of this text in one line."""

    def ascent(self, face: str, size: float) -> float:
        """From the top of a line to where its letters stand."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to draw. `what` is `text`, or of what stands around it: `well bar rule dot todo done strip`."""

    what: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    face: str = "regular"
    size: float = BODY
    is_quiet: bool = False
    link: str = ""
    is_struck: bool = False
    is_code: bool = False


@dataclass(frozen=True)
class Sheet:
    """All pieces of a text, and how large it is. `tops` and `ends`, float32[n], are where each begins and ends."""

    pieces: list[Piece]
    width: float
    height: float
    tops: Floats
    ends: Floats

    def between(self, top: float, end: float) -> Iterator[Piece]:
        """The pieces that are seen through a slit, in order."""
        for place in np.flatnonzero((self.ends > top) & (self.tops < end)):
            yield self.pieces[place]


def typeset(blocks: Iterable[Block], width: float, metrics: Metrics) -> Sheet:
    """Lay blocks out one below another, wrapped to `width`."""
    setter = _Setter(width, metrics)
    for block in blocks:
        setter.put(block)
    return setter.sheet()


@dataclass
class _Line:
    """Words that stand side by side, each with where it begins."""

    words: list[tuple[float, float, Span]]
    width: float = 0.0


class _Setter:
    """The pen: `_y` is where the next block begins."""

    def __init__(self, width: float, metrics: Metrics) -> None:
        self._width, self._metrics = width, metrics
        self._pieces: list[Piece] = []
        self._y = 0.0
        self._last: Block | None = None
        self._bars: dict[int, float] = {}  # where the quotes that are open began, by their depth

    def sheet(self) -> Sheet:
        """What has been put."""
        self._end_bars(())
        tops = np.array([piece.y for piece in self._pieces], np.float32)
        ends = np.array([piece.y + piece.height for piece in self._pieces], np.float32)
        width = max((piece.x + piece.width for piece in self._pieces), default=0.0)
        return Sheet(self._pieces, width, self._y, tops, ends)

    def put(self, block: Block) -> None:
        """The next block."""
        self._end_bars(block.inside)
        self._y += self._gap(block)
        for depth, what in enumerate(block.inside):
            if what == "quote":
                self._bars.setdefault(depth, self._y)
        left = STEP * len(block.inside)
        self._mark(block, left)
        match block.what:
            case "heading":
                self._heading(block, left)
            case "code":
                self._code(block, left)
            case "table":
                self._table(block, left)
            case "rule":
                self._add(Piece("rule", left, self._y + 4, max(self._width - left, _LEAST), 1.0))
                self._y += 9
            case _:
                self._lines(block.spans, left, self._room(left), BODY, is_quiet="quote" in block.inside)
        self._last = block

    def _gap(self, block: Block) -> float:
        if self._last is None:
            return 0.0
        if block.what == "heading":
            return 2 * GAP
        if self._last.what == "heading":
            return 0.8 * GAP
        is_item = bool(block.mark) and block.is_tight
        return TIGHT if is_item or (block.is_tight and self._last.is_tight) else GAP

    def _end_bars(self, inside: tuple[str, ...]) -> None:
        """Draw the bars of quotes that the next block does not stand in."""
        for depth in [depth for depth in self._bars if depth >= len(inside) or inside[depth] != "quote"]:
            top = self._bars.pop(depth)
            self._add(Piece("bar", STEP * depth + 4, top, 3.0, self._y - top))

    def _room(self, left: float) -> float:
        return max(self._width - left, _LEAST)

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)

    def _mark(self, block: Block, left: float) -> None:
        """What stands before an item: right of it is the text."""
        line = BODY * LEADING
        if block.mark in ("todo", "done"):
            self._add(Piece(block.mark, left - 21, self._y + line / 2 - 7, 14.0, 14.0))
        elif block.mark == "•":
            self._add(Piece("dot", left - 14, self._y + line / 2 - 2.5, 5.0, 5.0))
        elif block.mark:
            width = self._metrics.width(block.mark, "regular", BODY)
            top = self._y + (line - BODY) / 2
            self._add(Piece("text", left - 8 - width, top, width, BODY, block.mark, is_quiet=True))

    def _heading(self, block: Block, left: float) -> None:
        size = HEADINGS[block.level - 1]
        bold = {"regular": "bold", "italic": "bold italic"}
        spans = tuple(replace(span, face=bold.get(span.face, span.face)) for span in block.spans)
        self._lines(spans, left, self._room(left), size, is_quiet=block.level == 6)
        if block.level <= 2:
            self._add(Piece("rule", left, self._y + 5, self._room(left), 1.0))
            self._y += 6

    def _code(self, block: Block, left: float) -> None:
        """Every line as it stands; one that is too long for its well goes on below."""
        top, size = self._y, BODY - 1
        room = self._room(left) - 2 * WELL
        letters = max(int(room / self._metrics.width("0", "mono", size)), 1)
        lines = [part for line in block.spans[0].text.expandtabs(4).split("\n") for part in _slices(line, letters)]
        height = len(lines) * size * 1.25 + 2 * WELL
        self._add(Piece("well", left, top, self._room(left), height))
        for row, line in enumerate(lines):
            y = top + WELL + row * size * 1.25
            self._add(Piece("text", left + WELL, y, room, size, line, "mono", size))
        if block.label:
            width = self._metrics.width(block.label, "regular", SMALL)
            x = left + self._room(left) - width - WELL
            self._add(Piece("text", x, top + 5, width, SMALL, block.label, size=SMALL, is_quiet=True))
        self._y = top + height

    # tables

    def _table(self, block: Block, left: float) -> None:
        columns = len(block.sides)
        widths = self._columns(block, self._room(left))
        edges = [left + sum(widths[:column]) for column in range(columns)]
        for number, cells in enumerate(block.rows):
            top = self._y
            first = len(self._pieces)
            ends = []
            for x, width, side, spans in zip(edges, widths, block.sides, cells, strict=False):
                self._y = top + 6
                bold = tuple(replace(span, face="bold") for span in spans) if number == 0 else spans
                self._lines(bold, x + CELL, width - 2 * CELL, BODY, side)
                ends.append(self._y + 6)
            self._y = max(ends, default=top)
            what = "strip" if number == 0 else "rule"
            height = self._y - top if number == 0 else 1.0
            self._pieces.insert(first, Piece(what, left, top, sum(widths), height))

    def _columns(self, block: Block, room: float) -> list[float]:
        """How wide each column is: what it needs, or its share if there is not so much."""
        needs = [2 * CELL + 8.0] * len(block.sides)
        for cells in block.rows:
            for column, spans in enumerate(cells[: len(needs)]):
                wide = sum(self._metrics.width(span.text, "bold", BODY) for span in spans)
                needs[column] = max(needs[column], min(wide, room) + 2 * CELL)
        whole = sum(needs)
        return needs if whole <= room else [max(need * room / whole, 2 * CELL + 8.0) for need in needs]

    # lines of words

    def _lines(
        self, spans: Spans, left: float, room: float, size: float, side: str = "left", *, is_quiet: bool = False
    ) -> None:
        for line in self._wrapped(spans, room, size):
            aside = {"right": room - line.width, "center": (room - line.width) / 2}.get(side, 0.0)
            foot = max((self._metrics.ascent(span.face, size) for _, _, span in line.words), default=0.0)
            for x, width, span in line.words:
                down = foot - self._metrics.ascent(span.face, size)
                y = self._y + size * (LEADING - 1) / 2 + down
                self._add(_text(span, left + aside + x, y, width, size, is_quiet=is_quiet))
            self._y += size * LEADING

    def _wrapped(self, spans: Spans, room: float, size: float) -> Iterator[_Line]:
        """Lines of words that fit; a word that is longer than a line is cut."""
        line = _Line([])
        for span, word in ((each, word) for each in spans for word in _WORDS.findall(each.text)):
            if word == "\n":
                yield line
                line = _Line([])
                continue
            for part in self._cut(word, span, room, size):
                width = self._metrics.width(part, span.face, size)
                if line.words and line.width + width > room and not part.isspace():
                    yield self._trimmed(line, size)
                    line = _Line([])
                if line.words or not part.isspace():
                    _append(line, replace(span, text=part), width)
        if line.words:
            yield line

    def _trimmed(self, line: _Line, size: float) -> _Line:
        """Without the blanks at its end."""
        x, _, span = line.words[-1]
        span = replace(span, text=span.text.rstrip())
        width = self._metrics.width(span.text, span.face, size)
        line.words[-1], line.width = (x, width, span), x + width
        return line

    def _cut(self, word: str, span: Span, room: float, size: float) -> Iterator[str]:
        while self._metrics.width(word, span.face, size) > room and len(word) > 1:
            few = max(1, int(len(word) * room / self._metrics.width(word, span.face, size)))
            while few > 1 and self._metrics.width(word[:few], span.face, size) > room:
                few -= 1
            yield word[:few]
            word = word[few:]
        yield word


def _slices(line: str, letters: int) -> list[str]:
    return [line[first : first + letters] for first in range(0, max(len(line), 1), letters)]


def _append(line: _Line, span: Span, width: float) -> None:
    """Put a word on the line; with the last one if it is of the same kind, so that few pieces are drawn."""
    if line.words:
        x, wide, before = line.words[-1]
        if replace(before, text="") == replace(span, text=""):
            line.words[-1] = x, wide + width, replace(before, text=before.text + span.text)
            line.width += width
            return
    line.words.append((line.width, width, span))
    line.width += width


def _text(span: Span, x: float, y: float, width: float, size: float, *, is_quiet: bool) -> Piece:
    return Piece(
        "text", x, y, width, size, span.text, span.face, size, is_quiet, span.link, span.is_struck, span.is_code
    )
