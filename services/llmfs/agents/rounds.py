"""A turn whose model may call tools: it is asked, what it calls is done, and it is asked again with the results.

All rounds are one answer to its readers. Nothing that was called is called twice: a request that fails is only made
again as long as its own answer has no word, and calls are done when their answer is complete.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import trio
from msgspec import structs

from llmfs.providers import PAUSE, Chunk, Message, Reasoning, Request, Thought, Token, ToolCall, ToolResult, Usage
from llmfs.tools.record import How, Record
from llmfs.tools.toolbox import Toolbox
from llmfs.turns.turn import Turn

GAP = "\n\n"  # between what is said before calls and after them
CALLS_USED_UP = "calls"
BUDGET_USED_UP = "budget"

CUT = "the turn ended before it was answered; whether it was done is not known"


class Rounds:
    """One turn. `left` says how many tokens it may still use (None: any number), `limit` how many calls it may do."""

    def __init__(self, turn: Turn, toolbox: Toolbox, limit: int, left: Callable[[], int | None]) -> None:
        self._turn, self._toolbox, self._limit, self._left = turn, toolbox, limit, left
        self._round = self._count = 0
        self._before = Usage()  # what the rounds before this one used
        self._has_thought = False  # in this round, or this attempt at it
        self._said: list[str] = []
        self._calls: list[ToolCall] = []
        self._thoughts: list[Thought] = []

    async def answer(self, request: Request, ask: Callable[[Request], Awaitable[str]]) -> str:
        """Have the turn answered; why its model stopped, or what is used up."""
        while True:
            self.again()
            room = self._left()
            if room == 0:
                return BUDGET_USED_UP
            bound = request.max_tokens if room is None else min(room, request.max_tokens)
            reason = await ask(structs.replace(request, max_tokens=bound))
            if reason == "max_tokens" and bound < request.max_tokens:
                return BUDGET_USED_UP
            if reason != "tools" or not self._calls:
                return reason
            if not request.may_call:
                return CALLS_USED_UP
            request = await self._go_on(request)

    def again(self) -> None:
        """A round begins, or begins anew because the attempt at it has failed before its first word.

        What that attempt used is not counted: somebody else may be asked now, and would have it to his name."""
        self._has_thought = False
        if self._turn.usage != self._before:
            self._turn.count(self._before)
        self._said.clear()
        self._calls.clear()
        self._thoughts.clear()

    def take(self, chunk: Chunk) -> None:
        """A chunk of the answer."""
        match chunk:
            case Token(text) if text:
                self._say(text)
            case Reasoning(text) if text:
                self._think(text)
            case ToolCall():
                self._calls.append(chunk)
            case Thought():
                self._thoughts.append(chunk)
            case Usage():
                self._turn.count(_sum(self._before, chunk.believed()))

    def _think(self, text: str) -> None:
        if not self._has_thought and self._turn.reasoning.size:
            self._turn.think(PAUSE)
        self._has_thought = True
        self._turn.think(text)

    def _say(self, text: str) -> None:
        if self._round and not self._said and self._turn.answer.size:
            self._turn.append(GAP)
        self._said.append(text)
        self._turn.append(text)

    async def _go_on(self, request: Request) -> Request:
        """Do what is called, one after the other; the request that has the results."""
        called, at = tuple(self._calls), self._turn.answer.size
        results = tuple([await self._do(call, at) for call in called])
        said = Message("assistant", "".join(self._said).strip(), calls=called, thoughts=tuple(self._thoughts))
        self._round += 1
        self._before = self._turn.usage
        told = (*request.messages, said, Message("user", "", results=results))
        return structs.replace(request, messages=told, may_call=self._count < self._limit)

    async def _do(self, call: ToolCall, at: int) -> ToolResult:
        """One call, and its line in `tools`, which is there however it ends."""
        begun = trio.current_time()
        record = partial(Record.of, call, round=self._round, at=at)
        await self._turn.begin_call(record("late", CUT, seconds=0).line())
        how, text = await self._try(call)
        self._turn.end_call(record(how, text, seconds=trio.current_time() - begun).line())
        return ToolResult(call.id, text, how != "done")

    async def _try(self, call: ToolCall) -> tuple[How, str]:
        if self._count >= self._limit:
            return "refused", f"the {self._limit} tool calls of a turn are used up; answer with what you have"
        self._count += 1
        return await self._toolbox.do(f"{self._turn.number}.{self._count}", call)


def _sum(one: Usage, other: Usage) -> Usage:
    pairs = zip(structs.astuple(one), structs.astuple(other), strict=True)
    return Usage(*(a + b for a, b in pairs))
