"""Devices for programs: a real display, its process of devices, a video, a simulated pin, a pseudo terminal."""

import json
import os
import pty
import re
import signal
import tty
from pathlib import Path

import pytest
import trio
from tests.rio.devices.films import a_film
from tests.rio.displays import a_child, a_display, at_rest, run

from ninep import FileError
from rio.grants import equipment
from rio.grants.granted import parse
from rio.hub.display import Display

DARK, BRIGHT = (10, 10, 10), (240, 240, 240)


@pytest.fixture(autouse=True)
def simulated_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")


async def printed(display: Display, line: str) -> None:
    """Until a callback has printed this."""
    with trio.fail_after(30):
        reader = display.stage.out.open()
        while line not in display.stage.out.text():
            got = reader.read(4096)
            if not isinstance(got, bytes):
                await got


async def test_a_program_sees_through_a_camera(tmp_path: Path) -> None:
    """A picture when it asks, and each new one as it comes; it can be drawn as it is."""
    film = a_film(tmp_path / "film.avi", [DARK] * 10 + [BRIGHT] * 10)
    async with a_display(grants=parse(f"camera front {film}")) as display:
        assert await run(display, "p = device('front').read()\nprint(p.shape, p.dtype)\np[:] = 0\n") == (
            "(48, 64, 3) uint8\n"
        )
        await run(
            display,
            "eye = image(p, name='eye')\n"
            "@device('front').on_data\n"
            "def see(picture):\n"
            "    eye.image = picture\n"
            "    if picture.mean() > 128:\n"
            "        print('it is bright')\n"
            "        stop(see)\n",
        )
        await printed(display, "it is bright")
        assert "see each value of front" not in await display.tasks()


async def test_a_program_switches_a_pin() -> None:
    """And hears of it; what a pin cannot do is an error of its line."""
    async with a_display(grants=parse("gpio lamp 17 out\ngpio button 4 in\n")) as display:
        await run(display, "lamp = device('lamp')\n@lamp.on_data\ndef hear(value): print('lamp', value)\n")
        said = await run(display, "lamp.on()\nprint(lamp.read(), device('button').read())\n")
        assert said.startswith("1 0\n")
        await printed(display, "lamp 1")
        with pytest.raises(FileError, match="hear needs 2 arguments"):
            await run(display, "@device('button').on_data\ndef hear(one, other): pass\n")
        while len(display.beyond.errands) > 1:
            await trio.testing.wait_all_tasks_blocked(0.01)
        with pytest.raises(FileError, match="line 1: button is granted as `in`"):
            await run(display, "device('button').on()")
        with pytest.raises(FileError, match="line 1: lamp takes 0 or 1, bytes or text, not list"):
            await run(display, "lamp.write([1])")
        with pytest.raises(FileError, match="line 1: lamp takes at most 64 KiB at once, not 50,000,000 bytes"):
            await run(display, "lamp.write(bytes(50_000_000))")


async def test_what_is_followed_is_followed_after_undo_and_redo() -> None:
    """By the copy that takes the worker's place, and not twice; what a later version began has ended."""
    async with a_display(grants=parse("gpio lamp 17 out\n")) as display:
        await run(display, "lamp = device('lamp')\nn = 1\n@lamp.on_data\ndef hear(value): print('heard', value, n)\n")
        await run(display, "n = 2\n@lamp.on_data\ndef other(value): print('other', value)\n")
        await at_rest(display)
        await display.undo()
        await run(display, "lamp.on()\nn = 3\n")
        await printed(display, "heard 1")
        assert await display.tasks() != ""
        assert "other" not in display.stage.out.text()
        assert display.stage.out.text().count("heard") == 1
        assert len(display.beyond.errands) == 1


async def test_a_program_talks_to_a_serial_port() -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        async with a_display(grants=parse(f"serial gps {os.ttyname(theirs)} 4800")) as display:
            await run(display, "gps = device('gps')\n@gps.on_data\ndef hear(line): print('heard', line)\n")
            os.write(ours, b"52.5 13.4\r\n")
            await printed(display, "heard b'52.5 13.4'")
            assert await run(display, "print(gps.read())\ngps.write('on\\n')\n") == "b'52.5 13.4\\r\\n'\n"
            await trio.lowlevel.wait_readable(ours)
            assert os.read(ours, 100) == b"on\n"
    finally:
        os.close(ours)
        os.close(theirs)


async def test_what_is_not_granted_is_refused() -> None:
    """And no process is started for it."""
    async with a_display() as display:
        with pytest.raises(FileError, match=r"would: camera front /dev/video0"):
            await run(display, "device('front').read()")
        with pytest.raises(FileError, match="a device's name is a text"):
            await run(display, "device(7).read()")
        assert display.beyond.equipment._link is None


async def test_devices_that_end_are_said_to_and_started_anew() -> None:
    """What was followed is suspended, in words; the next use works."""
    async with a_display(grants=parse("gpio lamp 17 out\n")) as display:
        await run(display, "lamp = device('lamp')\n@lamp.on_data\ndef hear(value): pass\nlamp.on()\n")
        link, events = display.beyond.equipment._link, display.events.open()
        assert link
        link.send_signal(signal.SIGKILL)
        told = events.read(4096)
        text = json.loads(told if isinstance(told, bytes) else await told)["text"]
        assert re.match("hear, the devices ended: it (ended|closed its channel); the next use starts them anew\n", text)
        assert "hear is suspended until it is defined again" in text
        assert await run(display, "print(lamp.read())") == "0\n"
        assert display.beyond.equipment.restarts == 1


HANGING = """
import socket, sys, time
from rio.wire import Channel, Hello, ToDevices
channel = Channel(socket.socket(fileno=int(sys.argv[-1])), ToDevices)
channel.send(Hello())
time.sleep(1000)
"""


async def test_devices_that_hang_are_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The program is told, the display goes on, and no process is left."""
    monkeypatch.setattr(equipment, "PATIENCE", 0.3)
    hanging = a_child(tmp_path / "hanging.py", HANGING)
    async with a_display(grants=parse("gpio lamp 17 out\n"), devices=hanging) as display:
        with pytest.raises(FileError, match=r"the devices ended: it did not answer within 0.3 s; the next use starts"):
            await run(display, "device('lamp').on()")
        link = display.beyond.equipment._link
        assert link
        assert not link.alive
        assert await run(display, "print('on')") == "on\n"
