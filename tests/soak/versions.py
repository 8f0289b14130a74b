"""Ten thousand edits of a real display, undone to the first and done again; and hundreds of kills in the midst."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio
from tests.rio.displays import SIZE, alike, at_rest, the_children
from tests.rio.displays import run as run_program
from tests.rio.edited import Person

from ninep import FileError
from ninep.client import Client, ConnectionLost, open_client
from ninep.service import Events
from rio.edits import Edits
from rio.hub.display import Display
from rio.versions.archive import Archive

EDITS = int(os.environ.get("EDITS", "10000"))
SAMPLES = 100
KILLS = int(os.environ.get("KILLS", "300"))
CHILD_KILLS = 100
LARGEST = 100_000_000  # bytes of versions.db
PAGE = os.sysconf("SC_PAGE_SIZE")

pytestmark = pytest.mark.timeout(3600)


@asynccontextmanager
async def a_display(folder: Path) -> AsyncIterator[Display]:
    """A display for as long as it takes."""
    (folder / "scratch").mkdir(exist_ok=True)
    display = Display(the_children(folder / "scratch"), Archive(folder / "state"), Events(), SIZE)
    async with trio.open_nursery() as nursery:
        await nursery.start(display.run)
        yield display
        nursery.cancel_scope.cancel()


def a_program(dice: random.Random, number: int) -> str:
    """Something that draws, moves, groups, takes away, or leaves a function behind that is called."""
    name = f"p{number % 40}"
    return dice.choice(
        (
            f"box(name={name!r}, color={dice.choice(('red', 'gold', 'teal'))!r}, size={dice.randint(1, 3)})",
            f"sphere(name={name!r}, at=({number % 7}, 1, 0))",
            f"with group(name='g{number % 5}') as g:\n    rect(name={name!r})\n    circle()\n",
            f"for node in nodes('box'):\n    node.move(x={number % 3})\n    node.tags = 'moved'\n",
            f"points(np.random.default_rng({number}).normal(0, 1, (300, 3)), name='cloud')",
            f"n = {number}\nprint(n)\ntext(str(n), name='count')",
            f"if nodes():\n    nodes()[{number} % len(nodes())].remove()",
            f"s = slider('S', name='s', value={number % 2})\n@s.on_change\ndef changed(event):\n    pass\n",
            f"@every(3600)\ndef later():\n    pass\nbackground('midnightblue')\nlight(at=({number % 9}, 5, 5))",
        )
    )


def resident() -> int:
    """Bytes of memory of this process, which is the display too."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def made(display: Display, dice: random.Random) -> list[str]:
    """So many versions, of every sort; the digest of each."""
    person = Person(display.graph, Edits(display.graph, display.history), display.history, display.versions, dice)
    digests = [display.graph.digest()]
    while display.versions.last < EDITS:
        before = display.versions.last
        if dice.random() < 0.2:
            with suppress(FileError):  # a program may well use what is not there
                await run_program(display, a_program(dice, before))
        elif dice.random() < 0.002:
            await display.clear()
        else:
            await person.edit()
        digests += [display.graph.digest()] * (display.versions.last - before)
    await at_rest(display)
    return digests


async def test_ten_thousand_edits_undone_and_done_again_pass_the_same_scenes(tmp_path: Path) -> None:
    dice = random.Random(34)
    with trio.fail_after(3600):
        async with a_display(tmp_path) as display:
            began, memory = time.monotonic(), resident()
            digests = await made(display, dice)
            assert len(digests) == EDITS + 1
            took, grown = time.monotonic() - began, resident() - memory
            print(f"\n{EDITS} edits in {took:.0f} s; {grown / 1e6:.0f} MB more of memory")
            samples = {*dice.sample(range(EDITS), min(SAMPLES, EDITS)), 0, EDITS}
            for way, end in ((display.undo, 0), (display.redo, EDITS)):
                began, slowest = time.monotonic(), 0.0
                while display.versions.current.number != end:
                    one = time.monotonic()
                    await way()
                    slowest = max(slowest, time.monotonic() - one)
                    if (number := display.versions.current.number) in samples:
                        assert display.graph.digest() == digests[number], number
                took = time.monotonic() - began
                print(f"to {end} in {took:.0f} s, {1e3 * took / EDITS:.1f} ms each, the slowest {1e3 * slowest:.0f} ms")
            grown = resident() - memory
    size = (tmp_path / "state" / "versions.db").stat().st_size
    print(f"versions.db {size / 1e6:.1f} MB; {grown / 1e6:.0f} MB more of memory than at the beginning")
    assert size < LARGEST


# kill -9 of rio itself


class Book:
    """What was asked of a scene, in order, and what it has to be after each: the colours of its nodes."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.labels: list[str] = []
        self.scenes: list[dict[str, str]] = [{}]
        self.answered = 0

    def next(self) -> tuple[str, str]:
        """(file, text) of one more edit."""
        scene, number = dict(self.scenes[-1]), len(self.labels)
        color = self.dice.choice(("red", "gold", "teal", "navy"))
        name = (
            self.dice.choice(list(scene)) if len(scene) > 20 or (scene and self.dice.random() < 0.5) else f"n{number}"
        )
        if name not in scene and self.dice.random() < 0.5:
            file, text = "ctl", f"new box {name} color={color}"
        elif name not in scene or self.dice.random() < 0.2:
            file, text = "parse", f"box(name={name!r}, color={color!r}, at=({number % 9}, 1, 0))"
        elif len(scene) > 20:
            file, text = "ctl", f"remove {name}"
        else:
            file, text = f"nodes/{name}/color", color
        scene[name] = color
        if text.startswith("remove"):
            del scene[name]
        self.labels.append(f"{name} color {color}" if text == color else text)
        self.scenes.append(scene)
        return f"scene/{file}", text

    def check(self, labels: list[str], scene: dict[str, str]) -> int:
        """What a new life begins with; how many versions the last one's end has cost that had been answered."""
        count = len(labels)
        assert labels == self.labels[:count]
        assert scene == self.scenes[count]
        lost = max(0, self.answered - count)
        self.labels, self.scenes, self.answered = self.labels[:count], self.scenes[: count + 1], count
        return lost


@asynccontextmanager
async def a_life(folder: Path) -> AsyncIterator[tuple[trio.Process, Client]]:
    """`rio` as a process, and a client of it; it is killed at the end."""
    environment = {**os.environ, "NAMESPACE": str(folder), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "rio", "--headless", "--size", "64x64", "--state", str(folder / "state")]
    process = await trio.lowlevel.open_process(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    try:
        async with process.stdout:
            said = b""
            while b"\n" not in said:
                said += (more := await process.stdout.receive_some())
                assert more, "it ended"
            with suppress(ConnectionLost):
                async with open_client(f"unix!{folder / 'rio'}") as root:
                    yield process, root
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


async def begun(root: Client) -> tuple[list[str], dict[str, str]]:
    """The labels of the versions after the first, the newest being the current one, and the colours of the nodes."""
    lines = [line.split("\t") for line in (await root.read("version")).decode().splitlines()]
    assert lines[-1][-1] == "*"
    names = [entry.name for entry in await root.ls("scene/nodes")][1:]
    colors = {name: (await root.read(f"scene/nodes/{name}/color")).decode().strip() for name in names}
    return [line[3] for line in lines[1:]], colors


async def edit_until_killed(root: Client, book: Book) -> None:
    """One edit after another, as fast as they are answered."""
    with suppress(ConnectionLost, trio.BrokenResourceError):
        while True:
            file, text = book.next()
            await root.write(file, text)
            book.answered = len(book.labels)


async def test_a_kill_at_any_moment_costs_one_version_at_most(tmp_path: Path) -> None:
    """And what is left is whole: the list, and the scene as it was after the last version of it."""
    book, lost = Book(35), 0
    with trio.fail_after(3600):
        for _ in range(KILLS):
            async with a_life(tmp_path) as (process, root):
                while b"worker ready" not in await root.read("ctl"):
                    await trio.sleep(0.02)
                lost += (cost := book.check(*await begun(root)))
                assert cost <= 1
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(edit_until_killed, root, book)
                    await trio.sleep(book.dice.random() * 0.2)  # the moment of the kill
                    process.kill()
    print(f"\n{KILLS} kills among {len(book.labels)} edits: {lost} answered ones were lost, one at a time")


# kill -9 of the children


async def test_a_child_that_is_killed_costs_nothing_that_is_seen(tmp_path: Path) -> None:
    """The picture stays; the variables are those of the version before the program that was cut off."""
    dice = random.Random(36)
    with trio.fail_after(1800):
        async with a_display(tmp_path) as display:
            for number in range(CHILD_KILLS):
                await run_program(
                    display, f"n = {number}\nbox(name='b{number % 9}', at=({number % 9}, 1, 0), color='red')"
                )
                await at_rest(display)
                digest, png = display.graph.digest(), await display.screen.picture()
                worker = display.workers.current
                assert worker
                async with trio.open_nursery() as nursery:
                    if dice.random() < 0.5:
                        nursery.start_soon(cut_off, display)
                    await trio.sleep(dice.random() * 0.05)
                    if number % 20:
                        os.kill(worker.pid, signal.SIGKILL)
                        await worker.ended.wait()
                    else:  # seldom: one that dies young is replaced later and later
                        os.kill(display.screen.pid, signal.SIGKILL)
                await at_rest(display)
                assert await run_program(display, "print(n)") in (f"{number}\n", "-1\n")
                assert display.graph.digest() == digest
                assert alike(await display.screen.picture(), png)


async def cut_off(display: Display) -> None:
    """A program that draws nothing, and runs on for a while."""
    with suppress(FileError):
        await run_program(display, "n = -1\nfor i in range(3_000_000): pass\n")
