"""What programs get from beyond their walls: real displays with grants, and what must hold while they wait."""

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from PIL import Image
from tests.rio.displays import a_display, at_rest, begin, close, color_at, finished, run
from tests.rio.grants.sites import Site, a_site, answering, trusting

from ninep import FileError
from ninep.opened import Reader
from rio.grants.granted import Grants, parse
from rio.hub import workers
from rio.hub.display import Display


@asynccontextmanager
async def on_the_web(answer: bytes = b"") -> AsyncIterator[tuple[Display, Site]]:
    """A display that may ask one site."""
    async with a_site(answer) as site, a_display(grants=parse(f"net 127.0.0.1:{site.port}")) as display:
        display.beyond.web._context = trusting()
        yield display, site


async def news(events: Reader) -> dict[str, object]:
    """The next event."""
    told = events.read(4096)
    return json.loads(told if isinstance(told, bytes) else await told)  # type: ignore[no-any-return]  # an object


async def test_a_program_asks_the_web_in_the_midst_of_itself() -> None:
    """It waits for the answer, and goes on with it; whoever reads `events` hears of the first use."""
    async with on_the_web(answering(b'{"degrees": 21}', "200 OK", "Content-Type: application/json")) as (display, site):
        events = display.events.open()
        said = await run(display, f"a = http('{site.url}/now')\nprint(a.status, a.type, a.json()['degrees'], a.text)\n")
        assert said == '200 application/json 21 {"degrees": 21}\n'
        assert await run(display, f"print(http('{site.url}').bytes[:1])") == "b'{'\n"
        assert len(site.asked) == 2
        told = await news(events)
        assert (told["event"], told["program"], told["grant"]) == ("grant.used", 1, f"net 127.0.0.1:{site.port}")


async def test_what_is_not_granted_is_an_error_of_the_line_that_wants_it() -> None:
    """And an event: who wanted what."""
    async with a_display() as display:
        events = display.events.open()
        with pytest.raises(FileError, match=r"^line 2: https://example.org: .* would: net example.org$"):
            await run(display, "x = 1\nhttp('https://example.org/x')\n")
        assert (await news(events))["event"] == "grant.refused"
        with pytest.raises(FileError, match=r"ns rw /b/scene/parse$"):
            await run(display, "ns.write('/b/scene/parse', 'box()')")
        with pytest.raises(FileError, match=r"ns r /b$"):
            await run(display, "ns.ls('/b/')")
        with pytest.raises(FileError, match=r"^line 1: .*ns r /b/events$"):
            await run(display, "@ns.lines('/b/events')\ndef hear(line): pass\n")
        assert (
            await run(display, "try:\n    http('https://a.b')\nexcept ValueError:\n    print('caught')\n") == "caught\n"
        )


async def test_sandbox_lists_the_grants_after_the_walls(tmp_path: Path) -> None:
    async with a_display(grants=parse("net example.org\ngpio lamp 17 out\n")) as display:
        await at_rest(display)
        assert display.sandbox().splitlines()[-2:] == ["granted: net example.org", "granted: gpio lamp 17 out"]


async def test_pictures_and_bytes_come_by_address() -> None:
    """What takes a path takes an address too."""
    red = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(red, "PNG")
    async with on_the_web(answering(red.getvalue())) as (display, site):
        await run(display, f"image('{site.url}/a.png', at=(160, 120), size=200)")
        assert await color_at(display, 160, 120) == "red"
        site.answer = answering(b"\x89PNG no picture")
        with pytest.raises(FileError, match=r"127.0.0.1:\d+/a.png: it is no PNG"):
            await run(display, f"image('{site.url}/a.png')")
        site.answer = answering(b"", "404 Not Found")
        with pytest.raises(FileError, match="answers 404"):
            await run(display, f"image('{site.url}/a.png')")


async def test_an_interrupt_ends_a_wait() -> None:
    """The program hears it at its line, variables stay, and the answer that comes late is nobody's."""
    async with on_the_web(answering(b"late")) as (display, site):
        await run(display, "n = 5\n")
        site.hold = trio.Event()
        program = begin(display, f"m = 6\nhttp('{site.url}')\n")
        await site.came.wait()
        assert "line 2: interrupted" in await display.interrupt()
        with pytest.raises(FileError, match="line 2: interrupted"):
            await close(program)
        await finished(program)
        while len(display.beyond.errands):
            await trio.testing.wait_all_tasks_blocked(0.01)
        site.hold.set()
        assert await run(display, "print(n)") == "5\n"


async def test_a_callback_that_waits_is_not_taken_for_one_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it waits three times as long as a worker may take to be copied: the next program follows it."""
    async with on_the_web(answering(b"at last")) as (display, site):
        site.hold = trio.Event()
        await run(display, f"@after(0)\ndef ask():\n    global a\n    a = http('{site.url}').text\n")
        await site.came.wait()
        monkeypatch.setattr(workers, "FORKING", 0.5)
        monkeypatch.setattr(workers.Workers._fork, "__defaults__", (0.5,))
        program = begin(display, "print(a)\n")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(close, program)
            await trio.sleep(1.5)
            site.hold.set()
        await finished(program)
        assert display.stage.out.text() == "at last\n"
        assert display.stage.replaced == 0


async def test_what_comes_while_a_program_waits_is_done_afterwards_in_its_order() -> None:
    """More of the program, a frame, a user's click, an edit."""
    async with on_the_web(answering(b"there")) as (display, site):
        site.hold = trio.Event()
        await run(display, "c = circle(name='c', at=(50, 50), size=40)\nframes = 0\n")
        await run(display, "@c.on_click\ndef clicked(): print('clicked')\n")
        await run(display, "@on_frame\ndef count(): global frames; frames += 1\n")
        program = begin(display, f"print(http('{site.url}').text)\n")
        await site.came.wait()
        program.write(b"print(c.color == (1, 0, 0), 'then this')\n")
        site.hold.set()
        await close(program)
        await finished(program)
        assert display.stage.out.text() == "there\nFalse then this\n"


async def test_undo_has_no_questions_open() -> None:
    """The copy that takes the worker's place was made at rest: it runs at once, and what it follows it asks anew."""
    async with on_the_web(answering(b"x")) as (display, site):
        await run(display, "n = 1\n")
        site.hold = trio.Event()
        program = begin(display, f"n = 2\nhttp('{site.url}')\n")
        await site.came.wait()
        await display.interrupt()
        await finished(program)
        await display.undo()
        assert await run(display, "print(n)") == "1\n"
        assert len(display.beyond.errands) == 0


async def test_a_worker_that_ends_leaves_no_errand() -> None:
    async with on_the_web(answering(b"x")) as (display, site):
        site.hold = trio.Event()
        program = begin(display, f"http('{site.url}')\n")
        await site.came.wait()
        assert display.workers.current
        display.workers.current.end("a test ended it")
        with pytest.raises(FileError, match="a test ended it"):
            await close(program)
        while len(display.beyond.errands):
            await trio.testing.wait_all_tasks_blocked(0.01)
        site.hold.set()
        assert await run(display, "print('again')") == "again\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Files that everybody on this machine may read: the worker is a stranger here."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "maps").mkdir(mode=0o755)
        (folder / "maps" / "a.txt").write_text("a map")
        (folder / "other.txt").write_text("a secret")
        (folder / "maps" / "out").symlink_to(folder / "other.txt")
        yield folder


async def test_granted_files_are_read_and_no_others(folder: Path) -> None:
    """In place, by `open`, and by whatever takes a path; and they are never written to."""
    async with a_display(grants=parse(f"read {folder}/maps")) as display:
        assert await run(display, f"print(open('{folder}/maps/a.txt').read())") == "a map\n"
        for path in ("other.txt", "maps/out"):
            with pytest.raises(FileError, match="PermissionError"):
                await run(display, f"open('{folder}/{path}')")
        with pytest.raises(FileError, match="PermissionError"):
            await run(display, f"open('{folder}/maps/b.txt', 'w')")
        assert f"reads Python's, {folder}/maps, writes its scratch" in display.sandbox()
        assert f"granted: read {folder}/maps\n" in display.sandbox()
        assert display.workers.open_walls == ""


def test_a_wrong_line_keeps_rio_from_starting(tmp_path: Path) -> None:
    """With status 2, and one sentence that names it."""
    (tmp_path / "grants").write_text("net example.org\n\ngpio lamp\n")
    ended = subprocess.run(
        [sys.executable, "-m", "rio", "--headless", f"--state={tmp_path}", f"--grants={tmp_path}/grants"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith(f"--grants {tmp_path}/grants: line 3: usage: gpio NAME PIN in|out")


def test_nothing_is_granted_by_default() -> None:
    assert Grants().report == ""
