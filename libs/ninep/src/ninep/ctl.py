"""Control files: one command a line. A verb is a function, and its signature is its grammar.

Ctl(speaker.status, volume=speaker.set_volume, mute=speaker.mute)      # def set_volume(percent: int) -> None

$ echo volume loud > ctl        volume: PERCENT is a whole number, not 'loud'
$ echo volume > ctl             usage: volume PERCENT
$ echo vol 3 > ctl              unknown verb vol; try: volume mute

A keyword-only parameter is a flag that may be said before the others: `*, lazy: bool = False` is `-lazy`.
"""

from __future__ import annotations

import inspect
import math
import re
import shlex
import types
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from types import CoroutineType
from typing import Any, Literal, NewType, Union, get_args, get_origin

import trio

from ninep.errors import FileError
from ninep.node import READ, WRITE, Answer, Node, Opened, as_bytes, then

Rest = NewType("Rest", str)
"""Annotates a verb's last parameter: the rest of the line as it was written, quotes and all."""

Verb = Callable[..., Answer[str | None]]

QUOTED = 4096  # characters of a line with quotes or backslashes: to take those apart costs 2 µs each
LOOK = 64  # lines of one write, after which others have their turn

_PLAIN = re.compile(r"[^ \t\r\n]+")  # a word, where nothing is quoted
_COMMENT = re.compile(r"(^|\s)#(\s.*)?$")
_SWITCH = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


class Ctl(Node):
    """Each line of a write is a command, done before the write is answered; the first refusal stops and is its Rerror.

    Reading gives the status, or the verbs if there is none. A verb may return text: then the next reads on the same fid
    give that text, so a program can ask and hear on one file. Words are split as a shell does; `# …` is a comment.
    """

    perm = READ | WRITE

    def __init__(
        self,
        status: Callable[[], Answer[str]] | None = None,
        verbs: Mapping[str, Verb] | None = None,
        **more_verbs: Verb,
    ) -> None:
        self.verbs = {**(verbs or {}), **more_verbs}
        self.status = status or self.usage
        self._commands: dict[str, Command] = {}  # those that have been used

    def open(self, mode: int) -> Opened:
        """A conversation with the object behind it."""
        return _OpenCtl(self)

    def usage(self) -> str:
        """A line for each verb."""
        return "".join(f"{Command(verb, function).usage()}\n" for verb, function in self.verbs.items())

    def run(self, line: str) -> Answer[str | None]:
        """Do one command. FileError says in words what was wrong with it."""
        verb, _, rest = line.strip().partition(" ")
        if verb not in self.verbs:
            raise FileError(f"unknown verb {verb}; try: {' '.join(self.verbs)}")
        command = self._commands.get(verb)
        if command is None:
            command = self._commands[verb] = Command(verb, self.verbs[verb])
        return command.run(rest.strip())


class _OpenCtl(Opened):
    """Reads before any write honour their offset; after one, they give what it left to be read, from the start."""

    __slots__ = ("_answer", "_at", "_ctl", "_has_written", "_status")

    def __init__(self, ctl: Ctl) -> None:
        self._ctl, self._status, self._has_written, self._at = ctl, b"", False, 0
        self._answer: bytes | None = None

    def write(self, data: bytes, offset: int) -> Answer[int]:
        try:
            left = iter(data.decode().split("\n"))
        except UnicodeDecodeError:
            raise FileError("a command is UTF-8 text") from None
        self._has_written, self._at, self._answer = True, 0, None
        waiting = self._run(left)
        return len(data) if waiting is None else self._run_later(waiting, left, len(data))

    def _run(self, lines: Iterator[str]) -> Coroutine[Any, Any, str | None] | None:
        """Do commands until one must be waited for, or others must have their turn."""
        for count, line in enumerate(lines, 1):
            answer = self._ctl.run(line) if _COMMENT.sub("", line).strip() else None
            if type(answer) is CoroutineType:
                return answer
            self._keep(answer)
            if count == LOOK:
                return _let_others_go_on()
        return None

    async def _run_later(self, waiting: Coroutine[Any, Any, str | None] | None, lines: Iterator[str], size: int) -> int:
        while waiting:
            self._keep(await waiting)
            waiting = self._run(lines)
        return size

    def _keep(self, answer: Any) -> None:
        if answer:
            text: str = answer if answer.endswith("\n") else answer + "\n"
            self._answer = (self._answer or b"") + text.encode()

    def read(self, count: int, offset: int) -> Answer[bytes]:
        if not self._has_written:
            fresh = self._look() if offset == 0 else None
            return then(fresh, lambda _: self._status[offset : offset + count])
        if self._answer is None:
            return then(self._look(), lambda _: self._go_on(count))
        return self._go_on(count)

    def _look(self) -> Answer[None]:
        return then(self._ctl.status(), self._see)

    def _see(self, status: str) -> None:
        self._status = as_bytes(status)
        if self._has_written:
            self._answer = self._status

    def _go_on(self, count: int) -> bytes:
        assert self._answer is not None
        chunk = self._answer[self._at : self._at + count]
        self._at += len(chunk)
        return chunk


# The grammar that a signature is.


class Command:
    """A verb and its function. To look at a signature costs as much as a hundred commands, so it is done once."""

    def __init__(self, verb: str, function: Verb) -> None:
        self.verb, self.function = verb, function
        parameters = inspect.signature(function, eval_str=True).parameters.values()
        self._words = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
        self._flags = {f"-{p.name.replace('_', '-')}": p.name for p in parameters if p.kind is p.KEYWORD_ONLY}
        self._needed = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in self._words)
        self._is_open = any(p.kind is p.VAR_POSITIONAL for p in self._words)

    def run(self, text: str) -> Answer[str | None]:
        """Call the function with what the rest of a line says. FileError."""
        flags, text = self._take_flags(text)
        return self.function(*self._arguments(text), **flags)

    def usage(self) -> str:
        """A line: what may be left out is in brackets."""
        words, brackets = [self.verb, *(f"[{flag}]" for flag in self._flags)], 0
        for parameter in self._words:
            word = parameter.name.upper()
            if parameter.kind is parameter.VAR_POSITIONAL:
                words.append(f"[{word}…]")
            elif parameter.default is parameter.empty:
                words.append(word)
            else:
                words.append(f"[{word}")
                brackets += 1
        return " ".join(words) + "]" * brackets

    def _take_flags(self, text: str) -> tuple[dict[str, bool], str]:
        """The flags that a line begins with, and the rest of it."""
        said = dict[str, bool]()
        while (word := text.partition(" ")[0]) in self._flags:
            said[self._flags[word]] = True
            text = text[len(word) :].lstrip()
        return said, text

    def _arguments(self, text: str) -> list[Any]:
        words, last = self._split(text), len(self._words) - 1
        if len(words) < self._needed or (len(words) > len(self._words) and not self._is_open):
            raise FileError(f"usage: {self.usage()}")
        return [_convert(self.verb, self._words[min(i, last)], word) for i, word in enumerate(words)]

    def _split(self, text: str) -> list[str]:
        if self._words and self._words[-1].annotation is Rest:
            return text.split(None, len(self._words) - 1)
        text = _COMMENT.sub("", text)
        if not any(mark in text for mark in "'\"\\"):
            return _PLAIN.findall(text)
        if len(text) > QUOTED:
            raise FileError(f"too long: a line with quotes has at most {QUOTED} characters")
        try:
            return shlex.split(text)
        except ValueError as error:
            raise FileError(f"{str(error).lower()}: a quote that is opened must be closed") from None


async def _let_others_go_on() -> None:
    await trio.lowlevel.checkpoint()


def _convert(verb: str, parameter: inspect.Parameter, word: str) -> Any:
    """A word as what the annotation says."""
    name, kind = parameter.name.upper(), parameter.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    if get_origin(kind) is Literal:
        return _among(verb, name, {str(choice): choice for choice in get_args(kind)}, word)
    if kind is bool:
        return _among(verb, name, _SWITCH, word.lower(), "on or off")
    if kind in (int, float):
        return _number(verb, name, kind, word)
    return word


def _number(verb: str, name: str, kind: type[int] | type[float], word: str) -> int | float:
    with suppress(ValueError):
        number = kind(word)
        if kind is int or math.isfinite(number):  # what is "nan" gets past any bounds that a verb may check
            return number
    raise FileError(f"{verb}: {name} is {'a whole number' if kind is int else 'a number'}, not {word!r}")


def _among(verb: str, name: str, choices: Mapping[str, Any], word: str, what: str = "") -> Any:
    if word not in choices:
        raise FileError(f"{verb}: {name} is {what or ' or '.join(choices)}, not {word!r}")
    return choices[word]
