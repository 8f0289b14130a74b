"""A real directory over 9P: its directories are read whole, nobody gets out, and nothing stays open."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trio.testing
from msgspec.structs import replace
from tests.ninep.exporting import client_of, make, names, names_in, read, refused, talk_to, walk

from ninep import FileError
from ninep.client import AS_IT_IS
from ninep.export import exported, handles, nodes
from ninep.export.system import _rename
from ninep.messages import (
    DMDIR,
    ORCLOSE,
    ORDWR,
    OREAD,
    OTRUNC,
    OWRITE,
    Rcreate,
    Ropen,
    Rremove,
    Rwalk,
    Rwrite,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Twalk,
    Twrite,
    Twstat,
)
from ninep.testing import memory_connection

PATIENCE = 10  # seconds for a thread on a busy machine

# Directories.


@pytest.mark.parametrize("large", [1 << 30, 0])
async def test_paging_is_of_one_moment(shared: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """What comes and goes during a reading is not seen; what stays is seen once; offset 0 begins anew."""
    monkeypatch.setattr(handles, "LARGE", large - 1)
    for number in range(200):
        (shared / f"file{number}").touch()
    async with talk_to(shared) as talk:
        await talk.ask(Twalk(1, 0, 1, ()))
        await talk.ask(Topen(1, 1, OREAD))
        seen, offset = list[str](), 0
        while data := await read(talk, 1, offset, 1000):
            seen += names_in(data)
            offset += len(data)
            (shared / f"new{offset}").touch()
            (shared / seen[-1]).unlink(missing_ok=True)
        assert sorted(seen) == sorted(f"file{number}" for number in range(200))
        assert await refused(talk, Tread(1, 1, 5, 1000)) == "bad offset in directory read"
        assert "count is too small" in await refused(talk, Tread(1, 1, 0, 10))
        assert set(names_in(await read(talk, 1, 0, 60_000))) == set(names(shared))


async def test_names_that_cannot_be_said_are_left_out(shared: Path) -> None:
    (shared / "plain").touch()
    (shared / os.fsdecode(b"\xff\xfe")).touch()
    with exported(shared) as root:
        async with client_of(root) as client:
            assert [entry.name for entry in await client.ls("/")] == ["plain"]


# Nobody gets out.


async def test_links_and_devices_are_shown_but_not_opened(shared: Path) -> None:
    (shared / "link").symlink_to("../secret")
    (shared / "up").symlink_to("..")
    (shared / "null").symlink_to("/dev/null")
    os.mkfifo(shared / "fifo")
    with exported(shared) as root:
        async with client_of(root) as client:
            for entry in await client.ls("/"):
                assert (entry.mode, entry.length) == (0, 0)
            for path in ("/link", "/null", "/fifo", "/up"):
                for attempt in (
                    client.read,
                    lambda path: client.write(path, "x"),
                    lambda path: client.wstat(path, mode=7),
                ):
                    with pytest.raises(FileError, match=r"^permission denied$"):
                        await attempt(path)
            for path in ("/up/secret", "/link/x", "/up/shared"):
                with pytest.raises(FileError):
                    await client.read(path)
            await client.remove("/link")
    assert (shared.parent / "secret").read_text() == "outside"


async def test_no_walk_leads_out(shared: Path) -> None:
    """`..` ends at the root, of the export and of an attach within it; names that are none are refused."""
    (shared / "sub").mkdir()
    chance = random.Random(9)
    words = ["..", "sub", "secret", ".", "shared", "../secret", "..\0", "/etc", ""]
    with exported(shared) as root:
        async with memory_connection(root) as talk:
            await talk.attach()
            for _ in range(500):
                path = tuple(chance.choices(words, k=chance.randint(1, 16)))
                reply = await walk(talk, 1, *path)
                if isinstance(reply, Rwalk) and len(reply.wqid) == len(path):
                    assert {"..", "sub"} >= set(path)
                    await talk.ask(Tclunk(1, 1))


async def test_a_race_of_directory_and_link_leads_nowhere(shared: Path) -> None:
    """While somebody swaps a directory for a link to the outside, nothing outside is read, made or removed."""
    outside = shared.parent / "outside"
    for directory, text in ((shared / "d", "inside"), (outside, "outside")):
        directory.mkdir()
        (directory / "file").write_text(text)
    (shared / "e").symlink_to(outside)
    is_over = threading.Event()
    exchange = 2  # RENAME_EXCHANGE

    def swap() -> None:
        while not is_over.is_set():
            _rename(-100, os.fsencode(shared / "d"), -100, os.fsencode(shared / "e"), exchange)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen = set[bytes]()
    try:
        with exported(shared) as root:
            async with client_of(root) as client:
                for number in range(300):
                    with suppress(FileError):
                        seen.add(await client.read("/d/file"))
                    with suppress(FileError):
                        await make(client, f"/d/new{number}", b"x")
                    with suppress(FileError):
                        await client.wstat("/d/file", mode=0o600 + number % 8)
    finally:
        is_over.set()
        swapper.join()
    assert seen == {b"inside"}
    assert names(outside) == ["file"]
    assert (outside / "file").stat().st_mode & 0o777 == 0o644


async def test_read_only_refuses_every_change(shared: Path) -> None:
    (shared / "f").write_text("x")
    with exported(shared, read_only=True) as root:
        async with memory_connection(root) as talk:
            await talk.attach()
            await walk(talk, 1, "f")
            for mode in (OWRITE, ORDWR, OREAD | OTRUNC, OREAD | ORCLOSE):
                assert await refused(talk, Topen(1, 1, mode)) == "permission denied"
            assert await refused(talk, Twstat(1, 1, replace(AS_IT_IS, mode=0))) == "permission denied"
            await talk.ask(Twalk(1, 0, 2, ()))
            assert await refused(talk, Tcreate(1, 2, "g", 0o644, OREAD)) == "permission denied"
            assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
            assert await refused(talk, Tremove(1, 1)) == "permission denied"
    assert (shared / "f").read_text() == "x"


async def test_open_files_are_bounded_and_let_go(shared: Path) -> None:
    """Beyond the limit an open is refused in words; clunk, Tversion and hang-up give all of them back."""
    (shared / "f").touch()
    before = names(Path("/proc/self/fd"))
    with exported(shared, limit=5) as root:
        async with memory_connection(root) as talk:
            await talk.attach()
            for end in (lambda: talk.attach(), lambda: talk.attach(), None):
                for fid in range(1, 7):
                    await walk(talk, fid, "f")
                for fid in range(1, 6):
                    assert isinstance(await talk.ask(Topen(1, fid, OREAD)), Ropen)
                assert "too many open files" in await refused(talk, Topen(1, 6, OREAD))
                if end:
                    await end()
    assert names(Path("/proc/self/fd")) == before


async def test_nobody_waits_for_a_lease(shared: Path) -> None:
    """A file that another process holds a lease on (fcntl(2)) would make open(2) wait for it: it is refused for now."""
    (shared / "f").touch()
    holder = os.open(shared / "f", os.O_RDONLY)
    heard = signal.signal(signal.SIGIO, signal.SIG_IGN)  # the kernel's word to the holder, that somebody wants it
    try:
        fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        async with talk_to(shared) as talk:
            await walk(talk, 1, "f")
            assert await refused(talk, Topen(1, 1, OWRITE)) == os.strerror(errno.EAGAIN)
            assert await refused(talk, Twstat(1, 1, replace(AS_IT_IS, length=0))) == os.strerror(errno.EAGAIN)
            fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            assert isinstance(await talk.ask(Topen(1, 1, OWRITE)), Ropen)
    finally:
        os.close(holder)
        signal.signal(signal.SIGIO, heard)


@pytest.fixture
def small_disk(shared: Path) -> Iterator[Path]:
    """64 KiB, mounted on the shared directory."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(shared)], check=False)
    if mounted.returncode:
        pytest.skip("a small disk needs a mount, and this user may not")
    yield shared
    subprocess.run(["umount", "--lazy", str(shared)], check=True)


async def test_a_full_disk(small_disk: Path) -> None:
    """Says so, in the words that v9fs knows; what fitted is counted and kept, and what is removed can be used again."""
    async with talk_to(small_disk) as talk:
        await walk(talk, 1)
        assert isinstance(await talk.ask(Tcreate(1, 1, "f", 0o644, ORDWR)), Rcreate)
        written = await talk.ask(Twrite(1, 1, 0, b"x" * 60_000))
        assert isinstance(written, Rwrite) and written.count == 60_000
        written = await talk.ask(Twrite(1, 1, 60_000, b"x" * 60_000))
        assert isinstance(written, Rwrite) and written.count == 5536
        assert await refused(talk, Twrite(1, 1, 65536, b"x")) == os.strerror(errno.ENOSPC)
        assert isinstance(await talk.ask(Tremove(1, 1)), Rremove)
        await walk(talk, 1)
        assert isinstance(await talk.ask(Tcreate(1, 1, "f", 0o644, ORDWR)), Rcreate)
        assert isinstance(await talk.ask(Twrite(1, 1, 0, b"x")), Rwrite)


@pytest.mark.parametrize(("perm", "call"), [(0o644, "fchmod"), (DMDIR | 0o755, "set_mode")])
async def test_what_cannot_be_given_its_mode_is_not_made(
    shared: Path, monkeypatch: pytest.MonkeyPatch, perm: int, call: str
) -> None:
    """A file system that knows no modes refuses: nothing stays behind, neither in the directory nor open."""

    def refuse(*arguments: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os if call == "fchmod" else nodes, call, refuse)
    before = names(Path("/proc/self/fd"))
    async with talk_to(shared) as talk:
        await walk(talk, 1)
        assert await refused(talk, Tcreate(1, 1, "new", perm, OREAD)) == "permission denied"
        assert names(shared) == []
        monkeypatch.undo()
        assert isinstance(await talk.ask(Tcreate(1, 1, "new", perm, OREAD)), Rcreate)
    assert names(Path("/proc/self/fd")) == before


@pytest.mark.parametrize("is_flushed", [False, True])
async def test_a_clunk_behind_a_slow_write_is_not_lost(
    shared: Path, monkeypatch: pytest.MonkeyPatch, is_flushed: bool
) -> None:
    """A clunk is asked for while a thread still writes, perhaps taken back, and the client goes: nothing stays open."""
    may_write, real = threading.Event(), os.pwrite

    def slow(descriptor: int, data: bytes, offset: int) -> int:
        assert may_write.wait(PATIENCE)
        return real(descriptor, data, offset)

    monkeypatch.setattr(handles, "SLOW", -1.0)
    (shared / "f").touch()
    before = names(Path("/proc/self/fd"))
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OWRITE))
        await talk.ask(Twrite(1, 1, 0, b"quick"))
        monkeypatch.setattr(os, "pwrite", slow)
        await talk.say(Twrite(1, 1, 0, b"slow!"), Tclunk(2, 1))
        if is_flushed:
            await talk.say(Tflush(3, 2))
        await trio.testing.wait_all_tasks_blocked(0.005)
        talk.hang_up()
        await trio.testing.wait_all_tasks_blocked(0.005)
        may_write.set()
    assert names(Path("/proc/self/fd")) == before
    assert (shared / "f").read_bytes() == b"slow!"
