"""What a display complains of comes back to the agent that wrote it, as a prompt, so that it can be put right.

A display does not know whose program it ran. But a complaint quotes lines of the program, so its author is the agent
whose newest answer has one of them in its block for that display. One prompt has all complaints about an answer, once
that is complete. The mending of a mending counts: after `autofix` of them the agent is told no more.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import trio

from llmfs.agents.agent import Agent
from llmfs.hive.fixing import Fixing
from llmfs.hive.machine import Site
from llmfs.turns.tape import TapeReader, arrived
from llmfs.turns.turn import DONE, WAITING, Turn
from ninep import FileError

QUIET = 0.3  # seconds after an answer, in which what it has for several displays may fail at each
SHOWN = 2000  # characters of a complaint that an agent is told
UNTEACHABLE = {"sketch"}  # rules do not learn from mistakes

_QUOTED = re.compile(r"^  (?:program \d{1,9}, )?line \d{1,9}[^:\n]{0,200}: (.+)$", re.MULTILINE)
"""Bounded, for a display may say anything, and what is looked at more than once must not be long."""


class Autofix:
    """Hears complaints, and asks their authors. Made by `open_autofix`."""

    def __init__(self, agents: Mapping[str, Agent], nursery: trio.Nursery) -> None:
        self._agents, self._nursery = agents, nursery
        self._heard: dict[Turn, dict[str, str]] = {}  # complaints by machine, of turns that are to be mended

    async def hear(self, site: Site, complaint: str) -> None:
        """A display complains of something that it ran."""
        lines = quoted(complaint)
        author = await self._author(site, lines) if lines else None
        if not author:
            return
        agent, turn = author
        if turn.number <= agent.fixing.done or site.name in self._heard.get(turn, {}):
            return  # a function that is called again and again says the same again and again
        agent.errors.add(f"turn {turn.number} on {site.name}: {complaint.splitlines()[0]}")
        if turn not in self._heard:
            self._nursery.start_soon(self._mend, agent, turn)
        self._heard.setdefault(turn, {})[site.name] = complaint[:SHOWN]

    async def _author(self, site: Site, lines: set[str]) -> tuple[Agent, Turn] | None:
        """Whose newest answer has such a line in its block for this machine; of several, who was asked last."""
        found = list[tuple[Agent, Turn]]()
        for agent in [*self._agents.values()]:
            turn = next((turn for turn in reversed(agent.turns.values()) if turn.state != WAITING), None)
            if turn and lines & await _lines(turn, site.name):
                found.append((agent, turn))
        return max(found, key=lambda pair: pair[1].asked, default=None)

    async def _mend(self, agent: Agent, turn: Turn) -> None:
        """Ask once the answer is complete, if nobody has asked anything else meanwhile."""
        await _ended(turn)
        await trio.sleep(QUIET)
        complaints, tries, most = self._heard.pop(turn), agent.fixing.tries(turn.number), agent.settings.autofix
        agent.fixing.done = turn.number
        if turn.state != DONE or not most or agent.settings.provider in UNTEACHABLE or not _is_last(agent, turn):
            return
        if tries >= most:
            agent.errors.add(f"turn {turn.number}: autofix has tried {tries} times, and gives up")
            return
        try:
            asked = agent.ask(_prompt(complaints))
        except FileError as refusal:
            agent.errors.add(f"turn {turn.number}: autofix could not ask: {refusal}")
        else:
            agent.fixing = Fixing(asked.number, tries + 1, turn.number)


@asynccontextmanager
async def open_autofix(agents: Mapping[str, Agent]) -> AsyncIterator[Autofix]:
    """One that works until the block is left."""
    async with trio.open_nursery() as nursery:
        yield Autofix(agents, nursery)
        nursery.cancel_scope.cancel()


def quoted(complaint: str) -> set[str]:
    """The lines of programs that a complaint quotes."""
    return set(_QUOTED.findall(complaint))


async def _lines(turn: Turn, machine: str) -> set[str]:
    """The lines of what a turn has for a machine, as a complaint would quote them."""
    block = turn.blocks.get(machine)
    if block is None or not block.size:
        return set()
    try:
        return {line.strip() for line in (await block.text()).splitlines()}
    except FileError:
        return set()  # its file cannot be read; whoever reads it hears why


async def _ended(turn: Turn) -> None:
    """Wait until the answer of a turn is complete, however that comes about."""
    reader = TapeReader(turn.answer)
    try:
        while await arrived(reader.read(1 << 16)):
            pass
    except FileError:
        return  # it failed before it said anything, which is an end too


def _is_last(agent: Agent, turn: Turn) -> bool:
    return next(reversed(agent.turns.values()), None) is turn


def _prompt(complaints: Mapping[str, str]) -> str:
    told = [f"{name} reports an error in what you wrote for it:\n\n{text.strip()}" for name, text in complaints.items()]
    return "\n\n".join([*told, "Put it right. What ran before the error is there already."])
