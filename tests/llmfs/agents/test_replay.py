"""Record an agent's answers, and play them again: the same bytes, at the same times, through the same SDK."""

import json
from pathlib import Path

import pytest
import trio
from tests.llmfs.providers.asking import KEY, SPEECHES, open_provider
from tests.llmfs.providers.servers import Exchange, Script, in_turn, open_server, refuses, says
from tests.llmfs.scripted import ended, open_world, read
from trio.testing import MockClock, wait_all_tasks_blocked

from llmfs.agents import attempts
from llmfs.agents.agent import Agent
from llmfs.providers import Replay, Request, cassette
from llmfs.providers.sketch import Sketch
from ninep import FileError

BUSY = refuses(529, "overloaded_error", f"no: {KEY}")


async def cut(exchange: Exchange) -> None:
    """Half an answer, cut within a letter."""
    await exchange.think("hm")
    await exchange.send(exchange.dialect.text("grü")[:-8])
    await wait_all_tasks_blocked()
    await exchange.cut()


async def in_pieces(exchange: Exchange) -> None:
    """An answer in pieces of seven bytes."""
    whole = exchange.dialect.begin() + exchange.dialect.text("grün 🟥") + exchange.dialect.stop()
    for at in range(0, len(whole), 7):
        await exchange.send_only(whole[at : at + 7])
        await wait_all_tasks_blocked()


async def say(agent: Agent, *prompts: str) -> list[tuple[str, str, str, str]]:
    """What became of each prompt: the answer, the thoughts, the state and the tokens."""
    became = []
    for prompt in prompts:
        turn = agent.ask(prompt)
        await ended(agent, turn.number)
        state = turn.state.replace(turn.provider, "it")
        became.append((await turn.answer.text(), await turn.reasoning.text(), state, str(turn.usage)))
    return became


async def record(directory: Path, speech: str, script: Script, *prompts: str) -> list[tuple[str, str, str, str]]:
    """What an agent hears of a real server, with `demo` recording it."""
    async with (
        open_server(script) as server,
        open_provider(speech, server.url) as provider,
        open_world(directory / "one", provider, cassettes=directory) as world,
    ):
        ada = world.agent()
        ada.set_one("record", "demo")
        return await say(ada, *prompts)


def exchanges(directory: Path, name: str = "demo") -> list[cassette.Exchange]:
    """What is on a cassette."""
    return list(cassette.decode((directory / f"{name}.jsonl").read_bytes()))


@pytest.mark.parametrize("speech", SPEECHES)
async def test_the_same_again(tmp_path: Path, speech: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, thoughts, tokens, a retry and a cut: all as it was; recording the replay gives the same bytes."""
    monkeypatch.setattr(attempts, "BACKOFF", 0.001)
    script = in_turn(says("one ", "two", thinks=["hm"]), BUSY, in_pieces, cut)
    first = await record(tmp_path, speech, script, "a", "b", "c")
    assert first[1][0] == "grün 🟥"
    assert first[2][2].startswith("truncated: the connection to it broke: ")
    async with open_world(tmp_path / "two", Sketch(), cassettes=tmp_path) as world:
        world.fleet.new("bob", "replay", "demo")
        bob = world.agent("bob")
        bob.set_one("record", "copy")
        again = await say(bob, "x", "y", "z")
        assert [became[:2] + became[3:] for became in again] == [became[:2] + became[3:] for became in first]
        assert again[2][2] == "truncated: the connection to it broke: it was cut off here when it was recorded"

    once, twice = ({each.head.turn: each for each in exchanges(tmp_path, name)} for name in ("demo", "copy"))
    assert [[data for _, data in each.pieces] for each in once.values()] == [
        [data for _, data in each.pieces] for each in twice.values()
    ]
    assert [(each.head, each.end) for each in once.values()] == [(each.head, each.end) for each in twice.values()]


@pytest.mark.parametrize("speech", SPEECHES)
async def test_what_was_sent_is_what_is_kept(tmp_path: Path, speech: str) -> None:
    """Byte for byte; and neither the key, nor a header, nor the question is in it."""
    sent = b""

    async def script(exchange: Exchange) -> None:
        nonlocal sent
        sent = exchange.dialect.begin() + exchange.dialect.text("so") + exchange.dialect.stop()
        await exchange.send_only(sent)

    await record(tmp_path, speech, script, "a question")
    (exchange,) = exchanges(tmp_path)
    assert b"".join(data for _, data in exchange.pieces) == sent
    kept = (tmp_path / "demo.jsonl").read_text()
    assert not [word for word in (KEY, "a question", "api-key", "Bearer", "authorization") if word in kept]


@pytest.mark.parametrize("speech", SPEECHES)
async def test_a_refusal_is_recorded_without_the_key(tmp_path: Path, speech: str) -> None:
    """The provider repeats the key; the cassette does not, and says the same otherwise."""
    refused = refuses(401, "authentication_error", f"invalid key {KEY}")
    await record(tmp_path, speech, refused, "?")
    (exchange,) = exchanges(tmp_path)
    assert (exchange.head.status, exchange.end) == (401, "over")
    assert f"invalid key {'*' * len(KEY)}" in str(json.loads(exchange.pieces[0][1]))
    assert KEY not in (tmp_path / "demo.jsonl").read_text()
    async with open_world(tmp_path / "two", Sketch(), cassettes=tmp_path) as world:
        world.fleet.new("bob", "replay")
        (became,) = await say(world.agent("bob"), "?")
        assert became[2].startswith("truncated: it refused to answer without a key: invalid key ***")


@pytest.mark.parametrize("speech", SPEECHES)
@pytest.mark.parametrize(("pace", "seconds"), [(1, 30), (0.5, 15), (0, 0)])
async def test_in_its_own_time_or_at_once(
    tmp_path: Path, speech: str, pace: float, seconds: float, autojump_clock: MockClock
) -> None:
    """Each piece comes when it came then, or at another pace."""
    from tests.llmfs.providers.dialects import DIALECTS

    paths = {"anthropic": "/v1/messages", "responses": "/v1/responses", "chat": "/v1/chat/completions"}
    dialect = DIALECTS[paths[speech]]()
    pieces = [(10.0, dialect.begin() + dialect.text("one")), (30.0, dialect.text("two") + dialect.stop())]
    head = cassette.Head("messages" if speech == "anthropic" else speech, 0)  # type: ignore[arg-type]  # of three words
    (tmp_path / "demo.jsonl").write_bytes(cassette.encode(cassette.Exchange(head, pieces, "over")))
    replay = Replay(tmp_path, pace)
    began = trio.current_time()
    async with replay.open_stream(Request("demo", "", (), None, 10)) as chunks:
        times = [trio.current_time() - began async for _ in chunks]
    assert times[-1] == pytest.approx(seconds, abs=0.01)
    assert times[0] == pytest.approx(seconds / 3, abs=0.01)


async def test_a_cancelled_answer_is_recorded_as_far_as_it_came(tmp_path: Path) -> None:
    """Upstream is closed first; then what was heard is kept."""

    async def script(exchange: Exchange) -> None:
        await exchange.say("so far")
        await trio.sleep_forever()

    async with (
        open_server(script) as server,
        open_provider("chat", server.url) as provider,
        open_world(tmp_path / "one", provider, cassettes=tmp_path) as world,
    ):
        ada = world.agent()
        ada.set_one("record", "demo")
        ada.ask("?")
        assert await read(ada.output.open()) == b"so far"
        ada.cancel()
        with trio.fail_after(30):
            await (await server.exchange()).gone.wait()
    (exchange,) = exchanges(tmp_path)
    assert exchange.end == "left"
    assert b"so far" in exchange.pieces[-1][1]


async def test_the_end_of_a_cassette(tmp_path: Path) -> None:
    """There is no answer after the last; clear begins anew."""
    await record(tmp_path, "chat", says("only"), "?")
    async with open_world(tmp_path / "two", Sketch(), cassettes=tmp_path) as world:
        world.fleet.new("bob", "replay", "demo")
        bob = world.agent("bob")
        (first, second) = await say(bob, "?", "?")
        assert first[0] == "only"
        assert second[2] == "truncated: the cassette demo has no answer 2; clear begins anew"
        bob.clear()
        ((answer, *_),) = await say(bob, "?")
        assert answer == "only"


async def test_what_there_is_to_play(tmp_path: Path) -> None:
    """Cassettes are the models; without one replay is not ready, and nobody gets it unasked."""
    async with open_world(tmp_path / "one", Sketch(), cassettes=tmp_path) as world:
        assert "replay not ready: replay needs a cassette; record NAME" in await world.offers.text()
        with pytest.raises(FileError, match="replay needs a cassette"):
            world.fleet.new("bob", "replay")
        (tmp_path / "torn.jsonl").write_text('{"speech":"chat","turn":0}\nno\n[1,"x"]\n')
        assert "replay ready: torn\n" in await world.offers.text()
        assert world.offers.pick(None, None)[0] == "sketch"
        world.fleet.new("bob", "replay", "other")
        bob = world.agent("bob")
        bob.ask("?")
        assert await ended(bob) == "truncated: replay has no cassette other; there are: torn"
        bob.set_one("model", "torn")
        bob.ask("?")
        assert (await ended(bob, 2)).startswith("truncated: replay cannot play torn: line 2: ")
        bob.set_one("model", "../one/llmfs")
        bob.ask("?")
        assert (await ended(bob, 3)).startswith("truncated: replay has no cassette ../one/llmfs")


async def test_sketch_has_nothing_to_record(tmp_path: Path) -> None:
    """It speaks over no wire."""
    async with open_world(tmp_path / "one", Sketch(), cassettes=tmp_path) as world:
        ada = world.agent()
        ada.set_one("record", "demo")
        assert (await say(ada, "draw a cube"))[0][2] == "done"
    assert not (tmp_path / "demo.jsonl").exists()


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "x" * 65, "a b"])
async def test_a_name_that_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """A cassette is a file in its directory, and no other."""
    async with open_world(tmp_path) as world:
        with pytest.raises(FileError, match="record is off, or a name"):
            world.agent().set_one("record", name)
