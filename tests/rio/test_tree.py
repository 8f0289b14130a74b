"""The files of a display, as a client sees them; and the service as a process."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from PIL import Image
from pydantic import ValidationError
from tests.rio.displays import SIZE, a_display

from ninep import FileError
from ninep.client import Client, ConnectionLost, open_client
from ninep.dial import Address, listen
from ninep.server import serve
from ninep.service import Metrics
from ninep.testing import check_tree
from rio.config import Config
from rio.hub.display import Display
from rio.opening import commands, count
from rio.tree import display_tree


@asynccontextmanager
async def a_client(folder: Path) -> AsyncIterator[tuple[Client, Display]]:
    """A client of a whole display."""
    address, metrics = f"unix!{folder / 'rio'}", Metrics()
    async with a_display() as display, trio.open_nursery() as nursery:
        count(display, metrics)
        with listen(Address.parse(address)) as listener:
            await nursery.start(serve, display_tree(display, metrics), [listener])
            async with open_client(address) as root:
                await display.turns.do(trio.lowlevel.checkpoint)  # the worker is there
                yield root, display
            nursery.cancel_scope.cancel()


async def test_the_tree_is_as_the_manual_wants_it() -> None:
    async with a_display() as display:
        await display.screen.picture()
        seen = await check_tree(lambda: display_tree(display, Metrics()))
        assert {"/ctl", "/screen", "/version", "/sandbox", "/events", "/help", "/scene/parse"} <= set(seen)


async def test_a_prompts_answer_becomes_a_picture(tmp_path: Path) -> None:
    """Written to parse, seen in nodes, context, version and screen when the clunk is answered."""
    async with a_client(tmp_path) as (root, _):
        await root.write("scene/parse", "Here it is:\n```rio\nbox(name='cube', color='red')\n```\n")
        assert await root.read("scene/nodes/cube/color") == b"red\n"
        assert (await root.read("scene/context")).startswith(b"box(name='cube', color='red')\n")
        assert (await root.read("scene/help")).startswith(b"# The scene language\n")
        assert (await root.read("version")).endswith(b"\tparse\tbox(name='cube', color='red')\t*\n")
        image = Image.open(io.BytesIO(await root.read("screen")))
        assert (image.format, image.size) == ("PNG", SIZE)
        assert await root.read("health") == b"ok\n"
        assert b"rio_programs_total 1\n" in await root.read("metrics")


async def test_errors_arrive_where_the_mistake_was_made(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _):
        with pytest.raises(FileError, match=r"^line 2: NameError"):
            await root.write("scene/parse", "x = 1\nfoo()\n")
        with pytest.raises(FileError, match=r"^line 1: SyntaxError"):
            await root.write("scene/parse", "box(name=\n")
        with pytest.raises(FileError, match="unknown verb paint; try: clear interrupt size undo redo goto snapshot"):
            await root.write("scene/ctl", "paint")
        with pytest.raises(FileError, match="no version 99; there are 0 to 1"):
            await root.write("version", "99")
        with pytest.raises(FileError, match="nothing to redo"):
            await root.write("version", "redo")
        with pytest.raises(FileError, match="there is no node ball"):
            await root.write("version", "undo ball")
        with pytest.raises(FileError, match="state is JSON"):
            await root.write("scene/state", "box")


async def test_versions_are_gone_to_by_verb_and_by_number(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _):
        await root.write("scene/parse", "box(name='cube', color='red')")
        await root.write("scene/nodes/cube/color", "blue")
        await root.write("version", "undo")
        assert await root.read("scene/nodes/cube/color") == b"red\n"
        await root.write("scene/version", "redo")
        assert await root.read("scene/nodes/cube/color") == b"blue\n"
        await root.write("version", "snapshot before the show")
        await root.write("ctl", "clear")
        assert [entry.name for entry in await root.ls("scene/nodes")] == []
        await root.write("version", "3")
        assert await root.read("scene/nodes/cube/color") == b"blue\n"
        lines = (await root.read("version")).decode().splitlines()
        assert [line.split("\t")[2:] for line in lines] == [
            ["rio", "empty"],
            ["parse", "box(name='cube', color='red')"],
            ["nodes", "cube color blue"],
            ["ctl", "before the show", "*"],
            ["ctl", "clear"],
        ]


async def test_who_reads_a_name_in_capitals_waits(tmp_path: Path) -> None:
    """CONTEXT for a change, STDOUT for what is printed, STDERR for an error; each ends with an empty read."""
    async with a_client(tmp_path) as (root, _):
        told: dict[str, bytes] = {}

        async def follow(name: str, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
            async with root.open(f"scene/{name}") as file:
                task_status.started()
                told[name] = b"".join([chunk async for chunk in file])

        async with trio.open_nursery() as nursery:
            for name in ("CONTEXT", "STDOUT", "STDERR"):
                await nursery.start(follow, name)
            with pytest.raises(FileError):
                await root.write("scene/parse", "print('hello')\nprint('there')\n1 / 0\n")
        assert told["STDOUT"] == b"hello\nthere\n"
        assert told["STDERR"].startswith(b"line 3: ZeroDivisionError")
        assert told["CONTEXT"].startswith(b"print('hello')\nprint('there')\n# there are no nodes\n")
        assert await root.read("scene/stdout") == b"hello\nthere\n"
        assert (await root.read("scene/stderr")).startswith(b"line 3: ZeroDivisionError")


async def test_what_a_verb_has_to_say_is_read_where_it_was_written(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _), root.open("scene/ctl", "rw") as file:
        await file.write("interrupt\n")
        assert await file.read() == b"no program is running\n"


async def test_variables_and_tasks_are_looked_at_without_disturbing_them(tmp_path: Path) -> None:
    """A copy of the worker answers; while a loop runs, that of the version before it."""
    async with a_client(tmp_path) as (root, display):
        program = "n = [1, 'two', None]\ncube = box(name='cube')\nimport math\n@every(60)\ndef tick(): pass\n"
        await root.write("scene/parse", program)
        assert json.loads(await root.read("scene/vars")) == {
            "n": [1, "two", None],
            "cube": "<box cube>",
            "tick": "<function tick>",
        }
        assert await root.read("scene/tasks") == b"1 tick every 60 s, program 1, running\n"
        await root.write("scene/tasks", "stop tick")
        assert await root.read("scene/tasks") == b""
        with pytest.raises(FileError, match="no task tick"):
            await root.write("scene/tasks", "stop tick")
        assert display.stage.out.text() == ""
        async with root.open("scene/parse", "w") as file:
            await file.write("n = 2\nwhile True: pass\n'never'\n")
            assert json.loads(await root.read("scene/vars"))["n"] == [1, "two", None]
            await root.write("scene/ctl", "interrupt")
            with pytest.raises(FileError, match="line 2: interrupted"):
                await file.write("n = 3\n")


async def test_what_a_user_does_can_be_done_by_a_file(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _):
        program = "c = circle(at=(100, 100), size=50)\n@c.on_click\ndef clicked(): print('clicked')\n"
        await root.write("scene/parse", program)
        await root.read("screen")
        async with root.open("scene/STDOUT") as printed:
            await root.write("input/mouse", "click 5 5\nclick 100 100\n")
            assert await printed.read() == b"clicked\n"
        with pytest.raises(FileError, match="usage: click X Y"):
            await root.write("input/mouse", "click 5")
        with pytest.raises(FileError, match="press: BUTTON is left or middle or right"):
            await root.write("input/mouse", "press 5 5 upper")
        await root.write("input/keyboard", "press space\ntext hello there\n")


async def test_state_is_read_and_written_as_a_file(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, display):
        await root.write("scene/parse", "n = 3\nbox(name='cube', color='red')")
        told = await root.read("scene/state")
        await root.write("ctl", "clear")
        await root.write("scene/state", told)
        assert await root.read("scene/nodes/cube/color") == b"red\n"
        await root.write("scene/parse", "print(n)")
        assert await root.read("scene/stdout") == b"3\n"
        assert len(display.graph.nodes) == 1


async def test_a_client_that_hangs_up_in_the_midst_frees_the_turn(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _):
        async with open_client(f"unix!{tmp_path / 'rio'}") as other:
            with pytest.raises(ConnectionLost):
                async with other.open("scene/parse", "w") as file:
                    await file.write("while True: pass\n")
                    other.hang_up()
        await root.write("scene/parse", "print('free')")
        assert await root.read("scene/stdout") == b"free\n"


# the service


def test_a_size_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Config(size="640x480").pixels == (640, 480)
    for size in ("big", "640", "10x10", "9999x100"):
        with pytest.raises(ValidationError, match=r"a size is WIDTHxHEIGHT|64 to 8192 pixels"):
            Config(size=size)


def test_children_are_started_as_rio_was_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a display there is no window, and only then a spare renderer."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    told = commands(Config(size="640x480", unsafe=True), tmp_path)
    assert list(told.renderer[-3:]) == ["640", "480", "--headless"]
    assert list(told.worker[-3:]) == ["--unsafe", "--patience=30", str(tmp_path)]
    assert told.patience == 30
    assert "--memory=600" in commands(Config(memory=600), tmp_path).worker
    assert told.spare
    monkeypatch.setenv("DISPLAY", ":7")
    in_window = commands(Config(), tmp_path)
    assert in_window.renderer[-1] != "--headless"
    assert not in_window.spare


@asynccontextmanager
async def a_service(folder: Path) -> AsyncIterator[tuple[trio.Process, Client]]:
    """`rio` as a process, and a client of it."""
    environment = {**os.environ, "NAMESPACE": str(folder), "TMPDIR": str(folder)}
    command = [sys.executable, "-m", "rio", "--headless", "--size", "160x120", "--state", str(folder / "state")]
    with trio.fail_after(60):
        process = await trio.lowlevel.open_process(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout
        async with process.stdout:
            said = b""
            while b"\n" not in said:
                said += await process.stdout.receive_some()
            assert said == f"rio ready unix!{folder / 'rio'}\n".encode()
            async with open_client(f"unix!{folder / 'rio'}") as root:
                yield process, root
            await process.wait()


async def test_the_process_serves_and_stops_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """A picture; on SIGTERM status 0, and no child or scratch directory is left."""
    async with a_service(tmp_path) as (process, root):
        assert Image.open(io.BytesIO(await root.read("screen"))).size == (160, 120)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    assert names_in(tmp_path) == ["state"]


async def test_a_kill_loses_one_version_at_most(tmp_path: Path) -> None:
    """And the children of a rio that was killed end by themselves."""
    async with a_service(tmp_path) as (process, root):
        await root.write("scene/parse", "box(name='cube')\nimport os\nprint(os.getpid())")
        worker = int(await root.read("scene/stdout"))
        for color in ("red", "green", "blue", "gold", "pink"):
            await root.write("scene/nodes/cube/color", color)
        process.kill()
    while is_alive(worker):
        await trio.sleep(0.01)
    async with a_service(tmp_path) as (process, root):
        labels = [line.split("\t")[3] for line in (await root.read("version")).decode().splitlines()]
        assert labels[:6] == [
            "empty",
            "box(name='cube')",
            *(f"cube color {color}" for color in ("red", "green", "blue", "gold")),
        ]
        shown = await root.read("scene/nodes/cube/color")
        assert shown == (b"pink\n" if len(labels) == 7 else b"gold\n")
        process.send_signal(signal.SIGTERM)


async def test_a_state_directory_serves_one_rio(tmp_path: Path) -> None:
    async with a_service(tmp_path) as (process, _):
        command = [sys.executable, "-m", "rio", "--headless", "--state", str(tmp_path / "state")]
        environment = {**os.environ, "NAMESPACE": str(tmp_path / "other")}
        second = await trio.run_process(command, env=environment, capture_stderr=True, check=False)
        assert second.returncode == 1
        assert b"it is in use by another rio" in second.stderr
        process.send_signal(signal.SIGTERM)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is not dead."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def names_in(folder: Path) -> list[str]:
    """What a directory holds."""
    return sorted(path.name for path in folder.iterdir())


async def test_what_is_written_to_the_value_of_a_widget_is_heard_as_of_a_hand(tmp_path: Path) -> None:
    """So machines steer each other: one writes, the other's program hears, and a third watches what comes of it."""
    program = (
        'speed = slider("Speed", name="speed", high=9)\n'
        'text("none", name="shown")\n'
        "@speed.on_change\n"
        "def show(event):\n"
        '    find("shown").text = f"{event.value:g} of {speed.high:g}"\n'
    )
    async with a_client(tmp_path) as (root, _):
        await root.write("scene/parse", program)
        async with root.open("scene/nodes/shown/watch") as watch:
            await root.write("scene/nodes/speed/value", "7")
            assert await watch.read() == b"text 7 of 9\n"
            await root.write("scene/nodes/speed/value", "8")
            assert await watch.read() == b"text 8 of 9\n"
