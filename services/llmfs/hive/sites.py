"""The machines of all agents: where each one's scene is, who said so, and what is on it.

A machine is there because a person added it, or because it was found in the namespace. What was found goes when its
mount goes; what a person removed is not found again, until it is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog

from llmfs import names
from llmfs.agents.agent import Agent
from llmfs.agents.surroundings import Surroundings
from llmfs.hive.machine import Site
from llmfs.records.rows import MachineRow, UnwantedRow
from llmfs.records.store import Store
from ninep import FileError

log = structlog.get_logger("llmfs")


class Sites(Mapping[str, Site]):
    """The machines by name. `changed` wakes whoever follows them."""

    def __init__(self, store: Store, agents: Mapping[str, Agent], around: Surroundings) -> None:
        self.unwanted: set[str] = set()  # that a person has removed
        self.changed = around.changed
        self.paths: dict[str, str] = {}
        """Where each one's scene is."""
        self._sites: dict[str, Site] = {}
        self._store, self._agents, self._around = store, agents, around

    def __getitem__(self, name: str) -> Site:
        return self._sites[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._sites))

    def __len__(self) -> int:
        return len(self._sites)

    # What a person does.

    def add(self, name: str, path: str) -> None:
        """Have a machine. One that was found is that person's from then on."""
        names.check_machine(name)
        if not path.startswith("/"):
            raise FileError(f"the path of a machine's scene begins with /, unlike {path!r}")
        taken = self._alike(name)
        if taken and not (taken.name == name and taken.is_found):
            raise FileError(f"machine {taken.name} exists")
        self._want(name)
        if taken and taken.path == path:
            taken.is_found = False
            self._store.put(MachineRow(name, path, False))
            return
        if taken:
            self._drop(taken)
        self._admit(Site(name, path))

    def remove(self, name: str) -> None:
        """Have it no longer, though it may still be in the namespace."""
        if name not in self._sites:
            raise FileError(f"no machine {name}; there are: {' '.join(self._sites) or 'none yet'}")
        self.unwanted.add(name)
        self._store.put(UnwantedRow(name))
        self._drop(self._sites[name])

    # What the namespace has.

    def find(self, name: str, path: str) -> None:
        """There is a scene at this path of the namespace. Nothing happens if the machine is known, or not wanted."""
        alike = self._alike(name)
        if name in self.unwanted or (alike and (alike.name != name or not alike.is_found or alike.path == path)):
            return
        try:
            names.check_machine(name)
        except FileError as error:
            log.warning("machine.refused", machine=name, reason=str(error))
            return
        if alike:
            self._drop(alike)
        self._admit(Site(name, path, is_found=True))

    def lose(self, name: str) -> None:
        """It is in the namespace no longer. What a person added stays."""
        if (site := self._sites.get(name)) and site.is_found:
            self._drop(site)

    def lose_others(self, mounts: Iterable[str]) -> None:
        """The namespace has these mounts, and no others."""
        for name in self._sites.keys() - {*mounts}:
            self.lose(name)

    def hear(self, site: Site, scene: str) -> None:
        """What is on it now. If that has changed, it goes before what anybody wrote of it by hand."""
        if scene == site.scene:
            return
        has_changed, site.scene = bool(site.scene), scene
        for agent in self._agents.values():
            if has_changed and (machine := agent.machines.get(site.name)):
                machine.look_up()

    # After a restart, and for a restart.

    def restore(self, rows: Iterable[MachineRow], unwanted: Iterable[UnwantedRow]) -> None:
        """Those of the last time."""
        self._sites = {row.name: Site(row.name, row.path, is_found=row.is_found) for row in rows}
        self.paths.update((site.name, site.path) for site in self._sites.values())
        self.unwanted = {row.name for row in unwanted}

    def lines(self) -> Iterator[str]:
        """Verbs that make the same machines, with what there is to say of each."""
        for site in self._sites.values():
            yield f"machine add {site.name} {site.path}{site.remark()}"
        for name in sorted(self.unwanted):
            yield f"# machine {name} was removed, and is not found again until it is added"

    def _alike(self, name: str) -> Site | None:
        """The machine whose name differs from this in case at most: labels of blocks may be in any case."""
        return next((site for site in self._sites.values() if site.name.casefold() == name.casefold()), None)

    def _want(self, name: str) -> None:
        if name in self.unwanted:
            self.unwanted.remove(name)
            self._store.drop(UnwantedRow(name))

    def _admit(self, site: Site) -> None:
        self._sites[site.name], self.paths[site.name] = site, site.path
        self._store.put(MachineRow(site.name, site.path, site.is_found))
        for agent in self._agents.values():
            agent.add_machine(site)
        self._tell("machine.added", site)

    def _drop(self, site: Site) -> None:
        del self._sites[site.name], self.paths[site.name]
        self._store.drop(MachineRow(site.name, site.path, site.is_found))
        for agent in self._agents.values():
            agent.remove_machine(site.name)
        self._tell("machine.removed", site)

    def _tell(self, what: str, site: Site) -> None:
        facts: dict[str, Any] = {"path": site.path} if what == "machine.added" else {}
        self._around.publish(what, machine=site.name, **facts)
        self.changed.unpark_all()
