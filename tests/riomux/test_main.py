"""`riomux` as a command: it starts, says that it is ready, says in a line what is wrong, and stops when told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, Shelf, child, server

from ninep import FileError
from ninep.client import open_client


async def test_start_and_stop(place: Path) -> None:
    """Ready when it accepts; at SIGTERM a blocked read is answered, and the status is 0."""
    shelf, words = Shelf("one"), list[str]()
    command = ["-m", "riomux", "--listen", f"unix!{place}/mux", "--state", f"{place}/state", f"one=unix!{place}/a"]

    async def read_news() -> None:
        async with open_client(f"unix!{place}/mux") as root, root.open("/one/news") as news:
            with pytest.raises((FileError, OSError)) as end:
                await news.read()
            words.append(str(end.value))

    async with server(f"unix!{place}/a", shelf.tree), child(*command) as process:
        assert await process.line() == f"riomux ready unix!{place}/mux"
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_news)
            with trio.fail_after(PATIENCE):
                while not len(shelf.news):
                    await trio.sleep(0.01)
            process.stop()
        assert await process.end() == 0
    assert words == ["the multiplexer is stopping; try again when it is back"]
    assert not (place / "mux").exists()


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("rio", "rio: a mount is NAME=ADDRESS, as in rio=unix!/tmp/ns.me/rio"),
        ("a/b=unix!/x", "'a/b' is no name for a mount: take letters, digits, - and . (at most 64)"),
        ("rio=nonsense://x", "nonsense://x is no address; write unix!/path, tcp!host!port or host:port"),
        ("ctl=unix!/x", "ctl is a file of the multiplexer; take another name"),
        ("rio=unix!/x,rio=unix!/y", "rio=unix!/y: there is another rio; each mount needs a name of its own"),
    ],
)
def test_a_mount_that_is_none(place: Path, argument: str, words: str) -> None:
    """One line, and status 2."""
    command = [sys.executable, "-m", "riomux", "--listen", f"unix!{place}/mux", "--state", f"{place}/state", argument]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert words in ended.stderr
