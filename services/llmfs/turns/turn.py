"""A turn: one prompt, and its answer as it grows; the machines' blocks of it, each a tape of its own.

    waiting → running → done | cancelled | truncated: why

It knows how an answer grows and what is kept of it, not where it comes from.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from msgspec import structs

from llmfs.prompts import pictures
from llmfs.prompts.pictures import Picture
from llmfs.providers import Image, Usage
from llmfs.records.rows import TapeRow, TurnRow
from llmfs.records.store import Shelf
from llmfs.turns.router import Router
from llmfs.turns.rules import NONE, Rules
from llmfs.turns.tape import Tape
from ninep import FileError

REASONING = "reasoning"
WAITING, RUNNING, DONE, CANCELLED = "waiting", "running", "done", "cancelled"
TRUNCATED = "truncated: "
RESTARTED = "llmfs was restarted"
PROMPT, ANSWER, TOOLS = "input", "output", "tools"  # texts are kept under the name of the file they go through


class Turn:
    """One prompt and its answer. Its texts are kept as they grow, its state at every change."""

    __slots__ = (
        "_if_cut",
        "_router",
        "_shelf",
        "answer",
        "asked",
        "blocks",
        "is_kept",
        "model",
        "number",
        "pictures",
        "prompt",
        "provider",
        "reasoning",
        "state",
        "tools",
        "usage",
    )

    def __init__(
        self, shelf: Shelf, number: int, prompt: Tape, answer: Tape, blocks: Mapping[str, Tape], rules: Rules
    ) -> None:
        """Made by `asking` or `restored`."""
        self.number, self.prompt, self.answer, self.blocks = number, prompt, answer, blocks
        self.state = WAITING
        self.asked = time.time()
        self.is_kept = True  # part of the history, once there is an answer
        self.provider = self.model = ""  # who answers
        self.pictures: tuple[Picture, ...] = ()  # of the prompt, which says where they belong
        self.reasoning = Tape()  # what the model thinks aloud; never a part of the answer
        self.usage = Usage()
        self.tools = Tape()  # what was called: lines of `tools.record`
        self._if_cut = ""  # the line of a call that is being done, if the turn ends before it
        self._shelf, self._router = shelf, _router(blocks, rules.only(blocks))

    @classmethod
    def asking(
        cls,
        shelf: Shelf,
        number: int,
        prompt: str,
        machines: Iterable[str],
        images: Iterable[Image] = (),
        rules: Rules = NONE,
    ) -> Turn:
        """A new turn that waits to run. What the answer holds for these machines and rules will be theirs."""
        turn = cls(
            shelf,
            number,
            Tape.growing(shelf.tape(number, PROMPT)),
            Tape.growing(shelf.tape(number, ANSWER)),
            {name: Tape.growing(shelf.tape(number, name)) for name in (*machines, *rules.files)},
            rules,
        )
        turn.reasoning = Tape.growing(shelf.tape(number, REASONING))
        turn.pictures = pictures.keep(shelf, number, images)
        turn.tools = Tape.growing(shelf.tape(number, TOOLS))
        turn.prompt.append(prompt)
        turn.prompt.end()
        turn.keep()
        return turn

    @classmethod
    def restored(cls, shelf: Shelf, row: TurnRow, tapes: Iterable[TapeRow], rules: Rules = NONE) -> Turn:
        """A turn of an earlier life of the service. One that ran then is truncated; one that waited still waits."""
        failure = _failure(row.number, row.state)
        rows = list(tapes)
        made = {row.file: _restored_tape(shelf, row, failure) for row in rows if not pictures.is_picture(row)}
        reasoning, tools = made.pop(REASONING, None), made.pop(TOOLS, None)  # an older llmfs kept none
        turn = cls(shelf, row.number, made.pop(PROMPT), made.pop(ANSWER), made, rules)
        turn.tools = tools or Tape.growing(shelf.tape(row.number, TOOLS))
        turn.reasoning = reasoning or Tape.growing(shelf.tape(row.number, REASONING))
        turn.pictures = pictures.recall(shelf, row.number, rows)
        turn.state, turn.asked, turn.is_kept = row.state, row.asked, row.is_kept
        turn.provider, turn.model = row.provider, row.model
        turn.usage = Usage(row.input, row.output, row.cache_read, row.cache_write)
        if row.state == RUNNING:
            turn.end(truncated(RESTARTED))
        elif turn.has_ended:
            turn.reasoning.end()
            turn.tools.end()
        return turn

    @property
    def has_ended(self) -> bool:
        """True if nothing will be added."""
        return self.state not in (WAITING, RUNNING)

    def begin(self, provider: str, model: str) -> None:
        """The answer is being asked for."""
        self.state, self.provider, self.model = RUNNING, provider, model
        self.keep()

    def append(self, text: str) -> None:
        """More of the answer: its readers wake, and each machine's get what whole lines it adds to their block."""
        self.answer.append(text)
        for machine, line in self._router.feed(text):
            self.blocks[machine].append(line)

    def think(self, text: str) -> None:
        """More of what the model thinks aloud."""
        self.reasoning.append(text)

    def end(self, state: str) -> None:
        """The answer is over, and all its readers are released; the first end holds."""
        if self.has_ended:
            return
        for machine, line in self._router.finish():
            self.blocks[machine].append(line)
        for tape in (self.answer, self.reasoning, *self.blocks.values()):
            tape.end(_failure(self.number, state))
        self.end_call(self._if_cut)
        self.tools.end()
        for picture in self.pictures:
            picture.rest()
        self.state = state
        self.keep()

    async def begin_call(self, if_cut: str) -> None:
        """A tool is called; `if_cut` is what will be known of it if the turn, or llmfs, ends first.

        What is done to the world leaves a trace even of a `kill -9`: this returns when the line is on the disk.
        FileError if it cannot be kept there; then nothing is to be done.
        """
        self._if_cut = if_cut
        self.keep()
        try:
            await self._shelf.store.settle()
        except FileError:
            self._if_cut = ""
            raise

    def end_call(self, line: str) -> None:
        """The call is over, and this is what is known of it; nothing more, if the turn is over too."""
        self._if_cut = ""
        if not self.tools.ended:
            self.tools.append(line)
        self.keep()

    def count(self, usage: Usage) -> None:
        """The tokens of this answer so far."""
        self.usage = usage
        self.keep()

    def facts(self) -> dict[str, str | int]:
        """Who answers, and the tokens so far."""
        return {"provider": self.provider, "model": self.model, **structs.asdict(self.usage)}

    def usage_text(self) -> str:
        """The same, a `key value` line for each."""
        return "".join(f"{key} {value}\n" for key, value in self.facts().items())

    async def images(self) -> tuple[Image, ...]:
        """The pictures of the prompt."""
        return tuple([await picture.image() for picture in self.pictures])

    def leave_history(self) -> None:
        """The turn stays readable, but the model is no longer told of it."""
        self.is_kept = False
        self.keep()

    def rest(self) -> None:
        """Let its texts leave memory."""
        for tape in (self.prompt, self.answer, self.reasoning, self.tools, *self.blocks.values()):
            tape.rest()
        for picture in self.pictures:
            picture.rest()

    def keep(self) -> None:
        """Store what it is now."""
        about = self.state, self.is_kept, self.asked, self.provider, self.model
        self._shelf.put(
            TurnRow(self._shelf.agent, self.number, *about, **structs.asdict(self.usage), calling=self._if_cut)
        )


def _router(blocks: Iterable[str], rules: Rules) -> Router:
    """Labelled blocks go to all of these files but those that a rule fills from within lines alone."""
    labels = [name for name in blocks if name not in rules.files or name in rules.labels]
    return Router(labels, rules.look if rules.patterns else None)


def truncated(reason: str) -> str:
    """The state of a turn that ended before its answer did."""
    return f"{TRUNCATED}{reason}"


def _failure(number: int, state: str) -> str:
    """What a reader is told if such a turn has nothing to read; nothing, if it did not fail."""
    return f"turn {number} failed: {state.removeprefix(TRUNCATED)}" if state.startswith(TRUNCATED) else ""


def _restored_tape(shelf: Shelf, row: TapeRow, failure: str) -> Tape:
    spool = shelf.tape(row.turn, row.file)
    failure = failure if row.file not in (PROMPT, TOOLS) else ""
    if row.size is None:
        return Tape(spool)
    return Tape.stored(spool, row.size, was_read=row.was_read, failure=failure)
