from pathlib import Path

import pytest
import trio
from msgspec import structs
from tests.llmfs.scripted import Scripted, ended, open_world, read_turn
from trio.testing import wait_all_tasks_blocked

from llmfs.agents.settings import Settings
from llmfs.records.rows import AgentRow, TurnRow
from ninep import FileError


async def test_a_new_agent_says_what_it_got(tmp_path: Path) -> None:
    """The reply names provider and model, and why: as asked, the default, or the first that is ready."""
    poor = Scripted("poor", "poor needs POOR_KEY in the environment of llmfs")
    async with open_world(tmp_path, poor, Scripted()) as world:
        fleet = world.fleet
        assert fleet.new("ada") == "ada uses scripted one: the first provider that is ready"
        assert fleet.new("bob", "scripted", "big") == "bob uses scripted big: as asked"
        assert fleet.set_default("scripted", "two") == "new agents use scripted two"
        assert fleet.new("eve") == "eve uses scripted two: the default"
        with pytest.raises(FileError, match="poor needs POOR_KEY in the environment of llmfs"):
            fleet.new("joe", "poor")
        with pytest.raises(FileError, match="no provider nobody; there are: poor scripted"):
            fleet.new("joe", "nobody")
        assert world.events[0] == (
            "agent.new",
            {"agent": "ada", **structs.asdict(Settings("scripted", "one"))},
        )


async def test_a_default_that_is_not_ready_is_passed_over(tmp_path: Path) -> None:
    """If the default provider has lost its key, a new agent gets another and says why."""
    first, second = Scripted("first"), Scripted("second")
    async with open_world(tmp_path, first, second) as world:
        world.fleet.set_default("second")
        second.missing = "second needs a key"
        assert world.fleet.new("ada") == "ada uses first one: second needs a key; so the first provider that is ready"


@pytest.mark.parametrize("name", ["ctl", "Providers", "help", "a/b", "", ".", "..", "-x", "a b", "ä", "x" * 65])
async def test_names_of_agents_are_checked(tmp_path: Path, name: str) -> None:
    """What is a file already, or could be no file's name, cannot be an agent."""
    async with open_world(tmp_path) as world:
        with pytest.raises(FileError, match="cannot be the name of an agent"):
            world.fleet.new(name)


@pytest.mark.parametrize("name", ["OUTPUT", "ask", "turns", "pending", "a/b", ".."])
async def test_names_of_machines_are_checked(tmp_path: Path, name: str) -> None:
    """A machine's file lies beside the agent's own."""
    async with open_world(tmp_path) as world:
        with pytest.raises(FileError, match="cannot be the name of a machine"):
            world.fleet.machine("add", name)


async def test_names_are_taken_once(tmp_path: Path) -> None:
    """A second agent or machine of the same name is refused; machines differ in more than case."""
    async with open_world(tmp_path) as world:
        world.fleet.new("ada")
        world.fleet.machine("add", "Truck")
        with pytest.raises(FileError, match="agent ada exists"):
            world.fleet.new("ada")
        with pytest.raises(FileError, match="machine Truck exists"):
            world.fleet.machine("add", "truck")
        with pytest.raises(FileError, match="no agent eve; there are: ada"):
            world.fleet.remove("eve")
        with pytest.raises(FileError, match="no machine bus; there are: Truck"):
            world.fleet.machine("remove", "bus")
        with pytest.raises(FileError, match="begins with /, unlike 'scene'"):
            world.fleet.machine("add", "bus", "scene")


async def test_removing_an_agent_ends_its_streams(tmp_path: Path) -> None:
    """Its readers get the end, its answer is cancelled, and nothing of it is left in the store."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("text", trio.Event())
        ada.ask("?")
        reader = ada.output.open()
        await wait_all_tasks_blocked()
        world.fleet.remove("ada")
        assert await read_turn(reader) == "text"
        assert await read_turn(reader) == ""
        with pytest.raises(FileError, match="agent ada was removed"):
            ada.ask("?")
        await wait_all_tasks_blocked()
        assert model.open == 0
        world.agent("ada").ask("a new life")
        await ended(world.agent("ada"))
        await world.store.settle()
        assert [(row.agent, row.name) for row in world.store.rows(AgentRow)] == [(2, "ada")]
        assert [(row.agent, row.number) for row in world.store.rows(TurnRow)] == [(2, 1)]


async def test_removing_a_machine_releases_its_readers(tmp_path: Path) -> None:
    """Who waits for a block of a machine that is gone gets the end."""
    async with open_world(tmp_path) as world:
        world.fleet.machine("add", "A")
        ada, got = world.agent(), list[str]()
        reader = ada.machines["A"].output.open()

        async def wait() -> None:
            got.append(await read_turn(reader))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await wait_all_tasks_blocked()
            world.fleet.machine("remove", "A")
        assert got == [""]
        assert "A" not in ada.machines


async def test_a_fork_goes_on_alone(tmp_path: Path) -> None:
    """A fork has the history, system, settings and contexts; what it says then is its own."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.machine("add", "A")
        ada = world.agent()
        ada.set_system("be brief")
        ada.set_one("max_tokens", "7")
        ada.machines["A"].tell("a cube")
        ada.ask("one")
        await ended(ada)
        assert await world.fleet.fork(ada, "bob") == "bob goes on where ada is"
        bob = world.fleet.agents["bob"]
        assert (bob.system, bob.settings, bob.machines["A"].context) == ("be brief", ada.settings, "a cube")
        bob.ask("two")
        await ended(bob)
        assert [message.text for message in model.requests[-1].messages] == ["one", "one", "two"]
        assert "two" not in await ada.history.text()
        with pytest.raises(FileError, match="agent bob exists"):
            await world.fleet.fork(ada, "bob")


async def test_the_status_can_be_written_back(tmp_path: Path) -> None:
    """Root ctl reads as the verbs that make the same fleet."""
    async with open_world(tmp_path) as world:
        world.fleet.machine("add", "A")
        world.fleet.machine("add", "truck", "/truck/rio/scene")
        world.fleet.new("ada")
        assert world.fleet.status() == (
            "default scripted one  # the first provider that is ready\n"
            "machine add A /A/scene\n"
            "machine add truck /truck/rio/scene\n"
            "new ada scripted one  # idle\n"
        )


async def test_everything_comes_back_after_a_restart(tmp_path: Path) -> None:
    """Agents, settings, contexts, history, turns, what was read, errors and the default survive."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.set_default("scripted", "two")
        world.fleet.machine("add", "A")
        ada = world.agent()
        ada.set_system("be brief")
        ada.machines["A"].tell("a cube")
        for number, answer in enumerate(("read", "```A\nbox()\n```", ""), 1):
            model.play(answer)
            ada.ask(f"question {number}")
            await ended(ada, number)
        ada.errors.add("something was wrong")
        assert await read_turn(ada.output.open()) == ""
        assert await read_turn(ada.output.open()) == "```A\nbox()\n```"
        before = (ada.config(), await ada.history.text(), ada.errors.text(), world.fleet.status())
    async with open_world(tmp_path, model) as world:
        ada = world.fleet.agents["ada"]
        assert (ada.config(), await ada.history.text(), ada.errors.text(), world.fleet.status()) == before
        assert (ada.system, ada.machines["A"].context) == ("be brief", "a cube")
        assert await read_turn(ada.output.open()) == "read"
        machine = ada.machines["A"].output
        assert [await read_turn(machine.open()) for _ in range(2)] == ["", "box()\n"]
        ada.ask("one more")
        await ended(ada, 4)
        assert model.requests[-1].messages[-1].text == "one more"
    async with open_world(tmp_path, model) as world:
        assert await read_turn(world.fleet.agents["ada"].output.open()) == "one more"


async def test_a_stop_in_the_middle_is_told(tmp_path: Path) -> None:
    """What ran when llmfs stopped is truncated and kept; what waited runs when it is back."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("half", trio.Event())
        ada.ask("one")
        ada.ask("two")
        await wait_all_tasks_blocked()
    async with open_world(tmp_path, model) as world:
        ada = world.fleet.agents["ada"]
        assert ada.turns["1"].state == "truncated: llmfs was stopped"
        assert await ended(ada, 2) == "done"
        reader = ada.turns["1"].answer
        assert await reader.text() == "half"
        assert [m.text for m in model.requests[-1].messages] == ["one", "half", "two"]
