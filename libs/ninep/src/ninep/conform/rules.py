"""What a rule is, and the three ways in which its test can end: it returns, it is Broken, or it is Skipped.

A rule is one async function whose docstring is the promise, with the manual page that makes it; the decorator gives it
its number. Nothing else says what the rules are: the report prints this table.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ninep.conform.case import Case

Test = Callable[["Case"], Awaitable[None]]


class Broken(Exception):  # noqa: N818 - the rule is broken; it is the server that errs
    """The server does not keep the promise: what it said, and what the manual expects."""

    def __init__(self, said: str, expected: str) -> None:
        super().__init__(f"said {said}; expected {expected}")
        self.said, self.expected = said, expected


class Skipped(Exception):  # noqa: N818 - no error
    """The promise cannot be tested here; the text is the reason."""


@dataclass(frozen=True)
class Rule:
    """One promise of the manual, and how it is tested."""

    number: int
    section: str
    promise: str
    page: str
    test: Test


RULES: dict[int, Rule] = {}
"""The rules by number."""


def rule(number: int) -> Callable[[Test], Test]:
    """Make a rule of a function. Its docstring begins with the manual page: "walk(5): a name that …"."""

    def add(test: Test) -> Test:
        match = re.fullmatch(r"(\w+\(5\)): (.+)", " ".join((test.__doc__ or "").split()))
        assert match, f"rule {number}: the docstring is no promise"
        assert number not in RULES, f"rule {number} is there twice"
        RULES[number] = Rule(number, test.__module__.rpartition(".")[2], match[2], match[1], test)
        return test

    return add


def require(condition: object, said: object, expected: str) -> None:
    """Broken unless the condition holds."""
    if not condition:
        raise Broken(str(said), expected)
