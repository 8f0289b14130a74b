"""The `metrics` file of a service: counters and gauges as Prometheus reads them.

The text is the exposition format 0.0.4 of prometheus.io: for each name a HELP and a TYPE line, then its samples. Names
are the caller's (`llmfs_turns_total`: service, noun, unit or `total`), labels are keyword arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Labels = tuple[tuple[str, str], ...]
Samples = Callable[[], Iterable[tuple[Mapping[str, str], float]]]
"""Values by their labels, for things that come and go."""


@dataclass(slots=True)
class Counter:
    """A number that only grows."""

    value: float = 0

    def add(self, amount: float = 1) -> None:
        """Count."""
        self.value += amount


@dataclass(slots=True)
class _Family:
    """All samples of one name."""

    kind: str
    help: str
    samples: dict[Labels, Callable[[], float]] = field(default_factory=dict)
    each: Samples = tuple

    def values(self) -> Iterator[tuple[Labels, float]]:
        """What they are now."""
        for labels, value in self.samples.items():
            yield labels, value()
        for named, number in self.each():
            yield tuple(sorted(named.items())), number


class Metrics:
    """The counters and gauges of one service.

    >>> metrics = Metrics()
    >>> metrics.counter("llmfs_turns_total", "Turns begun.", provider="sketch").add()
    >>> metrics.gauge("llmfs_agents", "Agents.", lambda: 3)
    >>> print(metrics.text(), end="")
    # HELP llmfs_turns_total Turns begun.
    # TYPE llmfs_turns_total counter
    llmfs_turns_total{provider="sketch"} 1
    # HELP llmfs_agents Agents.
    # TYPE llmfs_agents gauge
    llmfs_agents 3
    """

    def __init__(self) -> None:
        self._families: dict[str, _Family] = {}
        self._counters: dict[tuple[str, Labels], Counter] = {}

    def counter(self, name: str, help: str, **labels: str) -> Counter:
        """The counter of this name and these labels, the same one whenever it is asked for."""
        key = tuple(sorted(labels.items()))
        if (counter := self._counters.get((name, key))) is None:
            counter = self._counters[name, key] = Counter()
            self._family(name, "counter", help).samples[key] = lambda: counter.value
        return counter

    def gauge(self, name: str, help: str, value: Callable[[], float], **labels: str) -> None:
        """A number that `value()` gives whenever somebody looks."""
        self._family(name, "gauge", help).samples[tuple(sorted(labels.items()))] = value

    def each(self, name: str, kind: Literal["counter", "gauge"], help: str, samples: Samples) -> None:
        """A number for each of some things that come and go: `samples()` gives them whenever somebody looks."""
        self._family(name, kind, help).each = samples

    def text(self) -> str:
        """All of them as they are now."""
        lines: list[str] = []
        for name, family in self._families.items():
            lines += [f"# HELP {name} {_escape(family.help)}", f"# TYPE {name} {family.kind}"]
            lines += [f"{name}{_show(labels)} {value:.15g}" for labels, value in family.values()]
        return "".join(f"{line}\n" for line in lines)

    def _family(self, name: str, kind: str, help: str) -> _Family:
        return self._families.setdefault(name, _Family(kind, help))


def _show(labels: Labels) -> str:
    quoted = ",".join(f'{name}="{_escape(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels)
    return f"{{{quoted}}}" if quoted else ""


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
