"""The whole service in one process: its files over 9P, espeak-ng itself, sound written to a file in real time."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from ninep import FileError
from ninep.client import Client, open_client
from ninep.server import serve_connection
from ninep.service import Events, Metrics, manual
from ninep.testing import check_tree
from ninep.tree import Dir
from voice.__main__ import open_service
from voice.config import Config, open_device
from voice.devices import Null
from voice.espeak import Espeak
from voice.soundcard import SoundCard
from voice.speaker import Speaker
from voice.tree import voice_tree


@asynccontextmanager
async def voice(device: str) -> AsyncIterator[Client]:
    """A client of the service with this device."""
    ours, theirs = socket.socketpair()
    async with open_service(Config(device=device)) as tree, trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, tree)
        async with open_client(ours) as client:
            yield client
        nursery.cancel_scope.cancel()


def recording(path: Path) -> tuple[float, int]:
    """Seconds and loudest sample of a WAV file, or of one that has just begun."""
    if not path.exists() or path.stat().st_size < 44:
        return 0.0, 0
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        samples = array("h", file.readframes(file.getnframes()))
    return len(samples) / 22050, max(samples, default=0)


async def test_a_sentence_becomes_a_recording(tmp_path: Path) -> None:
    """What is written to `say` is in the file, audible, as long as it took to say; the clunk did not wait for it."""
    out = tmp_path / "out.wav"
    async with voice(f"file:{out}") as root, root.open("events") as events:
        begun = time.monotonic()
        await root.write("say", "hello world\n")
        assert time.monotonic() - begun < 0.5
        await root.write("say", "again")
        with trio.fail_after(30):
            assert b"utterance.spoken" in await events.read()
            took = time.monotonic() - begun
            assert await root.read("say") in (b"hello world\n", b"\n")  # the next may have begun
            seconds, loudest = recording(out)
            assert 0.8 < seconds < took + 0.1
            assert loudest > 5000
            assert b'"again"' in await events.read()
        assert await root.read("state") == b"idle\n"
        assert await root.read("say") == b"again\n"
    assert recording(out)[0] > seconds + 0.3


async def test_stop_is_heard_within_200_ms(tmp_path: Path) -> None:
    """After `stop` is answered, not a fifth of a second is added to the recording."""
    out = tmp_path / "out.wav"
    async with voice(f"file:{tmp_path / 'in.wav'},{out}") as root, root.open("events") as events:
        await root.write("say", "one two three four five six seven eight nine ten eleven twelve")
        with trio.fail_after(30):
            while recording(out)[0] < 0.5:
                await trio.sleep(0.02)  # the file has no event to wait for
            assert (await root.read("state")).startswith(b"speaking one two")
            at_stop = recording(out)[0]
            await root.write("ctl", "stop")
            assert b"utterance.stopped" in await events.read()
        assert recording(out)[0] - at_stop < 0.2
        assert await root.read("state") == b"idle\n"
        assert b"twelve" not in await root.read("say")


async def test_ctl_is_the_settings(tmp_path: Path) -> None:
    """Reading `ctl` gives lines that can be written back; what is wrong is refused where it was written."""
    async with voice("null") as root:
        await root.write("ctl", "voice de\nrate 200\nvolume 50")
        settings = await root.read("ctl")
        assert settings == b"voice de\nrate 200\nvolume 50\n"
        await root.write("ctl", settings)
        for line, refusal in {
            "voice klingonese": "there is no voice klingonese; try en-us",
            "rate fast": "rate: WORDS is a whole number, not 'fast'",
            "volume 200": "volume is 0 to 100 percent",
            "shout": "unknown verb shout; try: voice rate volume stop",
        }.items():
            with pytest.raises(FileError, match=refusal):
                await root.write("ctl", line)


async def test_without_a_sound_card_it_says_so() -> None:
    """The service runs, `state` and `health` say what is missing, and so does the refused write."""
    trouble = await SoundCard().trouble()
    if not trouble:
        pytest.skip("this machine has a sound card")
    assert "no sound card" in trouble or "libportaudio2" in trouble
    async with voice("default") as root:
        assert (await root.read("state")).decode() == (await root.read("health")).decode() == f"{trouble}\n"
        with pytest.raises(FileError, match="no device"):
            await root.write("say", "is anybody there?")


async def test_its_tree() -> None:
    """Every file keeps the manual's rules; `help` is the manual page."""

    def make() -> Dir:
        return voice_tree(Speaker(Espeak(), Null(), Events().publish), Events(), Metrics())

    names = ["ctl", "events", "health", "help", "metrics", "say", "state"]
    assert await check_tree(make) == ["/", *(f"/{name}" for name in names)]
    async with voice("null") as root:
        assert (await root.read("help")).decode() == manual("voice")
        assert await root.read("health") == b"ok\n"
        assert b"voice_waiting 0\n" in await root.read("metrics")


def test_devices_have_names() -> None:
    """What can be named is made; what cannot is an error that lists what can."""
    assert open_device("default").name == "default"
    assert open_device("null").name == "null"
    assert open_device("file:out.wav").name == "file:out.wav"
    assert open_device("file:in.wav,out.wav").name == "file:out.wav"
    for wrong in ("", "speaker", "file:", "null:x"):
        with pytest.raises(ValueError, match=r"is no device; write default, null, file:OUT\.wav"):
            open_device(wrong)


async def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A directory that is not there is trouble; so is a file that may not be written, when it is tried."""
    async with voice(f"file:{tmp_path}/no/where.wav") as root:
        assert (await root.read("state")).startswith(b"no device: there is no directory")
    async with voice(f"file:{tmp_path}") as root, root.open("events") as events:
        await root.write("say", "hello")
        with trio.fail_after(10):
            assert b"utterance.failed" in await events.read()
        assert b"cannot be written: is a directory" in (await root.read("state")).lower()


async def test_a_disk_that_is_full() -> None:
    """The utterance fails with the reason, and the service goes on, and ends in order."""
    async with voice("file:/dev/full") as root, root.open("events") as events:
        for _ in range(2):
            await root.write("say", "hello")
            with trio.fail_after(10):
                assert b"utterance.failed" in await events.read()
            assert b"No space left on device" in await root.read("state")


async def test_the_command(tmp_path: Path) -> None:
    """`voice` says when it is ready, serves, and ends in order at SIGTERM while it speaks."""
    command = [str(Path(sys.executable).with_name("voice")), "--device", "null", "--listen", f"unix!{tmp_path}/voice"]
    async with trio.open_nursery() as nursery:
        process = await nursery.start(partial(trio.run_process, command, stdout=subprocess.PIPE, check=False))
        with trio.fail_after(30):
            told = b""
            while not told.endswith(b"\n"):
                told += await process.stdout.receive_some()
            assert told == f"voice ready unix!{tmp_path}/voice\n".encode()
            async with open_client(f"unix!{tmp_path}/voice") as root:
                await root.write("say", "one two three four five six seven eight")
                process.send_signal(signal.SIGTERM)
                assert await process.wait() == 0
    assert not (tmp_path / "voice").exists()
