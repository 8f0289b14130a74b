"""The real SDKs against servers that speak the real event streams: what was said is what arrives."""

from statistics import median

import pytest
import trio
from tests.llmfs.providers.asking import KEY, PATIENCE, SPEECHES, answer, answer_of, open_provider, request, text
from tests.llmfs.providers.dialects import DIALECTS
from tests.llmfs.providers.servers import Exchange, open_server, paced, says
from trio.testing import wait_all_tasks_blocked

from llmfs.providers import Image, Message, Provider, ProviderError, Reasoning, Request, Stop, Token, Usage

PIECES = ("a ", "red", " cübe", " 立方体", " 🟥\n", "```python\nbox()\n```")
PATHS = {"anthropic": "/v1/messages", "responses": "/v1/responses", "chat": "/v1/chat/completions"}

pytestmark = pytest.mark.parametrize("speech", SPEECHES)


async def test_text_arrives_as_it_was_said(speech: str) -> None:
    """Each piece is a token, the thoughts are apart, the figures come before the stop, and the stop is last."""
    spent = Usage(input=20, output=9, cache_read=4)
    async with open_server(says(*PIECES, thinks=["hm", "…"], usage=spent)) as server:
        chunks = await answer_of(speech, server)

    assert [chunk.text for chunk in chunks if isinstance(chunk, Token)] == list(PIECES)
    assert [chunk.text for chunk in chunks if isinstance(chunk, Reasoning)] == ["hm", "…"]
    assert chunks[-2:] == [spent, Stop("end")]


@pytest.mark.parametrize("reason", ["end", "max_tokens", "refusal"])
async def test_a_stop_says_why(speech: str, reason: str) -> None:
    """Each provider's words for the end of an answer become ours."""
    async with open_server(says("so", stop=reason)) as server:
        chunks = await answer_of(speech, server)

    assert chunks[-1] == Stop(reason)


async def test_a_token_is_here_before_the_next_is_made(speech: str) -> None:
    """Nothing is gathered on the way: while the model waits for its second word the first can be read."""
    gate = trio.Semaphore(0)
    async with open_server(paced(["one", "two"], gate=gate)) as server, open_provider(speech, server.url) as provider:
        gate.release()
        async with provider.open_stream(request()) as chunks:
            tokens = (chunk async for chunk in chunks if isinstance(chunk, Token))
            with trio.fail_after(PATIENCE):
                assert await anext(tokens) == Token("one")
                gate.release()
                assert await anext(tokens) == Token("two")
            await tokens.aclose()


async def test_a_request_carries_all_that_was_asked(speech: str) -> None:
    """System prompt, earlier turns, a picture, temperature and bound reach the provider, and the key as its header."""
    asked = Request(
        "a-model",
        "You draw.",
        (
            Message("user", "a cube"),
            Message("assistant", "box()"),
            Message("user", "like this", (Image("image/png", b"\x89PNG"),)),
        ),
        0.5,
        77,
    )
    async with open_server() as server:
        await answer_of(speech, server, asked)
        exchange = server.exchanges[0]

    sent = str(exchange.body)
    assert exchange.path == PATHS[speech]
    assert KEY in str(exchange.headers)
    assert exchange.body["model"] == "a-model"
    assert exchange.body["temperature"] == 0.5
    assert 77 in exchange.body.values()
    assert all(part in sent for part in ("You draw.", "a cube", "box()", "like this", "iVBORw=="))
    assert [message["role"] for message in _turns(exchange)] == ["user", "assistant", "user"]


async def test_what_was_not_asked_is_not_sent(speech: str) -> None:
    """No temperature and no system prompt unless there are some: several models refuse to be told."""
    async with open_server() as server:
        await answer_of(speech, server)
        body = server.exchanges[0].body

    assert "temperature" not in body
    assert "system" not in str(body)
    assert "instructions" not in body


async def test_the_environment_adds_nothing(speech: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDKs read more of the environment than we say: another token, and for strangers OpenAI's account."""
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another-token")
    monkeypatch.setenv("OPENAI_ORG_ID", "the-organisation")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "the-project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-mine: for-openai-only")
    async with open_server() as server:
        await answer_of(speech, server)
        sent = str(server.exchanges[0].headers)

    assert "another-token" not in sent
    for words in ("the-organisation", "the-project", "for-openai-only"):
        assert (words in sent) is (speech == "responses")


async def test_one_connection_serves_answer_after_answer(speech: str) -> None:
    """An answer read to its end leaves the connection for the next one."""
    async with open_server() as server, open_provider(speech, server.url) as provider:
        for _ in range(3):
            await answer(provider)

    assert (len(server.exchanges), server.connections) == (3, 1)


async def test_cut_up_at_every_byte(speech: str) -> None:
    """Where the network cuts the stream, within an event, a line end or a character, is nobody's business."""
    dialect = DIALECTS[PATHS[speech]]()
    head = dialect.begin()
    whole = head + b"".join(map(dialect.text, ("hé", "🟥"))) + dialect.stop()
    at = 0

    async def script(exchange: Exchange) -> None:
        await exchange.send_only(whole[:at])
        await wait_all_tasks_blocked()
        await exchange.send_only(whole[at:])

    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        for at in range(len(head), len(whole)):
            chunks = await answer(provider)
            assert (text(chunks), chunks[-1]) == ("hé🟥", Stop("end")), at


async def test_byte_by_byte(speech: str) -> None:
    """The slowest of all networks."""
    dialect = DIALECTS[PATHS[speech]]()
    whole = dialect.begin() + dialect.text("é🟥") + dialect.stop()

    async def script(exchange: Exchange) -> None:
        for byte in whole:
            await exchange.send_only(bytes([byte]))

    async with open_server(script) as server:
        assert text(await answer_of(speech, server)) == "é🟥"


async def test_a_line_of_a_megabyte(speech: str) -> None:
    """An event may be as long as it likes."""
    async with open_server(says("x" * 1_000_000)) as server:
        assert len(text(await answer_of(speech, server))) == 1_000_000


@pytest.mark.parametrize("where", ["between chunks", "while waiting", "before the head"])
async def test_cancel_closes_upstream(speech: str, where: str) -> None:
    """Whoever is cancelled has hung up within 100 ms, wherever it stood; and the provider answers again."""

    async def script(exchange: Exchange) -> None:
        if where != "before the head":
            await exchange.say("one")
        await trio.sleep_forever()

    delays = []
    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        for number in range(5):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_follow, provider, where)
                exchange = await server.exchange(number)
                await wait_all_tasks_blocked(0.01)
                began = trio.current_time()
                nursery.cancel_scope.cancel()
            delays.append(await _gone_after(exchange, began))

        server.script = says("again")
        assert text(await answer(provider)) == "again"
    assert median(delays) < 0.1


async def test_leaving_early_closes_upstream(speech: str) -> None:
    """A reader who has read enough hangs up by leaving, even with more already on its way."""

    async def script(exchange: Exchange) -> None:
        await exchange.say(*"abcdefgh")
        await trio.sleep_forever()

    delays = []
    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        for number in range(5):
            async with provider.open_stream(request()) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Token):
                        break
                began = trio.current_time()
            delays.append(await _gone_after(await server.exchange(number), began))
    assert median(delays) < 0.1


async def test_a_hundred_cancels_leave_nothing(speech: str) -> None:
    """No connection and no task outlives its answer."""
    script = paced(["never"], gate=trio.Semaphore(0), thinks=["hm"])
    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        await wait_all_tasks_blocked()
        tasks = trio.lowlevel.current_statistics().tasks_living
        for number in range(100):
            with trio.CancelScope() as scope:
                async with provider.open_stream(request()) as chunks:
                    await anext(chunks)
                    scope.cancel()
                    await anext(chunks)
            with trio.fail_after(PATIENCE):
                await server.exchanges[number].gone.wait()
        await wait_all_tasks_blocked()
        assert trio.lowlevel.current_statistics().tasks_living == tasks


async def test_an_exception_of_the_reader_is_its_own(speech: str) -> None:
    """What the reader raises within the block comes out as it is."""
    async with open_server() as server, open_provider(speech, server.url) as provider:
        with pytest.raises(KeyError, match="mine"):
            async with provider.open_stream(request()):
                raise KeyError("mine")


@pytest.mark.parametrize("cut", ["in the middle", "before the first event"])
async def test_a_cut_connection_is_no_short_answer(speech: str, cut: str) -> None:
    """The text so far arrives, then a sentence."""

    async def script(exchange: Exchange) -> None:
        await (exchange.say("half") if cut == "in the middle" else exchange.send_only(b": hello\n\n"))
        await wait_all_tasks_blocked()
        await exchange.cut()

    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        said, error = await _until_error(provider)

    assert said == ("half" if cut == "in the middle" else "")
    assert str(error).startswith(f"the connection to {provider.name} broke: ")
    assert error.retryable


async def test_a_stream_that_ends_without_a_stop_is_cut_off(speech: str) -> None:
    """A proxy that ends the body properly cannot make half an answer look whole."""

    async def script(exchange: Exchange) -> None:
        await exchange.say("half")

    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        said, error = await _until_error(provider)

    assert said == "half"
    assert str(error) == f"{provider.name} stopped in the middle of its answer"


async def test_a_cut_after_the_stop_takes_nothing(speech: str) -> None:
    """The answer was complete."""

    async def script(exchange: Exchange) -> None:
        await exchange.say("whole")
        await exchange.stop()
        await exchange.cut()

    async with open_server(script) as server:
        chunks = await answer_of(speech, server)

    assert (text(chunks), chunks[-1]) == ("whole", Stop("end"))


async def test_a_stream_that_stays_open_after_the_stop(speech: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for figures that do not come."""
    monkeypatch.setattr("llmfs.providers.answer.EPILOGUE", 0.05)

    async def script(exchange: Exchange) -> None:
        await exchange.say("whole")
        stop = exchange.dialect.stop().removesuffix(b"data: [DONE]\n\n")
        await exchange.send(stop)
        await trio.sleep_forever()

    async with open_server(script) as server, open_provider(speech, server.url) as provider:
        with trio.fail_after(PATIENCE):
            chunks = await answer(provider)

    assert (text(chunks), chunks[-1]) == ("whole", Stop("end"))


async def test_two_answers_at_once(speech: str) -> None:
    """Each has its own connection; leaving one does not touch the other."""
    gate = trio.Semaphore(0)
    script = paced(["a", "b"], gate=gate, thinks=["hm"])
    async with (
        open_server(script) as server,
        open_provider(speech, server.url) as provider,
        provider.open_stream(request()) as first,
    ):
        async with provider.open_stream(request()) as second:
            await anext(first), await anext(second)
        with trio.fail_after(PATIENCE):
            await server.exchanges[1].gone.wait()
            for _ in range(3):
                gate.release()
            assert text([chunk async for chunk in first]) == "ab"


async def _follow(provider: Provider, where: str) -> None:
    """Read until cancelled; `between chunks` stands still with a chunk in hand."""
    async with provider.open_stream(request()) as chunks:
        async for chunk in chunks:
            if where == "between chunks" and isinstance(chunk, Token):
                await trio.sleep_forever()


async def _until_error(provider: Provider) -> tuple[str, ProviderError]:
    """What was said, and what ended it."""
    said = ""
    with pytest.raises(ProviderError) as caught:
        async with provider.open_stream(request()) as chunks:
            async for chunk in chunks:
                said += chunk.text if isinstance(chunk, Token) else ""
    return said, caught.value


async def _gone_after(exchange: Exchange, began: float) -> float:
    """Seconds until the server saw the client leave. The middle one of several counts: the machine has other work."""
    with trio.fail_after(PATIENCE):
        await exchange.gone.wait()
    return exchange.gone_at - began


def _turns(exchange: Exchange) -> list[dict[str, object]]:
    messages = exchange.body.get("messages") or exchange.body["input"]
    return [message for message in messages if message["role"] != "system"]
