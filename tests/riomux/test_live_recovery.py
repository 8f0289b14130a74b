"""What clients hold outlives a real backend that is killed or stopped, and started again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.ninep.fuse.mounts import OURS, STOCK, guarded, open_ours, why_not
from tests.riomux.live import PATIENCE, Child, backend, mux, talk, until

from ninep.fuse.mount import Options
from ninep.messages import Rclunk, Rerror, Ropen, Rread, Rwalk, Tclunk, Topen, Tread, Twalk
from riomux.pump import Pump

STALE = "i/o error: one went away; open the file again"


class Fleet:
    """A backend in a process of its own, mounted as `one` by a multiplexer."""

    def __init__(self, place: Path, pump: Pump, stack: AsyncExitStack) -> None:
        self._place, self._pump, self._backend, self._stack = place, pump, pump.splice.mounts["one"], stack
        self._process: Child | None = None

    async def start(self, name: str) -> None:
        """Start it, and return when the multiplexer has it."""
        self._process = await self._stack.enter_async_context(backend(f"unix!{self._place}/a", name))
        await until(self._is_up)

    def _is_up(self) -> bool:
        """Or see to it, without the pauses that the multiplexer makes when nobody asks."""
        if not self._backend.links:
            self._backend.wish()
            self._pump.flush()
        return bool(self._backend.links)

    async def end(self, how: str) -> None:
        """Kill or stop it, and return when the multiplexer knows."""
        assert self._process
        self._process.kill() if how == "kill -9" else self._process.stop()
        await self._process.end()
        await until(lambda: not self._backend.links)


@asynccontextmanager
async def fleet(place: Path) -> AsyncIterator[Fleet]:
    """A multiplexer whose one backend is not started yet."""
    async with mux(place, f"one=unix!{place}/a") as pump, AsyncExitStack() as stack:
        yield Fleet(place, pump, stack)


@pytest.mark.parametrize("how", ["kill -9", "SIGTERM"])
async def test_fids(place: Path, how: str) -> None:
    """A place is a place in the new one; what was not read yet is read there; what was begun is broken."""
    async with fleet(place) as one:
        await one.start("one")
        client = talk(place)
        await client.attach()
        await client.say(Twalk(1, 0, 1, ("one", "below")))
        assert isinstance(await client.hear(), Rwalk)
        for fid in (2, 3):
            await client.say(Twalk(1, 0, fid, ("one", "note")), Topen(2, fid, 0))
            assert {type(await client.hear()), type(await client.hear())} == {Rwalk, Ropen}
        await client.say(Tread(1, 3, 0, 3))
        assert await client.hear() == Rread(1, b"the")
        await one.end(how)
        await client.say(Twalk(1, 1, 4, ("deeper",)))
        reply = await client.hear()
        assert isinstance(reply, Rerror)
        assert reply.ename.startswith("i/o error: one is down: ")
        await one.start("another")
        await client.say(Twalk(1, 1, 4, ("deeper", "name")), Topen(2, 4, 0), Tread(3, 4, 0, 100))
        assert [type(await client.hear()) for _ in range(2)] == [Rwalk, Ropen]
        assert await client.hear() == Rread(3, b"another")
        await client.say(Tread(1, 2, 0, 100))
        assert await client.hear() == Rread(1, b"the note of another\n")
        await client.say(Tread(1, 3, 3, 100), Tclunk(2, 3))
        assert {await client.hear(), await client.hear()} == {Rerror(1, STALE), Rclunk(2)}
        client.hang_up()


@pytest.fixture(params=[OURS, STOCK])
def by(request: pytest.FixtureRequest) -> str:
    """Who mounts. Ours walks from the root each time; plan9port's keeps a fid for each directory that it knows."""
    if reason := why_not():
        pytest.skip(reason)
    if request.param == STOCK and not shutil.which(STOCK):
        pytest.skip("plan9port's 9pfuse is not on PATH")
    return str(request.param)


class Shell:
    """bash, which is told lines."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process

    async def __call__(self, line: str) -> str:
        """What it says to a line, complaints and all."""
        assert self._process.stdin
        assert self._process.stdout
        await self._process.stdin.send_all(f"{line}; echo END\n".encode())
        said = b""
        with trio.fail_after(PATIENCE):
            while not said.endswith(b"END\n"):
                said += await self._process.stdout.receive_some()
        return said.decode().removesuffix("END\n")


@asynccontextmanager
async def shell_and_mount(place: Path, by: str) -> AsyncIterator[Shell]:
    """A shell, and the multiplexer mounted at PLACE/mount. It is killed before that ends, and reaped after."""
    (directory := place / "mount").mkdir()
    process = await trio.lowlevel.open_process(
        ["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        with guarded(directory):
            async with mounted(f"unix!{place}/mux", directory, by):
                try:
                    yield Shell(process)
                finally:
                    process.kill()
    finally:
        with trio.CancelScope(shield=True):
            await process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe
                await pipe.aclose()


@asynccontextmanager
async def mounted(address: str, directory: Path, by: str) -> AsyncIterator[None]:
    """Ours runs in this process, plan9port's goes to the background and ends with its mount."""
    if by == OURS:
        async with open_ours(address, directory, Options("test"), None):
            yield
    else:
        await trio.run_process([STOCK, address, str(directory)])
        yield


async def test_a_shell_keeps_its_working_directory(place: Path, by: str) -> None:
    """It stands in a mount while the server behind is killed, and stopped: its next `cat` works again."""
    async with fleet(place) as one:
        await one.start("one")
        async with shell_and_mount(place, by) as shell:
            assert await shell(f"cd {place}/mount/one/below; cat deeper/name") == "one"
            for how in ("kill -9", "SIGTERM"):
                await one.end(how)
                assert "nput/output error" in await shell("cat deeper/name")
                await one.start(how)
                assert await shell("cat deeper/name") == how
                assert await shell("ls") == "deeper\n"
