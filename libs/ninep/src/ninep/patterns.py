"""Patterns of paths: `*` and `?` stand for characters of a name, `**`, as a name, for any names or none. No IO."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def path_fits(pattern: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a path, name by name, fits a pattern, name by name."""
    return _fit(pattern, names, "**", name_fits)


def name_fits(pattern: str, name: str) -> bool:
    """Whether one name fits a pattern."""
    return _fit(pattern, name, "*", lambda one, other: one in ("?", other))


def _fit(pattern: Sequence[T], things: Sequence[T], star: T, same: Callable[[T, T], bool]) -> bool:
    """Whether things fit a pattern in which `star` stands for any number of them. Takes their product in time, at most.

    When things stop fitting, the last star takes one more, and matching goes on behind it.
    """
    at, place, star_at, taken = 0, 0, -1, 0
    while place < len(things):
        if at < len(pattern) and pattern[at] == star:
            star_at, taken, at = at, place, at + 1
        elif at < len(pattern) and same(pattern[at], things[place]):
            at, place = at + 1, place + 1
        elif star_at >= 0:
            taken += 1
            at, place = star_at + 1, taken
        else:
            return False
    return all(each == star for each in pattern[at:])
