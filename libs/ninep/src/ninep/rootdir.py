"""The root directory of a service: the files that every service has, beside its own.

help     its manual page
health   "ok", or what is wrong, a line each
events   what happens, as JSON lines, from open onwards
metrics  numbers as Prometheus reads them
ctl      state and commands
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files

from ninep.accept import troubles
from ninep.events import Events
from ninep.metrics import Metrics
from ninep.tree import Dir, Node, Stream, Text


class Health(Text):
    """`check()` says "ok" or what is wrong. What must be shouted stands before it, for as long as it is so."""

    def __init__(self, check: Callable[[], str]) -> None:
        super().__init__(self.text)
        self._check = check
        self.warnings: list[str] = []

    def text(self) -> str:
        """Warnings and findings, a line each."""
        return "".join(f"{line}\n" for line in [*self.warnings, *troubles.values(), *self._check().splitlines()])


def root(
    *,
    manual: str,
    ctl: Node,
    events: Events,
    metrics: Metrics,
    health: Callable[[], str],
    nodes: Mapping[str, Node],
) -> Dir:
    """The root directory with these common files and the service's own `nodes`."""
    common: dict[str, Node] = {
        "help": Text(lambda: manual),
        "health": Health(health),
        "events": Stream(events.open),
        "metrics": Text(metrics.text),
        "ctl": ctl,
    }
    return Dir({**common, **nodes})


def manual(package: str) -> str:
    """The manual page of a service: the README.md that lies in its package."""
    return files(package).joinpath("README.md").read_text(encoding="utf-8")
