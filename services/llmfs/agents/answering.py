"""How one turn gets its answer: whom an agent asks, what it asks, and what becomes of each chunk."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import structlog
import trio

from llmfs.accounts import budget
from llmfs.accounts.usage import Ledger
from llmfs.agents.attempts import Attempts
from llmfs.agents.errors import Errors
from llmfs.agents.fallback import Chain
from llmfs.agents.history import History
from llmfs.agents.instructions import instructions, steady
from llmfs.agents.rounds import BUDGET_USED_UP, CALLS_USED_UP, Rounds
from llmfs.agents.seeing import OFF, caption, look_at_screen
from llmfs.agents.settings import Settings
from llmfs.agents.surroundings import Surroundings
from llmfs.agents.template import filled_in
from llmfs.hive.looking import look_at
from llmfs.hive.machine import Machine
from llmfs.prompts.prompt import LIMIT
from llmfs.providers import Chunk, Image, Message, ProviderError, Request, Token
from llmfs.records.store import Shelf
from llmfs.tools import record
from llmfs.tools.toolbox import Toolbox
from llmfs.turns.turn import DONE, Turn, truncated
from ninep import FileError
from ninep.node import Answer

STOPS = {
    "max_tokens": "the answer reached max_tokens",
    "context_full": "the conversation has filled the model's context; clear, or lower max_history",
    "refusal": "the model declined to go on",
    CALLS_USED_UP: "the model asked for more tool calls than a turn may have; raise it with: tool_calls, in config",
    BUDGET_USED_UP: "the budget is used up; raise it with: budget turn TOKENS, or budget day TOKENS",
}
"""Why an answer stopped that did not come to its own end, in words."""

log = structlog.get_logger()


class Asking(Protocol):
    """Whose turns these are: what it is told of before a prompt, as it is when the turn begins."""

    name: str
    settings: Settings
    system: str
    machines: dict[str, Machine]
    history: History
    errors: Errors
    shelf: Shelf
    toolbox: Toolbox
    ledger: Ledger


class Answering:
    """Has an agent's turns answered, one at a time."""

    def __init__(self, agent: Asking, around: Surroundings) -> None:
        self.note = ""  # why the running turn has no text yet
        self._agent, self._around = agent, around

    async def answer(self, turn: Turn) -> str:
        """Have a turn answered; the state in which it ended."""
        agent, around = self._agent, self._around
        self.note = ""
        try:
            turn.begin(agent.settings.provider, agent.settings.model)
            around.publish("turn.began", agent=agent.name, turn=turn.number, **turn.facts())
            rounds = Rounds(turn, agent.toolbox, agent.settings.tool_calls, partial(self._left, turn))
            tell = partial(self._tell, turn, rounds)
            attempts = Attempts(around.idle, partial(self._take, turn, rounds), tell)
            chain = Chain(turn, agent.settings.candidates, around.offers, attempts, tell)
            reason = await rounds.answer(await self._request(turn), chain.answer)
        except (ProviderError, FileError) as error:
            return truncated(str(error))
        except Exception:
            log.exception("turn.failed", agent=agent.name, turn=turn.number)
            return truncated("a fault in llmfs; its log has the details")
        return DONE if reason == "end" else truncated(STOPS.get(reason, f"the model stopped: {reason}"))

    async def _request(self, turn: Turn) -> Request:
        agent, chosen = self._agent, self._agent.settings
        images = await turn.images()
        machines = agent.machines.values() if chosen.register else ()
        await look_at(machine.site for machine in machines)
        room = LIMIT - sum(len(image.data) for image in images)
        text, shown = await self._seen(turn)
        prompt = Message("user", await turn.prompt.text() + text, (*images, *shown))
        told = await agent.history.messages(chosen.max_history, room=room)
        spoken = filled_in(agent.system, [machine.site for machine in machines])
        system = instructions(spoken, machines)
        for trouble in await agent.toolbox.prepare():
            agent.errors.add(f"turn {turn.number}: {trouble}")
        tools = agent.toolbox.offered()
        told = (*(told if tools else record.without(told)), prompt)
        return Request(
            chosen.model,
            system,
            told,
            chosen.temperature,
            chosen.max_tokens,
            tools,
            reasoning=chosen.reasoning,
            steady=len(steady(spoken, machines)),
            recorder=self._around.offers.recorder(chosen.record, agent.errors.add),
        )

    async def _seen(self, turn: Turn) -> tuple[str, tuple[Image, ...]]:
        """What is said and shown of the machine that the agent is to see. What cannot be seen stands in `errors`."""
        agent, name = self._agent, self._agent.settings.see
        if name == OFF:
            return "", ()
        try:
            self._around.offers.check_sees(agent.settings.candidates)
            return caption(name), (await look_at_screen(agent.machines.get(name)),)
        except FileError as refusal:
            agent.errors.add(f"turn {turn.number}: {name} cannot be seen: {refusal}")
            return "", ()

    def _left(self, turn: Turn) -> int | None:
        """How many tokens the turn may still use."""
        return budget.left(self._agent.settings, self._agent.ledger, turn.usage)

    def _take(self, turn: Turn, rounds: Rounds, chunk: Chunk) -> Answer[None]:
        """A chunk of the answer. While too much waits to be written, the next one must wait."""
        if turn.has_ended:  # cancelled after this chunk had come: the next wait says so
            return trio.lowlevel.checkpoint()  # noqa: ASYNC105  # awaited by who called
        if isinstance(chunk, Token):
            self.note = ""
        rounds.take(chunk)
        store = self._agent.shelf.store
        return store.room() if store.is_full else None

    def _tell(self, turn: Turn, rounds: Rounds, trouble: str) -> None:
        """An attempt has failed, and another will be made."""
        rounds.again()
        self.note = trouble
        self._agent.errors.add(f"turn {turn.number}: {trouble}")
