"""What agents say for a machine is carried there: the multiplexer's routes, made and ended as agents and machines are.

    /llm/ada/A -> /A/scene/parse        for each agent with `routes on`, and each machine

A route is made once: the multiplexer keeps it, and one that a person ends there is not made again. Each is written down
before it is made, so one whose agent or machine has gone is ended, whatever dies meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import structlog
import trio
from msgspec import structs
from trio.lowlevel import ParkingLot

from llmfs.agents.agent import Agent
from llmfs.hive.machine import Site
from llmfs.hive.namespace import GONE, Namespace, own_name
from llmfs.records.rows import RouteRow
from llmfs.records.store import Store
from ninep import FileError
from ninep.client import Client
from ninep.dial import Address

PATIENCE = 1.0  # seconds that a verb waits for its routes
ROUTES = "/routes"

_PATH = re.compile(r"/[^\s#>]+")  # what a line of routes can say
_THERE = re.compile(r"there is (a|no) route ")  # what was to be done has been done

log = structlog.get_logger("llmfs")


class Carrying:
    """Keeps the routes what the agents and machines are. `changed` wakes it."""

    def __init__(
        self, store: Store, agents: Mapping[str, Agent], sites: Mapping[str, Site], changed: ParkingLot
    ) -> None:
        self._store, self._agents, self._sites, self._changed = store, agents, sites, changed
        self._rows: dict[tuple[str, str], RouteRow] = {}
        self._settled = ParkingLot()
        self.is_on = False  # there is a namespace

    def restore(self, rows: Iterable[RouteRow]) -> None:
        """Those of the last time."""
        self._rows = {(row.agent, row.machine): row for row in rows}

    def told(self, agent: str) -> str:
        """Where what an agent says for machines goes, in words."""
        if not self.is_on:
            return "nothing carries its blocks to machines, for llmfs is in no namespace"
        if not self._sites:
            return "no machine is there yet; it draws on those that come"
        there = " ".join(sorted(self._sites))
        if any(name == agent for name, _ in self._beginning()):
            return f"it draws on {there} when the multiplexer is there"
        return f"it draws on {there}"

    async def settle(self) -> None:
        """Wait until all is as it should be; not for long, for the multiplexer may be down."""
        with trio.move_on_after(PATIENCE):
            while self.is_on and self._has_work():
                await self._settled.park()

    async def run(self, namespace: Namespace, ours: Iterable[Address]) -> None:
        """Make and end routes, through every death of the multiplexer. `ours` are the addresses of llmfs itself."""
        addresses, pauses, self.is_on = list(ours), namespace.pauses(), True
        while True:
            while not self._has_work():
                self._settled.unpark_all()
                await self._changed.park()
            try:
                async with namespace.open() as root:
                    if own := own_name((await root.read("/ctl")).decode(errors="replace"), addresses):
                        await self._work(root, own)
                        pauses.over()
            except GONE as trouble:
                log.debug("routes.waiting", reason=str(trouble))
            await pauses.wait()

    def _has_work(self) -> bool:
        return next(self._ending(), None) is not None or next(self._beginning(), None) is not None

    def _ending(self) -> Iterator[RouteRow]:
        """Routes that were made, or may have been, and are not wanted any more."""
        for key, row in [*self._rows.items()]:
            if self._target(*key) != row.target:
                yield row

    def _beginning(self) -> Iterator[tuple[str, str]]:
        """Agent and machine of routes that are wanted and not known to be made."""
        for agent in [name for name, agent in self._agents.items() if agent.settings.routes]:
            for machine in self._sites:
                row = self._rows.get((agent, machine))
                if self._target(agent, machine) and not (row and row.is_made):
                    yield agent, machine

    def _target(self, agent: str, machine: str) -> str:
        """Where what this agent says for this machine is to go, or ""."""
        owner, site = self._agents.get(agent), self._sites.get(machine)
        if not (owner and owner.settings.routes and site and _PATH.fullmatch(site.path)):
            return ""
        return f"{site.path}/parse"

    async def _work(self, root: Client, own: str) -> None:
        for row in self._ending():
            await self._say(root, f"-{row.source} -> {row.target}")
            del self._rows[row.agent, row.machine]
            self._store.drop(row)
        for agent, machine in [*self._beginning()]:
            row = RouteRow(agent, machine, f"/{own}/{agent}/{machine}", self._target(agent, machine), False)
            if row.target:
                await self._make(root, row)

    async def _make(self, root: Client, row: RouteRow) -> None:
        self._keep(row)
        await self._store.settle()
        if refusal := await self._say(root, f"{row.source} -> {row.target}"):
            log.warning("route.refused", source=row.source, target=row.target, reason=refusal)
            if agent := self._agents.get(row.agent):
                agent.errors.add(f"there is no route to {row.machine}: {refusal}")
        self._keep(structs.replace(row, is_made=True))

    def _keep(self, row: RouteRow) -> None:
        self._rows[row.agent, row.machine] = row
        self._store.put(row)

    async def _say(self, root: Client, line: str) -> str:
        """Tell the multiplexer; why it refuses, or "". That it is so already is no refusal."""
        try:
            await root.write(ROUTES, f"{line}\n")
        except FileError as refusal:
            return "" if _THERE.match(str(refusal)) else str(refusal)
        return ""
