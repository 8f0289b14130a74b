"""The files of llmfs. Read these tables as one reads `ls`; what a file does is the method that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain

from llmfs.accounts import prices, usage
from llmfs.accounts.prices import Prices
from llmfs.adding import Document
from llmfs.agents import cloning, status
from llmfs.agents.agent import Agent
from llmfs.agents.cloning import State
from llmfs.agents.fleet import Fleet
from llmfs.agents.offers import Offers
from llmfs.agents.roles import Roles
from llmfs.agents.template import Template
from llmfs.hive.machine import Machine
from llmfs.lines import Lines
from llmfs.mcp_client.servers import Servers
from llmfs.mcp_client.tree import servers_tree
from llmfs.news import News
from llmfs.prompts import prompt
from llmfs.prompts.prompt import PromptWriter
from llmfs.tools import rules as tools
from llmfs.turns import rules
from llmfs.turns.output import Output
from llmfs.turns.tape import TapeReader
from llmfs.turns.turn import Turn
from ninep import service
from ninep.node import Answer
from ninep.opened import Entries, decode
from ninep.tree import Ctl, Dir, Each, Node, Opened, Query, Reader, Sink, Stream, Text


def root_tree(
    fleet: Fleet, offers: Offers, news: News, health: Callable[[], str], servers: Servers | None = None
) -> Dir:
    """/: what every service has, the providers, and a directory for each agent."""
    files = service.root(
        manual=service.manual("llmfs"),
        ctl=root_ctl(fleet),
        events=news.events,
        metrics=news.metrics,
        health=health,
        nodes={
            "providers": Text(offers.text),
            "usage": Text(lambda: usage.of_all(fleet.ledger, fleet.agents, fleet.prices)),
            "search": Query(partial(find, fleet)),
            "mcp": servers_tree(servers or Servers()),
            "templates": Dir({role: template_file(fleet, it) for role, it in fleet.templates.items()}),
            "prices": prices_file(fleet),
        },
    )
    return Beside(files, Each(fleet.agents, partial(agent_tree, fleet), remove=fleet.remove))


def root_ctl(fleet: Fleet) -> Ctl:
    """/ctl."""
    kept, roles = fleet.kept, Roles(fleet)
    return Ctl(
        fleet.status,
        new=kept(fleet.new),
        remove=kept(fleet.remove),
        default=kept(fleet.set_default),
        machine=kept(fleet.machine),
        coder=kept(roles.coder),
        master=kept(roles.master),
    )


def prices_file(fleet: Fleet) -> Lines:
    """/prices: a read gives those that come with llmfs too."""
    return Lines(fleet.prices.text, prices.parse, fleet.kept(fleet.set_prices), own=lambda: fleet.prices.own)


def template_file(fleet: Fleet, template: Template) -> Document:
    """/templates/ROLE: the system prompt that new agents of this kind get."""
    return Document(template.text, fleet.kept(template.write))


def agent_tree(fleet: Fleet, agent: Agent) -> Dir:
    """/NAME: an agent. Each machine's file lies beside its own."""
    files = Dir(
        ctl=agent_ctl(fleet, agent),
        input=Sink(open=lambda: PromptWriter(agent, agent.errors.add)),
        output=Stream(agent.output.open),
        OUTPUT=Stream(agent.output.open),
        reasoning=Stream(agent.reasoning.open),
        ask=Query(partial(ask, agent)),
        state=State(agent, Text(set=fleet.kept(agent.errors.noted("state", partial(cloning.become, agent))))),
        config=Text(agent.config, agent.configure, at_once=True),
        system=Document(lambda: agent.system, agent.set_system),
        history=history_file(agent),
        search=Query(partial(find, fleet, agent=agent)),
        errors=Text(agent.errors.text),
        tools=Lines(agent.toolbox.text, tools.parse, fleet.kept(agent.toolbox.set_rules)),
        pending=Text(agent.toolbox.pending.text),
        context=Each(agent.machines, lambda machine: Document(lambda: machine.context, machine.tell)),
        rules=Lines(agent.routing.text, rules.parse, fleet.kept(agent.set_rules)),
        usage=Text(lambda: usage.of_agent(agent, fleet.prices)),
        turns=Each(agent.turns, partial(turn_tree, fleet.prices)),
    )
    return Beside(files, Each(agent.machines, machine_file), Each(agent.routing.files, rule_file))


def agent_ctl(fleet: Fleet, agent: Agent) -> Ctl:
    """/NAME/ctl."""
    kept = fleet.kept
    return Ctl(
        partial(status.status, agent),
        provider=kept(agent.set_provider),
        model=kept(partial(agent.set_one, "model")),
        use=kept(agent.use),
        temperature=kept(partial(agent.set_one, "temperature")),
        max_tokens=kept(partial(agent.set_one, "max_tokens")),
        fallback=kept(agent.set_fallback),
        reasoning=kept(partial(agent.set_one, "reasoning")),
        record=kept(partial(agent.set_one, "record")),
        cancel=agent.cancel,
        retry=kept(agent.retry),
        clear=kept(agent.clear),
        undo=kept(agent.undo),
        fork=kept(partial(fleet.fork, agent)),
        register=kept(partial(agent.set_one, "register")),
        budget=kept(agent.set_budget),
        tools=kept(agent.toolbox.rule),
        approve=agent.toolbox.pending.approve,
        deny=agent.toolbox.pending.deny,
        routes=kept(partial(agent.set_one, "routes")),
        see=kept(agent.see),
        autofix=kept(partial(agent.set_one, "autofix")),
    )


def history_file(agent: Agent) -> Document:
    """/NAME/history."""
    noted = partial(agent.errors.noted, "history")
    return Document(agent.history.text, noted(agent.rewrite_history), noted(agent.extend_history))


def machine_file(machine: Machine) -> Node:
    """/NAME/A: read for the blocks that are for the machine, written for what the agent is told of it."""
    return Stream(machine.output.open, machine.tell)


def rule_file(output: Output) -> Node:
    """/NAME/python, of a rule: read turn by turn, as `output` is."""
    return Stream(output.open)


def turn_tree(table: Prices, turn: Turn) -> Dir:
    """/NAME/turns/N."""
    return Dir(
        prompt=Text(turn.prompt.text),
        answer=Stream(lambda: TapeReader(turn.answer)),
        reasoning=Stream(lambda: TapeReader(turn.reasoning)),
        state=Text(lambda: turn.state + "\n"),
        usage=Text(lambda: usage.of_turn(turn, table)),
        tools=Stream(lambda: TapeReader(turn.tools)),
    )


def ask(agent: Agent, question: bytes) -> Reader:
    """/NAME/ask: the answer to this prompt. Reading it to its end counts as reading `output`."""
    return TapeReader(agent.ask(*prompt.of_bytes(question)).answer, counts=True)


def find(fleet: Fleet, question: bytes, agent: Agent | None = None) -> Answer[str]:
    """/search and /NAME/search: what holds these words."""
    return fleet.search.find(decode(question), agent.shelf.agent if agent else None)


class Beside(Dir):
    """A directory of its own files, and beside them live views of mappings. Of one name, the first is meant."""

    def __init__(self, files: Mapping[str, Node], *others: Each) -> None:
        super().__init__(files)
        self._others = others

    def __missing__(self, name: str) -> Node:
        for others in self._others:
            with suppress(KeyError):
                return others[name]
        raise KeyError(name)

    def open(self, mode: int) -> Opened:
        """Its own entries, then the others."""
        return Entries(self.__getitem__, lambda: dict.fromkeys(chain(self, *self._others)))

    def remove(self, name: str) -> Answer[None]:
        """What is in the view may be removable."""
        if name in self:
            return super().remove(name)
        return next((others for others in self._others if name in others), self._others[0]).remove(name)
