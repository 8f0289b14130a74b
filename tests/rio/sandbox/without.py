"""A worker without one of its walls: `python -I without.py WALL SCRATCH FD …` is `rio worker SCRATCH FD …` without it.

It exists for tests alone, to see that the self-test notices each wall that is not there. Where two things keep the same
in (seccomp and Landlock, as a rule), both let it through here, or the other would still hold.
"""

import errno
import os
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from rio.sandbox import confinement, identity, kernel, landlock, selftest, syscalls
from rio.sandbox.walls import Wall
from rio.worker.__main__ import main

_EXECUTE = 1 << 0  # the right that Landlock has for it
_set_limit = resource.setrlimit


def _bend(owner: object, name: str, value: object) -> None:
    """Put another thing in the place of one that is a part of the walls."""
    setattr(owner, name, value)


def _is_missing(*_: object) -> NoReturn:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def _without_calls(*names: str) -> None:
    """The filter lets these calls through."""
    _bend(syscalls, "_REFUSED", " ".join(name for name in syscalls._REFUSED.split() if name not in names))
    _bend(syscalls, "_ALLOWED", " ".join((syscalls._ALLOWED, *names)))


def _without_rules() -> None:
    _bend(landlock.Ruleset, "enforce", lambda self: kernel.no_new_privileges())


def _without_the_rule_of_programs() -> None:
    _without_calls("execve")
    _bend(landlock, "READ", landlock.READ | _EXECUTE)
    _bend(confinement, "_SYSTEM", (*confinement._SYSTEM, *map(os.path.dirname, selftest._PROGRAMS)))


def _without_stepping_down() -> None:
    def stay(scratch: Path) -> tuple[str, bool]:
        return "whoever started it", True

    _bend(identity, "step_down", stay)


def _without_limits(*left_out: int) -> None:
    """These amounts are not bounded, but where the test itself bounds them for a moment."""

    def set_limits(walls: confinement._Walls) -> None:
        _bend(resource, "setrlimit", lambda what, most: None if what in left_out else _set_limit(what, most))
        really(walls)
        _bend(resource, "setrlimit", _set_limit)

    really = confinement._Walls._set_limits
    _bend(confinement._Walls, "_set_limits", set_limits)


def _without_emptying() -> None:
    harmless = selftest.HARMLESS
    _bend(selftest, "HARMLESS", frozenset(os.environ))
    tried = confinement._Walls._tried

    def try_them(walls: confinement._Walls, outside: selftest.Outside) -> list[Wall]:
        _bend(selftest, "HARMLESS", harmless)
        return tried(walls, outside)

    _bend(confinement._Walls, "_tried", try_them)


WALLS: dict[str, Callable[[], None]] = {
    "files": _without_rules,
    "network": partial(_without_calls, "socket", "connect", "bind", "listen", "accept"),
    "programs": _without_the_rule_of_programs,
    "processes": partial(_without_calls, "kill", "setpgid", "pidfd_open", "ptrace", "process_vm_readv"),
    "identity": _without_stepping_down,
    "memory": partial(_without_limits, resource.RLIMIT_AS),
    "number": partial(_without_limits, resource.RLIMIT_NPROC),
    "environment": _without_emptying,
}
"""Each wall of the report, and what leaves just that one out."""

PARTS: dict[str, tuple[Callable[[], None], set[str]]] = {
    "seccomp": (
        partial(_bend, confinement, "Filter", _is_missing),
        {"files", "network", "processes", "identity", "number"},
    ),
    "Landlock": (partial(_bend, landlock, "version", _is_missing), {"files"}),
    "changes of modes": (partial(_without_calls, "chmod", "fchmodat"), {"files"}),
    "bytes of a file": (partial(_without_limits, resource.RLIMIT_FSIZE), {"memory"}),
    "open files": (partial(_without_limits, resource.RLIMIT_NOFILE), {"number"}),
}
"""Each thing that walls are made of, what leaves it out, and the walls that do not stand then."""

if __name__ == "__main__":
    word = sys.argv[1]
    (WALLS[word] if word in WALLS else PARTS[word][0])()
    main(sys.argv[2:])
