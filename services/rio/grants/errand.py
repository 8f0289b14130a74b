"""What a program sends somebody out for: one question with one answer, or a source that answers again and again."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

WAIT = 10.0  # seconds that a program waits for an answer
LARGEST = 16 << 20  # bytes of one

_NOBODYS = "this display's owner has not granted it"


class RefusedError(Exception):
    """It is not to be had; the text is what the program's author reads."""


class NotGrantedError(RefusedError):
    """No grant covers it. `what` was wanted, `line` would grant it."""

    def __init__(self, what: str, line: str) -> None:
        super().__init__(f"{what}: {_NOBODYS}; a line of rio's --grants would: {line}")
        self.what = what


class Source(Protocol):
    """What gives one value after another."""

    async def next(self) -> Any:
        """The next value, when there is one. RefusedError if there will be none."""


Once = Callable[[int, list[Any]], Awaitable[Any]]
"""(program, words) -> the answer. RefusedError says why there is none."""
Kept = Callable[[int, list[Any]], AbstractAsyncContextManager[Source]]
"""(program, words) -> the source, open as long as the block."""


class Office(Protocol):
    """One sort of errands. Words come from a program: each office checks its own."""

    once: dict[str, Once]
    kept: dict[str, Kept]


def text(words: list[Any], place: int, what: str, longest: int = 4096) -> str:
    """A word that has to be text."""
    word = words[place] if place < len(words) else None
    if not isinstance(word, str):
        raise RefusedError(f"{what} is a text, not {type(word).__name__}")
    if len(word) > longest:
        raise RefusedError(f"{what} has at most {longest:,} characters, not {len(word):,}")
    return word
