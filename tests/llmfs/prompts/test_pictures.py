"""Pictures in prompts: seen by who answers, kept with their turn, shown as a line of text."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.llmfs.painting import painted
from tests.llmfs.providers.asking import SPEECHES, open_provider
from tests.llmfs.providers.servers import open_server
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.test_tree import open_files

from llmfs.agents import answering
from llmfs.agents.agent import Agent
from llmfs.providers import Image, Message, ProviderSettings, make
from llmfs.providers.sketch import Sketch
from ninep import FileError

PNG, JPEG = Image("image/png", painted("PNG")), Image("image/jpeg", painted("JPEG"))
LABEL = "[image 1: PNG 64x48]"

SENT: dict[str, Callable[[str], object]] = {
    "anthropic": lambda data: {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}},
    "responses": lambda data: {"type": "input_image", "image_url": f"data:image/png;base64,{data}", "detail": "auto"},
    "chat": lambda data: {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
}
"""A picture in the words of each interface."""


@pytest.mark.parametrize("speech", SPEECHES)
async def test_the_provider_sees_it(tmp_path: Path, speech: str) -> None:
    """As a block of its own before the words, in each interface, through the files."""
    async with (
        open_server() as server,
        open_provider(speech, server.url) as provider,
        open_files(tmp_path, provider) as (world, root),
    ):
        ada = world.agent()
        async with root.open("/ada/input", "w") as prompt:
            await prompt.write(b"what is this?\n")
            await prompt.write(PNG.data)
        assert await ended(ada) == "done"
        assert await root.read("/ada/turns/1/prompt") == f"what is this?\n{LABEL}".encode()
        async with root.open("/ada/ask", "rw") as ask:
            await ask.write(PNG.data + b"and this?")
            assert await ask.read() != b""
        assert await ended(ada, 2) == "done"
        first, second = (exchange.body for exchange in server.exchanges)

    picture = SENT[speech](b64encode(PNG.data).decode())
    (message,) = said_by_user(first)
    assert message[0] == picture
    assert f"what is this?\n{LABEL}" in message[1]["text"]
    assert [message[0] for message in said_by_user(second)] == [picture, picture]


def said_by_user(body: Any) -> list[Any]:
    """The contents of the user's messages in a request."""
    return [each["content"] for each in body.get("messages") or body["input"] if each["role"] == "user"]


async def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    """The conversation goes on with all its pictures, in their order, and the line in the text."""
    images = tuple(Image("image/png", painted("PNG", (20 + number, 20))) for number in range(11))
    async with open_world(tmp_path) as world:
        ada = world.agent()
        ada.ask("these", images)
        await ended(ada)
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.fleet.agents["ada"]
        ada.ask("again")
        await ended(ada, 2)
    assert model.requests[0].messages[0] == Message("user", "these", images)


async def test_it_leaves_memory_once_it_is_written(tmp_path: Path) -> None:
    """And is the same when it is needed again."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        turn = ada.ask("this", (PNG,))
        await world.store.settle()
        turn.rest()
        assert turn.pictures[0]._data is None
        assert await turn.images() == (PNG,)


async def test_retry_shows_it_again(tmp_path: Path) -> None:
    """The same prompt is the same pictures."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        ada.ask("this", (PNG, JPEG))
        await ended(ada)
        await ada.retry()
        await ended(ada, 2)
    assert model.requests[0] == model.requests[1]


async def test_earlier_pictures_have_their_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest go along as far as there is room; of the others there is the line in the text."""
    monkeypatch.setattr(answering, "LIMIT", 2 * len(PNG.data))
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        for number in range(1, 4):
            ada.ask(f"{number} {LABEL}", (PNG,))
            await ended(ada, number)
    *_, last = model.requests
    assert [message.images for message in last.messages if message.role == "user"] == [(), (PNG,), (PNG,)]
    assert last.messages[0].text == f"1 {LABEL}"


async def test_who_cannot_see_is_not_asked(tmp_path: Path) -> None:
    """The refusal comes before the request, says who it is and what to do; earlier pictures are then left out."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        ada.ask("this", (PNG,))
        await ended(ada)
        ada.set_one("model", "blind")
        with pytest.raises(FileError, match=r"^blind of scripted cannot see pictures; provider or use NAME "):
            ada.ask("and this", (PNG,))
        ada.ask("what was it?")
        await ended(ada, 2)
    assert [message.images for message in model.requests[1].messages] == [(), (), ()]


async def test_a_model_that_was_changed_while_it_waited(tmp_path: Path) -> None:
    """Then the turn says it."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        ada.ask("this", (PNG,))
        ada.set_one("model", "blind")
        assert "cannot see pictures" in await ended(ada)


async def test_a_picture_for_sketch(tmp_path: Path) -> None:
    """The keyless assistant says at the first write that it cannot see it."""
    async with open_files(tmp_path, Sketch()) as (world, root):
        world.agent()
        async with root.open("/ada/input", "w") as prompt:
            await prompt.write(b"what is this?\n")
            with pytest.raises(FileError, match="sketch of sketch cannot see pictures"):
                await prompt.write(PNG.data)
        assert world.agent().turns == {}


def test_who_is_known_to_be_blind() -> None:
    """Models of text alone; a tag changes nothing, and what is unknown is asked."""
    providers = make(ProviderSettings(_env_file=None, groq_api_key="k"))
    assert not providers["groq"].sees("openai/gpt-oss-120b")
    assert not providers["ollama"].sees("llama3.2:3b")
    assert providers["ollama"].sees("gemma3:4b")
    assert providers["anthropic"].sees("claude-sonnet-5-5")


async def test_a_fork_knows_it_by_its_line(tmp_path: Path) -> None:
    """What was said of a picture is there; the picture is the original's."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada: Agent = world.agent()
        ada.ask(f"this {LABEL}", (PNG,))
        await ended(ada)
        await world.fleet.fork(ada, "bob")
        world.agent("bob").ask("and?")
        await ended(world.agent("bob"))
    assert model.requests[1].messages[0] == Message("user", f"this {LABEL}")
