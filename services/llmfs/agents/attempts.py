"""Getting one answer from a provider: patience and its limits.

A request that fails is tried again only while nobody has seen a word of the answer, and only if the provider says that
it may help. A stream that falls silent is given up. Everything else is the provider's word, passed on.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import trio
from msgspec import Struct

from llmfs.providers import Chunk, Provider, ProviderError, Request, Stop, Token
from ninep.node import Answer

RETRIES = 2
BACKOFF = 0.5  # seconds before the first retry; each further one waits twice as long
JITTER = 0.2  # of the wait is added at random, so that agents that failed together do not come back together
SLACK = 1.0  # seconds by which patience may last longer: a deadline is moved now and then, and not with every word
LONGEST = 100  # characters of a provider's own word for why it stopped
MOST = 60.0  # seconds that anybody is let wait for a retry


class Attempts(Struct, frozen=True):
    """How an answer is got.

    `idle` seconds of silence end it. `take` gets each chunk; if it returns a coroutine, that is waited for before the
    next chunk is. `tell` hears of each failure that is tried to overcome.
    """

    idle: float
    take: Callable[[Chunk], Answer[None]]
    tell: Callable[[str], None]

    async def answer(self, provider: Provider, request: Request, *, has_others: bool = False) -> str:
        """Have the request answered; why the model stopped. ProviderError if it could not be, in a sentence.

        With `has_others`, who could be asked instead, a provider that is not there is not waited for.
        Cancelling closes the connection behind it before this returns.
        """
        for number in range(RETRIES + 1):
            attempt = _Attempt(self)
            try:
                return await attempt.run(provider, request)
            except ProviderError as error:
                wait = _pause(number, error)
                if attempt.has_text or wait is None or (has_others and not error.is_there):
                    raise
                self.tell(f"{error}; trying again in {wait:.1f} s")
            await trio.sleep(wait)
        raise AssertionError("the last attempt raises or returns")


class _Attempt:
    """One try. It remembers whether any text was passed on."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts, self.has_text = attempts, False

    async def run(self, provider: Provider, request: Request) -> str:
        idle = self._attempts.idle
        slack = min(SLACK, idle / 10)
        with trio.move_on_after(idle) as patience:
            async with provider.open_stream(request) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Stop):
                        return " ".join(chunk.reason.split())[:LONGEST]
                    if (due := trio.current_time() + idle) > patience.deadline:
                        patience.deadline = due + slack
                    self.has_text = self.has_text or (isinstance(chunk, Token) and bool(chunk.text))
                    if waiting := self._attempts.take(chunk):
                        await waiting
        what = f"said nothing for {idle:g} s" if patience.cancelled_caught else "broke the answer off"
        raise ProviderError(f"{provider.name} {what}")


def _pause(number: int, error: ProviderError) -> float | None:
    """Seconds to wait after try `number` (from 0) failed; None if another one is no use."""
    if not error.retryable or number == RETRIES:
        return None
    wait = error.retry_after if error.retry_after is not None else BACKOFF * 2**number
    return wait * (1 + JITTER * random.random()) if wait <= MOST else None  # noqa: S311  # jitter guards no secret
