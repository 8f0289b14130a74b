"""Who is asked when the agent's provider fails before the first word of its answer."""

from pathlib import Path
from typing import Any

import pytest
import trio
from tests.llmfs.painting import painted
from tests.llmfs.providers.asking import KEY, SPEECHES, settings
from tests.llmfs.providers.servers import Exchange, open_server, refuses
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.test_tree import open_files

from llmfs.agents import attempts
from llmfs.agents.agent import Agent
from llmfs.agents.attempts import RETRIES
from llmfs.agents.status import state
from llmfs.providers import Image, ProviderError, Token, Usage, make
from ninep import FileError

PNG = Image("image/png", painted())
GONE = ProviderError("nobody is there", retryable=True, is_there=False)


async def fall(directory: Path, *failures: Any) -> tuple[Agent, Scripted, Scripted, str]:
    """An agent whose first provider does this, and whose second answers; how the turn ended."""
    one, two = Scripted("one"), Scripted("two")
    for failure in failures:
        one.play(*failure) if isinstance(failure, tuple) else one.play(failure)
    two.play("from two")
    async with open_world(directory, one, two) as world:
        ada = world.agent()
        ada.set_fallback("two")
        ada.ask("?")
        how = await ended(ada)
        return ada, one, two, how


@pytest.mark.parametrize("failure", [ProviderError("refused the key"), GONE])
async def test_what_will_not_pass_is_not_waited_for(
    tmp_path: Path, failure: ProviderError, autojump_clock: trio.testing.MockClock
) -> None:
    """The next is asked at once; the errors say why, and the turn who answered."""
    began = trio.current_time()
    ada, one, _, how = await fall(tmp_path, failure)
    assert how == "done"
    assert trio.current_time() - began < attempts.BACKOFF
    assert len(one.requests) == 1
    turn = ada.turns["1"]
    assert await turn.answer.text() == "from two"
    assert (turn.provider, turn.model) == ("two", "one")
    assert ada.errors.text().endswith(f"turn 1: {failure}; going on with two one\n")


async def test_what_may_pass_is_tried_again_first(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """As often as without a fallback; then the next is asked."""
    busy = ProviderError("busy", retryable=True)
    _, one, two, how = await fall(tmp_path, *[busy] * (RETRIES + 1))
    assert how == "done"
    assert (len(one.requests), len(two.requests)) == (RETRIES + 1, 1)


async def test_without_others_a_server_that_is_gone_is_tried_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """It may just be starting."""
    model = Scripted()
    model.play(GONE)
    async with open_world(tmp_path, model) as world:
        world.agent().ask("?")
        assert await ended(world.agent()) == "done"
    assert len(model.requests) == 2


async def test_after_the_first_word_nobody_else_is_asked(tmp_path: Path) -> None:
    """What was said stays, and the turn says that it broke off."""
    ada, _, two, how = await fall(tmp_path, (Token("half"), ProviderError("refused the rest")))
    assert how == "truncated: refused the rest"
    assert await ada.turns["1"].answer.text() == "half"
    assert two.requests == []


async def test_nobody_has_the_tokens_of_another_to_his_name(tmp_path: Path) -> None:
    """What is used before the first word, by who then fails, is not counted for who answers."""
    ada, *_, how = await fall(tmp_path, (Usage(5000, 1), ProviderError("refused after all")))
    assert how == "done"
    assert ada.turns["1"].usage == Usage()


async def test_silence_before_the_first_word(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    """Who says nothing is given up, and the next is asked."""
    ada, _, _, how = await fall(tmp_path, (1000.0,))
    assert how == "done"
    assert "one said nothing for 120 s; going on with two one" in ada.errors.text()


async def test_nobody_can(tmp_path: Path) -> None:
    """All reasons are there, in their order."""
    one, two, three = Scripted("one"), Scripted("two"), Scripted("three")
    for model in (one, two, three):
        model.play(ProviderError(f"{model.name} refuses"))
    async with open_world(tmp_path, one, two, three) as world:
        ada = world.agent()
        ada.set_fallback("two", "big", "three")
        ada.ask("?")
        assert await ended(ada) == "truncated: one refuses; two refuses; three refuses"
        assert two.requests[0].model == "big"
        assert ada.turns["1"].usage_text().startswith("provider three\nmodel one\n")


async def test_the_state_says_it_while_it_is_so(tmp_path: Path) -> None:
    """Why the running turn has no text yet."""
    one, two = Scripted("one"), Scripted("two")
    one.play(ProviderError("one refuses"))
    two.play(trio.Event())
    async with open_world(tmp_path, one, two) as world:
        ada = world.agent()
        ada.set_fallback("two")
        ada.ask("?")
        await trio.testing.wait_all_tasks_blocked()
        assert state(ada) == "running turn 1: one refuses; going on with two one\n"
        ada.cancel()


async def test_a_prompt_is_taken_if_anybody_can_answer(tmp_path: Path) -> None:
    """A key that is gone since refuses a prompt only if nobody else has one."""
    one, two = Scripted("one"), Scripted("two")
    async with open_world(tmp_path, one, two) as world:
        ada = world.agent()
        ada.set_fallback("two")
        one.missing = "one needs ONE_KEY"
        ada.ask("?")
        assert await ended(ada) == "done"
        two.missing = "two needs TWO_KEY"
        with pytest.raises(FileError, match=r"^one needs ONE_KEY$"):
            ada.ask("?")


async def test_a_picture_goes_to_who_can_see(tmp_path: Path) -> None:
    """And to nobody else; in later turns, who cannot see is asked without it."""
    one, two = Scripted("one"), Scripted("two")
    async with open_world(tmp_path, one, two) as world:
        ada = world.agent()
        ada.set_provider("one", "blind")
        with pytest.raises(FileError, match="blind of one cannot see"):
            ada.ask("this", (PNG,))
        ada.set_fallback("two")
        ada.ask("this", (PNG,))
        assert await ended(ada) == "done"
        ada.ask("and now?")
        assert await ended(ada, 2) == "done"
    assert [message.images for message in two.requests[0].messages] == [(PNG,)]
    assert [message.images for message in one.requests[0].messages] == [(), (), ()]


async def test_it_is_a_setting(tmp_path: Path) -> None:
    """Read as it can be written, kept over a restart, and refused where it cannot be."""
    models = Scripted("one"), Scripted("two"), Scripted("poor", "poor needs POOR_KEY")
    async with open_files(tmp_path, *models) as (world, root):
        world.agent()
        await root.write("/ada/ctl", "fallback two big one")
        assert b"\nfallback two big one one\n" in await root.read("/ada/ctl")
        await root.write("/ada/config", await root.read("/ada/config"))
        for line, refusal in {
            "fallback": "fallback is PROVIDER",
            "fallback nobody": "no provider nobody; there are: one two poor",
            "fallback two big poor": "poor needs POOR_KEY",
            "fallback" + " two one" * 9: "at most 8 can be fallen back on",
        }.items():
            with pytest.raises(FileError, match=refusal):
                await root.write("/ada/ctl", line)
    async with open_world(tmp_path / "state", *models) as world:
        ada = world.agent()
        assert ada.settings.fallback == "two big one one"
        ada.set_fallback("none")
        assert ada.settings.fallback == "none"


@pytest.mark.parametrize("speech", SPEECHES)
@pytest.mark.parametrize(("status", "kind"), [(401, "authentication_error"), (404, "not_found_error"), (0, "nobody")])
async def test_with_the_sdks(tmp_path: Path, speech: str, status: int, kind: str) -> None:
    """A refused key, an unknown model, a refused connection: each goes over to sketch at once, and names no key."""
    seen: list[Exchange] = []

    async def script(exchange: Exchange) -> None:
        seen.append(exchange)
        await refuses(status, kind, f"no: {KEY}")(exchange)

    async with open_server(script) as server:
        url = server.url if status else "http://127.0.0.1:1"
        providers = make(settings(url))
        name = {"responses": "openai", "chat": "openai-compatible"}.get(speech, speech)
        async with open_world(tmp_path, providers[name], providers["sketch"]) as world:
            ada = world.agent()
            ada.set_fallback("sketch")
            turn = ada.ask("draw a red cube")
            assert await ended(ada) == "done"
            assert turn.provider == "sketch"
            assert "going on with sketch sketch" in ada.errors.text()
            assert KEY not in ada.errors.text()
            assert "red" in await turn.answer.text()
        await providers[name].aclose()
    assert len(seen) == (1 if status else 0)
