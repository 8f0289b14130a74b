"""What was used: tokens of all turns that have ended, and the dollars they cost where a price is known.

    total turns 3 input 5210 output 901 cache_read 4096 cache_write 0 dollars 0.018840

Sums are kept by day (UTC, of the prompt), provider and model. Those of the whole service are rows of the store, so
they outlive restarts, and agents that are removed; an agent's own are those of its turns.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from msgspec import structs

from llmfs.accounts.prices import Prices
from llmfs.providers import Usage
from llmfs.records.rows import UsageRow
from llmfs.turns.turn import Turn

NEWEST = 100  # turns of an agent that have a line of their own

Key = tuple[str, str, str]  # day, provider, model

_LABELS: tuple[Callable[[UsageRow], str], ...] = (
    lambda row: f"provider {row.provider}",
    lambda row: f"model {row.provider} {row.model}",
    lambda row: f"day {row.day}",
)


class Ledger:
    """Sums, by day, provider and model. `keep` stores a sum that has changed; `above` counts everything too."""

    def __init__(self, keep: Callable[[UsageRow], None] | None = None, above: Ledger | None = None) -> None:
        self._rows: dict[Key, UsageRow] = {}
        self._keep, self._above = keep, above

    @property
    def rows(self) -> Iterable[UsageRow]:
        """The sums, in the order in which they were begun."""
        return self._rows.values()

    def restore(self, rows: Iterable[UsageRow]) -> None:
        """Sums of an earlier life of the service."""
        self._rows = {(row.day, row.provider, row.model): row for row in rows}

    def add(self, turn: Turn) -> None:
        """A turn has ended."""
        self.recall(turn)
        if self._above:
            self._above.add(turn)

    def recall(self, turn: Turn) -> None:
        """A turn has ended that is counted above already. One that nobody was asked to answer cost nothing."""
        if not turn.provider:
            return
        key = _day(turn.asked), turn.provider, turn.model
        row = self._rows[key] = _sum(self._rows.get(key) or UsageRow(*key), turn.usage)
        if self._keep:
            self._keep(row)


class Spender(Protocol):
    """An agent, as far as its usage goes."""

    ledger: Ledger
    turns: dict[str, Turn]


def of_all(ledger: Ledger, agents: Mapping[str, Spender], prices: Prices) -> str:
    """`usage` of the root: all that was ever used, and the agents that there are."""
    lines = list(_sums(ledger.rows, prices))
    lines += [_line(f"agent {name}", agent.ledger.rows, prices) for name, agent in agents.items()]
    return _page(lines, ledger.rows, prices)


def of_agent(agent: Spender, prices: Prices) -> str:
    """`NAME/usage`: what an agent used, and each of its newest turns, the newest last."""
    newest = list(islice(reversed(agent.turns.values()), NEWEST))
    asked = [turn for turn in reversed(newest) if turn.provider]
    lines = list(_sums(agent.ledger.rows, prices))
    lines += [_line(f"turn {turn.number} {turn.provider} {turn.model}", [_alone(turn)], prices) for turn in asked]
    return _page(lines, agent.ledger.rows, prices)


def of_turn(turn: Turn, prices: Prices) -> str:
    """`NAME/turns/N/usage`: who answered, the tokens so far, and dollars if that model has a price."""
    price = prices.find(turn.provider, turn.model)
    return turn.usage_text() + (f"dollars {price.of(turn.usage):.6f}\n" if price else "")


def _sums(rows: Iterable[UsageRow], prices: Prices) -> Iterator[str]:
    rows = sorted(rows, key=lambda row: row.day)
    yield _line("total", rows, prices)
    for label in _LABELS:
        groups = defaultdict[str, list[UsageRow]](list)
        for row in rows:
            groups[label(row)].append(row)
        for what, group in groups.items():
            yield _line(what, group, prices)


def _line(what: str, rows: Iterable[UsageRow], prices: Prices) -> str:
    rows = list(rows)
    turns, tokens = sum(row.turns for row in rows), _tokens(rows)
    counted = " ".join(f"{kind} {amount}" for kind, amount in structs.asdict(tokens).items())
    priced = [price.of(_tokens([row])) for row in rows if (price := prices.find(row.provider, row.model))]
    return f"{what} turns {turns} {counted}" + (f" dollars {sum(priced):.6f}" if priced else "")


def _page(lines: list[str], rows: Iterable[UsageRow], prices: Prices) -> str:
    unknown = dict.fromkeys(f"{row.provider} {row.model}" for row in rows if not prices.find(row.provider, row.model))
    if unknown:
        lines.append(f"# in no sum of dollars, as it has no price: {', '.join(unknown)}")
    return "".join(f"{line}\n" for line in lines)


def _alone(turn: Turn) -> UsageRow:
    return _sum(UsageRow(_day(turn.asked), turn.provider, turn.model), turn.usage)


def _sum(row: UsageRow, tokens: Usage) -> UsageRow:
    more = {kind: getattr(row, kind) + amount for kind, amount in structs.asdict(tokens).items()}
    return structs.replace(row, turns=row.turns + 1, **more)


def _tokens(rows: Iterable[UsageRow]) -> Usage:
    kinds = Usage.__struct_fields__
    return Usage(*(sum(getattr(row, kind) for row in rows) for kind in kinds))


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))
