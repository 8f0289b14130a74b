"""Programs that do what few do: signals at any moment, files mapped into memory, trees without a bottom or an end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from tests.ninep.fuse.mounts import NINEP, Server, Shell, guarded, open_mount, open_ours
from tests.ninep.liar import Lie, serve_liar
from tests.ninep.ramfs import File, Folder

from ninep.dial import close_listener, listen
from ninep.fuse import session
from ninep.fuse.directories import is_plain
from ninep.fuse.mount import Options
from ninep.fuse.nodes import Nodes
from ninep.messages import Message, Rcreate, Ropen, Rread
from ninep.tree import Dir, Text

pytestmark = pytest.mark.timeout(40)  # seconds: what hangs ends here, and its mount is taken out

ALARMED = "import ctypes, os, signal; libc = ctypes.CDLL(None); libc.signal(14, libc.getpid)"
"""A program in C that has a handler, with SA_RESTART: Python's own calls would say again what was interrupted."""


def script(place: Path, *lines: str) -> str:
    """A command that runs these lines."""
    path = place / f"script{len(list(place.iterdir()))}.py"
    path.write_text("\n".join(lines))
    return f"{sys.executable} {path}"


def lent(place: Path) -> str:
    """A command that lends the file `note` to a child, which writes to it when its parent has closed it."""
    return script(
        place,
        "import subprocess",
        "f = open('note', 'w')",
        "child = subprocess.Popen(['sh', '-c', 'read _; echo one'], stdin=subprocess.PIPE, stdout=f)",
        "f.close()",
        "child.communicate()",
    )


@asynccontextmanager
async def open_lie(root: Folder, place: Path, lie: Lie) -> AsyncIterator[Shell]:
    """The mount of a server that lies."""
    directory = place / "mount"
    directory.mkdir()
    async with trio.open_nursery() as nursery:
        server = Server(root, place, nursery)
        listener = listen(server.address)
        await nursery.start(serve_liar, root, listener, lie)
        try:
            with guarded(directory):
                async with open_ours(server.address, directory, Options("test"), None):
                    yield Shell(directory, server)
        finally:
            nursery.cancel_scope.cancel()
            close_listener(listener)


async def test_a_signal_interrupts_only_what_waits(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that goes off all the time fails no stat, open or rename: on a local disk, none of them knows EINTR."""
    monkeypatch.setattr(session, "PATIENCE", 20)  # a busy machine may be slower than any server
    async with open_mount(Folder(f=File(data=bytes(8192))), place) as sh:
        line = script(
            place,
            ALARMED,
            "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)",
            "stat, buffer = ctypes.create_string_buffer(512), ctypes.create_string_buffer(8192)",
            "for _ in range(50):",
            "    f = libc.open(b'f', os.O_RDONLY)",
            "    assert libc.read(f, buffer, 8192) == 8192 and libc.close(f) == 0",
            "    assert libc.stat(b'f', stat) == 0",
            "    g = libc.open(b'g', os.O_WRONLY | os.O_CREAT, 0o644)",
            "    assert libc.write(g, buffer, 100) == 100 and libc.close(g) == 0",
            "    assert libc.rename(b'g', b'h') == 0 and libc.unlink(b'h') == 0",
            "print('done')",
        )
        assert await sh.says(line) == "done\n"


async def test_a_signal_within_a_long_write_tells_how_much_was_taken(place: Path) -> None:
    """Who writes to a stream writes the rest then, and not the beginning a second time."""
    taken = list[int]()

    async def take(text: str) -> None:
        if len(taken) == 2:
            os.kill(int((place / "writer").read_text()), signal.SIGALRM)
            await trio.sleep_forever()
        taken.append(len(text))

    async with open_mount(Dir(f=Text(None, take, at_once=True)), place) as sh:
        line = script(
            place,
            ALARMED,
            "f = os.open('f', os.O_WRONLY)",
            f"open({str(place / 'writer')!r}, 'w').write(str(os.getpid()))",
            "print(libc.write(f, bytes(600_000), 600_000))",
        )
        assert int(await sh.says(line)) == sum(taken) == 2 * 131072


async def test_what_is_mapped_has_no_holes(place: Path) -> None:
    """A server that gives little at once: a page is filled by several reads, also of what was written just now."""

    def little(reply: Message) -> list[Message]:
        return [replace(reply, iounit=4096) if isinstance(reply, Ropen | Rcreate) else reply]

    async with open_lie(Folder(), place, little) as sh:
        line = script(
            place,
            "import ctypes, os",
            "data = os.urandom(100_000)",
            "f = os.open('f', os.O_RDWR | os.O_CREAT)",
            "assert os.write(f, data) == len(data)",
            "libc = ctypes.CDLL(None)",  # the mmap of Python asks for the length first
            "libc.mmap.restype = ctypes.c_void_p",
            "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]",
            "print(ctypes.string_at(libc.mmap(None, len(data), 1, 1, f, 0), len(data)) == data)",
        )
        assert await sh.says(line) == "True\n"


async def test_what_is_mapped_and_changed_has_its_place(place: Path) -> None:
    """A page goes back to where it was, though the descriptor adds at the end."""
    async with open_mount(Folder(f=File(data=b"x" * 8192)), place) as sh:
        line = script(
            place,
            "import mmap, os",
            "memory = mmap.mmap(os.open('f', os.O_RDWR | os.O_APPEND), 8192)",
            "memory[0:4] = b'ABCD'",
            "memory.flush()",
        )
        await sh.says(line)
        assert await sh.says("head -c 5 f; stat -c %s f") == "ABCDx8192\n"


async def test_a_list_does_not_undo_what_came_after_it(place: Path) -> None:
    """Who changes files while he lists them sees the changes, not what the list still says of them."""
    root = Folder({f"f{n:03}": File() for n in range(400)})
    async with open_mount(root, place) as sh:
        line = script(
            place,
            "import os",
            "entries = os.scandir('.')",
            "next(entries)",
            "os.unlink('f398')",
            "with open('f399', 'w') as f: f.write('x' * 100)",
            "for entry in entries:",
            "    os.path.exists(entry.name)",  # so that the kernel asks for attributes
            "print(os.path.exists('f398'), os.stat('f399').st_size)",
        )
        assert await sh.says(line) == "False 100\n"


async def test_what_was_written_before_the_unmount_is_taken(place: Path) -> None:
    """The close of a lent file is heard by nobody, but an unmount right after it loses nothing."""
    unmounted, taken, notes = trio.Event(), trio.Event(), list[str]()

    async def take(note: str) -> None:
        await unmounted.wait()
        notes.append(note)
        taken.set()

    async with open_mount(Dir(note=Text(None, take)), place) as sh:
        (other := place / "other").mkdir()
        with guarded(other):
            await sh.says(f"{NINEP} mount {sh.server.address} {other}")
            await sh.says(f"cd {other}; {lent(place)}; cd /; umount {other}")
            unmounted.set()
            with trio.fail_after(5):
                await taken.wait()
    assert notes == ["one\n"]


async def test_what_was_written_before_a_signal_is_taken(place: Path) -> None:
    """SIGTERM waits for what a close could not wait for."""
    unmounted, taken, notes = trio.Event(), trio.Event(), list[str]()

    async def take(note: str) -> None:
        await unmounted.wait()
        notes.append(note)
        taken.set()

    async with open_mount(Dir(note=Text(None, take)), place) as sh:
        await sh.says(lent(place))
        os.kill(os.getpid(), signal.SIGTERM)
        with trio.fail_after(5):
            while await trio.to_thread.run_sync(sh.directory.is_mount):
                pass
            unmounted.set()
            await taken.wait()
    assert notes == ["one\n"]


async def test_a_list_without_an_end_is_refused(place: Path) -> None:
    """A server that takes no notice of offsets would fill our memory."""

    def again(reply: Message) -> list[Message]:
        if isinstance(reply, Rread) and reply.data:
            first.append(reply.data)
        is_end = isinstance(reply, Rread) or "bad offset" in str(reply)
        return [Rread(reply.tag, first[0])] if is_end else [reply]

    first = list[bytes]()
    names = {f"{n:04}{'x' * 200}": File() for n in range(400)}
    async with open_lie(Folder(d=Folder(names)), place, again) as sh:
        _, err, status = await sh("ls d")
        assert (status, "File too large" in err) == (2, True)


async def test_a_fault_of_ours_ends_one_request_only(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked gets EIO, and the mount stays."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    async with open_mount(Folder(d=Folder(), f=File(data=b"one")), place) as sh:
        with monkeypatch.context() as broken:
            broken.setattr(Nodes, "removed", fail)
            _, err, status = await sh("rmdir d")
            assert (status, "Input/output error" in err) == (1, True)
        assert await sh.says("cat f") == "one"


def test_a_tree_may_be_deep() -> None:
    """Deeper than Python's stack."""
    nodes = Nodes()
    node = nodes[1]
    for _ in range(5000):
        node = nodes.found(node, "d", is_directory=True)
    assert node.path() == ("d",) * 5000


def test_names_that_the_kernel_would_refuse_are_left_out() -> None:
    """One of them would cost the whole list."""
    assert [name for name in ("a", "ü" * 512, "ü" * 513, "", ".", "..", "a/b", "a\0b") if not is_plain(name)] == [
        "ü" * 513,
        "",
        ".",
        "..",
        "a/b",
        "a\0b",
    ]
