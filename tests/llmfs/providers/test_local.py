"""Servers of one's own are ready when they answer, and not before."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import h11
import pytest
import trio

from llmfs.agents.offers import Default, Offers
from llmfs.providers import Local, local
from llmfs.providers.chat import ChatCompletions
from llmfs.providers.endpoint import Endpoint
from llmfs.providers.local import FRESH
from llmfs.providers.wire import Wire

Script = Callable[[trio.SocketStream, bytes], Awaitable[None]]
"""What a server does with a connection and the first bytes of the request on it."""

USUAL = ("llama3.2",)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, what answers is waited for."""
    monkeypatch.setattr(local, "PATIENCE", 60)


def lists(*models: str, status: int = 200, body: bytes | None = None) -> Script:
    """A server that answers one request with its models, as Ollama, llama.cpp and vLLM do."""
    said = {"object": "list", "data": [{"id": model, "object": "model"} for model in models]}
    return answers("/v1/models", json.dumps(said).encode() if body is None else body, status)


def answers(path: str, body: bytes, status: int = 200) -> Script:
    """A server that answers one request, for `path`, with these bytes."""

    async def script(stream: trio.SocketStream, data: bytes) -> None:
        http = h11.Connection(h11.SERVER)
        http.receive_data(data)
        while (event := http.next_event()) is h11.NEED_DATA:
            http.receive_data(await stream.receive_some())
        assert isinstance(event, h11.Request)
        assert event.target == path.encode()
        head = h11.Response(status_code=status, headers=[("content-length", str(len(body))), ("connection", "close")])
        await stream.send_all((http.send(head) or b"") + (http.send(h11.Data(data=body)) or b""))

    return script


async def is_silent(stream: trio.SocketStream, data: bytes) -> None:
    """A server that takes the request and never answers."""
    await trio.sleep_forever()


class Place:
    """Where a server may run, and the provider that looks for it there."""

    def __init__(self, url: str, script: Script) -> None:
        self.url, self.script, self.asked = url, script, 0
        self.provider = Local(Endpoint("ollama", f"{url}/v1"), Wire(), USUAL, ChatCompletions())
        self.offers = Offers({"ollama": self.provider}, Default())

    async def serve(self, stream: trio.SocketStream) -> None:
        """One connection; whoever says nothing on it has only looked whether anybody is there."""
        async with stream:
            if data := await stream.receive_some():
                self.asked += 1
                await self.script(stream, data)


@asynccontextmanager
async def open_place(script: Script) -> AsyncIterator[Place]:
    """A server on loopback."""
    async with trio.open_nursery() as nursery:
        listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
        place = Place(f"http://127.0.0.1:{listener.socket.getsockname()[1]}", script)
        nursery.start_soon(trio.serve_listeners, place.serve, [listener])
        yield place
        await place.offers.aclose()
        nursery.cancel_scope.cancel()


async def test_a_server_that_answers_is_ready_with_its_models() -> None:
    """Those that it has, the first as the default; not those that we would have guessed."""
    async with open_place(lists("qwen3:8b", "gemma3")) as place:
        assert await place.offers.text() == "ollama ready: qwen3:8b gemma3\n"
        assert place.offers.pick("ollama", None)[:2] == ("ollama", "qwen3:8b")


async def test_it_is_not_asked_again_at_once() -> None:
    """Many readers ask once; what was found is believed for some seconds, and then looked at anew."""
    async with open_place(lists("qwen3")) as place:
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(place.offers.text)
        assert place.asked == 1
        place.script = lists("gemma3")
        place.provider._looked -= FRESH
        assert await place.offers.text() == "ollama ready: gemma3\n"


@pytest.mark.parametrize(
    "script",
    [
        is_silent,
        lists(status=404),
        lists(body=b"<html>another program has this port</html>"),
        lists(body=b'{"data": "none"}'),
        lists(body=b"[" * (2 << 20)),
    ],
)
async def test_what_answers_otherwise_is_not_ready(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence, another program at the same port, nonsense: it is called what it is, and silence is not waited out."""
    if script is is_silent:
        monkeypatch.setattr(local, "PATIENCE", 0.05)
    async with open_place(script) as place:
        with trio.fail_after(30):
            text = await place.offers.text()
        assert text.startswith("ollama not ready: ollama does not answer at http://127.0.0.1:")
        assert text.endswith("; start it there\n")


async def test_nobody_there() -> None:
    """A refused connection; and before the first look nothing is claimed."""
    async with open_place(is_silent) as place:
        gone = Place(f"http://127.0.0.1:{await unused_port()}", is_silent)
        assert gone.provider.absent is not None
        assert "not ready: ollama does not answer" in await gone.offers.text()
        await gone.offers.aclose()
        assert place.asked == 0


async def test_a_server_without_a_model_is_not_ready() -> None:
    """It answers, but would answer no prompt; the sentence says what is missing."""
    async with open_place(lists()) as place:
        text = await place.offers.text()
        assert text.startswith("ollama not ready: ollama has no model yet at http://127.0.0.1:")


async def test_names_that_would_spoil_the_line_are_left_out() -> None:
    """A server's words are its own; a line is a line."""
    async with open_place(lists("a\nb ready: c", "two words", "x" * 101, "good")) as place:
        assert await place.offers.text() == "ollama ready: good\n"


async def test_asking_for_it_never_waits() -> None:
    """A new agent is made at its user's word, without any look."""
    async with open_place(is_silent) as place:
        assert place.offers.pick("ollama", None)[:2] == ("ollama", "llama3.2")
        assert place.asked == 0


async def unused_port() -> int:
    """A port at which nobody listens."""
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    async with listener:
        port: int = listener.socket.getsockname()[1]
    return port
