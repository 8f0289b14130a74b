"""A running Ollama is found by itself, and answers where nobody has a key."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.llmfs.providers.test_local import answers, is_silent, open_place, unused_port

from llmfs.__main__ import open_service
from llmfs.agents.offers import Default, Offers
from llmfs.config import Config
from llmfs.providers import ProviderSettings, local, make
from llmfs.providers.ollama import base_url
from ninep.client import open_client
from ninep.dial import Address, listen
from ninep.server import serve

MODELS = [
    {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
    {"name": "qwen3:8b", "details": {"family": "qwen3"}},
    {"name": "all-minilm:latest"},
    {"name": "gemma3:4b", "details": {"family": None}},
]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, what answers is waited for; and whoever runs the tests may have keys."""
    monkeypatch.setattr(local, "PATIENCE", 60)
    for name in ProviderSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def offers(host: str, **keys: Any) -> Offers:
    """All providers, with Ollama at this address."""
    return Offers(make(ProviderSettings(_env_file=None, ollama_host=host, **keys)), Default())


def tags(models: Sequence[object] = MODELS) -> bytes:
    return json.dumps({"models": models}).encode()


async def test_it_is_found_with_the_models_that_can_answer() -> None:
    """Those that only embed are left out; the newest that answers is the default, and goes before sketch."""
    async with open_place(answers("/api/tags", tags())) as place:
        found = offers(place.url)
        assert found.pick(None, None)[0] == "sketch"
        await found.find_local()
        assert found.pick(None, None) == ("ollama", "qwen3:8b", "no provider has a key, and it runs here")
        assert found.alias("local") == ("ollama", "qwen3:8b")
        assert "ollama ready: qwen3:8b gemma3:4b\n" in await found.text()
        assert place.asked == 1
        await found.aclose()


async def test_a_key_goes_before_it() -> None:
    """Who has paid for a model wants that one."""
    async with open_place(answers("/api/tags", tags())) as place:
        found = offers(place.url, groq_api_key="k")
        await found.find_local()
        assert found.pick(None, None)[0] == "groq"
        await found.aclose()


@pytest.mark.parametrize("models", [(), MODELS[:1]])
async def test_one_that_cannot_answer_is_not_taken(models: Sequence[object]) -> None:
    """It runs, but has no model, or none that speaks."""
    async with open_place(answers("/api/tags", tags(models))) as place:
        found = offers(place.url)
        await found.find_local()
        assert found.pick(None, None)[0] == "sketch"
        assert "ollama not ready: ollama has no model yet at " in await found.text()
        await found.aclose()


async def test_what_is_no_ollama_is_not_taken() -> None:
    """Another program at its port, and a name that no address can have."""
    async with open_place(answers("/api/tags", b'{"models": "several"}')) as place:
        for host in (place.url, f"127.0.0.1:{await unused_port()}", "a..b"):
            found = offers(host)
            await found.find_local()
            assert found.pick(None, None)[0] == "sketch"
            await found.aclose()


async def test_the_service_finds_it_at_its_start(tmp_path: Path) -> None:
    """Without anybody's asking; and neither the start nor an agent waits for an Ollama that says nothing."""
    asked = trio.Event()

    async def script(stream: trio.SocketStream, data: bytes) -> None:
        asked.set()
        await is_silent(stream, data)

    async with open_place(script) as place:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("OLLAMA_HOST", place.url)
            config = Config(_env_file=None, state=tmp_path)
        with trio.fail_after(60):
            async with open_service(config) as root, trio.open_nursery() as nursery:
                with closing(listen(Address.parse(f"unix!{tmp_path}/llm"))) as listener:
                    await nursery.start(serve, root, [listener])
                    async with open_client(f"unix!{tmp_path}/llm") as client:
                        await client.write("/ctl", "new ada")
                        assert b"new ada sketch" in await client.read("/ctl")
                        await asked.wait()
                    nursery.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("gpu", "http://gpu:11434/v1"),
        ("gpu:80", "http://gpu:80/v1"),
        (":8000", "http://127.0.0.1:8000/v1"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
        ("[::]", "http://[::1]:11434/v1"),
        ("[fe80::1]:5", "http://[fe80::1]:5/v1"),
        ("http://gpu", "http://gpu:80/v1"),
        ("https://gpu/ollama/", "https://gpu:443/ollama/v1"),
    ],
)
def test_its_address_is_read_as_its_own_programs_read_it(host: str, address: str) -> None:
    """OLLAMA_HOST says where the server listens, and its clients reach it by the same words."""
    assert base_url(host) == address


def test_a_wrong_address_is_refused_at_the_start() -> None:
    """In words that name the variable, not when the first prompt fails."""
    with pytest.raises(ValueError, match="ollama_host"):
        ProviderSettings(_env_file=None, ollama_host="gpu:many")
