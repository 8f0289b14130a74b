"""How the fleet comes back after a restart: rows of the store become agents again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from llmfs.agents.agent import Agent
from llmfs.agents.errors import Errors
from llmfs.agents.fleet import DEFAULT, PRICES, Fleet
from llmfs.agents.history import History
from llmfs.agents.offers import Default, Offers
from llmfs.agents.settings import Settings
from llmfs.agents.template import PREFIX
from llmfs.providers import Message
from llmfs.records.rows import (
    AgentRow,
    ContextRow,
    ErrorRow,
    MachineRow,
    RouteRow,
    Row,
    RulesRow,
    Setting,
    TapeRow,
    ToolsRow,
    TurnRow,
    UnwantedRow,
    UsageRow,
)
from llmfs.records.store import Store
from llmfs.tools import rules as rights
from llmfs.turns.turn import RUNNING, Turn
from ninep import FileError

R = TypeVar("R", bound=Row)


def restore(fleet: Fleet, store: Store, offers: Offers) -> None:
    """Fill a new fleet with what the store has. A turn that ran is truncated, those that waited run. Blocks."""
    for setting in store.rows(Setting):
        if setting.name == DEFAULT:
            offers.default = Default(*setting.value.split(" ", 1))
        elif setting.name == PRICES:
            fleet.prices.replace(setting.value)
        elif role := fleet.templates.get(setting.name.removeprefix(PREFIX)):
            role.written = setting.value
    fleet.ledger.restore(store.rows(UsageRow))
    fleet.sites.restore(store.rows(MachineRow), store.rows(UnwantedRow))
    fleet.carrying.restore(store.rows(RouteRow))
    parts = _Parts(store)
    for row in store.rows(AgentRow):
        fleet.agents[row.name] = parts.agent(fleet, row)


class _Parts:
    """What belongs to agents, by agent."""

    def __init__(self, store: Store) -> None:
        self.contexts = _grouped(store.rows(ContextRow), "agent")
        self.turns = _grouped(store.rows(TurnRow), "agent")
        self.errors = _grouped(store.rows(ErrorRow), "agent")
        self.routing = _grouped(store.rows(RulesRow), "agent")
        self.tapes = _grouped(store.rows(TapeRow), "agent", "turn")
        self.rules = {row.agent: row.rules for row in store.rows(ToolsRow)}

    def agent(self, fleet: Fleet, row: AgentRow) -> Agent:
        """An agent as it was, and every turn it had."""
        agent = fleet.make(row.agent, row.name, msgspec.json.decode(row.settings, type=Settings))
        agent.system = row.system
        agent.toolbox.rules = rights.parse(self.rules.get(row.agent, ""))
        agent.errors = Errors(agent.shelf, self.errors[row.agent])
        contexts = {context.machine: context.text for context in self.contexts[row.agent]}
        for name, site in fleet.sites.items():
            agent.add_machine(site, contexts.get(name, ""))
        for written in self.routing[row.agent]:
            _restore_routing(agent, written)
        turns = [self._turn(agent, turn) for turn in self.turns[row.agent]]
        opening = msgspec.json.decode(row.opening, type=list[Message])
        agent.history = History(opening, turns)
        for turn in turns:
            agent.enlist(turn)
        return agent

    def _turn(self, agent: Agent, row: TurnRow) -> Turn:
        turn = Turn.restored(agent.shelf, row, self.tapes[row.agent, row.number], agent.routing.rules)
        if row.state == RUNNING:
            agent.errors.add(f"turn {turn.number}: {turn.state}")
            agent.ledger.add(turn)
        elif turn.has_ended:
            agent.ledger.recall(turn)
        return turn


def _restore_routing(agent: Agent, row: RulesRow) -> None:
    """An engine that is newer than the rules may refuse them; the agent goes on without."""
    try:
        agent.routing.restore(row)
    except FileError as refusal:
        agent.errors.add(f"its rules hold no longer: {refusal}")


def _grouped(rows: Iterable[R], *names: str) -> defaultdict[Any, list[R]]:
    """Rows by the value, or the values, of these fields."""
    groups = defaultdict[Any, list[R]](list)
    field = attrgetter(*names)
    for row in rows:
        groups[field(row)].append(row)
    return groups
