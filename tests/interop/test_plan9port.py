"""plan9port's programs against ours: `9p` and `9pfuse` as clients, `9pserve` between, `ramfs` as a server.

They are on PATH where somebody has built plan9port (https://9fans.github.io/plan9port); Debian has no package of it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from tests.interop.served import LOOPBACK, PATIENCE, PROGRAMS, Servers, running, started

NINEP, RIOMUX = str(PROGRAMS / "ninep"), str(PROGRAMS / "riomux")


def needs(*programs: str) -> pytest.MarkDecorator:
    """Skip where a program is not installed."""
    missing = [program for program in programs if not shutil.which(program)]
    return pytest.mark.skipif(bool(missing), reason=f"plan9port is not on PATH: no {' '.join(missing) or 'program'}")


def says(*command: str, given: str = "", env: dict[str, str] | None = None) -> str:
    """What a program prints; it must succeed."""
    done = _ran(*command, given=given, env=env)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


def complains(*command: str, given: str = "") -> str:
    """What a program complains of; it must fail."""
    done = _ran(*command, given=given)
    assert done.returncode != 0, f"{command}: {done.stdout}"
    return done.stderr


def _ran(*command: str, given: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **(env or {})},
    )


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with started(tmp_path_factory.mktemp("plan9port")) as servers:
        yield servers


@pytest.fixture(params=["alone", "behind the mux"])
def tree(request: pytest.FixtureRequest, servers: Servers) -> tuple[str, str, str]:
    """The address of the synthetic tree, and what stands before a path in it."""
    return ("-a", servers.tree, "") if request.param == "alone" else ("-a", servers.mux, "tree/")


@needs("9p")
def test_9p_reads_and_writes(tree: tuple[str, str, str]) -> None:
    """`9p read`, `9p write`, and the refusal of a write, in our words."""
    *at, top = tree
    says("9p", *at, "write", f"{top}note", given="from plan 9\n")
    assert says("9p", *at, "read", f"{top}note") == "from plan 9\n"
    assert "volume is 0 to 100" in complains("9p", *at, "write", f"{top}volume", given="200")
    assert "not found" in complains("9p", *at, "read", f"{top}nobody").replace("does not exist", "not found")


@needs("9p")
def test_9p_lists(tree: tuple[str, str, str]) -> None:
    """`9p ls -l` and `9p stat` understand our stat entries."""
    *at, top = tree
    listed = says("9p", *at, "ls", "-l", f"{top}")
    names = [line.split()[-1] for line in listed.splitlines()]
    assert names == ["block", "files", "note", "pipe", "volume", "waiting"]
    assert listed.startswith("--r--r--r--") and "\nd-rwx" in listed
    assert "'note'" in says("9p", *at, "stat", f"{top}note")


@needs("9p")
def test_9p_makes_and_removes(tree: tuple[str, str, str]) -> None:
    """`9p create`, `9p write` and `9p rm`, with more than fits into a message."""
    *at, top = tree
    big = "0123456789abcde\n" * 20_000
    says("9p", *at, "create", f"{top}files/big")
    says("9p", *at, "write", f"{top}files/big", given=big)
    assert says("9p", *at, "read", f"{top}files/big") == big
    says("9p", *at, "rm", f"{top}files/big")
    assert says("9p", *at, "ls", f"{top}files") == ""


@needs("9p")
def test_9p_rdwr(tree: tuple[str, str, str]) -> None:
    """`9p rdwr` reads and writes one open file by turns."""
    *at, top = tree
    assert "50" in says("9p", *at, "rdwr", f"{top}volume", given="50\n")


@needs("9p")
def test_9p_is_interrupted(tree: tuple[str, str, str]) -> None:
    """Who interrupts a `9p read` that waits leaves nothing behind at the server."""
    *at, top = tree
    with subprocess.Popen(["9p", *at, "read", f"{top}block"], stdout=subprocess.DEVNULL) as reader:
        try:
            until(lambda: says("9p", *at, "read", f"{top}waiting") == "1\n")
            reader.send_signal(signal.SIGINT)
            reader.wait(PATIENCE)
        finally:
            reader.kill()
    until(lambda: says("9p", *at, "read", f"{top}waiting") == "0\n")


@contextmanager
def post(address: str, path: Path) -> Iterator[str]:
    """9pserve in front of a server."""
    poster = subprocess.Popen(["9pserve", "-c", address, f"unix!{path}"])
    try:
        until(path.exists)
        yield f"unix!{path}"
    finally:
        poster.kill()
        poster.wait()


@needs("9pserve")
def test_9pserve_between(servers: Servers, tmp_path: Path) -> None:
    """Our client reaches our servers through plan9port's multiplexer."""
    with post(servers.mux, tmp_path / "post") as address:
        says(NINEP, "-a", address, "write", "/tree/note", given="through 9pserve\n")
        assert says(NINEP, "-a", address, "read", "/tree/note") == "through 9pserve\n"
        assert "disk" in says(NINEP, "-a", address, "ls", "/")
        assert "file does not exist" in complains(NINEP, "-a", address, "read", "/tree/nobody")


@needs("9p", "9pserve", "ramfs")
def test_ramfs_behind_our_mux(tmp_path: Path) -> None:
    """A server of plan9port is a mount like another: what is made there is there for all."""
    tmp_path.chmod(0o700)
    with ramfs(tmp_path) as address, mux(tmp_path, f"ram={address}") as at:
        says("9p", "-a", at, "create", "ram/hello")
        says("9p", "-a", at, "write", "ram/hello", given="hello, plan 9\n")
        assert says(NINEP, "-a", at, "read", "/ram/hello") == "hello, plan 9\n"
        assert "hello" in says(NINEP, "-a", at, "ls", "/ram").split()
        says("9p", "-a", at, "rm", "ram/hello")
        assert "hello" not in says(NINEP, "-a", at, "ls", "/ram").split()


def mux(place: Path, *mounts: str) -> AbstractContextManager[str]:
    """A multiplexer with these mounts."""
    return running(RIOMUX, "--listen", LOOPBACK, "--state", str(place / "mux"), *mounts)


@contextmanager
def ramfs(place: Path) -> Iterator[str]:
    """plan9port's ramfs, posted by a 9pserve of ours. Both go into the background, and end when their pipe does."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for command, end in ((["ramfs", "-i"], theirs), (["9pserve", "-u", f"unix!{place}/ramfs"], ours)):
            subprocess.run(command, stdin=end.fileno(), stdout=end.fileno(), check=True, timeout=PATIENCE)
        try:
            until((place / "ramfs").exists)
            yield f"unix!{place}/ramfs"
        finally:
            ours.shutdown(socket.SHUT_RDWR)


@pytest.mark.skipif(not os.access("/dev/fuse", os.R_OK | os.W_OK), reason="/dev/fuse cannot be opened")
@needs("9pfuse", "fusermount")
def test_9pfuse_mounts(servers: Servers, tmp_path: Path) -> None:
    """The stock FUSE client: lists, reads, writes, makes, renames and removes, and hears a refusal as an errno."""
    directory = tmp_path / "mount"
    directory.mkdir()
    subprocess.run(
        ["9pfuse", servers.tree, str(directory)], timeout=PATIENCE, check=True
    )  # it stays, in the background
    try:
        script = f"""
            cd {directory} && ls | xargs && echo stock >note && cat note && mkdir files/d && echo 1 >files/d/one &&
            mv files/d/one files/d/two && cat files/d/two && rm files/d/two && rmdir files/d && ls files
            cat nobody 2>&1; true
        """
        said = says("timeout", "-s", "KILL", str(PATIENCE), "sh", "-c", script).splitlines()
    finally:
        says("fusermount", "-u", "-z", str(directory))
    assert said[:3] == ["block files note pipe volume waiting", "stock", "1"]
    assert "No such file or directory" in said[3]
