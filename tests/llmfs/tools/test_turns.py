"""Agents that act: the whole way from a model's call through the rules to a file and back, in one turn."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.llmfs.providers.asking import PATIENCE, SPEECHES, open_provider
from tests.llmfs.providers.dialects import SPENT
from tests.llmfs.providers.servers import Exchange, open_server
from tests.llmfs.scripted import Scripted, World, ended, open_world, read_turn
from tests.llmfs.tools.acting import call, open_namespace
from trio.testing import MockClock, wait_all_tasks_blocked

from llmfs.agents.agent import Agent
from llmfs.agents.cloning import become, copy_of
from llmfs.agents.status import state, status
from llmfs.providers import Message, Provider, ProviderError, Stop, ToolResult, Usage
from llmfs.providers.sketch import Sketch
from llmfs.turns.tape import TapeReader
from ninep import FileError
from ninep.memory import File, Folder
from ninep.tree import Dir, Stream

CALLS = Stop("tools")


@asynccontextmanager
async def open_acting(directory: Path, *providers: Provider) -> AsyncIterator[tuple[World, Agent, Folder]]:
    """An agent in a namespace with a folder of notes and a file that never says anything."""
    notes = Folder(limit=1 << 20)
    notes.add("plan", File(b"a red cube\n"))

    class Silence:
        async def read(self, count: int) -> bytes:
            return await trio.sleep_forever()

        def close(self) -> None:
            pass

    tree = Dir(notes=notes, silence=Stream(Silence))
    async with open_namespace(directory, tree) as namespace, open_world(directory / "state", *providers) as world:
        world.around.namespace.address = namespace.address
        agent = world.agent()
        if not agent.toolbox.rules.rules:
            agent.toolbox.set_rules("allow read /**")
        yield world, agent, notes


@pytest.mark.parametrize("speech", SPEECHES)
async def test_a_model_acts_within_its_turn(speech: str, tmp_path: Path) -> None:
    """It asks, it is done, it goes on with the result, and the next prompt's conversation has all of it."""

    async def model(exchange: Exchange) -> None:
        match len(server.exchanges):
            case 1:
                await exchange.say("Let me see.")
                await exchange.call("call_1", "read", '{"pa', 'th": "/notes/plan"}')
                await exchange.call("call_2", "write", '{"path": "/notes/plan", "text": "mine"}')
                await exchange.stop("tools")
            case _:
                await exchange.say("A red ", "cube.")
                await exchange.stop()

    with trio.fail_after(PATIENCE):
        async with (
            open_server(model) as server,
            open_provider(speech, server.url) as provider,
            open_acting(tmp_path, provider) as (_, ada, _),
        ):
            turn = ada.ask("what is planned?")
            assert await ended(ada) == "done"
            assert await turn.answer.text() == "Let me see.\n\nA red cube."
            assert turn.usage == Usage(2 * SPENT.input, 2 * SPENT.output, 2 * SPENT.cache_read, 0)
            records = [json.loads(line) for line in (await turn.tools.text()).splitlines()]
            await _ask(ada, "thanks", 2)
            history = await ada.history.text()
        told = json.dumps(server.exchanges[1].body)
        again = json.dumps(server.exchanges[2].body)
    assert [(each["tool"], each["how"]) for each in records] == [("read", "done"), ("write", "refused")]
    assert records[0]["arguments"] == {"path": "/notes/plan"}
    assert records[0]["result"] == "a red cube\n"
    for conversation in (told, again):
        for part in ("call_1", "call_2", "a red cube\\n", "Let me see.", "no rule lets you write /notes/plan"):
            assert part in conversation
    assert "A red cube." in again
    assert '"calls":[{"id":"call_1","name":"read"' in history


async def _ask(agent: Agent, prompt: str, number: int) -> str:
    agent.ask(prompt)
    return await ended(agent, number)


async def test_no_tools_unless_there_are_rules(tmp_path: Path) -> None:
    """By default a model is offered nothing, and what earlier turns called is told as text alone."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        model.play("Wait.", call("ls", path="/"), CALLS)
        model.play("Notes.")
        assert await _ask(ada, "look", 1) == "done"
        ada.toolbox.rule("none")
        await _ask(ada, "and?", 2)
        assert model.requests[-1].tools == ()
        assert model.requests[-1].messages == (
            Message("user", "look"),
            Message("assistant", "Wait.\n\nNotes."),
            Message("user", "and?"),
        )
        assert [tool.name for tool in model.requests[0].tools] == ["ls", "read"]


async def test_what_was_called_outlives_a_restart(tmp_path: Path) -> None:
    """The conversation with its calls, and the rules, are there in the next life."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (world, ada, _):
        model.play(call("read", path="/notes/plan"), CALLS)
        model.play("A cube.")
        await _ask(ada, "look", 1)
        ada.toolbox.rule("ask", "write", "/notes/*")
        before = (await ada.history.text(), await ada.turns["1"].tools.text(), ada.toolbox.rules)
    async with open_acting(tmp_path, model) as (world, ada, _):
        assert (await ada.history.text(), await ada.turns["1"].tools.text(), ada.toolbox.rules) == before
        await _ask(ada, "and?", 2)
        told = model.requests[-1].messages
        assert told[1:3] == (
            Message("assistant", "", calls=(call("read", path="/notes/plan"),)),
            Message("user", "", results=(ToolResult("c", "a red cube\n"),)),
        )
        await world.fleet.fork(ada, "bob")
        bob = world.fleet.agents["bob"]
        assert bob.toolbox.rules.rules == (), "a copy gets no rights"
        assert (await bob.history.messages())[:3] == told[:3]


@pytest.mark.parametrize("state", ["done", "running", "waiting"])
async def test_turns_of_an_older_llmfs_called_nothing(state: str, tmp_path: Path) -> None:
    """Whoever reads what they called has the end at once, or when they end."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        await _ask(ada, "look", 1)
    with closing(sqlite3.connect(tmp_path / "state" / "llmfs.sqlite")) as database, database:
        database.execute("DELETE FROM tapes WHERE file = 'tools'")
        database.execute("UPDATE turns SET state = ?", (state,))
        if state == "waiting":
            database.execute("UPDATE tapes SET size = NULL WHERE file = 'output'")
            database.execute("DELETE FROM texts WHERE file = 'output'")
    async with open_acting(tmp_path, model) as (_, ada, _):
        await ended(ada)
        assert await read_turn(TapeReader(ada.turns["1"].tools)) == ""


async def test_sketch_draws_a_table_that_it_may_read(tmp_path: Path) -> None:
    """The keyless assistant acts by the same rules: it reads the file that was named, and no other, and draws it."""
    async with open_acting(tmp_path, Sketch()) as (_, ada, notes):
        notes.add("sales.csv", File(b"fruit,sold\napples,3\npears,5\n"))
        assert await _ask(ada, "a gold bar chart of /notes/sales.csv, and a red cube", 1) == "done"
        answer = await ada.turns["1"].answer.text()
        assert all(said in answer for said in ('"apples"', '"pears"', '"5"', "box("))
        assert json.loads(await ada.turns["1"].tools.text())["arguments"] == {"path": "/notes/sales.csv"}
        assert await _ask(ada, "a bar chart of /notes/none.csv", 2) == "done"
        assert (await ada.turns["2"].answer.text()).startswith("I could not read that file: ")
        assert await _ask(ada, "make the cube blue", 3) == "done"
        assert "blue" in await ada.turns["3"].answer.text()
        ada.toolbox.set_rules("")
        assert await _ask(ada, "a bar chart of /notes/sales.csv", 4) == "done"
        assert "I may not read that file." in await ada.turns["4"].answer.text()


async def test_cancel_ends_a_call_at_once(tmp_path: Path) -> None:
    """The file that is read is let go, the turn's readers are released, and its line says that it was cut off."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        model.play("Hm.", call("read", path="/silence"), CALLS)
        turn = ada.ask("listen")
        reader = ada.output.open()
        with trio.fail_after(5):
            while state(ada) != "running turn 1\n" or not turn._if_cut:
                await trio.sleep(0.001)
            ada.cancel()
            assert await read_turn(reader) == "Hm."
        assert turn.state == "cancelled"
        line = json.loads(await turn.tools.text())
        assert (line["how"], line["tool"]) == ("late", "read")
        assert "the turn ended before it was answered" in line["result"]
        assert await _ask(ada, "go on", 2) == "done"
        assert len(model.requests[-1].messages) == 4


async def test_a_call_leaves_a_trace_even_of_a_kill(tmp_path: Path) -> None:
    """What is being done when llmfs is killed stands in `tools` in its next life, and the model is told of it."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        model.play("Hm.", call("read", path="/notes/plan"), call("read", path="/silence"), CALLS)
        turn = ada.ask("listen")
        with trio.fail_after(5):
            while "silence" not in "".join(rows_of(tmp_path, "SELECT calling FROM turns")):
                await trio.sleep(0.001)
        killed = tmp_path / "killed"
        shutil.copytree(tmp_path / "state", killed / "state")  # what a kill leaves on the disk
        assert turn.state == "running"
    async with open_acting(killed, model) as (_, ada, _):
        await ended(ada)
        first, second = map(json.loads, (await ada.turns["1"].tools.text()).splitlines())
        assert (first["how"], second["how"]) == ("done", "late")
        assert "the turn ended before it was answered" in second["result"]
        assert await _ask(ada, "go on", 2) == "done"
        told = model.requests[-1].messages
        assert [result.is_error for message in told for result in message.results] == [False, True]


def rows_of(directory: Path, question: str) -> list[str]:
    """What the database on the disk has in its first column."""
    with closing(sqlite3.connect(directory / "state" / "llmfs.sqlite")) as database:
        return [str(row[0]) for row in database.execute(question)]


async def waits_for_a_person(agent: Agent) -> None:
    """Until the first call of the first turn is there to be approved."""
    with trio.fail_after(5):
        while state(agent) != "running turn 1: waits for a person: approve 1.1, or deny it\n":
            await trio.sleep(0.001)


async def test_cancel_ends_the_waiting_for_a_person(tmp_path: Path) -> None:
    """A call that waits for a person is no longer there to be approved."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.toolbox.set_rules("ask write /notes/**")
        model.play(call("write", path="/notes/plan", text="mine"), CALLS)
        ada.ask("write")
        await waits_for_a_person(ada)
        assert ada.toolbox.pending.text().startswith("1.1 write {")
        ada.cancel()
        await wait_all_tasks_blocked()
        assert ada.toolbox.pending.text() == ""
        with pytest.raises(FileError, match=r"no call 1\.1 waits"):
            ada.toolbox.pending.approve("1.1")


async def test_an_approved_call_is_done(tmp_path: Path) -> None:
    """The turn goes on by itself when a person has said yes."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.toolbox.rule("ask", "write", "/notes/*")
        model.play(call("write", path="/notes/plan", text="mine"), CALLS)
        model.play(call("read", path="/notes/plan"), CALLS)
        model.play("Done.")
        ada.ask("write")
        await waits_for_a_person(ada)
        ada.toolbox.pending.approve("1.1")
        assert await ended(ada) == "done"
        results = [message.results[0].text for message in model.requests[-1].messages if message.results]
        assert results == ["4 bytes were written", "mine"]


async def test_a_turn_has_so_many_calls(tmp_path: Path) -> None:
    """Calls beyond the limit are refused; then the model must answer without, and one that will not is ended."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.set_one("tool_calls", "2")
        look = call("ls", path="/notes")
        model.play(look, look, look, CALLS)
        model.play("Enough.")
        assert await _ask(ada, "look", 1) == "done"
        assert [request.may_call for request in model.requests] == [True, False]
        results = model.requests[1].messages[-1].results
        assert [result.is_error for result in results] == [False, False, True]
        assert "the 2 tool calls of a turn are used up" in results[2].text
        for _ in range(2):
            model.play(look, look, CALLS)
        assert (await _ask(ada, "more", 2)).startswith("truncated: the model asked for more tool calls than a turn may")


async def test_a_failed_request_repeats_no_call(tmp_path: Path, autojump_clock: MockClock) -> None:
    """What was called is done once, however often the request before or after it is made."""
    autojump_clock.autojump_threshold = 0.05  # a socket's answer is no silence
    model = Scripted()
    trouble = ProviderError("scripted is overloaded", retryable=True)
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.toolbox.set_rules("allow write /notes/**\nallow read /notes/**")
        more = call("write", path="/notes/plan", text="+", append=True)
        model.play(more, trouble)
        model.play(more, CALLS)
        model.play(trouble)
        model.play("Done.")
        assert await _ask(ada, "add", 1) == "done"
        assert len(model.requests) == 4
        model.play(call("read", path="/notes/plan"), CALLS)
        await _ask(ada, "look", 2)
        assert model.requests[-1].messages[-1].results[0].text == "a red cube\n+"


async def test_calls_of_an_answer_that_was_cut_off_are_not_done(tmp_path: Path) -> None:
    """Only a complete answer's calls are meant: one that reached its bound does nothing."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        model.play("Hm.", call("ls", path="/"), Stop("max_tokens"))
        assert (await _ask(ada, "look", 1)).startswith("truncated: the answer reached max_tokens")
        assert ada.turns["1"].tools.size == 0


async def test_a_budget_ends_a_turn(tmp_path: Path) -> None:
    """Its rounds count together; what was said is kept, and nothing more is asked."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.set_budget("turn", "100")
        for _ in range(5):
            model.play("Hm.", Usage(30, 10), call("ls", path="/"), CALLS)
        assert (await _ask(ada, "look", 1)).startswith("truncated: the budget is used up")
        assert [request.max_tokens for request in model.requests] == [100, 60, 20]
        assert ada.turns["1"].usage == Usage(90, 30)


async def test_a_budget_of_the_day_refuses_the_next_prompt(tmp_path: Path) -> None:
    """In words, where it is asked, over restarts too; `off` lifts it."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.set_budget("day", "50")
        model.play("Hm.", Usage(30, 30))
        assert await _ask(ada, "look", 1) == "done"
        assert "budget day 50\n" in status(ada)
    async with open_acting(tmp_path, model) as (_, ada, _):
        with pytest.raises(FileError, match=r"ada has used 60 tokens today \(UTC\), and its budget is 50"):
            ada.ask("more")
        ada.set_budget("day", "off")
        assert await _ask(ada, "more", 2) == "done"


async def test_prompts_that_waited_have_the_day_s_budget_too(tmp_path: Path) -> None:
    """What was asked before the budget was used up is not answered beyond it."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (_, ada, _):
        ada.set_budget("day", "50")
        model.play("Hm.", Usage(30, 30))
        ada.ask("one")
        ada.ask("two")
        assert (await ended(ada, 2)).startswith("truncated: the budget is used up")
        assert len(model.requests) == 1


@pytest.mark.parametrize(
    "lines",
    [
        [{"role": "assistant", "content": "", "calls": [{"id": "a", "name": "ls", "arguments": "{}"}]}],
        [{"role": "user", "content": "", "results": [{"call": "a", "text": "x"}]}],
        [
            {"role": "user", "content": "", "calls": [{"id": "a", "name": "ls", "arguments": "{}"}]},
            {"role": "user", "content": "", "results": [{"call": "a", "text": "x"}]},
        ],
    ],
)
async def test_a_history_whose_calls_do_not_fit_is_refused(lines: list[dict[str, Any]], tmp_path: Path) -> None:
    """A provider would refuse every prompt after it."""
    async with open_acting(tmp_path, Scripted()) as (_, ada, _):
        with pytest.raises(FileError, match="a call of the assistant has its result in the user's next message"):
            ada.rewrite_history("\n".join(map(json.dumps, lines)))


async def test_a_history_with_calls_can_be_written_back(tmp_path: Path) -> None:
    """What `history` and `state` give, they take; and `undo` and `max_history` cut between questions alone."""
    model = Scripted()
    async with open_acting(tmp_path, model) as (world, ada, _):
        for number in (1, 2):
            model.play(call("ls", path="/"), CALLS)
            model.play(f"answer {number}")
            await _ask(ada, f"question {number}", number)
        bob = world.agent("bob")
        become(bob, await copy_of(ada))
        assert await bob.history.messages() == await ada.history.messages()
        ada.rewrite_history(await ada.history.text())
        told = await ada.history.messages()
        assert [bool(message.calls) for message in told] == [False, True, False, False] * 2
        for limit in range(1, 9):
            some = await ada.history.messages(limit)
            assert not some or (some[0].role, some[0].results) == ("user", ())
        ada.undo()
        assert await ada.history.messages() == told[:4]
