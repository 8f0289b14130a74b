"""The `metrics` file of a service: counters, gauges and histograms as Prometheus reads them.

The text is the exposition format 0.0.4 of prometheus.io: for each name a HELP and a TYPE line, then its samples. Names
are the caller's (`llmfs_turns_total`: service, noun, unit or `total`), labels are keyword arguments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

Labels = tuple[tuple[str, str], ...]
Samples = Callable[[], Iterable[tuple[Mapping[str, str], "float | Histogram"]]]
"""Values by their labels, for things that come and go."""


@dataclass(slots=True)
class Counter:
    """A number that only grows."""

    value: float = 0

    def add(self, amount: float = 1) -> None:
        """Count."""
        self.value += amount


class Histogram:
    """How often a number was how large. `bounds` are the upper ends of the buckets, rising; beyond them is one more."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count a number in its bucket."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def samples(self, name: str, labels: Labels) -> Iterator[tuple[str, Labels, float]]:
        """As Prometheus has it: each bucket counts what is in those below too."""
        for bound, count in zip([*map(_number, self.bounds), "+Inf"], accumulate(self.counts), strict=True):
            yield f"{name}_bucket", (*labels, ("le", bound)), count
        yield f"{name}_sum", labels, self.sum
        yield f"{name}_count", labels, sum(self.counts)


@dataclass(slots=True)
class _Family:
    """All samples of one name."""

    kind: str
    help: str
    samples: dict[Labels, Callable[[], float]] = field(default_factory=dict)
    each: Samples = tuple

    def values(self, name: str) -> Iterator[tuple[str, Labels, float]]:
        """What they are now, each with the name it has in the text."""
        for labels, value in self.samples.items():
            yield name, labels, value()
        for named, number in self.each():
            labels = tuple(sorted(named.items()))
            if isinstance(number, Histogram):
                yield from number.samples(name, labels)
            else:
                yield name, labels, number


class Metrics:
    """The numbers of one service.

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

    def each(self, name: str, kind: Literal["counter", "gauge", "histogram"], help: str, samples: Samples) -> None:
        """A number for each of some things that come and go: `samples()` gives them whenever somebody looks."""
        self._family(name, kind, help).each = samples

    def text(self) -> str:
        """All of them as they are now."""
        lines: list[str] = []
        for name, family in self._families.items():
            lines += [f"# HELP {name} {_escape(family.help)}", f"# TYPE {name} {family.kind}"]
            lines += [f"{full}{_show(labels)} {_number(value)}" for full, labels, value in family.values(name)]
        return "".join(f"{line}\n" for line in lines)

    def _family(self, name: str, kind: str, help: str) -> _Family:
        return self._families.setdefault(name, _Family(kind, help))


def _show(labels: Labels) -> str:
    quoted = ",".join(f'{name}="{_escape(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels)
    return f"{{{quoted}}}" if quoted else ""


def _number(value: float) -> str:
    return f"{value:.15g}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")
