"""Confines this process, for good, before it reads a word of any program.

The walls, from the outside in: an identity without rights (`identity`), files (`landlock`), amounts (rlimits), an empty
environment, system calls (`syscalls`). Then what they keep in is tried (`selftest`). As root in a container, as an
ordinary user and on an old kernel the same steps are taken, each as far as it goes, and the test tells whether that is
far enough. What to do about a wall that does not stand is the caller's to decide.
"""

import os
import resource
import tempfile
import time
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rio.sandbox import identity, landlock, selftest
from rio.sandbox.library import Library, directories
from rio.sandbox.syscalls import Filter
from rio.sandbox.walls import Limits, Wall

_SYSTEM = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache")
_HERE = "/proc/self/cwd"  # the scratch directory by a way that no closed parent bars
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_MOST_TASKS = 1 << 16  # of one user, as far as they are counted
_EXPENDABLE = "1000"  # oom_score_adj: of all processes, a scene program is the one to end when memory is out


def confine(scratch: Path, limits: Limits, keep: Collection[int], readable: Sequence[Path] = ()) -> list[Wall]:
    """Raise all walls and try them. Only `scratch` can be written afterwards, and `readable` read beside what Python is
    made of; of the open descriptors `keep` stays.
    """
    return _Walls(scratch.resolve(), limits, keep, [path.resolve() for path in readable]).raised()


class _Walls:
    """The walls while they are raised: what they are made of, and what was not to be had."""

    def __init__(self, scratch: Path, limits: Limits, keep: Collection[int], readable: Sequence[Path]) -> None:
        self._scratch, self._limits, self._readable = scratch, limits, readable
        self._missing: list[str] = []
        self._landlock = 0
        self._lost: list[str] = []
        _close_all_but({0, 1, 2, *keep})
        os.chdir(scratch)
        time.tzset()  # reads the time zone's file, which may be anywhere
        with self._step("the killer's first choice"):
            Path("/proc/self/oom_score_adj").write_text(_EXPENDABLE)

    def raised(self) -> list[Wall]:
        """In the one order that works: what opens files comes before what closes them."""
        library, outside = Library(), selftest.Outside(self._scratch, self._readable)
        filter_ = rules = None
        with self._step("seccomp"):
            filter_ = Filter()
        with self._step("Landlock"):
            rules = self._rules()
        self._who, self._apart = identity.step_down(self._scratch)
        if not self._apart:
            self._missing.append(f"it is {self._who}")
        self._processes = self._limits.processes + (0 if self._apart else _tasks_of_this_user())
        if rules is not None:
            with self._step("Landlock"):
                rules.enforce()
                self._landlock = rules.version
        self._lost = library.reopen()
        tempfile.tempdir = str(self._scratch if os.access(self._scratch, os.W_OK) else _HERE)
        self._set_limits()
        if filter_ is not None:
            with self._step("seccomp"):
                filter_.load()
        walls = self._tried(outside)
        outside.close()
        return walls

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        """A step that some machines do not have; the test will show what it costs."""
        try:
            yield
        except OSError as error:
            self._missing.append(f"{what}: {error.strerror}")

    def _rules(self) -> landlock.Ruleset:
        rules = landlock.Ruleset()
        rules.allow([*map(Path, _SYSTEM), *directories()], landlock.READ)
        rules.allow(self._readable, landlock.READ)
        rules.allow(map(Path, _DEVICES), landlock.USE)
        rules.allow([self._scratch], landlock.KEEP)
        return rules

    def _set_limits(self) -> None:
        amounts = {
            resource.RLIMIT_AS: self._limits.memory,
            resource.RLIMIT_FSIZE: self._limits.file_size,
            resource.RLIMIT_NOFILE: self._limits.files,
            resource.RLIMIT_NPROC: self._processes,
            resource.RLIMIT_CORE: 0,
        }
        for what, most in amounts.items():
            allowed = resource.getrlimit(what)[1]
            most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            resource.setrlimit(what, (most, most))
        for name in set(os.environ) - selftest.HARMLESS:
            del os.environ[name]

    def _tried(self, outside: selftest.Outside) -> list[Wall]:
        got_through: dict[str, list[str]] = {name: [] for name in self._keeps()}
        for name, how in selftest.escapes(outside, replace(self._limits, processes=self._processes)):
            got_through[name].append(how)
        return [
            Wall(name, keeps, (*got_through[name], *self._missing) if got_through[name] else ())
            for name, keeps in self._keeps().items()
        ]

    def _keeps(self) -> dict[str, str]:
        """What each wall keeps in, in words."""
        limits = self._limits
        lost = f"; cannot import from {', '.join(self._lost)}" if self._lost else ""
        granted = "".join(f", {path}{self._hidden(path)}" for path in self._readable)
        others = f"touches no others (Landlock {self._landlock}){lost}"
        shared = "" if self._apart else ", all others of this user counted as well"
        return {
            "files": f"reads Python's{granted}, writes its scratch, {others}",
            "network": "no sockets (seccomp), no TCP (Landlock)",
            "programs": "none can be started (seccomp, Landlock)",
            "processes": "none can be signalled, traced or looked into (seccomp, Landlock)",
            "identity": self._who,
            "memory": f"{limits.memory >> 20} MiB, {limits.file_size >> 20} MiB a file (rlimits)",
            "number": f"{self._processes} processes{shared}, {limits.files} open files, no threads (rlimits, seccomp)",
            "environment": "empty",
        }

    def _hidden(self, path: Path) -> str:
        """Landlock lets it be read, but so must its permissions: those of a stranger, where rio runs as root."""
        return "" if os.access(path, os.R_OK) else f" (which {self._who.partition(',')[0]} has no permission to read)"


def _close_all_but(keep: Collection[int]) -> None:
    """Nothing that was open when we were started is of use to a program."""
    for fd in (int(entry.name) for entry in Path("/proc/self/fd").iterdir()):
        if fd not in keep:
            try:
                os.close(fd)
            except OSError:  # the descriptor of the listing itself
                continue


def _tasks_of_this_user() -> int:
    """How many processes and threads this user has, as RLIMIT_NPROC counts them: the least limit that lets one fork.

    The kernel is asked by trying, not by reading /proc: that is slow, and one process that hangs in a dead file system
    may hold up for ever whoever looks at it. Nought for who has no limit, and for who may not fork at all.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    most = _MOST_TASKS if hard == resource.RLIM_INFINITY else hard
    try:
        return max(0, bisect_left(range(most), True, key=lambda limit: _can_fork(limit, hard)) - 1)
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def _can_fork(limit: int, hard: int) -> bool:
    """Whether one more process is allowed where so many are."""
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, hard))
    try:
        child = os.fork()
    except OSError:
        return False
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    return True
