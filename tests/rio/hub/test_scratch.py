"""How much programs may leave in their directory."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from rio.hub import scratch
from rio.hub.scratch import Scratch


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scratch]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    place = Scratch()
    yield place
    place.remove()
    assert list(tmp_path.iterdir()) == []


def deepen(path: Path, depth: int) -> None:
    """Directories in each other, deeper than a path can say."""
    fd = os.open(path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deep", dir_fd=fd)
        os.close(os.open("file", os.O_CREAT, dir_fd=fd))
        inner = os.open("deep", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(fd)


def test_a_directory_deeper_than_any_path_is_removed(place: Scratch) -> None:
    """The fixture sees that nothing is left."""
    deepen(place.path, 3000)
    (place.path / "wide").mkdir()
    deepen(place.path / "wide", 3)


def test_what_is_too_deep_is_said_and_removed(place: Scratch) -> None:
    deepen(place.path, 200)
    assert "directories deep" in place.excess()
    place.trim()
    assert place.excess() == ""
    assert (place.path / "deep/deep/file").exists()


def test_the_newest_files_go_first(place: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number, and by size."""
    for age in range(20):
        path = place.path / f"f{age}"
        path.write_bytes(bytes(8192))
        os.utime(path, (1000 - age, 1000 - age))
    assert place.excess() == ""
    monkeypatch.setattr(scratch, "MOST_FILES", 15)
    assert "more than 15 files" in place.excess()
    place.trim()
    assert sorted(path.name for path in place.path.iterdir()) == sorted(f"f{age}" for age in range(5, 20))
    monkeypatch.setattr(scratch, "MOST_BYTES", 5 * 8192)
    assert "holds more than" in place.excess()
    place.trim()
    assert place.excess() == ""
    assert (place.path / "f19").exists()


async def test_too_much_ends_the_worker_and_is_trimmed(place: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MOST_FILES", 2)
    monkeypatch.setattr(scratch, "EACH", 0.001)
    for number in range(5):
        (place.path / f"f{number}").touch()
    ended: list[str] = []
    done = trio.Event()

    def end(why: str) -> None:
        ended.append(why)
        done.set()

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(place.guard, end)
            await done.wait()
            while place.excess():
                await trio.sleep(0.001)
            nursery.cancel_scope.cancel()
    assert ended
    assert len(list(place.path.iterdir())) == 2
