"""A prompt on its way in: one from open to clunk, refused as early as it can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from llmfs.prompts.pieces import Pieces
from llmfs.providers import Image
from ninep import FileError

LIMIT = 16 * 1024 * 1024  # bytes
TOO_LONG = "the prompt is longer than 16 MiB"


class Asked(Protocol):
    """Whom a prompt is for."""

    def reserve(self) -> None:
        """Keep a place for a prompt, or refuse in words."""

    def release(self) -> None:
        """Let the place go."""

    def check_sees(self) -> None:
        """Refuse in words if pictures would not be seen."""

    def ask(self, prompt: str, images: tuple[Image, ...] = ()) -> object:
        """Take a prompt, with the pictures that it speaks of."""


class PromptWriter:
    """Takes a prompt in pieces and hands it over at the clunk. Nothing written is no prompt.

    A refusal at the clunk would not reach a shell, so the first write takes a place among the prompts that may wait;
    and what can be known at the clunk only, that it is empty or breaks off, is said to `note` too.
    """

    def __init__(self, asked: Asked, note: Callable[[str], object]) -> None:
        self._asked, self._note = asked, note
        self._pieces = Pieces()
        self._size = 0
        self._has_place = False
        self._fault = ""  # once there is one, every further write is refused, and nothing is handed over

    def write(self, data: bytes) -> None:
        """More of the prompt. The first write hears if it could not be answered."""
        if not self._has_place:
            self._asked.reserve()
            self._has_place = True
        self._take(data)
        if self._fault:
            self._pieces = Pieces()
            raise FileError(self._fault)

    def _take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LIMIT:
            self._fault = TOO_LONG
        if self._fault:
            return
        saw = self._pieces.has_pictures
        try:
            self._pieces.feed(data)
            if self._pieces.has_pictures and not saw:
                self._asked.check_sees()
        except FileError as error:
            self._fault = str(error)

    def close(self) -> None:
        """That was the prompt."""
        if self._has_place:
            self._asked.release()
        if self._has_place and not self._fault:
            self._ask()

    def _ask(self) -> None:
        try:
            self._asked.ask(*self._pieces.finish())
        except FileError as refusal:
            self._note(f"input: {refusal}")
            raise


def of_bytes(data: bytes) -> tuple[str, tuple[Image, ...]]:
    """A prompt that came whole: its text and its pictures."""
    pieces = Pieces()
    pieces.feed(data)
    return pieces.finish()
