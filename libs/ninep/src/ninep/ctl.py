"""Control files: one command a line. A verb is a function, and its signature is its grammar.

Ctl(speaker.status, volume=speaker.set_volume, mute=speaker.mute)      # def set_volume(percent: int) -> None

$ echo volume loud > ctl        volume: PERCENT is a whole number, not 'loud'
$ echo volume > ctl             usage: volume PERCENT
$ echo vol 3 > ctl              unknown verb vol; try: volume mute

A keyword-only parameter is a flag that may be said before the others: `*, lazy: bool = False` is `-lazy`.
"""

from __future__ import annotations

import inspect
import re
import shlex
import types
from collections.abc import Callable, Iterator, Mapping
from types import CoroutineType
from typing import Any, Literal, NewType, Union, get_args, get_origin

from ninep.errors import FileError
from ninep.node import READ, WRITE, Answer, Node, Opened, as_bytes, then

Rest = NewType("Rest", str)
"""Annotates a verb's last parameter: the rest of the line as it was written, quotes and all."""

Verb = Callable[..., Answer[str | None]]

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

    def open(self, mode: int) -> Opened:
        """A conversation with the object behind it."""
        return _OpenCtl(self)

    def usage(self) -> str:
        """A line for each verb."""
        return "".join(f"{usage(verb, function)}\n" for verb, function in self.verbs.items())

    def run(self, line: str) -> Answer[str | None]:
        """Do one command. FileError says in words what was wrong with it."""
        verb, _, rest = line.strip().partition(" ")
        if verb not in self.verbs:
            raise FileError(f"unknown verb {verb}; try: {' '.join(self.verbs)}")
        function = self.verbs[verb]
        flags, rest = _flags(function, rest.strip())
        return function(*_arguments(verb, function, rest), **flags)


class _OpenCtl(Opened):
    """Reads before any write honour their offset; after one, they give what it left to be read, from the start."""

    __slots__ = ("_answer", "_at", "_ctl", "_has_written", "_status")

    def __init__(self, ctl: Ctl) -> None:
        self._ctl, self._status, self._has_written, self._at = ctl, b"", False, 0
        self._answer: bytes | None = None

    def write(self, data: bytes, offset: int) -> Answer[int]:
        try:
            lines = [line for line in data.decode().splitlines() if _COMMENT.sub("", line).strip()]
        except UnicodeDecodeError:
            raise FileError("a command is UTF-8 text") from None
        self._has_written, self._at, self._answer = True, 0, None
        left = iter(lines)
        waiting = self._run(left)
        return len(data) if waiting is None else self._run_later(waiting, left, len(data))

    def _run(self, lines: Iterator[str]) -> CoroutineType[Any, Any, str | None] | None:
        """Do commands until one must be waited for."""
        for line in lines:
            answer = self._ctl.run(line)
            if type(answer) is CoroutineType:
                return answer
            self._keep(answer)
        return None

    async def _run_later(
        self, waiting: CoroutineType[Any, Any, str | None] | None, lines: Iterator[str], size: int
    ) -> int:
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


def usage(verb: str, function: Verb) -> str:
    """A verb's line of usage: what may be left out is in brackets."""
    words, brackets = [verb, *(f"[{flag}]" for flag in _flags_of(function))], 0
    for parameter in _words_of(inspect.signature(function)):
        word = parameter.name.upper()
        if parameter.kind is parameter.VAR_POSITIONAL:
            words.append(f"[{word}…]")
        elif parameter.default is parameter.empty:
            words.append(word)
        else:
            words.append(f"[{word}")
            brackets += 1
    return " ".join(words) + "]" * brackets


def _flags_of(function: Verb) -> dict[str, str]:
    """The flags that a verb knows, as they are written, and the parameters that they set."""
    parameters = inspect.signature(function).parameters.values()
    return {f"-{p.name.replace('_', '-')}": p.name for p in parameters if p.kind is p.KEYWORD_ONLY}


def _words_of(signature: inspect.Signature) -> list[inspect.Parameter]:
    """The parameters that are not flags."""
    return [p for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]


def _flags(function: Verb, text: str) -> tuple[dict[str, bool], str]:
    """The flags that a line begins with, and the rest of it."""
    known, said = _flags_of(function), dict[str, bool]()
    while (word := text.partition(" ")[0]) in known:
        said[known[word]] = True
        text = text[len(word) :].lstrip()
    return said, text


def _arguments(verb: str, function: Verb, text: str) -> list[Any]:
    parameters = _words_of(inspect.signature(function, eval_str=True))
    words = _words(parameters, text)
    needed = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in parameters)
    is_open = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    if len(words) < needed or (len(words) > len(parameters) and not is_open):
        raise FileError(f"usage: {usage(verb, function)}")
    kinds = [p.annotation for p in parameters]
    names = [p.name.upper() for p in parameters]
    last = len(kinds) - 1
    return [_convert(verb, names[min(i, last)], kinds[min(i, last)], word) for i, word in enumerate(words)]


def _words(parameters: list[inspect.Parameter], text: str) -> list[str]:
    if parameters and parameters[-1].annotation is Rest:
        return text.split(None, len(parameters) - 1)
    try:
        return shlex.split(_COMMENT.sub("", text))
    except ValueError as error:
        raise FileError(f"{str(error).lower()}: a quote that is opened must be closed") from None


def _convert(verb: str, name: str, kind: Any, word: str) -> Any:
    """A word as what the annotation says."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    if get_origin(kind) is Literal:
        return _among(verb, name, {str(choice): choice for choice in get_args(kind)}, word)
    if kind is bool:
        return _among(verb, name, _SWITCH, word.lower(), "on or off")
    if kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            what = "a whole number" if kind is int else "a number"
            raise FileError(f"{verb}: {name} is {what}, not {word!r}") from None
    return word


def _among(verb: str, name: str, choices: Mapping[str, Any], word: str, what: str = "") -> Any:
    if word not in choices:
        raise FileError(f"{verb}: {name} is {what or ' or '.join(choices)}, not {word!r}")
    return choices[word]
