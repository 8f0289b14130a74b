"""`make compose`: the image is built and the fleet drawn with in four containers, by a real engine.

Not among the tests, for it needs docker with Compose, and either a network or an image to build on (BASE).
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from PIL import Image

ROOT = Path(__file__).parents[2]
COMPOSE = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
SERVICES = {"llmfs", "rio", "riomux", "voice"}


def compose(*arguments: str, stdin: bytes = b"", limit: float = 60) -> bytes:
    """A command of Compose, in a project of its own."""
    command = [*COMPOSE, "--project-name", "peribus-check", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, check=True, stdout=subprocess.PIPE, timeout=limit).stdout


def shell(line: str, stdin: bytes = b"") -> bytes:
    """A line for the shell in riomux's container, where /n is the mux."""
    return compose("exec", "-T", "riomux", "sh", "-c", line, stdin=stdin)


def states() -> dict[str, str]:
    """Service -> its health."""
    ids = compose("ps", "--quiet").decode().split()
    found = json.loads(subprocess.check_output(["docker", "inspect", *ids], timeout=60))
    name = "com.docker.compose.service"
    return {each["Config"]["Labels"][name]: each["State"]["Health"]["Status"] for each in found}


@pytest.fixture(scope="module")
def fleet() -> Iterator[None]:
    if not shutil.which("docker"):
        pytest.fail("docker is not installed")
    compose("build", limit=900)
    compose("up", "-d", limit=120)
    yield
    compose("down", "--volumes")


@pytest.mark.timeout(1200)
async def test_all_become_healthy(fleet: None) -> None:
    """Every container says so itself, through `ninep read /health`."""
    with trio.fail_after(120):
        while states() != dict.fromkeys(SERVICES, "healthy"):
            await trio.sleep(2)  # Compose of version 1 has no way to wait for it


def test_an_agent_draws(fleet: None) -> None:
    """The five lines of the README, inside: an agent is asked, its answer is drawn, the cube is red."""
    shell("echo 'new claude' | ninep write /llm/ctl")
    shell("echo 'draw a red cube' | ninep write /llm/claude/input")
    shell("ninep read /llm/claude/output | ninep write /rio/scene/parse")
    picture = Image.open(io.BytesIO(shell("ninep read /rio/screen"))).convert("RGB")
    red, green, blue = picture.getpixel((picture.width // 2, picture.height // 2))  # type: ignore[misc]  # of an RGB image
    assert red > 80 and red > 2 * green and red > 2 * blue


def test_the_sandbox_stands(fleet: None) -> None:
    """Scene programs are walled in as they are outside a container."""
    assert shell("ninep read /rio/health") == b"ok\n"


def test_nobody_is_root_and_no_port_is_open(fleet: None) -> None:
    """Each container runs as an ordinary user on a read-only file system, without capabilities or ports."""
    for each in json.loads(subprocess.check_output(["docker", "inspect", *compose("ps", "-q").decode().split()])):
        assert each["Config"]["User"] == "10001"
        assert each["HostConfig"]["ReadonlyRootfs"] and each["HostConfig"]["CapDrop"] == ["ALL"]
        assert not each["HostConfig"]["PortBindings"]


def test_a_restart_loses_nothing(fleet: None) -> None:
    """Agents live in a volume: llmfs comes back with them, through a mux that stayed."""
    compose("restart", "llmfs")
    assert b"claude" in shell(
        "for try in 1 2 3 4 5 6 7 8 9; do ninep ls /llm/claude && break; sleep 1; done; ninep ls /llm"
    )
