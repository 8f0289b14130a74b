"""The sound card itself: JACK's dummy driver is one that every machine can have, and keeps real time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import trio

from ninep.client import open_client

SERVER = f"voice-test-{os.getpid()}"


async def until(process: trio.Process, text: bytes) -> None:
    """Read what the process prints, up to a text."""
    assert process.stdout
    told = b""
    while text not in told:
        chunk = await process.stdout.receive_some()
        assert chunk, f"it ended with {told!r}"
        told += chunk


@pytest.mark.skipif(not shutil.which("jackd"), reason="jackd (package jackd2) is not installed")
async def test_a_card_that_takes_another_rate(tmp_path: Path) -> None:
    """Speech plays in real time on a card of 48000 samples a second, utterance after utterance, and stops at once."""
    jack = ["jackd", "-n", SERVER, "-r", "-d", "dummy", "-r", "48000", "-p", "480"]
    voice = [str(Path(sys.executable).with_name("voice")), "--listen", f"unix!{tmp_path}/voice"]
    options = {"stdout": subprocess.PIPE, "check": False}
    async with trio.open_nursery() as nursery:
        server = await nursery.start(partial(trio.run_process, jack, stderr=subprocess.STDOUT, **options))
        with trio.fail_after(8):
            await until(server, b"self-connect-mode")  # its last word before it serves
            env = {**os.environ, "JACK_DEFAULT_SERVER": SERVER}
            service = await nursery.start(partial(trio.run_process, voice, env=env, **options))
            await until(service, b"ready")
            async with open_client(f"unix!{tmp_path}/voice") as root, root.open("events") as events:
                await root.write("say", "hello world")  # looks for the card again if it came later
                begun = time.monotonic()
                assert b"utterance.spoken" in await events.read()
                assert 0.7 < time.monotonic() - begun < 3
                assert await root.read("health") == b"ok\n"
                await root.write("say", "one two three four five six seven eight nine ten")
                while b"speaking" not in await root.read("state"):
                    await trio.lowlevel.checkpoint()
                await root.write("ctl", "stop")
                begun = time.monotonic()
                assert b"utterance.stopped" in await events.read()
                assert time.monotonic() - begun < 0.2
            service.terminate()
            assert await service.wait() == 0
        nursery.cancel_scope.cancel()
