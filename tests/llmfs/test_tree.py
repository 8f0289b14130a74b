"""The files, over 9P: what a person with a shell meets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import Scripted, World, ended, open_world

from llmfs.agents.settings import Settings
from llmfs.news import News
from llmfs.providers import Provider, Usage
from llmfs.tree import root_tree
from ninep import FileError
from ninep.client import Client, open_client
from ninep.dial import Address, listen
from ninep.messages import Topen, Tread, Twalk
from ninep.server import serve
from ninep.testing import check_tree, memory_connection
from ninep.tree import Dir


def tree_of(world: World) -> Dir:
    news = News()
    news.watch(world.fleet, world.store)
    world.around.publish = news.publish
    return root_tree(world.fleet, world.offers, news, lambda: world.store.failure or "ok")


@asynccontextmanager
async def open_files(directory: Path, *providers: Provider) -> AsyncIterator[tuple[World, Client]]:
    """A fleet, and a client of its tree."""
    address = f"unix!{directory}/llm"
    with closing(listen(Address.parse(address))) as listener:
        async with open_world(directory / "state", *providers) as world, trio.open_nursery() as nursery:
            await nursery.start(serve, tree_of(world), [listener])
            async with open_client(address) as root:
                yield world, root
            nursery.cancel_scope.cancel()


async def test_the_tree_keeps_the_manual(tmp_path: Path) -> None:
    """Every file of the tree behaves as 9P says: stat, walk, flush, clunk."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.machine("add", "A")
        ada = world.agent()
        model.play("answer", trio.Event())
        ada.ask("?")
        await trio.testing.wait_all_tasks_blocked()
        seen = await check_tree(lambda: tree_of(world))
        ada.cancel()
    agents = "A ask config context context/A ctl errors history input output OUTPUT state system turns turns/1 usage"
    agents += " pending reasoning rules search tools"
    turn = "answer prompt reasoning state tools usage"
    root = "ada ctl events health help mcp metrics prices providers search usage"
    assert set(seen) == {
        "/",
        *(f"/{name}" for name in root.split()),
        *("/templates", "/templates/coder", "/templates/master"),
        *(f"/ada/{name}" for name in agents.split()),
        *(f"/ada/turns/1/{name}" for name in turn.split()),
    }


async def test_the_session_of_the_first_page(tmp_path: Path) -> None:
    """new, input, output, the turn's files, remove."""
    model = Scripted()
    async with open_files(tmp_path, model) as (_, root):
        async with root.open("/ctl", "rw") as ctl:
            await ctl.write(b"new ada\n")
            assert await ctl.read() == b"ada uses scripted one: the first provider that is ready\n"
        assert "ada" in [entry.name for entry in await root.ls("/")]
        model.play("A red ", "cube.", Usage(12, 5))
        await root.write("/ada/input", "draw a red cube\n")
        assert await root.read("/ada/output") == b"A red cube."
        assert await root.read("/ada/turns/1/prompt") == b"draw a red cube"
        assert await root.read("/ada/turns/1/answer") == b"A red cube."
        assert await root.read("/ada/turns/1/state") == b"done\n"
        usage = b"provider scripted\nmodel one\ninput 12\noutput 5\ncache_read 0\ncache_write 0\n"
        assert await root.read("/ada/turns/1/usage") == usage
        await root.write("/ctl", "remove ada")
        with pytest.raises(FileError, match="file does not exist"):
            await root.read("/ada/state")
        assert await root.read("/health") == b"ok\n"
        metrics = (await root.read("/metrics")).decode()
        assert 'llmfs_turns_total{state="done"} 1' in metrics
        assert 'llmfs_tokens_total{kind="output",model="one",provider="scripted"} 5' in metrics


async def test_ask_answers_on_the_same_fid(tmp_path: Path) -> None:
    """The prompt is written, the answer streams back, and counts as read."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada = world.agent()
        go = trio.Event()
        model.play("one ", go, "two")
        async with root.open("/ada/ask", "rw") as file:
            await file.write(b"count")
            assert await file.read() == b"one "
            go.set()
            assert await file.read() == b"two"
            assert await file.read() == b""
        assert ada.turns["1"].answer.was_read


async def test_refusals_arrive_where_the_mistake_was_made(tmp_path: Path) -> None:
    """Each mistake is the error of its own write, in words."""
    model = Scripted()
    poor = Scripted("poor", "poor needs POOR_KEY in the environment of llmfs")
    async with open_files(tmp_path, model, poor) as (world, root):
        world.agent()
        for path, text, refusal in (
            ("/ctl", "nwe bob", "unknown verb nwe; try: new remove default machine"),
            ("/ctl", "new", "usage: new NAME [PROVIDER [MODEL]]"),
            ("/ctl", "new ada", "agent ada exists"),
            ("/ctl", "new bob poor", "poor needs POOR_KEY in the environment of llmfs"),
            ("/ctl", "machine drop A", "machine: ACTION is add or remove, not 'drop'"),
            ("/ada/ctl", "cancel it", "cancel: WHAT is all, not 'it'"),
            ("/ada/ctl", "temperature 3", "temperature is 0 to 2, or default, not '3'"),
            ("/ada/ctl", "max_tokens", "usage: max_tokens VALUE"),
            ("/ada/ctl", "sea rio", "unknown verb sea; try: provider model use temperature"),
            ("/ada/ctl", "see rio", "no machine rio; there are: none yet"),
            ("/ada/config", "colour red", "unknown setting colour; there are: provider model"),
            ("/ada/input", b"\x89PNG", "a prompt is UTF-8 text, and this is not"),
        ):
            with pytest.raises(FileError) as caught:
                await root.write(path, text)
            assert str(caught.value).startswith(refusal)


async def test_a_full_queue_refuses_the_first_write(tmp_path: Path) -> None:
    """With 64 prompts waiting, the write says so; the writer need not come to the clunk to hear it."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada = world.agent()
        model.play(trio.Event())
        for number in range(65):
            ada.ask(str(number))
            await trio.testing.wait_all_tasks_blocked()
        async with root.open("/ada/input", "w") as file:
            with pytest.raises(FileError, match="ada is busy: 64 prompts wait; cancel or try later"):
                await file.write(b"one more")
            ada.cancel()
            await trio.testing.wait_all_tasks_blocked()
            await file.write(b"one more")
        assert await ended(ada, 66) == "done"


async def test_who_has_begun_to_write_has_a_place(tmp_path: Path) -> None:
    """The queue cannot fill between a prompt's first write and its clunk, where a refusal would not be heard."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada = world.agent()
        model.play(trio.Event())
        async with root.open("/ada/input", "w") as slow:
            await slow.write(b"slowly ")
            ada.ask("runs")
            await trio.testing.wait_all_tasks_blocked()
            for number in range(63):
                ada.ask(str(number))
            with pytest.raises(FileError, match="ada is busy"):
                ada.ask("one more")
            await slow.write(b"written")
        assert ada.waiting == 64
        ada.cancel()
        assert await ended(ada, 65) == "done"
        assert await ada.turns["65"].answer.text() == "slowly written"


async def test_one_prompt_from_open_to_clunk(tmp_path: Path) -> None:
    """A prompt of any length and cut is one prompt; nothing written is none; one that is too long is refused."""
    async with open_files(tmp_path) as (world, root):
        ada = world.agent()
        long = "grün " * 100_000
        async with root.open("/ada/input", "w") as file:
            data = long.encode()
            for at in range(0, len(data), 50_001):
                await file.write(data[at : at + 50_001])
        await ended(ada)
        assert await ada.turns["1"].prompt.text() == long.rstrip()
        async with root.open("/ada/input", "w"):
            pass
        async with root.open("/ada/input", "w") as file:
            with pytest.raises(FileError, match="longer than 16 MiB"):
                for _ in range(17):
                    await file.write(b"x" * 1_000_000)
            with pytest.raises(FileError, match="longer than 16 MiB"):
                await file.write(b"the rest")
        assert list(ada.turns) == ["1"]


async def test_config_and_system_read_as_written(tmp_path: Path) -> None:
    """A shorter text leaves no old tail; config takes lines, and JSON."""
    async with open_files(tmp_path) as (world, root):
        world.agent()
        await root.write("/ada/system", "You are a very long system prompt.\n")
        await root.write("/ada/system", "Be terse.\n")
        assert await root.read("/ada/system") == b"Be terse.\n"
        await root.write("/ada/config", "temperature 0.5\nmax_tokens 10")
        await root.write("/ada/config", json.dumps({"model": "two"}))
        assert await root.read("/ada/config") == Settings("scripted", "two", 0.5, 10).text().encode()


async def test_a_machine_file_is_read_for_blocks_and_written_for_context(tmp_path: Path) -> None:
    """One file, both ways; `context/A` is the same text."""
    async with open_files(tmp_path) as (world, root):
        await root.write("/ctl", "machine add A")
        world.agent()
        await root.write("/ada/A", "a cube stands there")
        assert await root.read("/ada/context/A") == b"a cube stands there"
        await root.write("/ada/context/A", "it has gone")
        assert world.fleet.agents["ada"].machines["A"].context == "it has gone"
        await root.write("/ada/input", "```A\nbox()\n```\n")
        assert await root.read("/ada/A") == b"box()\n"
        await root.write("/ctl", "machine remove A")
        assert "A" not in [entry.name for entry in await root.ls("/ada")]


async def test_a_blocked_read_is_released_by_cancel(tmp_path: Path) -> None:
    """`echo cancel > ctl` ends the `cat` that waits."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        world.agent()
        model.play(trio.Event())
        await root.write("/ada/input", "?")
        with trio.fail_after(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(root.read, "/ada/output")
                await trio.testing.wait_all_tasks_blocked()
                await root.write("/ada/ctl", "cancel")
        assert (await root.read("/ada/state")).startswith(b"idle\nturn 1 cancelled\n{")


async def test_agents_can_be_removed_as_files(tmp_path: Path) -> None:
    """`rm` on an agent's directory removes the agent; the service's own files stay."""
    async with open_files(tmp_path) as (world, root):
        world.agent()
        await root.remove("/ada")
        assert world.fleet.agents == {}
        with pytest.raises(FileError, match="permission denied"):
            await root.remove("/ctl")


async def test_events_tell_what_happens(tmp_path: Path) -> None:
    """Agents, machines and turns, as JSON lines."""
    async with open_files(tmp_path) as (_, root), root.open("/events") as events:
        await root.write("/ctl", "new ada\nmachine add A")
        await root.write("/ada/input", "hi")
        kinds = [json.loads(await events.read())["event"] for _ in range(4)]
        assert kinds == ["agent.new", "machine.added", "turn.began", "turn.ended"]


async def test_providers_lists_them_all(tmp_path: Path) -> None:
    """What can be asked, and what the others need."""
    async with open_files(tmp_path, Scripted(), Scripted("poor", "poor needs POOR_KEY")) as (_, root):
        assert await root.read("/providers") == b"scripted ready: one two\npoor not ready: poor needs POOR_KEY\n"


async def test_text_that_is_there_is_read_without_a_task(tmp_path: Path) -> None:
    """Open and read of a finished answer are answered in the same burst."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        ada.ask("hello")
        await ended(ada)
        async with memory_connection(tree_of(world)) as talk:
            await talk.attach()
            await talk.say(Twalk(1, 0, 1, ("ada", "output")), Topen(2, 1, 0), Tread(3, 1, 0, 99), Tread(4, 1, 0, 99))
            replies = [str(await talk.hear()) for _ in range(4)]
            assert replies[2:] == ["Rread tag 3 data hello", "Rread tag 4 data ''"]
