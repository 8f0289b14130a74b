"""Agents that use the tools of servers: rules judge, a person is asked, limits and records are those of all tools."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from tests.llmfs.mcp_client.serving import PATIENCE, open_servers
from tests.llmfs.providers.asking import open_provider
from tests.llmfs.providers.servers import Exchange, open_server
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.tools.acting import call

from llmfs.agents.agent import Agent
from llmfs.mcp_client.servers import Servers
from llmfs.providers import Provider, Stop

CALLS = Stop("tools")


@asynccontextmanager
async def open_agent(
    directory: Path, provider: Provider, rules: str, *kinds: str
) -> AsyncIterator[tuple[Agent, Servers]]:
    """An agent beside servers of these kinds."""
    with trio.fail_after(PATIENCE):
        async with open_servers(*kinds) as servers, open_world(directory, provider) as world:
            world.around.servers = servers
            agent = world.agent()
            agent.toolbox.set_rules(rules)
            yield agent, servers


async def records(agent: Agent) -> list[tuple[str, str, str]]:
    """What the first turn called, how it went, and what came."""
    lines = [json.loads(line) for line in (await agent.turns["1"].tools.text()).splitlines()]
    return [(line["tool"], line["how"], line["result"]) for line in lines]


async def test_a_model_uses_a_tool_by_a_real_sdk(tmp_path: Path) -> None:
    """It is offered what the rules let be used, with its schema; it calls, and goes on with the result."""

    async def model(exchange: Exchange) -> None:
        if len(server.exchanges) == 1:
            await exchange.call("call_1", "good__add", '{"a": 20, ', '"b": 22}')
            await exchange.call("call_2", "good__environment", "{}")
            await exchange.stop("tools")
        else:
            await exchange.say("It is 42.")
            await exchange.stop()

    rules = "allow use good/*\ndeny use good/env*"
    async with (
        open_server(model) as server,
        open_provider("anthropic", server.url) as provider,
        open_agent(tmp_path, provider, rules, "good") as (ada, _),
    ):
        turn = ada.ask("what is 20 and 22?")
        assert await ended(ada) == "done"
        assert await turn.answer.text() == "It is 42."
        assert await records(ada) == [
            ("good__add", "done", "42\n"),
            ("good__environment", "refused", "no rule lets you use /good/environment"),
        ]
        offered = {tool["name"]: tool for tool in server.exchanges[0].body["tools"]}
        assert list(offered) == ["good__add", "good__number", "good__long", "good__fail"]
        assert offered["good__add"]["input_schema"]["required"] == ["a", "b"]
        assert "42" in json.dumps(server.exchanges[1].body)


async def test_a_person_is_asked(tmp_path: Path) -> None:
    """What is approved is done, what is denied is not; the line shows the tool and all of its arguments."""
    model = Scripted()
    async with open_agent(tmp_path, model, "ask use good/add", "good") as (ada, _):
        model.play(call("good__add", a=1, b=2), CALLS)
        model.play(call("good__add", a=3, b=4), CALLS)
        model.play("3.")
        ada.ask("add")
        for id, line, decide in (
            ("1.1", '1.1 good__add {"a": 1, "b": 2}\n', ada.toolbox.pending.approve),
            ("1.2", '1.2 good__add {"a": 3, "b": 4}\n', ada.toolbox.pending.deny),
        ):
            while ada.toolbox.pending.ids != [id]:
                await trio.sleep(0.01)  # a call that waits has no event of its own
            assert ada.toolbox.pending.text() == line
            decide(id)
        assert await ended(ada) == "done"
        assert await records(ada) == [("good__add", "done", "3\n"), ("good__add", "denied", "a person denied it")]


async def test_a_server_that_dies_or_is_not_there_ends_no_turn(tmp_path: Path) -> None:
    """The model is told, and answers; what could not be offered stands in `errors`."""
    model = Scripted()
    async with open_agent(tmp_path, model, "allow use */*", "dying", "garbage") as (ada, _):
        model.play(call("dying__ping"), CALLS)
        model.play("It died.")
        ada.ask("ping")
        assert await ended(ada) == "done"
        ((tool, how, result),) = await records(ada)
        assert (tool, how) == ("dying__ping", "failed")
        assert result.startswith("dying: it ended: out of coffee")
        assert "turn 1: garbage: what it says is no JSON-RPC" in ada.errors.text()
        assert [tool.name for tool in model.requests[0].tools] == ["dying__ping"]


async def test_a_cancel_of_the_turn_ends_the_call(tmp_path: Path) -> None:
    """And the next prompt is answered."""
    model = Scripted()
    async with open_agent(tmp_path, model, "allow use silent/*", "silent") as (ada, servers):
        model.play(call("silent__ping"), CALLS)
        turn = ada.ask("ping")
        while not servers["silent"].calls:
            await trio.sleep(0.01)  # as above
        ada.cancel()
        assert turn.state == "cancelled"
        ada.ask("and now?")
        assert await ended(ada, 2) == "done"
