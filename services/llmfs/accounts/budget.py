"""Budgets: how many tokens an agent may use in a turn, and in a day. Those of every kind count."""

from __future__ import annotations

import time
from typing import Literal

from msgspec import structs

from llmfs.accounts.usage import Ledger
from llmfs.agents.settings import Settings
from llmfs.providers import Usage
from ninep import FileError


def line(per: Literal["turn", "day"], tokens: str) -> str:
    """The line of `config` that `budget turn|day TOKENS|off` means."""
    return f"budget_{per} {'0' if tokens == 'off' else tokens}"


def left(chosen: Settings, ledger: Ledger, turn: Usage = Usage()) -> int | None:  # noqa: B008  # it is frozen
    """How many tokens may still be used after `turn`, which the ledger does not have yet; None: any number."""
    used = _total(turn)
    bounds = []
    if chosen.budget_turn:
        bounds.append(chosen.budget_turn - used)
    if chosen.budget_day:
        bounds.append(chosen.budget_day - today(ledger) - used)
    return max(0, min(bounds)) if bounds else None


def check(name: str, chosen: Settings, ledger: Ledger) -> None:
    """Refuse a prompt if the day's budget is used up."""
    if chosen.budget_day and (used := today(ledger)) >= chosen.budget_day:
        raise FileError(
            f"{name} has used {used} tokens today (UTC), and its budget is {chosen.budget_day}; "
            f"raise it with: budget day TOKENS"
        )


def today(ledger: Ledger) -> int:
    """The tokens of all turns that were asked for today, UTC, and have ended."""
    day = time.strftime("%Y-%m-%d", time.gmtime())
    return sum(row.input + row.output + row.cache_read + row.cache_write for row in ledger.rows if row.day == day)


def _total(usage: Usage) -> int:
    return sum(structs.astuple(usage))
