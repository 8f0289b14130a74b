"""Agents made from the `state` of others."""

import json
from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.test_tree import open_files

from llmfs.agents.agent import Agent
from llmfs.agents.cloning import become, copy_of
from ninep import FileError


async def remembered(agent: Agent) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in await agent.history.messages()]


async def test_a_copied_state_makes_the_same_agent(tmp_path: Path) -> None:
    """Read here and written there: settings, system prompt, rules, contexts and conversation, over a restart too."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada, bob = world.agent("ada"), world.agent("bob")
        world.fleet.machine("add", "A")
        ada.configure("model two\ntemperature 0.5\nmax_history 7\n")
        ada.set_system("Be brief.\n{\n")
        ada.set_rules("python\n")
        ada.machines["A"].tell("a red cube")
        ada.rewrite_history('{"role":"user","content":"who?"}\n{"role":"assistant","content":"me"}\n')
        ada.ask('say "ü"\n{')
        bob.ask("forget me")
        assert [await ended(agent) for agent in (ada, bob)] == ["done", "done"]
        state = await root.read("/ada/state")
        assert state.startswith(b"idle\n{")
        await root.write("/bob/state", state)
        assert bob.settings == ada.settings
        assert await root.read("/bob/state") == state
        bob.ask("and now?")
        assert await ended(bob, 2) == "done"
        request = model.requests[-1]
        assert request.model == "two"
        assert "a red cube" in request.system
        said = ["who?", "me", 'say "ü"\n{', 'say "ü"\n{', "and now?"]
        assert [message.text for message in request.messages] == said
        assert await root.read("/bob/turns/1/prompt") == b"forget me"
    async with open_world(tmp_path / "state") as world:
        bob = world.agent("bob")
        assert (bob.system, bob.routing.text()) == ("Be brief.\n{\n", "python\n")
        assert [text for _, text in await remembered(bob)] == [*said, "and now?"]
        assert bob.machines["A"].context == "a red cube"


async def test_the_words_come_alone(tmp_path: Path) -> None:
    """Who asks what an agent does gets that in the first read; the copy is as it is when it is read."""
    async with open_files(tmp_path) as (world, root):
        ada = world.agent()
        async with root.open("/ada/state") as state:
            assert await state.read() == b"idle\n"
            ada.set_system("new")
            assert json.loads(await state.read())["system"] == "new"
            assert await state.read() == b""


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"config": "provider nobody\n"}, "no provider nobody"),
        ({"config": "colour red\n"}, "unknown setting colour"),
        ({"rules": "(\n"}, "line 1: no regular expression"),
        ({"history": [{"role": "king", "content": "x"}]}, "this is no state of an agent: Invalid enum value"),
        ({"tools": "allow write /**"}, "this is no state of an agent: Object contains unknown field `tools`"),
    ],
)
async def test_a_state_holds_as_a_whole_or_not_at_all(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    """One wrong part, and nothing of it holds."""
    async with open_world(tmp_path) as world:
        ada, bob = world.agent("ada"), world.agent("bob")
        ada.set_system("hers")
        before = await copy_of(bob)
        with pytest.raises(FileError) as refusal:
            become(bob, json.dumps({**json.loads(await copy_of(ada)), **change}))
        assert str(refusal.value).startswith(complaint)
        assert await copy_of(bob) == before


async def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    """Words alone, half a copy, nothing at all; and an agent that is not idle."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        for text in ("", "idle\n", 'idle\n{"config": "model two', '{"config": 7}', "[" * 100_000):
            with pytest.raises(FileError, match="no state of an agent"):
                become(ada, text)
        copy = await copy_of(ada)
        model.play(trio.Event())
        ada.ask("?")
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(FileError, match="ada is not idle"):
            become(ada, copy)


async def test_a_context_of_a_machine_that_is_not_here_is_left_out(tmp_path: Path) -> None:
    """The copy goes to where other machines are; what it says of them is not kept."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        world.fleet.machine("add", "B")
        ada.machines["B"].tell("old")
        become(ada, json.dumps({"config": "model two", "context": {"A": "x"}}))
        assert ada.settings.model == "two"
        assert ada.machines["B"].context == ""
