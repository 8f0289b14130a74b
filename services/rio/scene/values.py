"""How one value of a node is written: by a program, by a person, on the wire.

A *form* stands for all values of one sort. `of` takes what a program gives and returns the one shape that the graph
keeps and the wire carries, or refuses in a plain sentence; it leaves a value of that shape as it is, so it also checks
what comes from elsewhere. `parse` and `show` are a person's way in and out: `0 1 0`, `blue`, `on`.

A `Numeric` form can be kept in a float32 column of the graph. Then `of` gives its `width` numbers (a bare number if
that is one), `read` what a program gets back from the column's row, and `many` the rows for many nodes at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rio.scene.colors import NAMED, rgba, spoken

Floats = NDArray[np.float32]

FARTHEST = 1e9  # beyond it float32 has no room left for a picture
ROUNDING = 1e-6  # beyond a bound: what sums of floats and float32 miss it by, as 0.2 + 0.8 * 6 / 6 misses 1
MOST_POINTS = 2_000_000  # of one node: 24 MB
LONGEST = 1 << 16  # characters of one text
ZERO = -1  # in a `spread`: nought, whatever was given


class Refused(ValueError):  # noqa: N818  # it reads as what happened, and its text is the whole message
    """A value, or a change, that would not leave a sound graph. Its text is what a person reads."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for an error message: `; did you mean box?`, or nothing."""
    close = get_close_matches(str(word), list(known), 1)
    return f"; did you mean {close[0]}?" if close else ""


class Form(Protocol):
    """One sort of value."""

    @property
    def says(self) -> str:
        """What such a value is, for help and refusals: `three numbers`."""

    def of(self, value: Any) -> Any:
        """The value as the graph keeps it; Refused if it is not of this sort."""

    def parse(self, text: str) -> Any:
        """The value as the graph keeps it, from a person's words; Refused if they are not of this sort."""

    def show(self, kept: Any) -> str:
        """A person's words for a kept value; `parse` takes them back."""


class Numeric:
    """`width` numbers from `low` to `high`.

    `spread` says which of the given numbers fills each place, by how many are given: a size is `{1: (0, 0, 0), 3: (0,
    1, 2)}`, so that one number stands for all three. With `terse`, a program reads the shortest form back too.
    """

    def __init__(
        self,
        says: str,
        spread: Mapping[int, tuple[int, ...]],
        low: float = -FARTHEST,
        high: float = FARTHEST,
        *,
        terse: bool = False,
        whole: bool = False,
    ) -> None:
        self.says, self.low, self.high = says, low, high
        self.width = max(map(len, spread.values()))
        self._spread, self._terse, self.is_whole = dict(sorted(spread.items())), terse, whole

    def of(self, value: Any) -> Any:
        """The numbers brought to `width`, checked."""
        given = self._given(value)
        take = self._spread.get(len(given))
        if take is None:
            raise Refused(f"{value!r} is not {self.says}")
        for number in given:
            if not self.low - ROUNDING <= number <= self.high + ROUNDING or (self.is_whole and number % 1):
                raise Refused(f"{value!r} is out of range; it takes {self.says}")
        given = (*(min(max(number, self.low), self.high) for number in given), 0.0)
        return tuple(given[place] for place in take) if self.width > 1 else given[0]

    def read(self, row: Sequence[float]) -> Any:
        """What a program reads from a row of the column: what was given, not its float32 neighbour."""
        numbers = tuple(float(f"{number:.7g}") for number in row[: self.width])
        if self._terse:
            numbers = self._shortest(numbers)
        if len(numbers) > 1:
            return numbers
        return int(numbers[0]) if self.is_whole else numbers[0]

    def parse(self, text: str) -> Any:
        """Numbers separated by blanks; commas and brackets do no harm."""
        try:
            return self.of(tuple(map(float, text.strip().strip("()[]").replace(",", " ").split())))
        except Refused:
            raise
        except ValueError:
            raise Refused(f"{text.strip()!r} is not {self.says}") from None

    def show(self, kept: Any) -> str:
        """The fewest numbers that say it."""
        numbers = self._shortest(kept if isinstance(kept, tuple) else (kept,))
        return " ".join(f"{number + 0.0:.7g}" for number in numbers)

    @np.errstate(over="ignore")  # what has no room in a float32 is infinite, and refused in words
    def many(self, values: Any) -> Floats:
        """The rows for many nodes, float32[n, width], from n numbers or n rows."""
        array = np.asarray(values, np.float32)
        array = array.reshape(len(array), -1) if array.ndim in (1, 2) else array
        take = self._spread.get(array.shape[-1]) if array.ndim == 2 else None
        if take is None:
            raise Refused(f"an array of shape {array.shape} does not give each node {self.says}")
        if not ((array >= self.low - ROUNDING) & (array <= self.high + ROUNDING)).all():
            raise Refused(f"a number is out of range; each node takes {self.says}")
        array = array.clip(self.low, self.high)
        padded = np.concatenate((array, np.zeros((len(array), 1), np.float32)), axis=1)
        return np.ascontiguousarray(padded[:, take])

    def _given(self, value: Any) -> tuple[float, ...]:
        """A number, or a short sequence of them, as floats."""
        if isinstance(value, int | float | np.generic) and not isinstance(value, bool):
            return (float(value),)
        if isinstance(value, tuple | list | np.ndarray) and len(value) <= self.width:
            try:
                return tuple(map(float, value))
            except (TypeError, ValueError):
                raise Refused(f"{value!r} is not {self.says}") from None
        raise Refused(f"{value!r} is not {self.says}")

    def _shortest(self, kept: tuple[float, ...]) -> tuple[float, ...]:
        for count, take in self._spread.items():
            given = tuple(kept[take.index(place)] for place in range(count))
            if tuple((*given, 0.0)[place] for place in take) == kept:
                return given
        return kept


class Color(Numeric):
    """A CSS name, `#rrggbb`, or three or four numbers from 0 to 1; kept as r g b a."""

    def __init__(self) -> None:
        says = "a colour: a CSS name, #rrggbb, or r g b from 0 to 1"
        super().__init__(says, {3: (0, 1, 2, 3), 4: (0, 1, 2, 3)}, 0, 1)

    def of(self, value: Any) -> tuple[float, ...]:
        """Four numbers, the last being 1 unless given."""
        if isinstance(value, str):
            return self.parse(value)
        if isinstance(value, tuple | list | np.ndarray) and len(value) == 3:
            value = (*value, 1.0)
        numbers: tuple[float, ...] = super().of(value)
        return numbers

    def parse(self, text: str) -> tuple[float, ...]:
        """A name or a hexadecimal number; else numbers."""
        word = text.strip().lower()
        if (color := rgba(word)) is not None:
            return color
        if word[:1].isalpha() or word[:1] == "#" or not word:
            raise Refused(
                f"no colour {word!r}{nearest(word, NAMED) or '; say a CSS name, #rrggbb, or r g b from 0 to 1'}"
            )
        numbers: tuple[float, ...] = super().parse(text)
        return numbers

    def show(self, kept: Any) -> str:
        """The name if it has one."""
        return spoken(kept)

    @np.errstate(over="ignore")  # what has no room in a float32 is infinite, and refused in words
    def many(self, values: Any) -> Floats:
        """As for all numbers; three of them are opaque."""
        array = np.asarray(values, np.float32)
        if array.ndim == 2 and array.shape[1] == 3:
            array = np.concatenate((array, np.ones((len(array), 1), np.float32)), axis=1)
        return super().many(array)


class Toggle:
    """Yes or no."""

    says = "on or off"
    _WORDS: Mapping[str, bool] = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}

    def of(self, value: Any) -> bool:
        """A boolean, or 0 or 1."""
        if isinstance(value, str):
            return self.parse(value)
        if value not in (0, 1):
            raise Refused(f"{value!r} is not {self.says}")
        return bool(value)

    def parse(self, text: str) -> bool:
        """`on off`, `true false`, `yes no`, `1 0`."""
        word = text.strip().lower()
        if word in ("0", "1"):
            return word == "1"
        if word not in self._WORDS:
            raise Refused(f"{word!r} is not {self.says}")
        return self._WORDS[word]

    def show(self, kept: bool) -> str:
        """`on` or `off`."""
        return "on" if kept else "off"


class Prose:
    """Text as it is."""

    says = "text"

    def of(self, value: Any) -> str:
        """A string; a number is taken for its digits."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = f"{value:g}" if isinstance(value, float) else str(value)
        if not isinstance(value, str):
            raise Refused(f"{value!r} is not {self.says}")
        if len(value) > LONGEST:
            raise Refused(f"a text of {len(value):,} characters; {LONGEST:,} is the most")
        return value

    def parse(self, text: str) -> str:
        """All of it but the newline that `echo` adds."""
        return self.of(text.removesuffix("\n"))

    def show(self, kept: str) -> str:
        """The text."""
        return kept


class Choice:
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.says = "one of " + ", ".join(words)

    def of(self, value: Any) -> str:
        """The word, in any case."""
        word = value.strip().lower() if isinstance(value, str) else value
        if word not in self.words:
            raise Refused(f"{value!r} is not {self.says}")
        return str(word)

    def parse(self, text: str) -> str:
        """The word."""
        return self.of(text)

    def show(self, kept: str) -> str:
        """The word."""
        return kept


class Tags:
    """Words to find a node by."""

    says = "words separated by blanks"

    def of(self, value: Any) -> tuple[str, ...]:
        """A tuple of words, from words in one string or in a sequence."""
        words = value.split() if isinstance(value, str) else value
        if not isinstance(words, tuple | list) or not all(isinstance(w, str) and w.split() == [w] for w in words):
            raise Refused(f"{value!r} is not {self.says}")
        return tuple(dict.fromkeys(words))

    def parse(self, text: str) -> tuple[str, ...]:
        """The words."""
        return self.of(text)

    def show(self, kept: Sequence[str]) -> str:
        """The words."""
        return " ".join(kept)


class Places:
    """Many places: float32[n, 2] in the view, or float32[n, 3] in the world."""

    says = "places: x y, or x y z, for each"

    def __init__(self, most: int = MOST_POINTS) -> None:
        self.most = most

    @np.errstate(over="ignore")  # what has no room in a float32 is infinite, and refused in words
    def of(self, value: Any) -> Floats:
        """An array of its own, read-only: the wire's would keep a whole frame in memory."""
        try:
            array = np.array(value, np.float32)
        except (TypeError, ValueError):
            raise Refused(f"those are not {self.says}") from None
        if array.size == 0:
            array = array.reshape(0, 2)
        if array.ndim != 2 or array.shape[1] not in (2, 3):
            raise Refused(f"an array of shape {array.shape} is not {self.says}")
        if len(array) > self.most:
            raise Refused(f"{len(array):,} places in one node; {self.most:,} is the most")
        if not (np.abs(array) <= FARTHEST).all():
            raise Refused("a place is out of range")
        array.flags.writeable = False
        return array

    def parse(self, text: str) -> Floats:
        """One place a line, or separated by `;`."""
        lines = [line.strip("() ").replace(",", " ").split() for line in text.replace(";", "\n").splitlines()]
        return self.of([line for line in lines if line])

    def show(self, kept: Floats) -> str:
        """One place a line."""
        return "\n".join(" ".join(f"{number:.7g}" for number in row) for row in kept.tolist())


class Link:
    """Another node, by its number; nought is none. Names are the graph's business: see `Graph.parse`."""

    says = "the name of a node"

    def of(self, value: Any) -> int:
        """The number of a node."""
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Refused(f"{value!r} is not {self.says}")
        return value

    def parse(self, text: str) -> int:
        """A number."""
        if not text.strip().isdecimal():
            raise Refused(f"{text.strip()!r} is not the number of a node")
        return int(text)

    def show(self, kept: int) -> str:
        """The number."""
        return str(kept)


def number(low: float = -FARTHEST, high: float = FARTHEST, *, whole: bool = False) -> Numeric:
    """The form of one number."""
    says = "a whole number" if whole else "a number"
    if low > -FARTHEST:
        says += f" from {low:g} to {high:g}" if high < FARTHEST else f" from {low:g} up"
    return Numeric(says, {1: (0,)}, low, high, whole=whole)


PLACE = Numeric("three numbers: x y z", {3: (0, 1, 2)})
SPOT = Numeric("two numbers: x y, from the top left of the view", {2: (0, 1)})
ANYWHERE = Numeric("x y in the view, or x y z in the world", {2: (0, 1, ZERO), 3: (0, 1, 2)})
EXTENT = Numeric("a number from 0 up, or three: width height depth", {1: (0, 0, 0), 3: (0, 1, 2)}, 0)
AREA = Numeric("a number from 0 up, or two: width height", {1: (0, 0), 2: (0, 1)}, 0)
PICTURE = Numeric("a number from 0 up, or two: width height", {1: (0, ZERO), 2: (0, 1)}, 0, terse=True)
TURN = Numeric("degrees about the vertical axis, or about x y z", {1: (ZERO, 0, ZERO), 3: (0, 1, 2)})
SPIN = Numeric("degrees, clockwise", {1: (ZERO, ZERO, 0), 3: (0, 1, 2)}, terse=True)
TIP = Numeric(ANYWHERE.says, {2: (0, 1), 3: (0, 1, 2)})  # stays as it was given: that says which of the two it is
SCALE = Numeric("a number, or three: x y z", {1: (0, 0, 0), 3: (0, 1, 2)})
COLOR = Color()
TOGGLE, PROSE, TAGS, LINK = Toggle(), Prose(), Tags(), Link()
