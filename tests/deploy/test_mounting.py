"""The fleet's tree as a directory: where it comes, and that it goes."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from deploy.mounting import USUAL, open_mount, places
from tests.ninep.fuse.mounts import guarded, why_not

from ninep.dial import close_listener, listen
from ninep.server import serve
from ninep.tree import Dir, Text

needs_fuse = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it is there")


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A namespace directory."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("NAMESPACE", str(tmp_path))
    return tmp_path


@asynccontextmanager
async def open_server(space: Path) -> AsyncIterator[str]:
    address = f"unix!{space}/mux"
    listener = listen(address)
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, Dir(hello=Text(lambda: "hello\n")), [listener])
        with guarded(space / "n"), trio.fail_after(60):
            yield address
        nursery.cancel_scope.cancel()
    close_listener(listener)


async def read(path: Path) -> bytes:
    """As another process, since the server is in this one."""
    return (await trio.run_process(["cat", str(path)], capture_stdout=True)).stdout


@needs_fuse
async def test_it_is_there_while_the_block_runs(space: Path) -> None:
    """Then the directory is gone too."""
    told = list[str]()
    async with open_server(space) as address, open_mount(address, space / "log", told.append) as directory:
        assert directory == space / "n"
        assert await read(directory / "hello") == b"hello\n"
    assert not (space / "n").exists()
    assert told == []


@needs_fuse
async def test_a_mount_that_dies_is_told_of_and_taken_out(space: Path) -> None:
    """Nobody stumbles over a dead one."""
    told, changed = list[str](), trio.Event()

    def tell(news: str) -> None:
        told.append(news)
        changed.set()

    async with open_server(space) as address, open_mount(address, space / "log", tell) as directory:
        assert directory
        command = await trio.run_process(["pgrep", "-f", f"mount --foreground {address}"], capture_stdout=True)
        os.kill(int(command.stdout), signal.SIGKILL)
        await changed.wait()
        assert told == [f"{directory} is no longer mounted; `ninep mount {directory}` does it again"]
    assert not (space / "n").exists()


async def test_where_it_cannot_be_there_is_a_reason(space: Path) -> None:
    """What lies in the way stays there."""
    told = list[str]()
    (space / "n").mkdir()
    (space / "n" / "mine").touch()
    async with open_server(space) as address, open_mount(address, space / "log", told.append) as directory:
        assert directory is None
    assert len(told) == 1
    assert told[0].startswith("the tree is not mounted: ")
    assert (space / "n" / "mine").exists()


def test_the_usual_place_is_for_the_usual_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two fleets do not meet: one whose namespace was named keeps to itself."""
    monkeypatch.delenv("NAMESPACE", raising=False)
    assert places()[0] == USUAL
    monkeypatch.setenv("NAMESPACE", str(tmp_path))
    assert USUAL not in places()
