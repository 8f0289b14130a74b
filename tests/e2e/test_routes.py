"""With a route, a prompt alone draws: from the agent's answer to the display, through restarts of either end."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import trio
from tests.e2e.machine import Machine, open_fleet
from tests.e2e.picture import patch

from ninep.client import File, open_client

ROUTE = "/llm/claude/output -> /rio/scene/parse"


async def turns_carried(machine: Machine, number: int) -> None:
    """Return when the route has carried so many turns; each is drawn by then, for its target has been closed."""
    with trio.fail_after(30):
        while f", {number} turn" not in (await machine.sh("ninep read /routes")).text:
            await trio.sleep(0.02)  # nothing tells of it but the file itself


async def pixels(machine: Machine, hue: str) -> int:
    """How much of it is on the display."""
    return patch((await machine.sh("ninep read /rio/screen")).out, hue).pixels


async def heard(events: File, kind: str) -> dict[str, str]:
    """The next event of a kind."""
    with trio.fail_after(30):
        async for line in events:
            event: dict[str, str] = json.loads(line)
            if event["event"] == kind:
                return event
    raise AssertionError(f"no {kind} will come")


async def test_a_prompt_alone_draws(tmp_path: Path) -> None:
    """Once the route is made, by a line or by `ninep attach`; and no more once it is ended."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("echo 'new claude' | ninep write /llm/ctl")
        await machine.sh(f"echo '{ROUTE}' | ninep write /routes")
        await machine.sh("echo 'draw a red cube' | ninep write /llm/claude/input")
        await turns_carried(machine, 1)
        assert await pixels(machine, "red") > 5000
        await machine.sh("echo 'make it blue' | ninep write /llm/claude/input")
        await turns_carried(machine, 2)
        assert await pixels(machine, "blue") > 5000
        await machine.sh("ninep attach -d /llm/claude/output")
        assert (await machine.sh("ninep attach")).text == ""
        await machine.sh("echo 'draw a yellow sphere' | ninep write /llm/claude/input")
        await machine.sh("ninep read /llm/claude/turns/3/answer")
        assert await pixels(machine, "yellow") < 300
        await machine.sh("ninep attach /llm/claude/output /rio/scene/parse")  # the answer that nobody has read is first
        await turns_carried(machine, 1)
        assert await pixels(machine, "yellow") > 1500
        assert (await machine.sh("ninep attach")).text.startswith(f"{ROUTE}  # waiting, 1 turn, ")


async def test_a_program_that_is_wrong_is_an_error_of_the_route(tmp_path: Path) -> None:
    """It is told with the display's own words."""
    async with open_fleet(tmp_path) as machine, open_client(machine.address("mux")) as root:
        await machine.sh("printf 'new ada\\nmachine add A\\n' | ninep write /llm/ctl")
        async with root.open("/events") as events:
            await root.write("/llm/ada/context/A", "box(colour=1)\n")
            await machine.sh("ninep attach /llm/ada/context/A /rio/scene/parse")
            failed = await heard(events, "route.failed")
        assert "color" in failed["reason"]


async def test_a_route_outlives_both_ends_and_the_multiplexer(tmp_path: Path) -> None:
    """A stop of llmfs, kill -9 of rio and of riomux, one after the other: each time, the next prompt draws."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("echo 'new claude' | ninep write /llm/ctl")
        await machine.sh(f"echo '{ROUTE}' | ninep write /routes")
        await machine.sh("echo 'draw a red cube' | ninep write /llm/claude/input")
        await turns_carried(machine, 1)

        await machine.kill("llmfs", signal.SIGTERM)
        await machine.restart("llmfs", mounted="llm")
        await machine.sh("echo 'make it blue' | ninep write /llm/claude/input")
        await turns_carried(machine, 2)
        assert await pixels(machine, "blue") > 5000

        await machine.kill("rio")
        await machine.sh("echo 'make it yellow' | ninep write /llm/claude/input")
        await machine.sh("ninep read /llm/claude/turns/3/answer")
        await machine.restart("rio", "--headless", mounted="rio")
        await turns_carried(machine, 3)
        assert await pixels(machine, "yellow") > 5000

        await machine.kill("riomux")
        await machine.start("riomux", f"llm={machine.address('llm')}", f"rio={machine.address('rio')}")
        await machine.sh("echo 'make it red' | ninep write /llm/claude/input")
        await turns_carried(machine, 1)
        assert await pixels(machine, "red") > 5000
