"""`make up`, the whole of it: real services, a real picture, the lines it prints typed into a shell."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from deploy.up import has_display, lesson_without_mount
from PIL import Image
from tests.ninep.fuse.mounts import why_not

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
UP = [sys.executable, "-m", "deploy.up", "--device", "null"]
LIMIT = 90  # seconds for a start, a picture and a stop on a machine that has other things to do


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """An environment with a namespace and a state of its own, no keys and no display."""
    with tempfile.TemporaryDirectory(prefix="up-") as folder:  # short, for the path of a socket may have 107 bytes
        (Path(folder) / "ns").mkdir(mode=0o700)
        kept = {name: value for name, value in os.environ.items() if not re.search("_API_KEY|DISPLAY", name)}
        yield {**kept, "NAMESPACE": f"{folder}/ns", "XDG_STATE_HOME": f"{folder}/state", "HOME": folder}


def left_over(env: dict[str, str]) -> list[str]:
    """Processes and sockets that are still there of a fleet."""
    mark = f"NAMESPACE={env['NAMESPACE']}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended meanwhile, or is somebody else's
    return found + [path.name for path in Path(env["NAMESPACE"]).iterdir()]


def pixel(picture: Path, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place given in shares of width and height."""
    image = Image.open(picture).convert("RGB")
    red, green, blue = image.getpixel((int(x * image.width), int(y * image.height)))  # type: ignore[misc]  # RGB
    return red, green, blue


def is_red(colour: tuple[int, int, int]) -> bool:
    red, green, blue = colour
    return red > 80 and red > 2 * green and red > 2 * blue


def is_blue(colour: tuple[int, int, int]) -> bool:
    red, green, blue = colour
    return blue > 80 and blue > 2 * red and blue > green


def test_once(env: dict[str, str]) -> None:
    """The fleet starts, a red cube is drawn without any key, its picture is kept, nothing is left running."""
    done = subprocess.run([*UP, "--once"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "claude (sketch) was asked to draw a red cube" in done.stdout
    assert "~/state/peribus/screen.png" in done.stdout
    assert is_red(pixel(Path(env["HOME"], "state/peribus/screen.png"), 0.5, 0.5))
    assert not left_over(env)


class Session:
    """A running `make up`, and what it has printed."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.text = ""

    async def until(self, pattern: str) -> None:
        """Read on until the pattern is there."""
        assert self.process.stdout
        with trio.fail_after(LIMIT):
            while not re.search(pattern, self.text):
                chunk = await self.process.stdout.receive_some()
                assert chunk, self.text
                self.text += chunk.decode()


@asynccontextmanager
async def session(env: dict[str, str]) -> AsyncIterator[Session]:
    async with trio.open_nursery() as nursery:
        run = partial(
            trio.run_process,
            UP,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        process: trio.Process = await nursery.start(run)
        yield Session(process)
        nursery.cancel_scope.cancel()


async def typed(lines: str, env: dict[str, str]) -> bytes:
    """What lines print that are typed into another shell, which stops at the first that fails."""
    with trio.fail_after(LIMIT):
        command = ["bash", "-ec", f"set -o pipefail\n{lines}"]
        done = await trio.run_process(command, env=env, cwd=env["HOME"], capture_stdout=True)
        return done.stdout


@pytest.mark.timeout(4 * LIMIT)
async def test_a_session(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says to type works, a service that dies comes back, and Ctrl-C ends it all within five seconds."""
    async with session(env) as up:
        await up.until("Ctrl-C stops it all")
        assert re.search(r"in another shell:\n\n((    .*\n)+)", up.text, re.IGNORECASE)

        lines = up.text.partition("In another shell:")[2].partition("\nLogs:")[0]
        fresh = {name: value for name, value in env.items() if name != "NAMESPACE"}
        await typed(lines, fresh)
        assert is_blue(pixel(Path(env["HOME"], "shot.png"), 0.5, 0.5))
        assert b"yellow" in await typed(f"{BIN}/ninep read /rio/scene/context", env)
        monkeypatch.setenv("NAMESPACE", env["NAMESPACE"])
        await typed("\n".join(line for line in lesson_without_mount() if line.startswith("    ")), fresh)
        assert (f"cat {env['NAMESPACE']}/n/rio/screen" in lines) == (not why_not())

        second = await trio.run_process(UP, cwd=ROOT, env=env, capture_stdout=True, capture_stderr=True, check=False)
        assert second.returncode == 1
        assert second.stderr.decode().startswith(f"make up: a fleet runs in {env['NAMESPACE']} already")
        assert second.stderr.count(b"\n") == 1

        os.kill(await pid_of("voice", env), signal.SIGKILL)
        await up.until("voice was killed by SIGKILL; starting it again in 0.5 s")
        await up.until("voice is back")

        begun = time.monotonic()
        up.process.send_signal(signal.SIGINT)
        await up.until("Stopping")
        up.process.send_signal(signal.SIGINT)  # as an impatient person does
        with trio.fail_after(LIMIT):
            assert await up.process.wait() == 0
        assert time.monotonic() - begun < 5
        assert "Traceback" not in up.text
    assert not left_over(env)


async def pid_of(name: str, env: dict[str, str]) -> int:
    """The process of a member: the peer of its socket."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(f"{env['NAMESPACE']}/{name}")
        pid: int
        pid, _, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        return pid


def test_a_fleet_that_cannot_start_says_why(env: dict[str, str]) -> None:
    """A wrong setting ends it with the service's own words."""
    env["VOICE_LISTEN"] = "nowhere!"
    done = subprocess.run([*UP, "--once"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 1
    assert re.search(
        r"make up: voice ended with exit status 2\n +voice: --listen or VOICE_LISTEN: .*nowhere!", done.stderr
    )
    assert not left_over(env)


def test_a_display_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window is opened only where one can be: what DISPLAY names may be gone."""
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":7777")
    assert not has_display()
