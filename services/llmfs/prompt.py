"""A prompt on its way in: one from open to clunk, refused as early as it can be."""

from __future__ import annotations

import codecs
from typing import Protocol

from ninep import FileError

LIMIT = 16 * 1024 * 1024  # bytes
TOO_LONG = "the prompt is longer than 16 MiB"
NOT_TEXT = "a prompt is UTF-8 text, and this is not"


class Asked(Protocol):
    """Whom a prompt is for."""

    def reserve(self) -> None:
        """Keep a place for a prompt, or refuse in words."""

    def release(self) -> None:
        """Let the place go."""

    def ask(self, prompt: str) -> object:
        """Take a prompt."""


class PromptWriter:
    """Takes a prompt in pieces and hands it over at the clunk. Nothing written is no prompt.

    A refusal at the clunk would not reach a shell, so the first write takes a place among the prompts that may wait.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._parts: list[str] = []
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
            self._parts.clear()
            raise FileError(self._fault)

    def _take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LIMIT:
            self._fault = TOO_LONG
            return
        try:
            self._parts.append(self._decoder.decode(data))
        except UnicodeDecodeError:
            self._fault = NOT_TEXT

    def close(self) -> None:
        """That was the prompt."""
        if self._has_place:
            self._asked.release()
        if self._parts:
            self._asked.ask("".join(self._parts) + self._end())

    def _end(self) -> str:
        try:
            return self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise FileError(NOT_TEXT) from None


def of_bytes(data: bytes) -> str:
    """A prompt that came whole."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FileError(NOT_TEXT) from None
