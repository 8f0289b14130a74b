"""A terminal's screen: what was written to it, as runs of letters in one colour. It knows no window.

pyte reads the escape sequences. Here are the lines that went out at the top, bounds on what hostile text could make it
do, and its letters gathered into runs.
"""

import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import pyte

from rio.scene.tails import since
from rio.scene.values import LONGEST

PAST = 1000  # lines that can be scrolled back to
PIECE = 64  # letters that are read between two looks at the clock
SLICE = 0.01  # seconds for which a screen reads before others have their turn
MARKS = 4  # accents on one letter
SECOND = frozenset({47, 1047, 1049})  # xterm: programs that take the whole screen leave the first one as it was
CURSOR_KEYS = 1 << 5  # DECCKM, as pyte writes private modes


@dataclass(frozen=True, slots=True)
class Run:
    """Letters side by side. `column` is where they begin; colours are pyte's: a name or six hexadecimal digits;
    `reverse` is the ground as a letter's colour, `ink` the letters' as a ground."""

    column: int
    text: str
    width: int
    fg: str
    bg: str
    bold: bool
    italic: bool
    underlined: bool
    struck: bool


Runs = tuple[Run, ...]


class _Lines(pyte.Screen):
    """A screen that keeps what goes out at the top."""

    def __init__(self, columns: int, lines: int) -> None:
        self.past: deque[Runs] = deque(maxlen=PAST)
        self._marks = 0
        self._first: tuple[dict[int, Any], int, int] | None = None  # lines and cursor, while the second screen is shown
        super().__init__(columns, lines)

    def index(self) -> None:
        top = self.margins.top if self.margins else 0
        bottom = self.margins.bottom if self.margins else self.lines - 1
        if self.cursor.y == bottom and top == 0 and self._first is None:
            self.past.append(_runs(self.buffer[0], self.columns))
        super().index()

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Another size. Lines go out at the top where the cursor would not be seen otherwise, and only then."""
        less = self.lines - (lines or self.lines)
        x, y, out = self.cursor.x, self.cursor.y, max(0, self.cursor.y + 1 - (lines or self.lines))
        if less > 0:  # so many are taken away at the top, wherever the cursor is
            self.past.extend(_runs(self.buffer[row], self.columns) for row in range(out))
            self.set_margins()
            self.cursor_position()
            self.insert_lines(less - out)
        super().resize(lines, columns)
        self.cursor.x, self.cursor.y = min(x, self.columns - 1), y - out

    def set_mode(self, *modes: int, **more: Any) -> None:
        if more.get("private") and SECOND.intersection(modes) and self._first is None:
            self._first = dict(self.buffer), self.cursor.x, self.cursor.y
            self.buffer.clear()
            self.dirty.update(range(self.lines))
        super().set_mode(*modes, **more)

    def reset_mode(self, *modes: int, **more: Any) -> None:
        if more.get("private") and SECOND.intersection(modes) and self._first is not None:
            lines, x, y = self._first
            self._first = None
            self.buffer.clear()
            self.buffer.update(lines)
            self.cursor.x, self.cursor.y = min(x, self.columns), min(y, self.lines - 1)
            self.dirty.update(range(self.lines))
        super().reset_mode(*modes, **more)

    def reset(self) -> None:
        self._first = None
        super().reset()

    def alignment_display(self) -> None:
        """A test picture of 1978, which fills every cell: a flood of it would take minutes."""

    def draw(self, data: str) -> None:
        super().draw(data if data.isascii() else "".join(filter(self._is_borne, data)))

    def _is_borne(self, letter: str) -> bool:
        """Accents upon accents take longer each; a few are enough for any language."""
        self._marks = self._marks + 1 if unicodedata.combining(letter) else 0
        return self._marks <= MARKS


class _Listener:
    """What the parser calls: a sequence with too many or too few numbers does nothing."""

    def __init__(self, screen: _Lines) -> None:
        self._screen = screen

    def __getattr__(self, name: str) -> Callable[..., None]:
        return partial(_tolerantly, getattr(self._screen, name))


def _tolerantly(method: Callable[..., None], *numbers: Any, **more: Any) -> None:
    try:
        method(*numbers, **more)
    except (TypeError, ValueError, IndexError):  # pyte hands on as many numbers as the sequence has
        return


class Screen:
    """So many columns and lines, and the text that they show."""

    def __init__(self) -> None:
        self._text = ""
        self._waiting = ""
        self._begin(80, 24)

    def _begin(self, columns: int, lines: int) -> None:
        self._screen = _Lines(columns, lines)
        self._stream = pyte.Stream(_Listener(self._screen), strict=False)  # type: ignore[arg-type]  # it stands for one
        self._runs: dict[int, Runs] = {}

    def take(self, text: str) -> None:
        """What was written by now."""
        if text == self._text:
            return
        more = since(self._text, text)
        if more is None or len(self._waiting) > LONGEST:  # so much was written that nobody could have read it
            self._begin(self._screen.columns, self._screen.lines)
            self._waiting, more = "", text
        self._text, self._waiting = text, self._waiting + more

    def resize(self, columns: int, lines: int) -> None:
        """Another size. What is cut off is gone, as on every terminal."""
        if (columns, lines) != (self._screen.columns, self._screen.lines):
            self._screen.resize(lines, columns)
            self._runs.clear()

    def read(self) -> bool:
        """Read on for a while; whether all has been read."""
        until, place = time.monotonic() + SLICE, 0
        while place < len(self._waiting) and time.monotonic() < until:
            self._feed(self._waiting[place : place + PIECE])
            place += PIECE
        self._waiting = self._waiting[place:]
        return not self._waiting

    def _feed(self, piece: str) -> None:
        try:
            self._stream.feed(piece.replace("\n", "\r\n"))  # written by programs, not through a tty
        except ValueError:  # a number of a thousand digits; the parser has begun anew
            return

    @property
    def is_behind(self) -> bool:
        """Whether something was not read yet."""
        return bool(self._waiting)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return self._screen.columns, self._screen.lines

    @property
    def past(self) -> int:
        """How many lines there are above the screen."""
        return len(self._screen.past)

    @property
    def cursor(self) -> tuple[int, int] | None:
        """Its column and line; None while it is hidden."""
        cursor = self._screen.cursor
        return None if cursor.hidden else (min(cursor.x, self._screen.columns - 1), cursor.y)

    @property
    def has_cursor_keys(self) -> bool:
        """Whether arrows are to be sent as keys of an application."""
        return CURSOR_KEYS in self._screen.mode

    def line(self, number: int) -> Runs:
        """The runs of a line, counted from the first one that can be scrolled back to."""
        if number < self.past:
            return self._screen.past[number]
        row = number - self.past
        for dirty in self._screen.dirty:
            self._runs.pop(dirty, None)
        self._screen.dirty.clear()
        if row not in self._runs:
            self._runs[row] = _runs(self._screen.buffer[row], self._screen.columns)
        return self._runs[row]


def _runs(line: Any, columns: int) -> Runs:
    """Neighbours that look the same. Letters that a font may draw wider than a cell stand alone."""
    cells = [(x, line[x]) for x in sorted(line) if x < columns and line[x].data]
    return tuple(_gathered(cells))


def _gathered(cells: list[tuple[int, Any]]) -> Iterator[Run]:
    place = iter(range(len(cells)))

    def alike(cell: tuple[int, Any]) -> tuple[Any, ...]:
        x, char = cell
        alone = None if char.data.isascii() else x
        return (x - next(place), alone, *char[1:])

    for _, group in groupby(cells, alike):
        same = list(group)
        x, first = same[0]
        fg, bg = first.fg, first.bg
        if first.reverse:
            fg, bg = bg if bg != "default" else "reverse", fg if fg != "default" else "ink"
        text = "".join(char.data for _, char in same)
        width = 2 if unicodedata.east_asian_width(text[0]) in "WF" else len(same)
        yield Run(x, text, width, fg, bg, first.bold, first.italics, first.underscore, first.strikethrough)
