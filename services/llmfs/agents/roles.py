"""Agents that are made by one verb, with the system prompt of their work: `coder` draws, `master` leads others."""

from __future__ import annotations

from llmfs.agents.agent import Agent
from llmfs.agents.fleet import Fleet


class Roles:
    """Verbs of the root. The text that they return is their reply."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def coder(self, name: str, provider: str | None = None, model: str | None = None) -> str:
        """An agent whose blocks go to the machines by themselves."""
        said, agent = self._make("coder", name, provider, model)
        agent.set({"routes": True})
        await self._fleet.carrying.settle()
        return f"{said}; {self._fleet.carrying.told(name)}"

    def master(self, name: str, provider: str | None = None, model: str | None = None) -> str:
        """An agent that leads others."""
        said, _ = self._make("master", name, provider, model)
        return said

    def _make(self, role: str, name: str, provider: str | None, model: str | None) -> tuple[str, Agent]:
        said = self._fleet.new(name, provider, model)
        agent = self._fleet.agents[name]
        agent.set_system(self._fleet.templates[role].text())
        return said, agent
