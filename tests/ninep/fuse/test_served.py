"""`ninep serve` of a directory in which something is mounted: what blocks there blocks nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from tests.ninep.fuse.mounts import Tap, open_mount
from tests.ninep.test_serve import PATIENCE, serving

from ninep import FileError
from ninep.client import ConnectionLost, open_client
from ninep.tree import Dir, Stream


async def test_a_blocked_read_of_a_mount_holds_up_nobody(place: Path) -> None:
    """Others are served, what comes reaches its reader, and the server ends when it is told to."""
    tap, got, has_read = Tap(), list[bytes](), trio.Event()

    async def read(address: str) -> None:
        with pytest.raises((ConnectionLost, FileError)):  # as it is told, or as it is just about to ask
            async with open_client(address) as root, root.open("/mount/news") as news:
                got.append(await news.read())
                has_read.set()
                await news.read()

    async with (
        open_mount(Dir(news=Stream(tap.open)), place),
        serving("--listen", f"unix!{place}/served", place) as (process, address),
        trio.open_nursery() as readers,
    ):
        readers.start_soon(read, address)
        await tap.readers(1)
        with trio.fail_after(PATIENCE):
            async with open_client(address) as root:
                assert (await root.stat("/mount")).name == "mount"
            tap.broadcast.publish("tidings")
            await has_read.wait()
            process.terminate()
            assert await process.wait() == 0
    assert got == [b"tidings"]
