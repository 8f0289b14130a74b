"""The three real SDK paths, pointed at a test's server, and the shortest ways to ask them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.llmfs.providers.servers import Server

from llmfs.providers import Chunk, Message, Provider, ProviderSettings, Request, Token, make

KEY = "sk-planted-7f3a9c"

PATIENCE = 30
"""Seconds until a test that waits has failed: the first import of an SDK takes some on a busy machine."""

SPEECHES = ("anthropic", "responses", "chat")
"""The names for parametrized tests: each SDK, and both interfaces of OpenAI's."""


def settings(url: str) -> ProviderSettings:
    """Keys and addresses of a test, whatever the environment says."""
    return ProviderSettings(
        _env_file=None,
        anthropic_api_key=KEY,
        anthropic_base_url=url,
        openai_api_key=KEY,
        openai_base_url=f"{url}/v1",
        openai_wire_api="responses",
        openai_compatible_base_url=f"{url}/v1",
        openai_compatible_api_key=KEY,
    )


@asynccontextmanager
async def open_provider(speech: str, url: str) -> AsyncIterator[Provider]:
    """The provider that speaks this way to the server at `url`, closed afterwards."""
    name = {"responses": "openai", "chat": "openai-compatible"}.get(speech, speech)
    provider = make(settings(url))[name]
    try:
        yield provider
    finally:
        await provider.aclose()


def request(text: str = "draw", *, system: str = "", temperature: float | None = None) -> Request:
    """One prompt."""
    return Request("a-model", system, (Message("user", text),), temperature, 1000)


async def answer(provider: Provider, asked: Request | None = None) -> list[Chunk]:
    """All chunks of one answer."""
    async with provider.open_stream(asked or request()) as chunks:
        return [chunk async for chunk in chunks]


async def answer_of(speech: str, server: Server, asked: Request | None = None) -> list[Chunk]:
    """All chunks of one answer by a provider made for it alone."""
    async with open_provider(speech, server.url) as provider:
        return await answer(provider, asked)


def text(chunks: list[Chunk]) -> str:
    """What was said."""
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, Token))
