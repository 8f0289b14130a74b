"""Searching what was asked and answered: words in, the turns that hold all of them out, the newest first.

    box "red cube"          every turn in whose prompt and answer both stand, in any case of letters

It reads the database through, in a thread and by a connection of its own, so nobody waits for it. There is no index: it
would hold what was removed and double what is kept, and a scan passes over some 100 MB of conversation in a second.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Literal

import msgspec
import trio
from msgspec import Struct

from llmfs.providers import Message
from llmfs.records.store import Store
from llmfs.turns.turn import ANSWER, PROMPT
from ninep import FileError

MOST = 100  # turns that are found, the newest
SIZE = 16 * 1024 * 1024  # bytes of them, after which no further one is given
LONGEST = 1024  # characters of a question
AT_ONCE = 2  # searches; others wait for one of them to end

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_TURNS = """
    SELECT agent, number, asked FROM turns WHERE agent = coalesce(?, agent) ORDER BY asked DESC, agent, number DESC
"""
_TEXT = "SELECT data FROM texts WHERE agent = ? AND turn = ? AND file = ? ORDER BY at"
_AGENTS = "SELECT agent, name, opening FROM agents WHERE agent = coalesce(?, agent) ORDER BY agent"


class Found(Struct, omit_defaults=True):
    """A message of what was found, as `history` shows and takes it. What no turn holds has no turn, and no time."""

    agent: str
    role: Literal["user", "assistant"]
    content: str
    turn: int | None = None
    asked: str = ""  # UTC


class Search:
    """Searches one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._limiter = trio.CapacityLimiter(AT_ONCE)

    async def find(self, question: str, agent: int | None = None) -> str:
        """The turns that hold all of these words, of this agent or of all: a JSON object for each message."""
        words = parse(question)
        await self._store.settle()  # what was said just now is found too
        stop = Event()
        try:
            look = partial(_look, self._store.path, words, agent, stop)
            return await trio.to_thread.run_sync(look, abandon_on_cancel=True, limiter=self._limiter)
        finally:
            stop.set()


def parse(question: str) -> tuple[str, ...]:
    """The words of a question, and its phrases in quotes, in small letters."""
    if len(question) > LONGEST:
        raise FileError(f"a question has at most {LONGEST} characters, this one {len(question)}")
    words = tuple(folded for match in _WORD.finditer(question) if (folded := (match[1] or match[2] or "").casefold()))
    if not words:
        raise FileError('say what to look for: words, all of which must stand in a turn, or "some words" as they are')
    return words


def _look(path: Path, words: tuple[str, ...], agent: int | None, stop: Event) -> str:
    """Blocks, until it is through or told to stop."""
    found, size = list[str](), 0
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
            for hit in islice(_hits(database, words, agent, stop), MOST):
                found.append(text := "".join(msgspec.json.encode(message).decode() + "\n" for message in hit))
                if (size := size + len(text)) > SIZE:
                    break
    except sqlite3.Error as error:
        raise FileError(f"cannot search {path}: {error}") from None
    return "".join(found)


def _hits(
    database: sqlite3.Connection, words: tuple[str, ...], agent: int | None, stop: Event
) -> Iterator[tuple[Found, ...]]:
    rows = database.execute(_AGENTS, (agent,)).fetchall()
    names = {number: name for number, name, _ in rows}
    for owner, turn, asked in database.execute(_TURNS, (agent,)):
        if stop.is_set():
            return
        prompt, answer = _text(database, owner, turn, PROMPT), _text(database, owner, turn, ANSWER)
        if owner in names and _has_all(words, f"{prompt}\n{answer}"):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(asked))
            told = Found(names[owner], "user", prompt, turn, at), Found(names[owner], "assistant", answer, turn, at)
            yield told if answer else told[:1]
    for _, name, opening in rows:
        for message in reversed(msgspec.json.decode(opening, type=list[Message])):
            if _has_all(words, message.text):
                yield (Found(name, message.role, message.text),)


def _text(database: sqlite3.Connection, agent: int, turn: int, file: str) -> str:
    return b"".join(data for (data,) in database.execute(_TEXT, (agent, turn, file))).decode(errors="replace")


def _has_all(words: tuple[str, ...], text: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)
