"""Over real sockets: servers that stop, servers that talk nonsense, and those who are too slow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, Shelf, backend, mux, server, until

from ninep import FileError
from ninep.client import open_client


@pytest.fixture
def is_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second takes a tenth of one."""
    monkeypatch.setattr("riomux.pump.LOOK", 0.1)
    monkeypatch.setattr("riomux.keeper.STEADY", 0.5)


# Servers that stop.


@pytest.mark.usefixtures("is_hurried")
async def test_a_stopped_backend(place: Path) -> None:
    """Whoever waits for it is told, whoever comes then is told at once, and all goes on when the server does."""
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        backend(f"unix!{place}/a", "one") as process,
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        async with root.open("/one/news") as news, trio.open_nursery() as nursery:
            nursery.start_soon(_is_given_up, news.read)
            await until(lambda: bool(pump.splice.mounts["one"].links[0].pending))
            process.freeze()
        for _ in range(100):
            with pytest.raises(FileError, match="i/o error: one is down: does not answer"), trio.fail_after(1):
                await root.read("/one/note")
        assert {entry.name for entry in await root.ls()} >= {"one", "other"}
        assert (await root.stat("/one")).name == "one"
        assert await root.read("/other/note") == b"the note of other\n"
        assert b"one is down: does not answer" in await root.read("/health")
        assert b"# down: does not answer" in await root.read("/ctl")
        process.thaw()
        await until(lambda: bool(pump.splice.mounts["one"].links))
        assert await root.read("/one/note") == b"the note of one\n"


async def _is_given_up(read: Callable[[], Awaitable[bytes]]) -> None:
    with pytest.raises(FileError, match="i/o error: one does not answer"), trio.fail_after(PATIENCE):
        await read()
