"""Synthetic files, as programs see them in a mount: settings, streams and questions, which tell no length."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
import trio
from tests.ninep.fleet import Fleet, tree
from tests.ninep.fuse.mounts import Tap, open_mount, open_process

from ninep import FileError
from ninep.tree import Dir, Query, Stream, Text

pytestmark = pytest.mark.timeout(40)  # seconds: what hangs ends here, and its mount is taken out


def python(lines: str) -> str:
    """A command that does this."""
    start = "import os, subprocess; from concurrent.futures import ThreadPoolExecutor as Pool"
    return f'{sys.executable} -c "{start}; in_a_thread = lambda *do: Pool(1).submit(*do).result(); {lines}"'


async def test_settings_are_read_and_written_as_a_person_expects(place: Path, by: str) -> None:
    """echo, cat, >>, cp and dd work on files that tell no length; a refused write is a write error."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place, by) as sh:
        assert await sh.says("cat ctl volume") == "volume 50\n50\n"
        assert await sh.says("echo 'volume 30' > ctl; echo 40 >> volume; cat ctl") == "volume 40\n"
        out, err, status = await sh("echo 'volume 300' > ctl")
        assert (out, status) == ("", 1)
        assert "write error" in err
        assert await sh.says("echo a note > note; dd if=note bs=1M status=none; cp note note2 2>&1 || true") == (
            "a note\ncp: cannot create regular file 'note2': Permission denied\n"
        )


async def test_a_truncated_setting_is_empty(place: Path) -> None:
    """What is opened to be overwritten and closed again was set to nothing."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        assert await sh.says("echo a note > note; > note; cat note") == ""


async def test_what_only_the_close_refuses_is_seen(place: Path) -> None:
    """Text that is judged whole is judged before close(2) returns, and the program hears the refusal."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        for writer in (
            "/bin/echo 'no!' > note",
            f"printf 'no!' > {place}/no; cp {place}/no note",
            python(
                "f = in_a_thread(lambda: os.open('note', 1)); os.write(f, b'no!'); in_a_thread(lambda: os.close(f))"
            ),
        ):
            _, err, status = await sh(writer)
            assert status == 1
            assert "Invalid argument" in err
        for n in range(20):
            assert await sh.says(f"echo {n} > note; cat note") == f"{n}\n"


async def test_what_is_written_from_open_to_close_is_one_text(place: Path) -> None:
    """Children that were lent a file write into one text, which ends when who opened the file closes it."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        await sh.says("(/bin/echo one; echo two; printf three | cat) > say")
        await sh.says("{ /bin/echo four; echo five; } > say")
        await sh.says(python("os.write(1, b'six')") + " > say")
        await sh.says(python("f = os.open('say', os.O_WRONLY); os.write(f, b'seven'); os.execvp('true', ['true'])"))
        assert fleet.said == ["one\ntwo\nthree", "four\nfive\n", "six", "seven"]


async def test_a_text_ends_when_a_descriptor_is_closed_by_its_opener(place: Path) -> None:
    """A shell that holds a file open says something with each echo: it closes a copy of the descriptor then."""
    fleet = Fleet()
    async with open_mount(tree(fleet), place) as sh:
        await sh.says("exec 3> say; echo one >&3; (/bin/echo two; /bin/echo three) >&3; exec 3>&-")
        assert fleet.said == ["one\n", "two\nthree\n"]


async def test_who_opens_after_a_close_finds_it_done(place: Path) -> None:
    """The close of a lent file is heard by nobody, but the next look at the file waits for what it does."""
    notes = list[str]()

    async def take(note: str) -> None:
        await trio.testing.wait_all_tasks_blocked(0.01)
        notes.append(note)

    async with open_mount(Dir(note=Text(lambda: "".join(notes), take)), place) as sh:
        lent = python("f = open('note', 'w'); p = subprocess.Popen(['echo', 'one'], stdout=f); f.close(); p.wait()")
        assert await sh.says(f"{lent}; cat note") == "one\n"


async def test_a_question_and_its_answer_on_one_descriptor(place: Path, by: str) -> None:
    """A file that answers what was written works through <>."""
    root = Dir(ask=Query(lambda question: question.decode().upper()))
    async with open_mount(root, place, by) as sh:
        assert await sh.says("exec 3<> ask; echo hello >&3; cat <&3") == "HELLO\n"


async def test_a_blocked_cat_shows_each_piece_at_once(place: Path, by: str) -> None:
    """What a stream has is what its reader gets, however little."""
    tap = Tap()
    root = Dir(output=Stream(tap.open))
    async with open_mount(root, place, by) as sh, open_process(["cat", str(sh.directory / "output")]) as process:
        await tap.readers(1)
        for piece in (b"draw", b"ing"):
            tap.broadcast.publish(piece)
            assert await process.stdout.receive_some() == piece
        tap.broadcast.close()
        assert await process.wait() == 0


async def test_ctrl_c_ends_a_blocked_cat(place: Path) -> None:
    """It ends within 50 ms of a signal, and the server has freed the read (the best of some tries)."""
    tap, took = Tap(), []
    async with open_mount(Dir(output=Stream(tap.open)), place) as sh:
        for how in (signal.SIGINT, signal.SIGKILL) * 4:
            async with open_process(["cat", str(sh.directory / "output")]) as process:
                await tap.readers(1)
                tap.broadcast.publish(b"draw")
                assert await process.stdout.receive_some() == b"draw"
                began = trio.current_time()
                process.send_signal(how)
                assert await process.wait() == -how
                took.append(trio.current_time() - began)
                await tap.readers(0)
    assert min(took[::2]) < 0.05
    assert min(took[1::2]) < 0.05


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
