"""Child processes: started with almost nothing, known by their family, ended whole.

A family is a process group: a child, its sleeping copies, and whatever scene programs forked. The sandbox denies them
setsid and setpgid, so nobody leaves it. This module knows processes and signals; it knows no messages.
"""

import ctypes
import errno
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog
import trio

from rio.plain import plain

log = structlog.get_logger()

CHANNEL = 3
"""The descriptor number under which a child finds its end of the socket pair."""

_PR_SET_CHILD_SUBREAPER = 36
_ALWAYS = ("PATH", "LANG", "LC_ALL", "TZ")
_FOR_A_WINDOW = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "HOME", "FONTCONFIG_FILE")
_FOR_SOUND = ("PULSE_SERVER", "PIPEWIRE_REMOTE", "JACK_DEFAULT_SERVER")
_FOR_GL = ("LIBGL_", "MESA_", "GALLIUM_", "LP_", "EGL_", "__EGL_", "__GLX_", "__GL_", "PYOPENGL_")
_FOR_PICTURES = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20)}  # bytes, mallopt(3): larger blocks go back when they are freed
_FOR_PINS = ("GPIOZERO_PIN_FACTORY", "PIGPIO_ADDR", "PIGPIO_PORT")
_LINE, _PAUSE = 4096, 0.05

PATIENCE = 2.0  # seconds for ending a family member by member


def environment_for(role: str, ours: Mapping[str, str]) -> dict[str, str]:
    """What a child may know of our environment: never a key, and for the worker nearly nothing.

    The renderer alone may see where the display is and how GL is tuned, and the devices how pins are reached. The
    renderer gives large pictures back at once, too: the C library would else keep ever more room for them, in pieces.
    """
    kept = {name: ours[name] for name in _ALWAYS if name in ours}
    if role == "renderer":
        kept |= {k: v for k, v in ours.items() if k in (*_FOR_A_WINDOW, *_FOR_SOUND) or k.startswith(_FOR_GL)}
        kept |= _FOR_PICTURES
    if role == "devices":
        kept |= {k: v for k, v in ours.items() if k in _FOR_PINS}
    return {"PATH": "/usr/bin:/bin", **kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def command_for(role: str) -> tuple[str, ...]:
    """How a child of this role is started: this same package in a new interpreter that looks at no one's folders."""
    return (sys.executable, "-I", "-m", "rio", role)


@dataclass(frozen=True)
class Spawned:
    """A fresh process: its pid, which is also its group, and the pipe on which it says what is not a message."""

    pid: int
    said: int


def spawn(argv: Sequence[str], channel: socket.socket, environment: Mapping[str, str]) -> Spawned:
    """Start `argv` in a group of its own, with `channel` as descriptor 3, no input, and both outputs on a pipe.

    Raises OSError when the system has no room for one more process, or does not tell us about ours.
    """
    _adopt_orphans()
    said, theirs = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        os.set_blocking(theirs, True)
        pid = os.posix_spawn(
            argv[0],
            list(argv),
            dict(environment),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, theirs, 1),
                (os.POSIX_SPAWN_DUP2, theirs, 2),
                (os.POSIX_SPAWN_DUP2, channel.fileno(), CHANNEL),
            ],
            setpgroup=0,
            setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGPIPE, signal.SIGCHLD],
        )
    except BaseException:
        os.close(said)
        raise
    finally:
        os.close(theirs)
    return Spawned(pid, said)


@cache
def _adopt_orphans() -> None:
    """Become the parent of what our children leave behind (a worker's copies outlive it): so all can be found."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        raise OSError(errno.ENOSYS, "this kernel does not list the children of a process (CONFIG_PROC_CHILDREN)")
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


async def log_lines(said: int, role: str, heard: Callable[[str], None]) -> None:
    """Put what a child says into our log, line by line, until nobody holds the other end; closes `said`.

    A flood waits in the pipe, and its writer with it: one buffer each twentieth of a second is read.
    """
    rest = b""
    try:
        while data := await _read(said):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) >= _LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                heard(text := plain(line.decode(errors="replace").rstrip()))
                log.info("child.said", child=role, line=text)
            await trio.sleep(_PAUSE)
    finally:
        os.close(said)


async def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, _LINE)
        except BlockingIOError:
            await trio.lowlevel.wait_readable(fd)


class Family:
    """A child and all that came from it: one process group."""

    def __init__(self, group: int) -> None:
        if group <= 1 or group == os.getpgrp():
            raise ValueError(f"process group {group} is not a family of ours")
        self.group = group

    def members(self) -> Iterator[tuple[int, str]]:
        """(pid, state letter) of those that live; the dead that nobody has reaped yet are not counted.

        All are descendants of ours, for we adopt orphans. Strangers are not looked at: on a machine with a dead file
        system, the kernel may never answer a question about one that hangs in it.
        """
        found = deque(_children(os.getpid()))
        while found:
            pid = found.popleft()
            if (stat := _stat(pid)) is None:
                continue
            found += _children(pid)
            if stat.group == self.group and stat.state != "Z":
                yield pid, stat.state

    def strays(self, parent: int, known: Collection[int]) -> bool:
        """Whether `parent` (0: nobody) has a child that is not `known`, or orphans have come to us. Cheap."""
        children = _children(os.getpid()) | (_children(parent) if parent else set())
        others = (_stat(pid) for pid in children.difference(known))
        return any(found and found.group == self.group and found.state != "Z" for found in others)

    async def weed(self, keep: Collection[int]) -> None:
        """End all members but those to keep. They are stopped before they are killed: a fork bomb outruns a killer."""
        with trio.move_on_after(PATIENCE) as patience:
            while moving := [pid for pid, state in self.members() if pid not in keep and state not in "Tt"]:
                self._signal(moving, signal.SIGSTOP)
                await trio.sleep(0.001)
            while left := [pid for pid, _ in self.members() if pid not in keep]:
                self._signal(left, signal.SIGKILL)
                await trio.sleep(0.001)
        if patience.cancelled_caught:
            log.warning("family.ended", group=self.group, why="its strays could not be ended in time")
            self._signal([pid for pid, _ in self.members()], signal.SIGKILL)
        self.reap()

    async def end(self) -> None:
        """End every member, and see it gone. (A process whose threads are still ending looks dead, but is not.)"""
        await self.weed(())
        with trio.move_on_after(PATIENCE):
            while self.reap():
                await trio.sleep(0.001)

    def reap(self) -> bool:
        """Take the status of the dead of this family, also of those that became ours when their parent died.

        Returns whether some that are our children live on.
        """
        try:
            while os.waitpid(-self.group, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return False
        return True

    def _signal(self, pids: Collection[int], what: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError), _pidfd(pid) as fd:
                found = _stat(pid)  # looked at again under the pidfd: the number may have passed to a stranger
                if found and found.group == self.group:
                    signal.pidfd_send_signal(fd, what)


def wakeups(pid: int) -> int:
    """How often a process has been given the processor; unchanged, it has slept. 0 when there is none, proc(5)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[2])
    except OSError:
        return 0


def processor_time(pid: int) -> float:
    """Seconds for which a process has had the processor. 0 when there is none, proc(5)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


@dataclass(frozen=True)
class _Stat:
    state: str
    group: int


def _stat(pid: int) -> _Stat | None:
    """State and process group of a process, proc(5); None when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return _Stat(fields[0], int(fields[2]))


def _children(pid: int) -> set[int]:
    """The children of all threads of a process, proc(5)."""
    found: set[int] = set()
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found.update(map(int, (task / "children").read_text().split()))
    return found


class _pidfd:  # noqa: N801 - a context manager used as a word
    """A descriptor for a process, closed at the end. Raises ProcessLookupError when there is none."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def __enter__(self) -> int:
        return self._fd

    def __exit__(self, *error: object) -> None:
        os.close(self._fd)
