"""Paths of the namespace, and patterns of them: `*` and `?` stand for characters of a name, `**` for any names or none.

One thing is closed that is easily left open. A pattern does not open for writing the files by which code is run or a
service is commanded (`parse`, `state`, `ctl`, `config`, `tools`, `routes`, …), so that no program gives itself by
`ns rw /**` what nobody meant to give: a line that does so ends in the file's own name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ninep.patterns import path_fits

LONGEST = 1024  # characters of a path

CONTROL = {"call", "config", "ctl", "fallback", "history", "keyboard", "mouse", "parse", "pending", "policy", "prices"}
CONTROL |= {"routes", "rules", "state", "system", "tasks", "tools", "version"}
CONTROLLED = {"context", "templates"}  # directories of such files


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
            return self.names[-1] == names[-1] and path_fits(self.names, names)
        return path_fits((*self.names, "**"), names)

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
