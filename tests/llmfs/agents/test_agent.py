from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import Scripted, ended, open_world, read, read_turn
from trio.testing import wait_all_tasks_blocked

from llmfs.agents.settings import Settings
from llmfs.agents.status import state, status
from llmfs.providers import Message, ProviderError, Reasoning, Stop, Token, Usage
from ninep import FileError


async def test_a_prompt_is_answered(tmp_path: Path) -> None:
    """What was asked comes back through the output, and the turn is done."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("Hel", "lo", Usage(3, 2), Stop("end"))
        turn = ada.ask("say hello\n")
        assert await read_turn(ada.output.open()) == "Hello"
        assert (turn.state, turn.usage, await turn.prompt.text()) == ("done", Usage(3, 2), "say hello")
        assert state(ada) == "idle\n"
        assert model.requests[0].messages == (Message("user", "say hello"),)


async def test_the_history_goes_along(tmp_path: Path) -> None:
    """The next prompt is sent after what was said; an answer that never came is not part of that."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        ada.set_system("be brief")
        ada.ask("one")
        await ended(ada, 1)
        model.play(ProviderError("scripted refused"))
        ada.ask("two")
        await ended(ada, 2)
        ada.ask("three")
        await ended(ada, 3)
        told = model.requests[-1]
        assert told.system == "be brief"
        assert [message.text for message in told.messages] == ["one", "one", "three"]
        ada.set_one("max_history", "1")
        ada.ask("four")
        await ended(ada, 4)
        assert [message.text for message in model.requests[-1].messages] == ["four"]


async def test_prompts_wait_their_turn(tmp_path: Path) -> None:
    """While one answer comes the next prompts wait, in order, and the 65th of them is refused."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada, go = world.agent(), trio.Event()
        model.play("first", go)
        ada.ask("0")
        await wait_all_tasks_blocked()
        for number in range(1, 65):
            ada.ask(str(number))
        assert state(ada) == "running turn 1\n64 prompts wait\n"
        with pytest.raises(FileError, match="ada is busy: 64 prompts wait; cancel or try later"):
            ada.ask("65")
        reader = ada.output.open()
        go.set()
        assert [await read_turn(reader) for _ in range(3)] == ["first", "1", "2"]
        assert await ended(ada, 65) == "done"
        assert len(model.requests) == 65


async def test_agents_answer_at_the_same_time(tmp_path: Path, autojump_clock: trio.abc.Clock) -> None:
    """One agent's slow answer delays no other agent."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        model.play(60.0, "slow")
        model.play("fast")
        slow, fast = world.agent("slow"), world.agent("fast")
        slow.ask("?")
        await wait_all_tasks_blocked()
        fast.ask("?")
        assert await read_turn(fast.output.open()) == "fast"
        assert not slow.turns["1"].has_ended


async def test_cancel_releases_readers_and_closes_the_stream(tmp_path: Path) -> None:
    """Cancel ends the turn at once for all its readers, keeps its text, and lets go of the provider."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.machine("add", "A")
        ada = world.agent()
        model.play("so far", trio.Event())
        ada.ask("?")
        reader, machine = ada.output.open(), ada.machines["A"].output.open()
        assert await read(reader) == b"so far"
        assert ada.cancel() == "cancelled turn 1"
        assert await read_turn(reader) == await read_turn(machine) == ""
        await wait_all_tasks_blocked()
        assert model.open == 0
        assert state(ada) == "idle\nturn 1 cancelled\n"
        assert ada.cancel() == "nothing runs"
        assert "so far" in await ada.history.text()


async def test_cancel_lets_the_next_prompt_run(tmp_path: Path) -> None:
    """A cancelled turn makes room; `cancel all` ends the prompts that wait too."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(trio.Event())
        for text in ("one", "two"):
            ada.ask(text)
        await wait_all_tasks_blocked()
        ada.cancel()
        assert await ended(ada, 2) == "done"
        model.play(trio.Event())
        for text in ("three", "four", "five"):
            ada.ask(text)
        assert ada.cancel("all") == "cancelled turn 3 4 5"
        assert len(model.requests) == 2


async def test_a_chunk_that_comes_with_the_cancel_is_dropped(tmp_path: Path) -> None:
    """A chunk that was on its way when the turn was cancelled is no fault."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada, go = world.agent(), trio.Event()
        model.play("a", go, "b", "c")
        ada.ask("?")
        await wait_all_tasks_blocked()
        go.set()
        ada.cancel()
        await wait_all_tasks_blocked()
        assert await ada.turns["1"].answer.text() == "a"
        assert ada.errors.text() == ""


async def test_a_thousand_cancels_leave_nothing(tmp_path: Path) -> None:
    """Cancelling at any moment leaves no task, no open stream and no waiting turn behind."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        for number in range(1000):
            model.play("a", 0, "b", trio.Event())
            ada.ask("?")
            for _ in range(number % 7):
                await trio.lowlevel.checkpoint()
            ada.cancel()
        model.scripts.clear()
        ada.ask("once more")
        assert await ended(ada, 1001) == "done"
        await wait_all_tasks_blocked()
        assert (model.open, world.around.nursery.child_tasks) == (0, frozenset())
        assert [turn.state for turn in ada.turns.values()] == ["cancelled"] * 1000 + ["done"]


async def test_an_error_in_the_middle_keeps_the_text(tmp_path: Path) -> None:
    """What was said stays and ends for its readers; state, errors and the turn say why. It is not asked again."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("half an ans", ProviderError("scripted is overloaded", retryable=True))
        ada.ask("?")
        assert await read_turn(ada.output.open()) == "half an ans"
        assert ada.turns["1"].state == "truncated: scripted is overloaded"
        assert state(ada) == "idle\nturn 1 truncated: scripted is overloaded\n"
        assert ada.errors.text().endswith("turn 1: truncated: scripted is overloaded\n")
        assert len(model.requests) == 1


async def test_before_the_first_token_it_tries_again(tmp_path: Path, autojump_clock: trio.abc.Clock) -> None:
    """Two retries, each waiting as long as it was told to; the reader sees one answer."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(ProviderError("scripted asks to slow down", retryable=True, retry_after=3))
        model.play(Reasoning("hm"), ProviderError("scripted is overloaded", retryable=True))
        model.play("answer")
        began = trio.current_time()
        ada.ask("?")
        await wait_all_tasks_blocked()
        assert state(ada).startswith("running turn 1: scripted asks to slow down; trying again in 3.")
        assert await read_turn(ada.output.open()) == "answer"
        assert 3 + 1 <= trio.current_time() - began <= (3 + 1) * 1.2
        assert ada.errors.text().count("\n") == 2
        assert ada.turns["1"].state == "done"


@pytest.mark.parametrize(
    "error",
    [
        ProviderError("scripted refused the key"),
        ProviderError("scripted asks to come back in an hour", retryable=True, retry_after=3600),
    ],
)
async def test_what_no_retry_helps_fails_at_once(tmp_path: Path, error: ProviderError) -> None:
    """An error that will not go away, or not soon, is told at once."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(error)
        ada.ask("?")
        assert await ended(ada) == f"truncated: {error}"
        assert len(model.requests) == 1


async def test_a_cancel_ends_the_wait_for_a_retry(tmp_path: Path) -> None:
    """Nobody must wait for a retry that nobody wants."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(ProviderError("later", retryable=True, retry_after=30))
        ada.ask("?")
        await wait_all_tasks_blocked()
        ada.cancel()
        ada.ask("again")
        assert await ended(ada, 2) == "done"


async def test_silence_ends_an_answer(tmp_path: Path, autojump_clock: trio.abc.Clock) -> None:
    """After two minutes without a chunk the answer is given up; slow is not silent."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("a", 100.0, "b", 100.0, Reasoning("…"), 100.0, "c", 121.0, "d")
        ada.ask("?")
        assert await ended(ada) == "truncated: scripted said nothing for 120 s"
        assert await ada.turns["1"].answer.text() == "abc"
        assert model.open == 0


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("end", "done"),
        ("max_tokens", "truncated: the answer reached max_tokens"),
        ("refusal", "truncated: the model declined to go on"),
        ("strange", "truncated: the model stopped: strange"),
    ],
)
async def test_why_it_stopped(tmp_path: Path, reason: str, state: str) -> None:
    """An answer that did not come to its own end is not passed off as whole."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(Token("text"), Stop(reason))
        ada.ask("?")
        assert await ended(ada) == state


async def test_a_fault_of_ours_is_no_silence(tmp_path: Path) -> None:
    """A bug in a provider ends that turn alone, says so, and the agent goes on."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("x", ZeroDivisionError("oops"))
        ada.ask("?")
        ada.ask("next")
        assert await ended(ada, 1) == "truncated: a fault in llmfs; its log has the details"
        assert await ended(ada, 2) == "done"


async def test_blocks_stream_to_their_machines(tmp_path: Path) -> None:
    """A line of a block is with its machine while the answer still comes; each machine gets only its own."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        for machine in ("A", "b-1.local"):
            world.fleet.machine("add", machine)
        ada, go = world.agent(), trio.Event()
        model.play("Here:\n```a\nbox()\n", go, "```\n```B-1.local\nclock()\n", "```\n")
        ada.ask("?")
        one, two = (ada.machines[name].output.open() for name in ("A", "b-1.local"))
        assert await read(one) == b"box()\n"
        assert not ada.turns["1"].has_ended
        go.set()
        assert [await read_turn(one), await read_turn(two)] == ["", "clock()\n"]


async def test_the_model_is_told_of_machines(tmp_path: Path) -> None:
    """The system prompt names the machines and what is known of each, unless `register` is off."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.machine("add", "A")
        ada = world.agent()
        ada.set_system("draw well")
        ada.machines["A"].tell("box(name='cube')\n")
        ada.ask("?")
        await ended(ada, 1)
        system = model.requests[0].system
        assert system.startswith("draw well\n\nYou can act on these machines: A.")
        assert system.endswith("\n\ncontext for A:\nbox(name='cube')")
        ada.set_one("register", "off")
        ada.ask("```A\nx\n```")
        await ended(ada, 2)
        assert model.requests[1].system == "draw well"
        assert ada.turns["2"].blocks == {}


async def test_retry_asks_again_as_if_for_the_first_time(tmp_path: Path) -> None:
    """The last question is asked anew, and its first answer is no part of the history."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        with pytest.raises(FileError, match="nothing to retry"):
            await ada.retry()
        model.play("first try")
        ada.ask("question")
        await ended(ada, 1)
        assert await ada.retry() == "turn 2"
        await ended(ada, 2)
        assert [message.text for message in model.requests[1].messages] == ["question"]
        assert ada.history.ends_with(ada.turns["2"])


async def test_undo_and_clear(tmp_path: Path) -> None:
    """Undo forgets the last turn, clear all of them; what was said stays readable."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        for number, text in enumerate(("one", "two"), 1):
            ada.ask(text)
            await ended(ada, number)
        assert ada.undo() == "turn 2 is no longer part of the history"
        assert "two" not in await ada.history.text()
        ada.clear()
        assert await ada.history.text() == ""
        with pytest.raises(FileError, match="nothing to undo"):
            ada.undo()
        assert list(ada.turns) == ["1", "2"]


async def test_a_running_turn_cannot_be_undone(tmp_path: Path) -> None:
    """Undo and retry say what to do first."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play(trio.Event())
        ada.ask("?")
        with pytest.raises(FileError, match="turn 1 is not over; wait for it, or cancel it first"):
            ada.undo()
        with pytest.raises(FileError, match="turn 1 is not over"):
            await ada.retry()
        ada.cancel()
        with pytest.raises(FileError, match="nothing to undo"):
            ada.undo()


async def test_settings_are_checked(tmp_path: Path) -> None:
    """Each refusal says what would be right; a refused text changes nothing."""
    async with open_world(tmp_path, Scripted(), Scripted("other"), Scripted("poor", "poor needs POOR_KEY")) as world:
        ada = world.agent()
        for text, refusal in {
            "colour red": "unknown setting colour; there are: provider model temperature",
            "temperature hot": "temperature is 0 to 2, or default, not 'hot'",
            "max_tokens 0": "max_tokens is a whole number, 1 or more, not '0'",
            "register maybe": "register is on or off, not 'maybe'",
            "max_tokens 5\nprovider nobody": "no provider nobody; there are: scripted other poor",
            "provider poor": "poor needs POOR_KEY",
            '{"model": 3}': "model is one word, not 3",
            '{"model"': "not JSON",
        }.items():
            with pytest.raises(FileError, match=refusal):
                ada.configure(text)
        assert ada.settings.max_tokens == 8192
        ada.configure("provider other\ntemperature 0.5  # a bit\n\nmax_tokens 100\nregister off\n")
        assert ada.config() == Settings("other", "one", 0.5, 100, register=False).text()
        ada.configure('{"temperature": null, "model": "two", "register": true}')
        verbs = "provider other two\ntemperature default\nmax_tokens 100\n"
        verbs += "fallback none\nreasoning default\nrecord off\nregister on\nroutes off\nsee off\nautofix 2\n"
        assert status(ada) == f"{verbs}# idle\n"
        copied = ada.config()
        ada.set_provider("scripted")
        ada.configure(copied)
        assert ada.config() == copied


async def test_use_takes_short_names(tmp_path: Path) -> None:
    """`use` is provider and model in a word; an unknown one lists those there are."""
    async with open_world(tmp_path, Scripted(), Scripted("anthropic")) as world:
        ada = world.agent()
        with pytest.raises(FileError, match="no alias claude; there are: sonnet opus"):
            ada.use("claude")
        assert ada.use("opus").startswith("anthropic claude-opus")


async def test_a_provider_that_lost_its_key_is_told_at_the_prompt(tmp_path: Path) -> None:
    """The one who asks hears what is missing."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.missing = "scripted needs SCRIPTED_KEY in the environment of llmfs"
        with pytest.raises(FileError, match="needs SCRIPTED_KEY"):
            ada.ask("?")


async def test_an_empty_prompt_is_refused(tmp_path: Path) -> None:
    """Blanks are no prompt."""
    async with open_world(tmp_path) as world:
        with pytest.raises(FileError, match="the prompt is empty"):
            world.agent().ask(" \n")


async def test_history_can_be_written(tmp_path: Path) -> None:
    """What is read can be written back, here or to another agent; a wrong line is named."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada, bob = world.agent("ada"), world.agent("bob")
        ada.ask("höflich")
        await ended(ada)
        text = await ada.history.text()
        assert text == (
            '{"role":"user","content":"höflich","turn":1}\n{"role":"assistant","content":"höflich","turn":1}\n'
        )
        bob.rewrite_history(text)
        bob.ask("next")
        await ended(bob)
        assert [message.text for message in model.requests[-1].messages] == ["höflich", "höflich", "next"]
        bob.rewrite_history('[{"role": "user", "content": "only"}]')
        assert await bob.history.text() == '{"role":"user","content":"only"}\n'
        with pytest.raises(FileError, match="line 2 is no"):
            bob.rewrite_history('{"role":"user","content":"x"}\n{"role":"king","content":"y"}\n')
        assert bob.undo() == "the last question is no longer part of the history"
        assert await bob.history.text() == ""


async def test_old_turns_leave_memory_and_read_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the newest turns stay in memory; older ones come from the store, to readers and to the model."""
    monkeypatch.setattr("llmfs.agents.agent.AWAKE", 1)
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        for number, text in enumerate(("one", "two", "three"), 1):
            ada.ask(text)
            await ended(ada, number)
            await world.store.settle()
        assert [turn.answer.is_resting for turn in ada.turns.values()] == [True, True, False]
        ada.ask("four")
        await ended(ada, 4)
        assert [m.text for m in model.requests[-1].messages] == ["one", "one", "two", "two", "three", "three", "four"]
