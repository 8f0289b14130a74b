"""`autofix`: what a display complains of comes back to the agent that wrote it, so often and no more."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.llmfs.namespaces import Screen, hive, until
from tests.llmfs.scripted import Scripted, World, ended

from llmfs.agents.agent import Agent
from llmfs.agents.roles import Roles
from llmfs.agents.status import state
from llmfs.hive.autofix import QUIET, quoted
from llmfs.hive.watching import COMPLAINT

WRONG, RIGHT = "```A\nbox()\nwrong(1)\n```", "```A\nright(1)\n```"


@asynccontextmanager
async def coding(place: Path, model: Scripted, **screens: Screen) -> AsyncIterator[tuple[World, Agent]]:
    """A coder whose blocks reach these displays, each of which is listened to."""
    async with hive(place, model, **screens) as (world, _):
        await until(lambda: len(world.fleet.sites) == len(screens))
        await Roles(world.fleet).coder("bob")
        await until(lambda: all(screen.listeners for screen in screens.values()))
        yield world, world.agent("bob")


async def rest(agent: Agent) -> None:
    """As long as it takes for a complaint to become a prompt, and then some."""
    await trio.sleep(QUIET + 0.7)
    await until(lambda: agent.running is None)


async def test_an_error_comes_back_to_its_author(place: Path) -> None:
    """As a prompt with the display's words; what is mended is drawn, and `state` counts."""
    screen, model = Screen(), Scripted()
    async with coding(place, model, A=screen) as (_, bob):
        model.play(WRONG)
        model.play(RIGHT)
        bob.ask("draw")
        await until(lambda: screen.programs[1:] == [b"right(1)\n"])
        assert await bob.turns["2"].prompt.text() == (
            "A reports an error in what you wrote for it:\n\n"
            "line 2: NameError: name 'wrong' is not defined\n  line 2: wrong(1)\n\n"
            "Put it right. What ran before the error is there already."
        )
        await ended(bob, 2)
        assert state(bob) == "idle\nautofix 1 of 2\n"
        assert "turn 1 on A: line 2: NameError: name 'wrong' is not defined" in bob.errors.text()


async def test_it_ends(place: Path) -> None:
    """An agent that mends nothing is told twice in a row; the next prompt of a person begins anew."""
    screen, model = Screen(), Scripted()
    async with coding(place, model, A=screen) as (_, bob):
        for _ in range(4):
            model.play(WRONG)
        bob.ask("draw")
        await until(lambda: "turn 3: autofix has tried 2 times, and gives up" in bob.errors.text())
        screen.complain(screen.complaints[-1].decode())  # a callback says it again
        await rest(bob)
        assert len(bob.turns) == 3
        assert state(bob) == "idle\nautofix 2 of 2\n"
        assert bob.errors.text().count("gives up") == 1
        model.play(RIGHT)
        bob.ask("once more")
        await until(lambda: len(bob.turns) == 5)
        assert state(bob).endswith("autofix 1 of 2\n")


async def test_errors_of_several_displays_are_one_prompt(place: Path) -> None:
    """It names each of them."""
    a, b, model = Screen(), Screen(), Scripted()
    async with coding(place, model, A=a, B=b) as (_, bob):
        model.play("```A\nwrong(1)\n```\n```B\nwrong(2)\n```")
        model.play("Sorry.")
        bob.ask("draw")
        await until(lambda: len(bob.turns) == 2)
        prompt = await bob.turns["2"].prompt.text()
        assert prompt.count("reports an error") == 2
        assert "wrong(1)" in prompt
        assert "wrong(2)" in prompt
        await rest(bob)
        assert len(bob.turns) == 2


async def test_what_others_wrote_is_not_ones_own(place: Path) -> None:
    """An error of somebody else's program, one without lines, and one when another prompt waits ask nobody."""
    screen, model = Screen(), Scripted()
    async with coding(place, model, A=screen) as (world, bob):
        eve = world.agent("eve")
        model.play(RIGHT)
        bob.ask("draw")
        await ended(bob)
        screen.run(b"wrong(1)\n")
        screen.complain("interrupted\n")
        await rest(bob)
        assert (len(bob.turns), len(eve.turns)) == (1, 0)
        model.play(WRONG)
        gate = trio.Event()
        model.play(gate, "never mind")
        bob.ask("draw")
        bob.ask("and something else")
        await until(lambda: len(screen.complaints) == 3)
        await trio.sleep(QUIET + 0.5)
        gate.set()
        await rest(bob)
        assert len(bob.turns) == 3


async def test_it_can_be_switched_off(place: Path) -> None:
    """With 0 the error stands in `errors`, and that is all."""
    screen, model = Screen(), Scripted()
    async with coding(place, model, A=screen) as (_, bob):
        bob.set_one("autofix", "0")
        model.play(WRONG)
        bob.ask("draw")
        await until(lambda: "turn 1 on A: line 2" in bob.errors.text())
        await rest(bob)
        assert len(bob.turns) == 1


@pytest.mark.parametrize(
    "text", ["  line " + "1" * COMPLAINT, "  line 1 x\n" * 6000, "  program 1, line 1" + " " * COMPLAINT]
)
def test_no_complaint_takes_long_to_read(text: str) -> None:
    """Whatever a display says, llmfs goes on at once."""
    begun = time.process_time()
    assert quoted(text[:COMPLAINT]) == set()
    assert time.process_time() - begun < 0.5
