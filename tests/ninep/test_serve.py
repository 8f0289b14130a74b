"""`ninep serve` as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.ninep.exporting import make, names

from ninep import FileError
from ninep.client import open_client

NINEP = [sys.executable, "-c", "from ninep.cli import main; main()"]
AS_NOBODY = """
import ctypes, os, sys
from ninep.export import command as export
from ninep.shell.parser import parser
options = parser().parse_args()
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE, which an exec would have set again: /proc/self/fd is ours
sys.exit(export.run(options))
"""
PATIENCE = 30  # seconds for a process on a busy machine


@asynccontextmanager
async def serving(*arguments: str | Path, program: str = NINEP[2]) -> AsyncIterator[tuple[trio.Process, str]]:
    """A running `ninep serve`, and the address that it says."""
    command = [sys.executable, "-c", program, "serve", *map(str, arguments)]
    process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        line = b""
        with trio.fail_after(PATIENCE):
            while not line.endswith(b"\n"):
                more = await process.stdout.receive_some()
                assert more, line
                line += more
        yield process, line.decode().split(" at ")[1].strip()
    finally:
        process.terminate()
        with trio.CancelScope(shield=True), trio.fail_after(PATIENCE):
            await process.wait()
        if process.stdout:
            await process.stdout.aclose()


async def test_the_command_serves_until_it_is_told_to_stop(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --listen its socket is named after the directory; SIGINT ends it with status 0, and the socket goes."""
    namespace = shared.parent / "ns"
    namespace.mkdir(mode=0o700)
    monkeypatch.setenv("NAMESPACE", str(namespace))
    async with serving(shared) as (process, address):
        assert address == f"unix!{namespace / 'shared'}"
        async with open_client(address) as client:
            await make(client, "/f", b"through a process")
            process.send_signal(signal.SIGINT)
            with trio.fail_after(PATIENCE):
                assert await process.wait() == 0
    assert (shared / "f").read_text() == "through a process"
    assert names(namespace) == []


async def test_what_cannot_be_served_is_one_line(tmp_path: Path) -> None:
    cases: dict[tuple[str, ...], tuple[int, str]] = {
        (str(tmp_path / "none"),): (1, "no such file or directory"),
        ("--listen", "0.0.0.0:0", str(tmp_path)): (2, "--open-to-network"),
    }
    for arguments, (status, text) in cases.items():
        with trio.fail_after(PATIENCE):
            ended = await trio.run_process([*NINEP, "serve", *arguments], check=False, capture_stderr=True)
        assert (ended.returncode, ended.stderr.count(b"\n")) == (status, 1)
        assert text in ended.stderr.decode()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a server as somebody else")
async def test_permissions_are_those_of_who_serves() -> None:
    """What the kernel refuses to the server's user is `permission denied`, and changes nothing."""
    with tempfile.TemporaryDirectory() as place:
        shared = prepared(Path(place))
        async with (
            serving("--listen", f"unix!{place}/socket", shared, program=AS_NOBODY) as (_, address),
            open_client(address) as client,
        ):
            assert await client.read("/public") == b"y"
            attempts: list[Callable[[], Awaitable[object]]] = [
                lambda: client.read("/private"),
                lambda: client.write("/public", "z"),
                lambda: client.remove("/public"),
                lambda: client.wstat("/public", mode=0o666),
                lambda: client.wstat("/public", mtime=5, length=0),
                lambda: make(client, "/new", b""),
            ]
            for attempt in attempts:
                with pytest.raises(FileError, match=r"^permission denied$"):
                    await attempt()
        assert names(shared) == ["private", "public"]
        assert (shared / "public").read_text() == "y"


def prepared(place: Path) -> Path:
    """A directory that everybody may list, a file that all may read, and one that only root may."""
    shared = place / "shared"
    shared.mkdir()
    place.chmod(0o777)
    (shared / "private").write_text("x")
    (shared / "private").chmod(0o600)
    (shared / "public").write_text("y")
    return shared
