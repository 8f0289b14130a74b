"""Agents answered by the real SDKs, from a server on loopback that speaks their event streams."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trio
from tests.llmfs.providers.asking import KEY, SPEECHES, open_provider
from tests.llmfs.providers.servers import Exchange, Script, Server, in_turn, open_server, paced, refuses, says
from tests.llmfs.scripted import World, ended, open_world, read, read_turn
from trio.testing import wait_all_tasks_blocked

from llmfs.agents import attempts, status
from llmfs.agents.agent import Agent
from ninep import FileError

speeches = pytest.mark.parametrize("speech", SPEECHES)


class Asked(NamedTuple):
    """A server, the world that asks it, and an agent there."""

    server: Server
    world: World
    ada: Agent


@asynccontextmanager
async def open_agent(directory: Path, speech: str, script: Script) -> AsyncIterator[Asked]:
    async with (
        open_server(script) as server,
        open_provider(speech, server.url) as provider,
        open_world(directory, provider) as world,
    ):
        yield Asked(server, world, world.agent())


def stored_bytes(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


@speeches
async def test_a_line_reaches_its_machine_while_the_stream_runs(tmp_path: Path, speech: str) -> None:
    """The first line of a block is there before the model has said the second."""
    gate = trio.Semaphore(2)
    script = paced(["```A\nbox()\n", "sph", "ere()\n```\n"], gate=gate)
    async with open_agent(tmp_path, speech, script) as (_, world, ada):
        world.fleet.machine("add", "A")
        turn = ada.ask("draw")
        reader = ada.machines["A"].output.open()
        assert await read(reader) == b"box()\n"
        assert not turn.has_ended
        gate.release()
        gate.release()
        assert await read_turn(reader) == "sphere()\n"
        assert await ended(ada) == "done"
        assert turn.usage.output > 0


@speeches
async def test_cancel_closes_the_connection(tmp_path: Path, speech: str) -> None:
    """Within 100 ms of the cancel the provider sees the connection closed."""
    script = paced(["one ", "two"], gate=trio.Semaphore(1))
    async with open_agent(tmp_path, speech, script) as (server, _, ada):
        ada.ask("?")
        assert await read(ada.output.open()) == b"one "
        exchange = await server.exchange()
        ada.cancel()
        with trio.fail_after(0.1):
            await exchange.gone.wait()


@speeches
async def test_an_error_in_the_stream_keeps_the_text(tmp_path: Path, speech: str) -> None:
    """What was said stays, the turn says why it broke off, and nothing is asked twice."""

    async def script(exchange: Exchange) -> None:
        await exchange.say("half an ")
        await exchange.fail("overloaded_error", "too much")

    async with open_agent(tmp_path, speech, script) as (server, _, ada):
        ada.ask("?")
        state = await ended(ada)
        assert state.startswith("truncated: ")
        assert "too much" in state
        assert await ada.turns["1"].answer.text() == "half an "
        assert len(server.exchanges) == 1


@speeches
async def test_a_server_that_is_overloaded_is_asked_again(
    tmp_path: Path, speech: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two refusals are overcome, and the reader sees one answer; a third is told."""
    monkeypatch.setattr(attempts, "BACKOFF", 0.01)
    busy = refuses(529, "overloaded_error", "try later")
    async with open_agent(tmp_path, speech, in_turn(busy, busy, says("there"), busy)) as (server, _, ada):
        ada.ask("?")
        assert await ended(ada) == "done"
        assert await read_turn(ada.output.open()) == "there"
        assert len(server.exchanges) == 3
        ada.ask("?")
        assert (await ended(ada, 2)).startswith("truncated: ")
        assert len(server.exchanges) == 6


@speeches
async def test_a_silent_server_is_given_up(tmp_path: Path, speech: str) -> None:
    """After the idle time the text so far is kept, and the connection closed."""
    script = in_turn(says("warm"), paced(["so far"], gate=trio.Semaphore(1)))
    async with open_agent(tmp_path, speech, script) as (server, world, ada):
        ada.ask("warm up")  # the SDK is imported before time counts
        assert await ended(ada) == "done"
        world.around.idle = 1
        ada.ask("?")
        assert (await ended(ada, 2)).endswith("said nothing for 1 s")
        assert await ada.turns["2"].answer.text() == "so far"
        exchange = await server.exchange(1)
        with trio.fail_after(30):
            await exchange.gone.wait()


@speeches
async def test_the_key_is_nowhere(tmp_path: Path, speech: str) -> None:
    """A key is in no file of the state, no error and no event."""
    script = refuses(401, "authentication_error", f"invalid key {KEY}")
    async with open_agent(tmp_path, speech, script) as (_, world, ada):
        ada.ask("?")
        state = await ended(ada)
        assert KEY not in state + ada.errors.text() + status.state(ada) + str(world.events)
    assert KEY.encode() not in stored_bytes(tmp_path)


async def cut(exchange: Exchange) -> None:
    """Half an answer."""
    await exchange.say("half an ")
    await wait_all_tasks_blocked()
    await exchange.cut()


@speeches
async def test_a_cut_in_the_middle_is_not_asked_again(tmp_path: Path, speech: str) -> None:
    """After the first word nothing is said twice."""
    async with open_agent(tmp_path, speech, in_turn(cut, says("another"))) as (server, _, ada):
        ada.ask("?")
        assert (await ended(ada)).startswith("truncated: the connection to ")
        assert await read_turn(ada.output.open()) == "half an "
        assert len(server.exchanges) == 1


@speeches
@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error")])
@pytest.mark.parametrize("header", ["retry_after", "retry_after_ms", None])
async def test_it_waits_as_long_as_it_is_asked_to(
    tmp_path: Path, speech: str, status: int, kind: str, header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the header that says so, else by our own measure; and the state says for what."""
    asked = {"retry_after": "0.1", "retry_after_ms": "100"}
    monkeypatch.setattr(attempts, "BACKOFF", 1000 if header else 0.1)
    busy = refuses(status, kind, "later", **({header: asked[header]} if header else {}))
    async with open_agent(tmp_path, speech, in_turn(busy, says("there"))) as (server, _, ada):
        ada.ask("?")
        assert await ended(ada) == "done"
        first, second = server.exchanges
        assert second.came_at - first.came_at >= 0.1
        assert "; trying again in 0.1 s" in ada.errors.text()


@speeches
async def test_who_asks_to_wait_too_long_is_not_waited_for(tmp_path: Path, speech: str) -> None:
    """An hour from now nobody sits there any more: it is said at once."""
    busy = refuses(429, "rate_limit_error", "come tomorrow", retry_after="3600")
    async with open_agent(tmp_path, speech, busy) as (server, _, ada):
        ada.ask("?")
        assert (await ended(ada)).endswith("asks to slow down: come tomorrow (it asks to wait 3600 s)")
        assert len(server.exchanges) == 1


@speeches
async def test_a_server_that_never_answers_is_given_up(tmp_path: Path, speech: str) -> None:
    """No head, no word: the readers get the reason, and the connection is closed."""

    async def script(exchange: Exchange) -> None:
        await trio.sleep_forever()

    async with open_agent(tmp_path, speech, script) as (server, world, ada):
        ada.ask("warm up")  # the SDK is imported before time counts
        await server.exchange()
        ada.cancel()
        world.around.idle = 0.3
        ada.ask("?")
        assert (await ended(ada, 2)).endswith("said nothing for 0.3 s")
        with pytest.raises(FileError, match=r"^turn 2 failed: .* said nothing for 0\.3 s$"):
            await read_turn(ada.output.open())
        with trio.fail_after(30):
            await (await server.exchange(1)).gone.wait()


@speeches
async def test_a_megabyte_in_one_event_reaches_its_machine(tmp_path: Path, speech: str) -> None:
    """However long an event or a line of it is."""
    line = "x" * 1_000_000
    async with open_agent(tmp_path, speech, says(f"```A\n{line}\nbox()\n```\n")) as (_, world, ada):
        world.fleet.machine("add", "A")
        ada.ask("draw")
        assert await ended(ada) == "done"
        assert await read_turn(ada.machines["A"].output.open()) == f"{line}\nbox()\n"
