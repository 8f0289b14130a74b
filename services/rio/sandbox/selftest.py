"""The walls, tried: each attempt does what a hostile program would do first, and would do no harm if it got through.

An attempt that returns has escaped. One that is refused with an errno of the wall's own has not. Any other outcome is
counted as an escape, since it proves nothing. Everything that an attempt needs outside (a listener, a readable file) is
prepared by `Outside` before the walls stand, so that a refusal means the wall and not that nothing was there.
"""

import _thread
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rio.sandbox import kernel
from rio.sandbox.walls import Limits

_FORBIDDEN = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS})
_EXHAUSTED = frozenset({errno.EAGAIN, errno.ENOMEM})
_REFUSED_EXEC = 77  # an exit status of nothing else here

Attempt = Callable[[], object]

HARMLESS = frozenset({"TZ"})
"""What may stay in the environment: `now()` is the time where the display stands."""


class Outside:
    """What lies beyond the walls, made or found while there are none."""

    def __init__(self, scratch: Path, granted: Sequence[Path] = ()) -> None:
        self.parent = os.getppid()
        self.threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - a count of names is all
        self.readable = [path for path in _SECRETS if os.access(path, os.R_OK) and not _is_within(path, granted)]
        self.writable = [path for path in (*_SHARED, str(scratch.parent)) if os.access(path, os.W_OK)]
        self.program = next((path for path in _PROGRAMS if os.access(path, os.X_OK)), "")
        self._listener = socket.socket()
        self.client = socket.socket()  # a socket from before the walls: does Landlock stop it by itself?
        self.port = 0
        with suppress(OSError):  # a machine without even a loopback device; making sockets is tried all the same
            self._listener.bind(("127.0.0.1", 0))
            self._listener.listen()
            self.port = self._listener.getsockname()[1]

    def close(self) -> None:
        """Leave nothing behind that a program could use."""
        self._listener.close()
        self.client.close()


_SECRETS = ("/etc/passwd", "/etc/shadow", "/proc/self/environ")
_SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - tried, not used
_PROGRAMS = ("/bin/true", "/usr/bin/true", "/bin/sh")


def _is_within(path: str, granted: Sequence[Path]) -> bool:
    return any(Path(path).is_relative_to(each) for each in granted)


def escapes(outside: Outside, limits: Limits) -> Iterator[tuple[str, str]]:
    """(wall, what got through) for each attempt that was not refused."""
    for wall, refusals, attempts in _table(outside, limits):
        for what, attempt in attempts:
            if (how := _outcome(attempt, refusals)) is not None:
                yield wall, f"{what} ({how})"


def _outcome(attempt: Attempt, refusals: frozenset[int]) -> str | None:
    """None if the attempt was refused; else how it ended."""
    try:
        attempt()
    except OSError as error:
        return None if error.errno in refusals else os.strerror(error.errno or 0)
    except MemoryError:
        return None if errno.ENOMEM in refusals else "out of memory"
    return "it worked"


def _table(outside: Outside, limits: Limits) -> Iterator[tuple[str, frozenset[int], list[tuple[str, Attempt]]]]:
    parent = outside.parent
    yield (
        "files",
        _FORBIDDEN,
        [
            *((f"read {path}", lambda path=path: Path(path).read_bytes()) for path in outside.readable),
            *((f"wrote into {path}", lambda path=path: _leave_file(path)) for path in outside.writable),
            ("read its parent's environment", lambda: Path(f"/proc/{parent}/environ").read_bytes()),
            ("listed the root directory", lambda: os.listdir("/")),  # noqa: PTH208 - the plain call, as a program would
            ("changed its directory's mode", lambda: os.chmod(".", 0o700)),  # noqa: PTH101 - likewise
        ],
    )
    yield (
        "network",
        _FORBIDDEN,
        [
            ("made a TCP socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()),
            ("made a UDP socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()),
            ("made an IPv6 socket", lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM).close()),
            ("made a unix socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).close()),
            ("made a netlink socket", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
            ("made a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()),
            ("connected to this machine", lambda: outside.client.connect(("127.0.0.1", outside.port or 1))),
        ],
    )
    yield "programs", _FORBIDDEN, [("ran a program", lambda: _execute(outside.program))]
    yield (
        "processes",
        _FORBIDDEN,
        [
            ("signalled its parent", lambda: os.kill(parent, 0)),
            ("opened its parent", lambda: os.close(os.pidfd_open(parent))),
            ("traced its parent", lambda: _trace(parent)),
            ("read its parent's memory", lambda: _read_memory(parent)),
            ("changed its parent's limits", lambda: resource.prlimit(parent, resource.RLIMIT_CORE)),
            ("had the kernel signal its parent", lambda: _own_signals(parent)),
            ("left its process group", lambda: os.setpgid(0, 0)),
            *(("runs a thread from before the walls", lambda: None) for _ in range(1, outside.threads)),
        ],
    )
    yield (
        "identity",
        _FORBIDDEN,
        [
            ("became root", lambda: os.setresuid(0, 0, 0)),
            ("made a namespace", lambda: kernel.unshare(kernel.CLONE_NEWUSER)),
            ("kept a capability", _look_for_capabilities),
        ],
    )
    yield (
        "memory",
        _EXHAUSTED | _FORBIDDEN,
        [
            (f"mapped {limits.memory >> 20} MiB", lambda: mmap.mmap(-1, limits.memory).close()),
            ("allowed itself a larger file", lambda: _allow_itself(resource.RLIMIT_FSIZE, limits.file_size)),
        ],
    )
    yield (
        "number",
        _EXHAUSTED | _FORBIDDEN,
        [
            ("forked beyond its limit", _fork_beyond),
            ("allowed itself more processes", lambda: _allow_itself(resource.RLIMIT_NPROC, limits.processes)),
            ("allowed itself more files", lambda: _allow_itself(resource.RLIMIT_NOFILE, limits.files)),
            ("started a thread", _start_thread),
        ],
    )
    yield "environment", _FORBIDDEN, [(f"kept {name}", lambda: None) for name in os.environ if name not in HARMLESS]


def _leave_file(directory: str) -> None:
    path = Path(directory) / f".rio-selftest-{os.getpid()}"
    path.touch(exist_ok=False)
    path.unlink()


def _execute(program: str) -> None:
    """In a copy of this process. OSError(EPERM) unless the program ran."""
    if not program:
        raise PermissionError(errno.EPERM, "there is no program to run")
    child = os.fork()
    if child == 0:
        try:
            os.execv(program, [program])  # noqa: S606 - it must fail
        finally:
            os._exit(_REFUSED_EXEC)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == _REFUSED_EXEC:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


_libc = ctypes.CDLL(None, use_errno=True)
_PTRACE_SEIZE = 0x4206  # ptrace(2): attaches without stopping


def _trace(pid: int) -> None:
    _check(_libc.ptrace(_PTRACE_SEIZE, pid, None, None))


def _read_memory(pid: int) -> None:
    """One byte at an address where nothing is: EFAULT if we were allowed to look."""
    there = ctypes.create_string_buffer(struct.pack("PN", 1, 1))
    buffer = ctypes.create_string_buffer(1)
    here = ctypes.create_string_buffer(struct.pack("PN", ctypes.addressof(buffer), 1))
    _check(_libc.process_vm_readv(pid, here, 1, there, 1, 0))


def _own_signals(pid: int) -> None:
    """Ask that input on a descriptor be signalled to another process."""
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(reader, fcntl.F_SETOWN, pid)
        fcntl.fcntl(reader, 10, signal.SIGURG)  # F_SETSIG; SIGURG is ignored unless somebody asked for it
    finally:
        os.close(reader)
        os.close(writer)


def _fork_beyond() -> None:
    """Fork while the limit is below what there is: it must fail, or the limit does not hold for us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
    try:
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def _allow_itself(what: int, most: int) -> None:
    """Raise one of its limits by one, which only works where it was never set, or for who may raise it."""
    try:
        resource.setrlimit(what, (most + 1, most + 1))
    except ValueError as error:  # so Python says EPERM
        raise PermissionError(errno.EPERM, str(error)) from None


def _look_for_capabilities() -> None:
    if not kernel.has_capabilities():
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _start_thread() -> None:
    try:
        _thread.start_new_thread(int, ())
    except RuntimeError as error:  # so Python says EPERM, and all else
        raise PermissionError(errno.EPERM, str(error)) from None


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
