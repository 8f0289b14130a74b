"""What the model is told of the conversation so far: messages that somebody wrote, then turns.

A turn is part of it once it has an answer, whole or not; a question that got no word in reply is not. Nothing else
holds the conversation: a turn's texts are the turn's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from llmfs.prompts.pieces import MOST
from llmfs.providers import Image, Message, ToolCall, ToolResult
from llmfs.tools import record
from llmfs.turns.turn import Turn
from ninep import FileError

T = TypeVar("T")


class Line(Struct, omit_defaults=True):
    """A message as `history` shows it and takes it, a JSON object a line. An assistant's may have `calls` of tools,
    whose `results` are in the user's next."""

    role: Literal["user", "assistant"]
    content: str
    turn: int | None = None
    calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()

    @classmethod
    def of(cls, message: Message, turn: int | None = None) -> Line:
        """A message as a line."""
        return cls(message.role, message.text, turn, message.calls, message.results)

    def message(self) -> Message:
        """The line as a message."""
        return Message(self.role, self.content, calls=self.calls, results=self.results)


class History:
    """The conversation so far. `opening` are the messages that no turn holds; they come before all turns."""

    def __init__(self, opening: Iterable[Message] = (), turns: Iterable[Turn] = ()) -> None:
        self.opening = tuple(opening)
        self._turns = [turn for turn in turns if _belongs(turn)]

    def add(self, turn: Turn) -> None:
        """A turn has ended."""
        if _belongs(turn):
            self._turns.append(turn)

    async def messages(self, limit: int = 0, *, room: int = 0) -> tuple[Message, ...]:
        """The newest `limit` messages (0: all), from a question on, with the newest pictures in `room` bytes."""
        turns = self._turns[-((limit + 1) // 2) :] if limit else self._turns
        told = list(self.opening) if len(turns) == len(self._turns) else []
        seen = await _seen(turns, room)
        for turn in turns:
            told += await _messages(turn, seen.get(turn.number, ()))
        told = told[-limit:]  # with 0, all of them
        while told and not _asks(told[0]):
            del told[0]
        return tuple(told)

    async def text(self) -> str:
        """A JSON object a line, oldest first."""
        lines = [Line.of(message) for message in self.opening]
        for turn in self._turns:
            lines += [Line.of(message, turn.number) for message in await _messages(turn)]
        return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)

    def replace(self, opening: Iterable[Message]) -> None:
        """These messages instead of all that was."""
        for turn in self._turns:
            turn.leave_history()
        self._turns.clear()
        self.opening = tuple(opening)

    async def extend(self, more: Iterable[Message]) -> None:
        """These messages after all that was, which no turn holds from then on."""
        before = None
        while before != (self.opening, self._turns):  # again, if something was said meanwhile
            before = self.opening, [*self._turns]
            told = [*self.opening]
            for turn in before[1]:
                told += await _messages(turn)
        self.replace((*told, *more))

    def undo(self) -> str:
        """Forget the last question and its answer; says what was forgotten."""
        if self._turns:
            turn = self._turns.pop()
            turn.leave_history()
            return f"turn {turn.number} is no longer part of the history"
        if not self.opening:
            raise FileError("there is nothing to undo: the history is empty")
        asked = max((i for i, message in enumerate(self.opening) if _asks(message)), default=0)
        self.opening = self.opening[:asked]
        return "the last question is no longer part of the history"

    def ends_with(self, turn: Turn) -> bool:
        """True if this turn is the last of the conversation."""
        return bool(self._turns) and self._turns[-1] is turn


def parse(text: str) -> tuple[Message, ...]:
    """Messages from JSON lines, or from one JSON array. FileError names the line that is wrong."""
    if text.lstrip().startswith("["):
        lines = _decode(text, list[Line], "the array")
    else:
        numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        lines = [_decode(line, Line, f"line {number}") for number, line in numbered]
    return said(lines)


def said(lines: list[Line]) -> tuple[Message, ...]:
    """The messages of lines, if each call has its result in the next message, and each result its call in the last."""
    for before, line in zip([None, *lines], [*lines, None], strict=True):
        called = {call.id for call in before.calls} if before else set()
        came = {result.call for result in line.results} if line else set()
        sides = (
            before.role if before and before.calls else "assistant",
            line.role if line and line.results else "user",
        )
        if called != came or sides != ("assistant", "user"):
            odd = " ".join(sorted(called ^ came)) or "a message"
            raise FileError(f"{odd}: a call of the assistant has its result in the user's next message, and only there")
    return tuple(line.message() for line in lines)


def _decode(text: str, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f'{where} is no {{"role": "user" or "assistant", "content": TEXT}}: {error}') from None


def _belongs(turn: Turn) -> bool:
    return turn.is_kept and turn.has_ended and (turn.answer.size > 0 or turn.tools.size > 0)


def _asks(message: Message) -> bool:
    """True of a question, where a conversation may begin."""
    return message.role == "user" and not message.results


async def _messages(turn: Turn, images: tuple[Image, ...] = ()) -> tuple[Message, ...]:
    prompt = Message("user", await turn.prompt.text(), images)
    return record.messages(prompt, await turn.answer.text(), await turn.tools.text())


async def _seen(turns: list[Turn], room: int) -> dict[int, tuple[Image, ...]]:
    """The pictures of the newest turns for which there is room, by the turn's number; all of a turn's or none."""
    seen: dict[int, tuple[Image, ...]] = {}
    for turn in reversed(turns):
        room -= sum(picture.size for picture in turn.pictures)
        if room < 0 or sum(map(len, seen.values())) + len(turn.pictures) > MOST:
            break
        if turn.pictures:
            seen[turn.number] = await turn.images()
    return seen
