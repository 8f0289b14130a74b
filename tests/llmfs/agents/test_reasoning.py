"""What a model thinks aloud: in files of its own, while it thinks, and never in its answer or its history."""

from pathlib import Path

import pytest
import trio
from tests.llmfs.providers.asking import SPEECHES, open_provider
from tests.llmfs.providers.servers import Exchange, open_server
from tests.llmfs.scripted import Scripted, ended, open_world, read, read_turn
from tests.llmfs.test_tree import open_files

from llmfs.providers import ProviderError, Reasoning

ASKED: dict[str, dict[str, object]] = {
    "anthropic": {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "high"}},
    "responses": {"reasoning": {"effort": "high", "summary": "auto"}},
    "chat": {"reasoning_effort": "high"},
}
"""How each interface is asked to think, and to show it."""


@pytest.mark.parametrize("speech", SPEECHES)
async def test_it_is_there_while_the_model_thinks(tmp_path: Path, speech: str) -> None:
    """Before the first word of the answer, in every dialect; the answer and the history are without it."""
    go_on = trio.Event()

    async def script(exchange: Exchange) -> None:
        await exchange.think("first a cube, ", "then red")
        await go_on.wait()
        await exchange.say("box()")
        await exchange.stop()

    async with (
        open_server(script) as server,
        open_provider(speech, server.url) as provider,
        open_files(tmp_path, provider) as (world, root),
    ):
        ada = world.agent()
        await root.write("/ada/input", "draw")
        async with root.open("/ada/reasoning") as reasoning:
            thought = b""
            with trio.fail_after(30):
                while thought != b"first a cube, then red":
                    thought += await reasoning.read()
            assert ada.turns["1"].answer.size == 0
            go_on.set()
            assert await reasoning.read() == b""
        assert await root.read("/ada/turns/1/answer") == b"box()"
        assert await root.read("/ada/turns/1/reasoning") == b"first a cube, then red"
        assert b"first" not in await root.read("/ada/history")
        await root.write("/ada/input", "again")
        assert await ended(ada, 2) == "done"
        assert "first a cube" not in str(server.exchanges[1].body)


@pytest.mark.parametrize("speech", SPEECHES)
async def test_it_can_be_asked_for(tmp_path: Path, speech: str) -> None:
    """A setting says how much; unless it does, nothing is said about it to the provider."""
    async with (
        open_server() as server,
        open_provider(speech, server.url) as provider,
        open_files(tmp_path, provider) as (world, root),
    ):
        ada = world.agent()
        for number, level in enumerate(("default", "high"), 1):
            await root.write("/ada/ctl", f"reasoning {level}")
            ada.ask("?")
            assert await ended(ada, number) == "done"
        assert b"\nreasoning high\n" in await root.read("/ada/ctl")
        plain, deep = (exchange.body for exchange in server.exchanges)

    assert not {"thinking", "output_config", "reasoning", "reasoning_effort"} & plain.keys()
    assert ASKED[speech].items() <= deep.items()


async def test_the_rules_of_output_hold(tmp_path: Path) -> None:
    """An open is for the running turn, else the newest unread, and reading on gives the next; `output` is apart."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        for number in (1, 2):
            model.play(Reasoning(f"thought {number}"), f"answer {number}")
            ada.ask("?")
            await ended(ada, number)
        reader = ada.reasoning.open()
        assert await read_turn(reader) == "thought 2"
        assert await read_turn(ada.reasoning.open()) == "thought 1"
        assert await read_turn(ada.output.open()) == "answer 2"
        model.play(Reasoning("thought 3"), trio.Event())
        ada.ask("?")
        assert await read(reader) == b"thought 3"
        ada.cancel()
        assert await read(reader) == b""


async def test_what_was_thought_before_a_failure_is_kept(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """A failure before the first word is tried again, and the thoughts of both attempts are there, set apart."""
    model = Scripted()
    model.play(Reasoning("hm"), Reasoning("m."), ProviderError("busy", retryable=True))
    model.play(Reasoning("aha"), "there")
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        turn = ada.ask("?")
        assert await ended(ada) == "done"
        assert (await turn.reasoning.text(), await turn.answer.text()) == ("hmm.\n\naha", "there")


async def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """With what was read of it; turns of which none was kept read as empty."""
    model = Scripted()
    model.play(Reasoning("why"), "so")
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        ada.ask("?")
        await ended(ada)
        ada.ask("no thoughts")
        await ended(ada, 2)
    async with open_world(tmp_path, model) as world:
        ada = world.fleet.agents["ada"]
        assert await ada.turns["1"].reasoning.text() == "why"
        assert await read_turn(ada.reasoning.open()) == ""
        assert await read_turn(ada.reasoning.open()) == "why"


async def test_removing_the_agent_releases_its_readers(tmp_path: Path) -> None:
    """Who waits for a thought gets the end."""
    async with open_world(tmp_path) as world, trio.open_nursery() as nursery:
        reader = world.agent().reasoning.open()

        async def follow() -> None:
            assert await read(reader) == b""

        nursery.start_soon(follow)
        await trio.testing.wait_all_tasks_blocked()
        world.fleet.remove("ada")
