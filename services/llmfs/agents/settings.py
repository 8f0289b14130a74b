"""An agent's settings: their names, what each may be, and their two notations.

`key value` lines, or a JSON object. What is written is checked whole before any of it holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, get_args

import msgspec
from msgspec import Struct, structs

from llmfs.agents.offers import OFF, Candidate
from llmfs.providers import Effort
from llmfs.providers.replay import CASSETTE
from ninep import FileError

MOST = 10**12
"""Of any number: what a database keeps, and more than anybody means."""
UNSET = "default"  # how a setting that is left to the model reads


class Settings(Struct, frozen=True):
    """How an agent asks. Reading `config` gives these, in this order."""

    provider: str
    model: str
    temperature: float | None = None  # None: as the model likes
    max_tokens: int = 8192  # of one answer
    fallback: str = "none"  # who is asked if that fails: PROVIDER MODEL, again and again
    reasoning: Effort | None = None  # how much to think, and to show of it; None: as the model likes
    max_history: int = 200  # messages sent along with a prompt, the newest; 0: all
    record: str = OFF  # the cassette on which answers are kept
    register: bool = True  # blocks are routed to machines, and the model is told of them
    tool_calls: int = 16  # in one turn; 0: none
    tool_bytes: int = 32 * 1024  # of one call's result
    tool_seconds: float = 30  # for one call
    budget_turn: int = 0  # tokens of one turn; 0: any number
    budget_day: int = 0  # tokens of all turns of a day, UTC; 0: any number
    routes: bool = False  # and carried there
    see: str = "off"  # the machine whose screen goes along with each prompt
    autofix: int = 2  # how often in a row an error there is told to the agent; 0: never

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Who may answer, in the order in which they are asked."""
        return Candidate(self.provider, self.model), *Candidate.read(self.fallback)

    def text(self, *keys: str) -> str:
        """As `key value` lines: these keys, or all."""
        values = structs.asdict(self)
        return "".join(f"{key} {_plain(values[key])}\n" for key in keys or values)


def parse(text: str) -> dict[str, Any]:
    """The settings that a text asks for, checked. FileError names the first that is wrong."""
    pairs = _of_json(text) if text.lstrip().startswith("{") else _of_lines(text)
    return {key: check(key, value) for key, value in pairs}


def check(key: str, value: object) -> Any:
    """The value as the setting wants it."""
    if key not in _CHECKS:
        raise FileError(f"unknown setting {key}; there are: {' '.join(_CHECKS)}")
    return _CHECKS[key](key, value)


def _of_json(text: str) -> Iterator[tuple[str, object]]:
    try:
        yield from msgspec.json.decode(text, type=dict[str, Any]).items()
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f"not JSON: {error}") from None


def _of_lines(text: str) -> Iterator[tuple[str, object]]:
    for line in text.splitlines():
        key, _, value = line.partition("#")[0].strip().partition(" ")
        if key:
            yield key, value.strip()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return UNSET if value is None else f"{value}"


def _word(key: str, value: object) -> str:
    if not isinstance(value, str) or not value or value.split() != [value]:
        raise FileError(f"{key} is one word, not {value!r}")
    return value


def _words(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise FileError(f"{key} is PROVIDER [MODEL] …, or none, not {value!r}")
    return " ".join(value.split())


def _cassette(key: str, value: object) -> str:
    if not isinstance(value, str) or not CASSETTE.fullmatch(value):
        raise FileError(f"{key} is {OFF}, or a name of up to 64 letters, digits, . _ and -, not {value!r}")
    return value


def _switch(key: str, value: object) -> bool:
    words: dict[object, bool] = {"on": True, "off": False, True: True, False: False}
    if isinstance(value, str | bool) and value in words:
        return words[value]
    raise FileError(f"{key} is on or off, not {value!r}")


def _effort(key: str, value: object) -> object:
    if value is None or value == UNSET:
        return None
    if value not in get_args(Effort):
        raise FileError(f"{key} is {', '.join(get_args(Effort))} or {UNSET}, not {value!r}")
    return value


def _number(least: float, most: float) -> Callable[[str, object], float | None]:
    def check(key: str, value: object) -> float | None:
        if value is None or value == UNSET:
            return None
        number = _float(value)
        if number is None or not least <= number <= most:
            raise FileError(f"{key} is {least:g} to {most:g}, or {UNSET}, not {value!r}")
        return number

    return check


def _whole(least: int, most: int = MOST) -> Callable[[str, object], int]:
    bounds = f"{least} or more" if most == MOST else f"{least} to {most}"

    def check(key: str, value: object) -> int:
        number = _float(value)
        if number is None or number != int(number) or not least <= number <= most:
            raise FileError(f"{key} is a whole number, {bounds}, not {value!r}")
        return int(number)

    return check


def _seconds(most: float) -> Callable[[str, object], float]:
    def check(key: str, value: object) -> float:
        number = _float(value)
        if number is None or not 0 < number <= most:
            raise FileError(f"{key} is a number of seconds, at most {most:g}, not {value!r}")
        return number

    return check


def _float(value: object) -> float | None:
    """A finite number, or None if this is none. True is none, though Python counts with it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


_CHECKS: dict[str, Callable[[str, object], Any]] = {
    "provider": _word,
    "model": _word,
    "temperature": _number(0, 2),
    "max_tokens": _whole(1),
    "fallback": _words,
    "reasoning": _effort,
    "max_history": _whole(0),
    "record": _cassette,
    "register": _switch,
    "tool_calls": _whole(0, 1000),
    "tool_bytes": _whole(1, 4 * 1024 * 1024),
    "tool_seconds": _seconds(3600),
    "budget_turn": _whole(0),
    "budget_day": _whole(0),
    "routes": _switch,
    "see": _word,
    "autofix": _whole(0, 100),
}
