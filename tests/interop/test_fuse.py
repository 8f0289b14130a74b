"""`ninep mount` as programs see it: a real mount, a real shell in it, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, cast

import pytest
import trio
from tests.ninep.fleet import Fleet, tree
from tests.ninep.mounts import Tap, open_mount, why_not
from tests.ninep.ramfs import File, Folder

from ninep import FileError
from ninep.fuse.mount import Options, check, mount
from ninep.tree import Dir, Query, Sink, Stream, Text

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be")


class Running(Protocol):
    """A process with its pipes."""

    stdin: trio.abc.SendStream
    stdout: trio.abc.ReceiveStream

    def send_signal(self, number: int) -> None: ...

    async def wait(self) -> int: ...


@asynccontextmanager
async def open_process(command: list[str]) -> AsyncIterator[Running]:
    """A process whose output and complaints come as one; it must end within ten seconds."""
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with trio.fail_after(10):
        try:
            yield cast(Running, process)
        except BaseException:
            process.kill()
            raise
        finally:
            with trio.CancelScope(shield=True):
                await process.wait()
                for pipe in (process.stdin, process.stdout):
                    assert pipe
                    await pipe.aclose()


NINEP = Path(sys.executable).parent / "ninep"


# Synthetic files.


async def test_settings_are_read_and_written_as_a_person_expects(place: Path) -> None:
    """echo, cat, >>, cp and dd work on files that tell no length; a refused write is a write error."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        assert await sh.says("cat ctl volume") == "volume 50\n50\n"
        assert await sh.says("echo 'volume 30' > ctl; echo 40 >> volume; cat ctl") == "volume 40\n"
        out, err, status = await sh("echo 'volume 300' > ctl")
        assert (out, status) == ("", 1)
        assert "Invalid argument" in err
        assert await sh.says("echo a note > note; dd if=note bs=1M status=none; cp note note2 2>&1 || true") == (
            "a note\ncp: cannot create regular file 'note2': Permission denied\n"
        )
        assert await sh.says("> note; cat note") == ""


async def test_what_only_the_close_refuses_is_seen(place: Path) -> None:
    """Text that is judged whole is judged before close(2) returns, and the program hears the refusal."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        for writer in ("/bin/echo 'no!' > note", f"printf 'no!' > {place}/no; cp {place}/no note"):
            _, err, status = await sh(writer)
            assert status == 1
            assert "Invalid argument" in err
        for n in range(20):
            assert await sh.says(f"echo {n} > note; cat note") == f"{n}\n"


async def test_what_is_written_from_open_to_close_is_one_text(place: Path) -> None:
    """Whoever passes a descriptor on, to children or to itself, still writes one text."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        await sh.says("(/bin/echo one; echo two; printf three | cat) > say")
        await sh.says("exec 3> say; echo four >&3; /bin/echo five >&3; exec 3>&-")
        await sh.says(f"{sys.executable} -c 'import os; os.write(1, b\"six\")' > say")
        assert fleet.said == ["one\ntwo\nthree", "four\nfive\n", "six"]


async def test_a_question_and_its_answer_on_one_descriptor(place: Path) -> None:
    """A file that answers what was written works through <>."""
    root = Dir(ask=Query(lambda question: question.decode().upper()))
    async with open_mount(root, place) as sh:
        assert await sh.says("exec 3<> ask; echo hello >&3; cat <&3") == "HELLO\n"


async def test_streams_come_as_they_are_made_and_ctrl_c_leaves_them(place: Path) -> None:
    """A blocked cat shows each piece at once, ends within 50 ms of a signal, and the server has freed the read."""
    tap = Tap()
    async with open_mount(Dir(output=Stream(tap.open)), place) as sh:
        for how in (signal.SIGINT, signal.SIGKILL):
            async with open_process(["cat", str(sh.directory / "output")]) as process:
                await tap.readers(1)
                for piece in (b"draw", b"ing"):
                    tap.broadcast.publish(piece)
                    assert await process.stdout.receive_some() == piece
                began = trio.current_time()
                process.send_signal(how)
                assert await process.wait() == -how
                assert trio.current_time() - began < 0.05
                await tap.readers(0)


async def test_a_blocked_reader_hinders_nobody(place: Path) -> None:
    """While many wait, others look, read and write."""
    fleet, tap = Fleet(), Tap()
    root = tree(fleet)
    root["output"] = Stream(tap.open)
    async with open_mount(root, place) as sh, trio.open_nursery() as nursery:
        nursery.start_soon(sh, "for n in 1 2 3 4 5 6 7 8; do cat output & done; wait")
        await tap.readers(8)
        assert await sh.says("ls -d [a-n]*; echo 10 > volume; cat volume") == "agents\nctl\nheard\nnote\n10\n"
        tap.broadcast.close()


# Real files.


async def test_files_and_directories_are_made_renamed_and_removed(place: Path) -> None:
    """What shells do with files, on a server that is strict about renames."""
    async with open_mount(Folder(), place) as sh:
        await sh.says("mkdir -p a/b; echo one > a/b/x; echo two >> a/b/x; printf 1234567 > y; truncate -s 3 y")
        assert await sh.says("cat a/b/x y; stat -c '%s %A' y") == "one\ntwo\n1233 -rw-r--r--\n"
        await sh.says("mv a/b/x a/b/z; mv a c; echo old > c/old; echo new > c/new; mv c/new c/old; chmod 600 y")
        assert await sh.says("find . | sort; cat c/old c/b/z; stat -c %a y") == (
            ".\n./c\n./c/b\n./c/b/z\n./c/old\n./y\nnew\none\ntwo\n600\n"
        )
        _, err, status = await sh("rmdir c")
        assert status == 1
        assert "Directory not empty" in err
        await sh.says("mv y c/b/y; rm -r c")
        assert await sh.says("ls -A") == ""


async def test_an_unlinked_file_lives_while_it_is_open(place: Path) -> None:
    """Its bytes and its stat stay with who has it open, and a new file of the name is another."""
    async with open_mount(Folder(f=File(data=b"before")), place) as sh:
        line = "exec 3< f; rm f; echo after > f; cat <&3; echo; stat -Lc %s /proc/self/fd/3; cat f"
        assert await sh.says(line) == "before\n6\nafter\n"


async def test_a_close_by_exec_hinders_nobody(place: Path) -> None:
    """A program that executes another while it has written a file: the kernel holds a lock then that /proc wants."""
    async with open_mount(Folder(), place) as sh:
        start = "import os, subprocess; f = os.open('f', os.O_WRONLY | os.O_CREAT); os.write(f, b'one')"
        await sh.says(f"{sys.executable} -c \"{start}; subprocess.run(['true']); os.write(f, b'two')\"; cat f")
        await sh.says(f"{sys.executable} -c \"{start}; os.execvp('true', ['true'])\"")
        assert await sh.says("cat f") == "onetwo"


async def test_large_reads_and_writes_keep_every_byte(place: Path) -> None:
    """Requests of 1 MiB become several messages each way; seeking, odd sizes and many at once included."""
    root = Folder()
    async with open_mount(root, place) as sh:
        await sh.says("head -c 5000001 /dev/urandom > a; dd if=a of=b bs=1M status=none; cmp a b")
        await sh.says("dd if=a of=c bs=333333 status=none; for n in 1 2 3 4; do cmp a c & done; wait")
        await sh.says("tail -c 100001 a > d; dd if=b bs=1 skip=4900000 count=3 status=none | cmp -n 3 d - ")
        await sh.says(
            "mkdir t; for n in $(seq 100); do echo $n > t/$n; done; tar cf all.tar t; tar xOf all.tar | cksum"
        )
        assert await sh.says("tar xOf all.tar t | sort -n | tail -1; ls t | wc -l") == "100\n100\n"


async def test_a_refusal_in_the_middle_of_a_write_is_a_short_write(place: Path) -> None:
    """What was taken counts; the next write hears the refusal."""
    root = Dir(small=Sink(lambda data: None, limit=200_000))
    async with open_mount(root, place) as sh:
        line = (
            "import os, sys; f = os.open('small', 1); print(os.write(f, bytes(500_000))); os.write(f, b'x' * 100_000)"
        )
        out, err, status = await sh(f'{sys.executable} -c "{line}"')
        assert (int(out), status) == (131072, 1)
        assert "File too large" in err


# Names, errors, options.


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("permission denied", "Permission denied"),
        ("file already exists", "File exists"),
        ("i/o error: llm went away", "Input/output error"),
        ("file in use", "Device or resource busy"),
        ("blurple is no colour", "Invalid argument"),
    ],
)
async def test_words_become_numbers(place: Path, text: str, seen: str) -> None:
    """A refusal's text decides what the shell says."""

    def refuse(_: str) -> None:
        raise FileError(text)

    async with open_mount(Dir(f=Text(None, refuse, at_once=True)), place) as sh:
        _, err, status = await sh("echo x > f")
        assert status == 1
        assert seen in err


async def test_read_only_is_read_only(place: Path) -> None:
    """Nothing can be written, and the kernel says why."""
    async with open_mount(Folder(f=File(data=b"f\n")), place, read_only=True) as sh:
        assert await sh.says("cat f") == "f\n"
        for line in ("echo x > f", "rm f", "mkdir d", "touch new"):
            _, err, status = await sh(line)
            assert status == 1
            assert "Read-only file system" in err


async def test_the_server_may_restart(place: Path) -> None:
    """What was open gives EIO, the rest works as soon as the server is back; the shell's directory is still there."""
    async with open_mount(Folder(d=Folder(f=File(data=b"f\n"))), place) as sh:
        line = f"cd {sh.directory}/d; exec 3< f 2>&1; echo open; read; cat f; read; cat <&3; cat f; pwd"
        async with open_process(["bash", "-c", line]) as process:
            assert await process.stdout.receive_some() == b"open\n"
            sh.server.stop()
            await process.stdin.send_all(b"\n")
            down = b""
            while not down.endswith(b"\n"):
                down += await process.stdout.receive_some()
            assert down == b"cat: f: Host is down\n"
            await sh.server.start()
            await process.stdin.send_all(b"\n")
            said = b"".join([chunk async for chunk in process.stdout]).decode()
            assert said == f"cat: -: Input/output error\nf\n{sh.directory}/d\n"


async def test_users_mount_through_fusermount(place: Path) -> None:
    """The way of those who are not root gives the same mount."""
    async with open_mount(Folder(f=File(data=b"f\n")), place, by_helper=True) as sh:
        assert await sh.says("cat f; stat -f -c %T .") == "f\nfuseblk\n"


# The command.


async def test_it_returns_when_mounted_and_goes_when_unmounted(place: Path) -> None:
    """By default a daemon holds the mount, and ends with it; a second mount, and what is no directory, is refused."""
    async with open_mount(Folder(f=File(data=b"f\n")), place) as sh:
        other = place / "other"
        other.mkdir()
        await sh.says(f"{NINEP} mount {sh.server.address} {other}; cat {other}/f")
        _, err, status = await sh(f"{NINEP} mount {sh.server.address} {other}")
        assert (err, status) == (f"ninep: mount: {other} is a mount already; say umount {other} first\n", 1)
        await sh.says(f"umount {other}")
        assert await sh.says(f"ls {other}") == ""
        _, err, status = await sh(f"{NINEP} mount {sh.server.address} {place}/nothing")
        assert (err, status) == (f"ninep: mount: {place}/nothing is not a directory; make it first\n", 1)
        _, err, status = await sh(f"{NINEP} mount unix!{place}/nobody {other}")
        assert "there is no such socket" in err
        assert (err.count("\n"), status) == (1, 1)


async def test_a_signal_unmounts_also_where_somebody_is_inside(place: Path) -> None:
    """SIGTERM takes the mount away, and who blocks in it is let go."""
    tap = Tap()
    async with open_mount(Dir(output=Stream(tap.open)), place) as sh:
        async with open_process(["cat", str(sh.directory / "output")]) as process:
            await tap.readers(1)
            os.kill(os.getpid(), signal.SIGTERM)
            assert await process.wait() == 1
        assert not await trio.to_thread.run_sync(sh.directory.is_mount)


def test_a_mount_whose_process_died_is_taken_away(place: Path) -> None:
    """kill -9 leaves a dead mount; the next mount clears it."""
    directory = place / "dead"
    directory.mkdir()
    os.close(mount(directory, Options("test")))
    with pytest.raises(OSError, match="not connected"):
        list(directory.iterdir())
    check(directory)
    assert list(directory.iterdir()) == []
