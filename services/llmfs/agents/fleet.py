"""All agents and machines: what a new one gets, and what goes with it when it is removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isawaitable
from typing import Any, Literal

from msgspec import structs

from llmfs import names
from llmfs.accounts.prices import Prices
from llmfs.accounts.usage import Ledger
from llmfs.agents.agent import Agent
from llmfs.agents.history import History
from llmfs.agents.offers import Default
from llmfs.agents.settings import Settings
from llmfs.agents.status import state
from llmfs.agents.surroundings import Surroundings
from llmfs.agents.template import templates
from llmfs.hive.carrying import Carrying
from llmfs.hive.sites import Sites
from llmfs.records.rows import Setting
from llmfs.records.search import Search
from llmfs.records.store import Shelf, Store
from ninep import FileError

DEFAULT = "default"  # the setting that holds the default provider and model
PRICES = "prices"  # the one that holds what was written to `prices`


class Fleet:
    """The agents by name, and the machines."""

    def __init__(self, store: Store, around: Surroundings) -> None:
        self.agents: dict[str, Agent] = {}
        self.ledger, self.prices = Ledger(keep=store.put), Prices()
        self.search = Search(store)
        self._store, self._around = store, around
        self.sites = Sites(store, self.agents, around)
        around.namespace.scenes = self.sites.paths
        self.carrying = Carrying(store, self.agents, self.sites, around.changed)
        self.templates = templates(store)
        self._last = 0  # number of the last agent; none is used twice in a life of the service

    # Verbs of the root. The text that they return is their reply.

    def new(self, name: str, provider: str | None = None, model: str | None = None) -> str:
        """Make an agent; says what answers it, and why that."""
        self._check_free(name)
        provider, model, why = self._around.offers.pick(provider, model)
        self._admit(self.make(self._last + 1, name, Settings(provider, model)))
        return f"{name} uses {provider} {model}: {why}"

    def remove(self, name: str) -> None:
        """Remove an agent with all it said. Its readers are released."""
        if name not in self.agents:
            raise FileError(f"no agent {name}; there are: {' '.join(self.agents) or 'none yet'}")
        self.agents.pop(name).remove()
        self._around.publish("agent.removed", agent=name)
        self._around.changed.unpark_all()

    def set_default(self, provider: str, model: str | None = None) -> str:
        """What new agents get from now on."""
        provider, model, _ = self._around.offers.pick(provider, model)
        self._around.offers.default = Default(provider, model)
        self._store.put(Setting(DEFAULT, f"{provider} {model}"))
        return f"new agents use {provider} {model}"

    def set_prices(self, text: str) -> None:
        """What models cost, over the prices that come with llmfs."""
        self.prices.replace(text)
        self._store.put(Setting(PRICES, text))

    def machine(self, action: Literal["add", "remove"], name: str, path: str | None = None) -> None:
        """Add or remove a machine, for all agents. Its scene is at `path`, /NAME/scene if that is not given."""
        if action == "add":
            self.sites.add(name, path or f"/{name}/scene")
        else:
            self.sites.remove(name)

    async def fork(self, agent: Agent, name: str) -> str:
        """Make an agent that knows what this one knows."""
        self._check_free(name)
        messages = await agent.history.messages()
        self._check_free(name)  # somebody may have taken it meanwhile
        copy = self.make(self._last + 1, name, agent.settings)
        copy.system, copy.history = agent.system, History(messages)
        copy.routing.replace(agent.routing.rules, ())
        copy.routing.keep()
        self._admit(copy)
        for machine in agent.machines.values():
            copy.machines[machine.name].tell(machine.told)
        return f"{name} goes on where {agent.name} is"

    def kept(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        """The verb, answered when what it did is written: what was granted outlives a `kill -9`."""

        @wraps(verb)
        async def do(*words: Any) -> Any:
            self._store.check()  # before anything is done that would then be refused
            said = verb(*words)
            if isawaitable(said):
                said = await said
            await self._store.settle()
            return said

        return do

    # What there is to read.

    def status(self) -> str:
        """Verbs that can be written back, and the agents' states."""
        return "".join(f"{line}\n" for line in self._status_lines())

    def _status_lines(self) -> Iterator[str]:
        provider, model, why = self._around.offers.pick(None, None)
        yield f"default {provider} {model}  # {why}"
        yield from self.sites.lines()
        for agent in self.agents.values():
            doing = "; ".join(state(agent).splitlines())
            yield f"new {agent.name} {agent.settings.provider} {agent.settings.model}  # {doing}"

    # Making agents.

    def make(self, number: int, name: str, chosen: Settings) -> Agent:
        """An agent with this number, not among the others yet."""
        self._last = max(self._last, number)
        return Agent(name, chosen, Shelf(self._store, number), self._around, Ledger(above=self.ledger))

    def _admit(self, agent: Agent) -> None:
        """Have a new agent among the others, with a file for each machine."""
        for site in self.sites.values():
            agent.add_machine(site)
        agent.keep()
        self.agents[agent.name] = agent
        self._around.publish("agent.new", agent=agent.name, **structs.asdict(agent.settings))
        self._around.changed.unpark_all()

    def _check_free(self, name: str) -> None:
        names.check_agent(name)
        if name in self.agents:
            raise FileError(f"agent {name} exists")
