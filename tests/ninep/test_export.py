"""A real directory over 9P: what can be done with files there can be done here."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from tests.ninep.exporting import client_of, make, names, refused, talk_to, walk

from ninep import FileError
from ninep.client import AS_IT_IS
from ninep.export import exported, handles
from ninep.messages import (
    DMAPPEND,
    DMDIR,
    DMEXCL,
    NOTAG,
    ORCLOSE,
    ORDWR,
    OREAD,
    OTRUNC,
    OWRITE,
    QTAPPEND,
    Rclunk,
    Rcreate,
    Ropen,
    Rread,
    Rremove,
    Rstat,
    Rversion,
    Rwrite,
    Rwstat,
    Tclunk,
    Tcreate,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
    Twstat,
)
from ninep.testing import check_tree, memory_connection

# What a file can do.


async def test_files_are_read_written_made_and_removed(shared: Path) -> None:
    """What is done through 9P is done on disk, byte for byte."""
    body = os.urandom(300_000)
    with exported(shared) as root:
        async with client_of(root) as client:
            async with client.create("/new", 0o640) as file:
                await file.write(body)
            assert (shared / "new").read_bytes() == body == await client.read("/new")
            assert (shared / "new").stat().st_mode & 0o777 == 0o640
            await client.write("/new", "short")
            assert (shared / "new").read_text() == "short"
            async with client.create("/sub", DMDIR | 0o755, "r"):
                pass
            (shared / "sub" / "inner").write_text("from here")
            assert await client.read("/sub/inner") == b"from here"
            with pytest.raises(FileError, match=r"^directory is not empty$"):
                await client.remove("/sub")
            await client.remove("/sub/inner")
            await client.remove("/sub")
            await client.remove("/new")
            assert names(shared) == []
        assert root.export.room.taken == 0  # type: ignore[attr-defined] # a Folder; that nothing stays open is the point


async def test_an_exported_tree_is_as_the_manual_says(shared: Path) -> None:
    """`check_tree` finds nothing to say against it, with every kind of file in it."""
    (shared / "file").write_text("x" * 100)
    (shared / "sub" / "deep").mkdir(parents=True)
    (shared / "sub" / "link").symlink_to(shared / "file")
    os.mkfifo(shared / "fifo")
    with exported(shared) as root:
        seen = await check_tree(lambda: root)
    assert seen == ["/", "/fifo", "/file", "/sub", "/sub/deep", "/sub/link"]


async def test_stat_tells_what_the_disk_knows(shared: Path) -> None:
    (shared / "file").write_text("12345")
    os.utime(shared / "file", (1000, 2000))
    (shared / "file").chmod(0o604)
    with exported(shared) as root:
        async with client_of(root) as client:
            about = await client.stat("/file")
            assert (about.length, about.atime, about.mtime, about.mode) == (5, 1000, 2000, 0o604)
            assert (about.name, about.uid, about.gid) == ("file", (shared / "file").owner(), (shared / "file").group())
            assert (await client.stat("/")).name == "/"
            assert [entry for entry in await client.ls("/") if entry.name == "file"] == [about]


async def test_a_qid_is_the_files_own(shared: Path) -> None:
    """It survives a rename and a restart, changes its version with each write, and is never given to another file."""
    with exported(shared) as root:
        async with client_of(root) as client:
            await make(client, "/a", b"1")
            first = (await client.stat("/a")).qid
            versions = {first.vers}
            for _ in range(20):
                await client.write("/a", "2")
                versions.add((await client.stat("/a")).qid.vers)
            assert len(versions) == 21
            await client.wstat("/a", name="b")
            assert (await client.stat("/b")).qid.path == first.path < 1 << 56
    with exported(shared) as root:
        async with client_of(root) as client:
            assert (await client.stat("/b")).qid.path == first.path
            await client.remove("/b")
            await make(client, "/b", b"another")
            assert (await client.stat("/b")).qid.path != first.path


async def test_a_fid_never_becomes_another_file(shared: Path) -> None:
    """Removed and made again under the same name: the old fid says so, and never reads, changes or removes the new."""
    (shared / "a").write_text("old")
    async with talk_to(shared) as talk:
        for fid in (1, 2, 3, 4):
            await walk(talk, fid, "a")
        assert isinstance(await talk.ask(Tremove(1, 1)), Rremove)
        await talk.ask(Twalk(1, 0, 5, ()))
        assert isinstance(await talk.ask(Tcreate(1, 5, "a", 0o644, OWRITE)), Rcreate)
        assert await refused(talk, Topen(1, 2, OREAD)) == "file does not exist"
        assert await refused(talk, Twstat(1, 3, replace(AS_IT_IS, mode=0))) == "file does not exist"
        assert await refused(talk, Tremove(1, 4)) == "file does not exist"
        assert (shared / "a").exists()


async def test_an_open_file_outlives_its_name(shared: Path) -> None:
    (shared / "a").write_text("still here")
    async with talk_to(shared) as talk:
        await walk(talk, 1, "a")
        await walk(talk, 2, "a")
        await talk.ask(Topen(1, 1, OREAD))
        await talk.ask(Tremove(1, 2))
        assert await talk.ask(Tread(1, 1, 0, 100)) == Rread(1, b"still here")
        about = await talk.ask(Tstat(1, 1))
        assert isinstance(about, Rstat) and about.stat.length == 10
        assert await talk.ask(Tclunk(1, 1)) == Rclunk(1)


async def test_a_renamed_directory_takes_its_fids_along(shared: Path) -> None:
    (shared / "old" / "sub").mkdir(parents=True)
    (shared / "old" / "sub" / "file").write_text("x")
    async with talk_to(shared) as talk:
        await walk(talk, 1, "old", "sub", "file")
        await walk(talk, 2, "old")
        assert await talk.ask(Twstat(1, 2, replace(AS_IT_IS, name="new"))) == Rwstat(1)
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
        assert await talk.ask(Tread(1, 1, 0, 9)) == Rread(1, b"x")
        assert names(shared) == ["new"]


async def test_reads_and_writes_are_where_they_say(shared: Path) -> None:
    """Offsets are honoured up to the largest; beyond the end is the end; nothing overflows."""
    (shared / "f").write_bytes(b"0123456789")
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, ORDWR))
        assert await talk.ask(Tread(1, 1, 4, 3)) == Rread(1, b"456")
        for offset in (10, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
            assert await talk.ask(Tread(1, 1, offset, 3)) == Rread(1, b"")
        assert await talk.ask(Tread(1, 1, 0, 0)) == Rread(1, b"")
        assert await talk.ask(Twrite(1, 1, 12, b"ab")) == Rwrite(1, 2)
        assert await refused(talk, Twrite(1, 1, (1 << 64) - 1, b"ab")) == "File too large"
        assert (shared / "f").read_bytes() == b"0123456789\0\0ab"


async def test_where_the_kernel_does_not_tell_files_are_read_all_the_same(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system without RWF_NOWAIT, and one that is slow: the same bytes, by other ways."""

    def unsupported(*arguments: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "not here")

    (shared / "f").write_bytes(bytes(range(256)) * 1000)
    monkeypatch.setattr(os, "preadv", unsupported)
    monkeypatch.setattr(handles, "SLOW", -1.0)
    with exported(shared) as root:
        async with client_of(root) as client:
            assert await client.read("/f") == bytes(range(256)) * 1000
            await client.write("/f", b"abc" * 100_000)
            assert (shared / "f").read_bytes() == b"abc" * 100_000


async def test_what_is_not_in_memory_is_read_in_a_thread(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says that it would block, or gives the part that it has: the answer is whole."""
    real = os.preadv
    answers: Iterator[BlockingIOError | int] = iter([BlockingIOError(), 3])

    def cold(descriptor: int, buffers: list[memoryview], offset: int, flags: int) -> int:
        answer = next(answers)
        if isinstance(answer, BlockingIOError):
            raise answer
        return real(descriptor, [buffers[0][:answer]], offset, flags)

    (shared / "f").write_bytes(b"0123456789")
    monkeypatch.setattr(os, "preadv", cold)
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OREAD))
        assert await talk.ask(Tread(1, 1, 0, 8)) == Rread(1, b"01234567")
        assert await talk.ask(Tread(1, 1, 1, 8)) == Rread(1, b"12345678")


# open, create and remove, to the letter.


async def test_create_masks_by_the_directory(shared: Path, tmp_path: Path) -> None:
    """create(5): a file's read and write bits, a directory's all, are limited by the directory's own; no umask."""
    (tmp_path / shared.name).chmod(0o750)
    async with talk_to(shared) as talk:
        await talk.ask(Twalk(1, 0, 1, ()))
        await talk.ask(Tcreate(1, 1, "file", 0o777, OREAD))
        await talk.ask(Twalk(1, 0, 2, ()))
        await talk.ask(Tcreate(1, 2, "dir", DMDIR | 0o777, OREAD))
    assert (shared / "file").stat().st_mode & 0o777 == 0o751
    assert (shared / "dir").stat().st_mode & 0o777 == 0o750


async def test_a_file_that_may_not_be_written_is_written_by_its_maker(shared: Path) -> None:
    async with talk_to(shared) as talk:
        await talk.ask(Twalk(1, 0, 1, ()))
        assert isinstance(await talk.ask(Tcreate(1, 1, "object", 0o444, ORDWR)), Rcreate)
        assert await talk.ask(Twrite(1, 1, 0, b"x")) == Rwrite(1, 1)


async def test_create_refuses(shared: Path) -> None:
    """Names that exist or are none, kinds that there are not, directories opened for writing: and nothing is made."""
    (shared / "there").touch()
    cases = {
        ("there", 0o644, OREAD): "file already exists",
        ("there", DMDIR | 0o755, OREAD): "file already exists",
        ("n" * 256, 0o644, OREAD): "File name too long",
        ("dir", DMDIR | 0o755, OWRITE): "is a directory",
        ("pipe", 0o00200644 | 1 << 21, OREAD): "a file of this kind cannot be made here",
    }
    async with talk_to(shared) as talk:
        for (name, perm, mode), text in cases.items():
            await talk.ask(Twalk(1, 0, 1, ()))
            assert await refused(talk, Tcreate(1, 1, name, perm, mode)) == text
            await talk.ask(Tclunk(1, 1))
    assert names(shared) == ["there"]


async def test_directories_are_neither_written_nor_truncated(shared: Path) -> None:
    (shared / "dir").mkdir()
    async with talk_to(shared) as talk:
        await walk(talk, 1, "dir")
        for mode in (OWRITE, ORDWR, OREAD | OTRUNC, OREAD | ORCLOSE):
            assert await refused(talk, Topen(1, 1, mode)) == "is a directory"
        assert await refused(talk, Twstat(1, 1, replace(AS_IT_IS, length=0))) == "is a directory"


@pytest.mark.parametrize("end", ["clunk", "version", "hang up"])
async def test_orclose_removes_however_it_ends(shared: Path, end: str) -> None:
    (shared / "f").touch()
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        assert isinstance(await talk.ask(Topen(1, 1, OREAD | ORCLOSE)), Ropen)
        assert (shared / "f").exists()
        match end:
            case "clunk":
                assert await talk.ask(Tclunk(1, 1)) == Rclunk(1)
            case "version":
                assert isinstance(await talk.ask(Tversion(NOTAG, 8192, "9P2000")), Rversion)
            case "hang up":
                talk.hang_up()
                await trio.testing.wait_all_tasks_blocked(0.005)
        assert not (shared / "f").exists()


async def test_orclose_and_remove_are_one_removal(shared: Path) -> None:
    (shared / "f").touch()
    async with talk_to(shared) as talk:
        await walk(talk, 1, "f")
        await talk.ask(Topen(1, 1, OREAD | ORCLOSE))
        assert await talk.ask(Tremove(1, 1)) == Rremove(1)


async def test_append_only(shared: Path) -> None:
    """DMAPPEND: offsets are ignored, and what is there stays."""
    async with talk_to(shared) as talk:
        await talk.ask(Twalk(1, 0, 1, ()))
        made = await talk.ask(Tcreate(1, 1, "log", DMAPPEND | 0o644, OWRITE))
        assert isinstance(made, Rcreate) and made.qid.type == QTAPPEND
        await talk.ask(Twrite(1, 1, 0, b"one "))
        await talk.ask(Twrite(1, 1, 0, b"two "))
        await walk(talk, 2, "log")
        await talk.ask(Topen(1, 2, OWRITE | OTRUNC))
        await talk.ask(Twrite(1, 2, 0, b"three"))
        assert await refused(talk, Twstat(1, 2, replace(AS_IT_IS, length=0))) == "permission denied"
    assert (shared / "log").read_text() == "one two three"


async def test_exclusive_use(shared: Path) -> None:
    """DMEXCL: one opener at a time, over all connections, also when the mark comes later."""
    (shared / "lock").touch()
    with exported(shared) as root:
        async with memory_connection(root) as ada, memory_connection(root) as bob:
            for talk in (ada, bob):
                await talk.attach()
                await walk(talk, 1, "lock")
            await ada.ask(Twstat(1, 1, replace(AS_IT_IS, mode=DMEXCL | 0o600)))
            assert isinstance(await ada.ask(Topen(1, 1, ORDWR)), Ropen)
            assert await refused(bob, Topen(1, 1, OREAD)) == "file in use"
            await ada.ask(Tclunk(1, 1))
            assert isinstance(await bob.ask(Topen(1, 1, OREAD)), Ropen)


# wstat.


async def test_wstat_is_all_or_nothing(shared: Path) -> None:
    """One illegal field, whether we or the kernel refuse it, and nothing has changed."""
    (shared / "a").write_text("content")
    (shared / "a").chmod(0o644)
    (shared / "b").touch()
    os.utime(shared / "a", (1000, 1000))
    before = (shared / "a").stat()
    wish = replace(AS_IT_IS, name="c", mode=0o600, length=3, mtime=5)
    async with talk_to(shared) as talk:
        await walk(talk, 1, "a")
        for illegal in ({"name": "b"}, {"uid": "nobody9"}, {"muid": "x"}, {"mode": DMDIR | 0o600}, {"length": 1 << 63}):
            await refused(talk, Twstat(1, 1, replace(wish, **illegal)))
            after = (shared / "a").stat()
            assert (after.st_mode, after.st_size, after.st_mtime) == (before.st_mode, before.st_size, 1000), illegal
        for name in ("..", "x/y", "."):
            assert "is not a name" in await refused(talk, Twstat(1, 1, replace(wish, name=name)))
        assert await talk.ask(Twstat(1, 1, wish)) == Rwstat(1)
    after = (shared / "c").stat()
    assert (after.st_mode & 0o777, after.st_size, after.st_mtime) == (0o600, 3, 5)
    assert names(shared) == ["b", "c"]


async def test_what_the_kernel_refuses_last_undoes_what_came_before(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (shared / "a").write_text("content")
    before = (shared / "a").stat()
    monkeypatch.setattr(os, "ftruncate", full)
    async with talk_to(shared) as talk:
        await walk(talk, 1, "a")
        wish = replace(AS_IT_IS, name="c", mode=0o600, length=3, mtime=5)
        assert await refused(talk, Twstat(1, 1, wish)) == "No space left on device"
        after = (shared / "a").stat()
        assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)  # under its old name


async def test_a_wstat_that_touches_nothing_is_a_sync(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a file that is open, or of a directory; and on an export that is read only."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    (shared / "a").touch()
    with exported(shared, read_only=True) as root:
        async with memory_connection(root) as talk:
            await talk.attach()
            await walk(talk, 1, "a")
            assert await talk.ask(Twstat(1, 1, AS_IT_IS)) == Rwstat(1)
            await talk.ask(Topen(1, 1, OREAD))
            assert await talk.ask(Twstat(1, 1, AS_IT_IS)) == Rwstat(1)
            assert await talk.ask(Twstat(1, 0, AS_IT_IS)) == Rwstat(1)
    assert len(synced) == 3
