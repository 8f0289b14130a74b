"""Multiplexers on several machines: they find each other, and one that is cut off, restarted or slow harms no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.interop.lan import PORT, Lan, address, open_lan
from tests.riomux.live import PATIENCE, backend

from ninep import FileError
from ninep.client import Client, open_client

NOTICED = 30.0  # seconds until a machine that says nothing is known to be gone, at the latest
QUICK = 3.0  # seconds: far below any timeout, far above what a busy machine needs


@pytest.fixture
def lan() -> Iterator[Lan]:
    """Three hosts."""
    with open_lan(3) as lan:
        yield lan


@asynccontextmanager
async def machine(lan: Lan, number: int, place: Path) -> AsyncIterator[None]:
    """A host whose multiplexer has the server `shelf`."""
    async with (
        backend(f"unix!{place}/shelf{number}", f"machine {number}"),
        lan.riomux(number, place, f"shelf=unix!{place}/shelf{number}"),
    ):
        yield


@asynccontextmanager
async def fleet(lan: Lan, place: Path) -> AsyncIterator[Client]:
    """Hosts 2 and 3 with their servers, mounted as `two` and `three` on host 1; a client there."""
    async with (
        machine(lan, 2, place),
        machine(lan, 3, place),
        lan.riomux(1, place, f"two={address(2)}", f"three={address(3)}:{PORT}/shelf"),
        open_client(f"unix!{place}/m1") as root,
    ):
        await answers(root, "/two/shelf/note", b"the note of machine 2\n")
        await answers(root, "/three/note", b"the note of machine 3\n")
        yield root


async def answers(root: Client, path: str, text: bytes, within: float = PATIENCE) -> None:
    """A file says this, perhaps after some time."""
    with trio.fail_after(within):
        while True:
            try:
                assert await root.read(path) == text
            except FileError:
                await trio.sleep(0.1)
            else:
                return


async def test_a_machine_that_is_cut_off(lan: Lan, tmp_path: Path) -> None:
    """A blocked read ends in words, then all is refused at once; others notice nothing; it is back by itself."""
    async with fleet(lan, tmp_path) as root:
        async with trio.open_nursery() as nursery:

            async def read_news() -> None:
                with pytest.raises(FileError, match="i/o error: two ") as end:
                    await root.read("/two/shelf/news")
                ended.append(str(end.value))

            ended = list[str]()
            nursery.start_soon(read_news)
            await root.read("/two/health")  # it came after the read, so that waits by now
            lan.pull_out(2)
            cut = trio.current_time()
            while not ended:
                before = trio.current_time()
                assert await root.read("/three/note") == b"the note of machine 3\n"
                assert {entry.name for entry in await root.ls()} >= {"two", "three"}
                assert trio.current_time() - before < QUICK
                await trio.sleep(0.2)
            assert trio.current_time() - cut < NOTICED
        before = trio.current_time()
        with pytest.raises(FileError, match="i/o error: two is down"):
            await root.read("/two/shelf/note")
        assert trio.current_time() - before < QUICK
        assert (await root.read("/health")).startswith(b"OPEN TO THE NETWORK")
        assert b"two is down: " in await root.read("/health")
        assert b"# down: " in (await root.read("/ctl")).splitlines()[0]
        lan.put_back(2)
        await answers(root, "/two/shelf/note", b"the note of machine 2\n", within=2 * NOTICED)
        assert b"two is down" not in await root.read("/health")


async def test_a_machine_that_is_restarted(lan: Lan, tmp_path: Path) -> None:
    """Its mount says so, and works again when it is back."""
    async with (
        machine(lan, 3, tmp_path),
        lan.riomux(1, tmp_path, f"two={address(2)}", f"three={address(3)}"),
        open_client(f"unix!{tmp_path}/m1") as root,
    ):
        async with machine(lan, 2, tmp_path):
            await answers(root, "/two/shelf/note", b"the note of machine 2\n")
        with trio.fail_after(PATIENCE), pytest.raises(FileError, match="i/o error: two "):
            await root.read("/two/shelf/note")
        await answers(root, "/three/shelf/note", b"the note of machine 3\n")
        async with machine(lan, 2, tmp_path):
            await answers(root, "/two/shelf/note", b"the note of machine 2\n", within=2 * NOTICED)


async def test_a_machine_behind_a_slow_line(lan: Lan, tmp_path: Path) -> None:
    """What it says arrives, whole, in its own time; others are as quick as ever, and it is not taken for dead."""
    data = bytes(i * 7 % 251 for i in range(300_000))
    async with fleet(lan, tmp_path) as root:
        await root.write("/two/shelf/book", data)
        lan.slow_down(2, "1mbit")  # 300 kB take 2.4 s
        read = list[bytes]()

        async def read_book() -> None:
            read.append(await root.read("/two/shelf/book"))

        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(read_book)
                while not read:
                    before = trio.current_time()
                    assert await root.read("/three/note") == b"the note of machine 3\n"
                    assert trio.current_time() - before < QUICK
                    await trio.sleep(0.05)
        assert read == [data]
        assert b"two is down" not in await root.read("/health")


async def test_two_that_mount_each_other_over_the_network(lan: Lan, tmp_path: Path) -> None:
    """A loop is as deep as the path that is walked."""
    async with (
        lan.riomux(1, tmp_path, f"two={address(2)}"),
        lan.riomux(2, tmp_path, f"one={address(1)}"),
        open_client(f"unix!{tmp_path}/m1") as root,
    ):
        await answers(root, "/two/one/two/one/discovered", await root.read("/discovered"))


async def test_they_find_each_other(lan: Lan, tmp_path: Path) -> None:
    """Each lists the others; a line of `discovered` mounts one; who says goodbye is listed no more."""
    async with (
        lan.riomux(1, tmp_path, "--discover"),
        lan.riomux(3, tmp_path, "--discover"),
        open_client(f"unix!{tmp_path}/m1") as root,
    ):
        async with lan.riomux(2, tmp_path, "--discover") as second:
            await listed(root, {address(2), address(3)})
            line = next(line for line in await lines(root) if address(2) in line)
            assert (await root.read("/ctl")) == b""  # nothing is added by itself
            await root.write("/ctl", line)
            name = line.split()[1]
            assert await root.read(f"/{name}/ctl") == b""
            second.stop()
            await second.end()
        await listed(root, {address(3)})


async def lines(root: Client) -> list[str]:
    """The suggestions."""
    return [line for line in (await root.read("/discovered")).decode().splitlines() if line.startswith("add ")]


async def listed(root: Client, addresses: set[str]) -> None:
    """Those are listed, perhaps after some time."""
    with trio.fail_after(PATIENCE):
        while {line.split()[2].partition(":")[0] for line in await lines(root)} != addresses:
            await trio.sleep(0.1)
