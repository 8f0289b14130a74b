"""`ninep conform`: its options, and what it prints."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable

from ninep.conform import report
from ninep.conform.rules import Broken
from ninep.conform.runner import BLOCKING, PATIENCE, PIPE, Result, conform


def declare(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("server", nargs="?", metavar="ADDRESS", help="the server, or with /sub/tree a part of its tree")
    parser.add_argument("--blocking", action="append", metavar="PATH", help=f"reads wait there ({_or(BLOCKING)})")
    parser.add_argument("--pipe", action="append", metavar="PATH", help=f"readers get what is written ({_or(PIPE)})")
    parser.add_argument("--rule", action="append", type=int, metavar="NUMBER", help="try this rule alone")
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar="SECONDS", help="to wait for a reply")


async def run(address: str, options: argparse.Namespace, write: Callable[[str], Awaitable[None]]) -> bool:
    """Try the rules on a server; whether none is broken."""
    results = list[Result]()
    try:
        async for result in conform(
            address,
            blocking=options.blocking or BLOCKING,
            pipe=options.pipe or PIPE,
            patience=options.patience,
            only=options.rule or (),
        ):
            results.append(result)
            await write("".join(f"{line}\n" for line in report.lines(result)))
    except Broken as broken:
        await write(f"no rule can be tried, for the tree cannot be looked through: it {broken}\n")
        return False
    await write(f"{report.total(results)}\n")
    return not any(result.verdict == "FAIL" for result in results)


def _or(names: tuple[str, ...]) -> str:
    return "default: " + " or ".join(names)
