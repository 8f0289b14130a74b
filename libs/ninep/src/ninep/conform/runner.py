"""Trying the rules, one after the other, each on connections of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Literal, NamedTuple

import trio

from ninep.conform import clunk, flush, framing, io, qids, session, stat, walk
from ninep.conform.case import Case, open_case
from ninep.conform.ground import Ground, Path, survey
from ninep.conform.rules import RULES, Broken, Rule, Skipped
from ninep.dial import Address, dial

SECTIONS = (session, framing, walk, io, stat, qids, flush, clunk)
"""Where the rules are; importing them fills the table."""
PATIENCE = 5.0  # seconds in which a server answers what it can answer
RULE_PATIENCE = 60.0  # seconds for all that a rule says
BLOCKING, PIPE = ("block", "events"), ("pipe",)


class Result(NamedTuple):
    """How it went with a rule: "differs" is what the manual leaves open, done otherwise than most servers do it.

    `said` and `expected` belong to FAIL and differs, `why` to skipped and differs.
    """

    rule: Rule
    verdict: Literal["ok", "differs", "FAIL", "skipped"]
    said: str = ""
    expected: str = ""
    why: str = ""


async def conform(
    address: Address | str,
    *,
    blocking: Sequence[str] = BLOCKING,
    pipe: Sequence[str] = PIPE,
    patience: float = PATIENCE,
    only: Collection[int] = (),
) -> AsyncIterator[Result]:
    """Try all rules, or those of `only`, on the server at an address; a result for each as it comes.

    `blocking` are files of which one has reads that wait, `pipe` those of which one gives readers what is written to
    it. Raises ConnectionError if nobody is there, Broken if the server does not even let its tree be looked through.
    """
    server, tree = Address.parse(address).split()
    base = _names(tree)
    async with open_case(server, Ground(base), patience) as case:
        ground = await survey(case.peer, base, [*map(_names, blocking)], [*map(_names, pipe)])
    last = 0
    for number, rule in sorted(RULES.items()):
        if only and number not in only:
            continue
        if not await _is_there(server, patience):
            yield Result(rule, "skipped", why=f"the server is gone since rule {last}")
            continue
        async with open_case(server, ground, patience) as case:
            yield await _try(rule, case)
        last = number


async def _try(rule: Rule, case: Case) -> Result:
    try:
        with trio.move_on_after(RULE_PATIENCE) as scope:
            await rule.test(case)
    except Broken as broken:
        return Result(rule, "FAIL", broken.said, broken.expected)
    except Skipped as skipped:
        return Result(rule, "skipped", why=str(skipped))
    except OSError as error:
        return Result(rule, "FAIL", str(error), "another connection")
    if scope.cancelled_caught:
        return Result(rule, "FAIL", f"no end within {RULE_PATIENCE:g} s", "an end")
    return Result(rule, "differs", *case.liberties[0]) if case.liberties else Result(rule, "ok")


async def _is_there(server: Address, patience: float) -> bool:
    """Whether it still takes connections: one that was brought down by a rule cannot be held to the next."""
    try:
        (await dial(server, timeout=patience)).close()
    except OSError:
        return False
    return True


def _names(path: str) -> Path:
    return tuple(name for name in path.split("/") if name)
