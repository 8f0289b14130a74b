"""A real `rio` in a cage: a process of its own, in a file system and a network where everything that happens is seen.

Where such a cage cannot be built (it takes root, and a kernel with overlayfs), rio runs in the open; then what it
writes and sends is not known, and `is_closed` says so.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

INSIDE = Path(__file__).with_name("inside.py")
SECRET = "the-secret-of-the-user"
PATIENCE = 60.0  # seconds after which a silent display fails its test


@dataclass
class Cage:
    """One rio, seen from the outside: `shared` is the directory that both sides know."""

    process: subprocess.Popen[bytes]
    shared: Path
    files: list[int] = field(default_factory=list)  # directories in which all that is written is found
    listeners: list[socket.socket] = field(default_factory=list)
    most: tuple[int, int] = (0, 0)  # processes and descriptors, when it is full

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"unix!{self.shared}/rio"

    @property
    def is_closed(self) -> bool:
        """Whether it is known what it writes and sends."""
        return bool(self.files)

    @property
    def log(self) -> bytes:
        """What it said."""
        return (self.shared / "log").read_bytes()

    # its files

    def written(self) -> set[tuple[str, int, int]]:
        """(path, size, time of change) of all that was ever written, but by rio itself in its state and scratch."""
        found = set()
        for directory in self.files:
            for path in _below(f"/proc/self/fd/{directory}"):
                if (stat := _stat(path)) and not _is_pythons(path, stat):
                    found.add((str(path).split("/", 5)[-1], stat.st_size, stat.st_mtime_ns))
        found.update(_listing(self.shared / "secrets"))
        return found

    # its network

    def reached(self) -> list[str]:
        """What came in somewhere."""
        return [str(listener.getsockname()) for listener in self.listeners if _has_heard(listener)]

    def packets(self) -> int:
        """How many bytes have ever left a socket, by all devices that there are, netdevice(7)."""
        lines = Path(f"/proc/{self.process.pid}/net/dev").read_text().splitlines()[2:]
        return sum(int(line.partition(":")[2].split()[8]) for line in lines)

    # its processes

    def family(self) -> list[tuple[int, str]]:
        """(pid, state) of all that came from it."""
        found, pids = [], deque(_children(self.process.pid))
        while pids:
            pid = pids.popleft()
            with suppress(OSError):
                found.append((pid, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]))
            pids += _children(pid)
        return found

    def descriptors(self) -> int:
        """How many rio has open."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/fd").iterdir())

    def memory(self) -> int:
        """Bytes that rio has in memory."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def renderers(self) -> list[int]:
        """The one that draws, and the one that waits in case it ends."""
        return [pid for pid, _ in self.family() if b"renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def close(self) -> list[tuple[int, str]]:
        """End it politely; what is left of its family."""
        family = [pid for pid, _ in self.family()]
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        for listener in self.listeners:
            listener.close()
        for directory in self.files:
            os.close(directory)
        return [(pid, Path(f"/proc/{pid}/comm").read_text()) for pid in family if Path(f"/proc/{pid}").exists()]


@contextmanager
def a_cage(place: Path) -> Iterator[Cage]:
    """A rio that serves, in a cage where there can be one; at its end nothing of it is left."""
    shared = place / "shared"
    (shared / "secrets/.ssh").mkdir(parents=True)
    (shared / "secrets/.ssh/id").write_text(SECRET)
    for path in (place, shared, *shared.rglob("*")):
        path.chmod(0o777)
    cage = _closed(place, shared) or _open(shared)
    try:
        _await(cage)
        yield cage
        assert cage.close() == []
    finally:
        cage.process.kill()
        cage.process.wait()


def _await(cage: Cage) -> None:
    """Until it serves. The kernel gives no event for a socket that begins to listen."""
    until = time.monotonic() + PATIENCE
    while not _answers(cage.shared / "rio"):
        assert cage.process.poll() is None and time.monotonic() < until, cage.log.decode()
        time.sleep(0.01)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0


def _arguments(shared: Path) -> list[str]:
    listen, state = f"unix!{shared}/rio", str(shared / "state")
    return ["--headless", "--size", "320x240", "--listen", listen, "--state", state]


def _closed(place: Path, shared: Path) -> Cage | None:
    """None where it cannot be built."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("ip"):
        return None
    (base := place / "base").mkdir()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        inside = [sys.executable, "-I", str(INSIDE), str(base), str(shared), str(theirs.fileno())]
        process = _start(["unshare", "--mount", "--net", *inside, *_arguments(shared)], shared, theirs.fileno())
        theirs.close()
        ours.settimeout(PATIENCE)
        said, told, _, _ = socket.recv_fds(ours, 16, 8)
    if not said:
        process.wait(PATIENCE)
        return None
    return Cage(process, shared, told[:2], [socket.socket(fileno=fd) for fd in told[2:]])


def _open(shared: Path) -> Cage:
    return Cage(_start([sys.executable, "-I", "-m", "rio", *_arguments(shared)], shared), shared)


def _start(command: list[str], shared: Path, *descriptors: int) -> subprocess.Popen[bytes]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(shared / "secrets"), "MESA_SHADER_CACHE_DISABLE": "true"}
    with (shared / "log").open("ab") as log:
        return subprocess.Popen(
            command, env={**environment, "API_KEY": SECRET}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            pass_fds=descriptors,
        )  # fmt: skip


def _listing(directory: Path) -> Iterator[tuple[str, int, int]]:
    for path in directory.rglob("*"):
        if stat := _stat(path):
            yield str(path), stat.st_size, stat.st_mtime_ns


def _below(directory: str) -> Iterator[Path]:
    """All but what is in a scratch directory."""
    for place, directories, files in os.walk(directory):
        directories[:] = [name for name in directories if not name.startswith("rio-scratch-")]
        yield from (Path(place, name) for name in (*directories, *files))


def _stat(path: Path) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return path.lstat()
    return None


def _is_pythons(path: Path, stat: os.stat_result) -> bool:
    """What Python keeps of a module that the renderer loaded for the first time. Programs are not root."""
    return stat.st_uid == 0 and ("__pycache__" in path.parts or path.is_dir())


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _has_heard(listener: socket.socket) -> bool:
    listener.setblocking(False)
    with suppress(BlockingIOError):
        if listener.type is socket.SOCK_DGRAM:
            listener.recv(1)
        else:
            listener.accept()[0].close()
        return True
    return False


def skip_if_open(cage: Cage) -> None:
    """Say why it is not known what was written and sent."""
    if not cage.is_closed:
        pytest.skip("what it writes and sends is not proven: a cage takes root, overlayfs, unshare and ip")
