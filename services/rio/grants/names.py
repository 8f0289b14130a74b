"""Paths of the namespace, and patterns of them: `*` and `?` stand for characters of a name, `**` for any names or none.

One thing is closed that is easily left open. A pattern does not open for writing the files by which code is run or a
service is commanded (`parse`, `state`, `ctl`, `config`, `tools`, `routes`, …), so that no program gives itself by
`ns rw /**` what nobody meant to give: a line that does so ends in the file's own name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

LONGEST = 1024  # characters of a path

CONTROL = {"call", "config", "ctl", "fallback", "history", "keyboard", "mouse", "parse", "pending", "policy", "prices"}
CONTROL |= {"routes", "rules", "state", "system", "tasks", "tools", "version"}
CONTROLLED = {"context", "templates"}  # directories of such files

T = TypeVar("T")


@dataclass(frozen=True)
class Pattern:
    """What a line grants: the files that the names fit, and all below them."""

    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """A pattern as it is written. ValueError if it is none."""
        names = tuple(plain(text).split("/")[1:]) if text.strip("/") else ("**",)
        if any("**" in name and name != "**" for name in names):
            raise ValueError("** stands for whole names, between slashes; within a name say *")
        return cls(names)

    def covers(self, path: str, *, to_write: bool) -> bool:
        """Whether a plain path is one of those, for reading, or for writing too."""
        names = path.split("/")[1:] if path != "/" else []
        if to_write and _is_control(names):
            return self.names[-1] == names[-1] and _fit(self.names, names, "**", _name_fits)
        return _fit((*self.names, "**"), names, "**", _name_fits)

    def __str__(self) -> str:
        return "/" + "/".join(self.names)


def plain(path: str) -> str:
    """A path as patterns judge it and the namespace walks it: from the root, every name once, nothing that goes up.

    ValueError if it is none.
    """
    names = [name for name in path.split("/") if name]
    if not path.startswith("/") or len(path) > LONGEST or "\0" in path or {".", ".."} & set(names):
        raise ValueError(f"a path is like /truck/gps, without . and .., and at most {LONGEST} characters long")
    return "/" + "/".join(names)


def _is_control(names: Sequence[str]) -> bool:
    return not CONTROL.isdisjoint(names[-1:]) or not CONTROLLED.isdisjoint(names[-2:-1])


def _name_fits(pattern: str, name: str) -> bool:
    return _fit(pattern, name, "*", lambda one, other: one in ("?", other))


def _fit(pattern: Sequence[T], things: Sequence[T], star: T, same: Callable[[T, T], bool]) -> bool:
    """Whether things fit a pattern in which `star` stands for any number of them.

    When things stop fitting, the last star takes one more, and matching goes on behind it: their product in time, at
    most.
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
