"""A server of one's own: it needs no key, but somebody has to have started it. Asking it tells whether it runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import trio
from msgspec import Struct

from llmfs.providers.openai import OpenAI, Speech

if TYPE_CHECKING:
    from llmfs.providers.endpoint import Endpoint
    from llmfs.providers.wire import Wire

PATIENCE = 0.5
"""Seconds in which a server on this machine tells its models."""

FRESH = 5.0
"""Seconds for which what was found is believed."""

LONGEST = 1 << 20  # bytes of a list of models
MOST, WIDEST = 20, 100  # models that are named, and characters of a name


class _Model(Struct):
    id: str


class _Models(Struct):
    data: list[_Model]


class Local(OpenAI):
    """Taken at its user's word when it is asked for by name; `look` finds out whether that is true."""

    def __init__(self, endpoint: Endpoint, wire: Wire, models: tuple[str, ...], speech: Speech) -> None:
        super().__init__(endpoint, wire, models, speech)
        self.absent: str | None = self._sentence("was not asked yet")
        """None if it answered when it was looked for last, else one sentence."""
        self._looked = -math.inf
        self._one_at_a_time = trio.Lock()

    async def look(self) -> None:
        """Ask it for its models, unless that was done just now. Those that it has take the place of the usual ones."""
        async with self._one_at_a_time:
            if trio.current_time() - self._looked < FRESH:
                return
            found = await self._ask()
            self.absent = None if found is not None else self._sentence("does not answer")
            self.models = found or self.models
            self._looked = trio.current_time()

    async def _ask(self) -> tuple[str, ...] | None:
        """The models' names, as its interface lists them (`GET /v1/models`); None if nobody tells them in time."""
        http = await self._wire.client(self.name)
        from httpx2 import HTTPError

        body, is_there = bytearray(), False
        try:
            with trio.move_on_after(PATIENCE) as scope:
                async with http.stream("GET", f"{self._endpoint.base_url}/models") as answer:
                    async for piece in answer.aiter_bytes():
                        body += piece
                        if len(body) > LONGEST:
                            scope.cancel()  # which closes the connection as leaving the loop would not
                    is_there = answer.is_success
            if scope.cancel_called or not is_there:
                return None
            return _names(msgspec.json.decode(bytes(body), type=_Models))
        except (HTTPError, msgspec.DecodeError):
            return None  # nobody, or another program that has this port

    def _sentence(self, why: str) -> str:
        return f"{self.name} {why} at {self._endpoint.place}; start it there"


def _names(listed: _Models) -> tuple[str, ...]:
    """Those that can stand in a line, the first few."""
    names = (model.id for model in listed.data if model.id.isprintable() and " " not in model.id)
    return tuple(name for name in names if 0 < len(name) <= WIDEST)[:MOST]
