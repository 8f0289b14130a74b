"""What is printed: a line for each rule, more where it is broken or taken freely, and the sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ninep.conform.runner import Result

WIDE = 300  # characters of what a server said


def lines(result: Result) -> list[str]:
    """One result as text."""
    rule = result.rule
    text = [f"{rule.number:2}  {result.verdict:8}{rule.page + ':':12}{rule.promise}"]
    if result.verdict in ("FAIL", "differs"):
        text += [f"    said      {_plain(result.said)}", f"    expected  {_plain(result.expected)}"]
    if result.verdict == "differs":
        text += [f"    and may   {result.why}"]
    if result.verdict == "skipped":
        text.append(f"    for       {result.why}")
    return text


def total(results: Iterable[Result]) -> str:
    """How many of each."""
    counts = Counter(result.verdict for result in results)
    return f"{counts['ok']} ok, {counts['differs']} differ, {counts['FAIL']} failed, {counts['skipped']} skipped"


def _plain(text: str) -> str:
    text = text if text.isprintable() else text.encode("unicode_escape").decode()
    return text if len(text) <= WIDE else text[:WIDE] + " …"
