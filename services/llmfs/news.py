"""What happens, told to those who watch: the `events` file, the `metrics` file and the log."""

from __future__ import annotations

from typing import Any

import structlog

from llmfs.agents.fleet import Fleet
from llmfs.records.store import Store
from ninep.service import Events, Metrics

log = structlog.get_logger("llmfs")

TOKENS = ("input", "output", "cache_read", "cache_write")


class News:
    """`publish` is told of every fact once."""

    def __init__(self) -> None:
        self.events, self.metrics = Events(), Metrics()

    def publish(self, kind: str, **facts: Any) -> None:
        """Something happened: a noun and a verb, and its facts by name."""
        self.events.publish(kind, **facts)
        if kind != "turn.began":  # writing a line would stand between every prompt and its answer
            log.info(kind, **facts)
        if kind == "turn.ended":
            self._count(**facts)

    def _count(self, *, state: str, provider: str, model: str, **facts: Any) -> None:
        counter = self.metrics.counter
        counter("llmfs_turns_total", "Turns that have ended.", state=state.partition(":")[0]).add()
        for kind in TOKENS:
            if amount := facts[kind]:
                help = "Tokens that providers have counted."
                counter("llmfs_tokens_total", help, provider=provider, model=model, kind=kind).add(amount)

    def watch(self, fleet: Fleet, store: Store) -> None:
        """Measure these whenever somebody reads the metrics."""
        agents = fleet.agents
        gauge = self.metrics.gauge
        gauge("llmfs_agents", "Agents.", lambda: len(agents))
        gauge(
            "llmfs_turns_running",
            "Turns whose answer is coming.",
            lambda: sum(a.running is not None for a in agents.values()),
        )
        gauge("llmfs_prompts_waiting", "Prompts that wait.", lambda: sum(a.waiting for a in agents.values()))
        gauge("llmfs_unwritten_bytes", "Text that waits to be stored.", lambda: store.unwritten)
