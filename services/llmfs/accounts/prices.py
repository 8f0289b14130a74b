"""What tokens cost: a table of prices, ours and on top of it that of whoever runs this. Text in, text out.

    anthropic claude-opus-5-5 4 20 0.2 5        provider, model, then dollars for a million tokens of each kind

`*` as the model is any of that provider. A model's name may end in the date of its release. What is not in the table
has no price: nothing is guessed.
"""

from __future__ import annotations

import math
import re
from importlib import resources

from msgspec import Struct

from llmfs.providers import Usage
from ninep import FileError

MILLION = 1_000_000
ANY = "*"
LIMIT = 1000  # lines of a table

_RELEASE = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")
_GRAMMAR = "PROVIDER MODEL INPUT OUTPUT CACHE_READ CACHE_WRITE, in dollars for a million tokens"

Table = dict[tuple[str, str], "Price"]


class Price(Struct, frozen=True):
    """Dollars for a million tokens, by kind."""

    input: float
    output: float
    cache_read: float
    cache_write: float

    def of(self, usage: Usage) -> float:
        """Dollars for so many tokens."""
        fresh = self.input * usage.input + self.output * usage.output
        cached = self.cache_read * usage.cache_read + self.cache_write * usage.cache_write
        return (fresh + cached) / MILLION


class Prices:
    """The table that comes with llmfs, and what was written over it."""

    def __init__(self) -> None:
        self.own = ""  # as it was written
        self._builtin = resources.files("llmfs").joinpath("prices.txt").read_text(encoding="utf-8")
        self._table = parse(self._builtin)

    def replace(self, text: str) -> None:
        """These lines over those that come with llmfs, in place of what was written before. FileError if wrong."""
        own = parse(text)
        self.own, self._table = text, {**parse(self._builtin), **own}

    def text(self) -> str:
        """The whole table: ours as it comes, then what was written over it."""
        own = f"# Written over these:\n{self.own.rstrip()}\n" if self.own.strip() else ""
        return self._builtin + own

    def find(self, provider: str, model: str) -> Price | None:
        """What this model's tokens cost; None if that is not known."""
        table = self._table
        for name in (model, _RELEASE.sub("", model), ANY):
            if price := table.get((provider, name)):
                return price
        return None


def parse(text: str) -> Table:
    """A table from its lines. FileError names the line that is wrong."""
    lines = text.splitlines()
    if len(lines) > LIMIT:
        raise FileError(f"a table of prices has at most {LIMIT} lines, not {len(lines)}")
    table: Table = {}
    for number, line in enumerate(lines, 1):
        if words := line.partition("#")[0].split():
            table[words[0], words[1]] = _price(number, words)
    return table


def _price(number: int, words: list[str]) -> Price:
    """What a line says; refused unless it has all six words."""
    try:
        prices = [float(word) for word in words[2:]]
    except ValueError:
        prices = []
    if len(prices) != 4 or not all(math.isfinite(price) and price >= 0 for price in prices):
        raise FileError(f"line {number} is no {_GRAMMAR}")
    return Price(*prices)
