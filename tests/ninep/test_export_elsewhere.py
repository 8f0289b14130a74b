"""A real directory with files that are not this machine's: they may keep who reads them waiting, and nobody else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from tests.ninep.exporting import names, names_in, read, talk_to, walk
from trio.testing import wait_all_tasks_blocked

from ninep.export import descriptors
from ninep.export.system import is_local
from ninep.messages import (
    OREAD,
    OWRITE,
    Rclunk,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rwrite,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Twrite,
)

PATIENCE = 10  # seconds for a thread on a busy machine


class Gate:
    """Lets a system call through when it is opened, in as many threads as come; who comes is seen."""

    def __init__(self, call: Callable[..., object]) -> None:
        self._call, self._open = call, threading.Event()
        self.came, self.count = trio.Event(), 0
        self._token = trio.lowlevel.current_trio_token()

    def __call__(self, *arguments: object) -> object:
        self.count += 1
        self._token.run_sync_soon(self.came.set)
        assert self._open.wait(PATIENCE)
        return self._call(*arguments)

    def open(self) -> None:
        self._open.set()


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is this machine's."""
    monkeypatch.setattr(descriptors, "is_local", lambda descriptor: False)
    yield


async def test_a_read_that_waits_keeps_nobody_else(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is flushed at once; what the kernel gives in the end is the next reader's: a flushed read takes nothing."""
    (shared / "stream").touch()
    monkeypatch.setattr(os, "pread", gate := Gate(lambda *arguments: b"told once"))
    async with talk_to(shared) as talk:
        await walk(talk, 1, "stream")
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
        await talk.say(Tread(1, 1, 0, 100))
        await gate.came.wait()
        assert isinstance(await talk.ask(Tstat(2, 1)), Rstat)
        assert await talk.ask(Tflush(2, 1)) == Rflush(2)
        gate.open()
        assert await talk.ask(Tread(1, 1, 0, 100)) == Rread(1, b"told once")
        assert gate.count == 1


async def test_an_ordinary_file_is_asked_again(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a flushed read had found may be true no more."""
    (shared / "f").write_text("x")
    answers = iter([b"old", b"new"])
    monkeypatch.setattr(os, "pread", gate := Gate(lambda *arguments: next(answers)))
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OREAD))
        await talk.say(Tread(1, 1, 0, 100))
        await gate.came.wait()
        assert await talk.ask(Tflush(2, 1)) == Rflush(2)
        gate.open()
        await wait_all_tasks_blocked(0.005)
        assert await talk.ask(Tread(1, 1, 0, 100)) == Rread(1, b"new")


@pytest.mark.parametrize("is_clunked", [False, True])
async def test_a_read_that_is_left_closes_its_file_in_the_end(
    shared: Path, monkeypatch: pytest.MonkeyPatch, is_clunked: bool
) -> None:
    """Its client clunks the file or goes, and is not kept; the descriptor stays the thread's until it comes back."""
    (shared / "stream").touch()
    before = names(Path("/proc/self/fd"))
    closed = trio.Event()

    class Seen(descriptors.Descriptor):
        def leave(self) -> None:
            super().leave()
            if not self._users:
                closed.set()

    monkeypatch.setattr("ninep.export.handles.Descriptor", Seen)
    monkeypatch.setattr(os, "pread", gate := Gate(lambda *arguments: b""))
    with trio.fail_after(PATIENCE):
        async with talk_to(shared) as talk:
            await walk(talk, 1, "stream")
            await talk.ask(Topen(1, 1, OREAD))
            await talk.say(Tread(1, 1, 0, 100))
            await gate.came.wait()
            if is_clunked:
                await talk.say(Tflush(2, 1))
                assert await talk.hear() == Rflush(2)
                assert await talk.ask(Tclunk(2, 1)) == Rclunk(2)
        assert not closed.is_set()
        gate.open()
        await closed.wait()
    assert names(Path("/proc/self/fd")) == before


async def test_a_write_that_waits_keeps_nobody_else(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But who flushes it hears what became of it: it cannot be called back."""
    (shared / "f").touch()
    monkeypatch.setattr(os, "pwrite", gate := Gate(os.pwrite))
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OWRITE))
        await talk.say(Twrite(1, 1, 0, b"slow"))
        await gate.came.wait()
        await talk.say(Tflush(2, 1))
        assert isinstance(await talk.ask(Tstat(3, 1)), Rstat)
        gate.open()
        assert [await talk.hear(), await talk.hear()] == [Rwrite(1, 4), Rflush(2)]
    assert (shared / "f").read_bytes() == b"slow"


async def test_files_and_directories_are_read_as_ever(shared: Path) -> None:
    """From threads, with the same bytes."""
    body = os.urandom(300_000)
    (shared / "f").write_bytes(body)
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OREAD))
        assert await read(talk, 1, 1000, 8192) == body[1000 : 1000 + 8192]
        assert await read(talk, 1, len(body), 8192) == b""
        await walk(talk, 2)
        await talk.ask(Topen(1, 2, OREAD))
        assert names_in(await read(talk, 2, 0, 8192)) == ["f"]


def test_what_is_this_machines_is_known(tmp_path: Path) -> None:
    """A disk is, and /proc might wait: what is not known is not trusted."""
    for path, expected in ((tmp_path, True), (Path("/proc"), False)):
        descriptor = os.open(path, os.O_RDONLY)
        assert is_local(descriptor) is expected
        os.close(descriptor)
    assert not is_local(-1)
