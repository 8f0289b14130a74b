"""Who is asked, one after the other: the agent's provider, then those that it falls back on.

The next is asked only while nobody has seen a word of the answer: when the one before cannot be asked, refuses, is not
there, or has been tried often enough. Who has answered goes on answering for the rest of the turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import structs

from llmfs.agents.attempts import Attempts
from llmfs.agents.offers import Candidate, Offers
from llmfs.providers import ProviderError, Request
from llmfs.turns.turn import Turn
from ninep import FileError


class Chain:
    """The candidates for one turn. `tell` hears why somebody else is asked, before that is done."""

    def __init__(
        self,
        turn: Turn,
        candidates: Iterable[Candidate],
        offers: Offers,
        attempts: Attempts,
        tell: Callable[[str], None],
    ) -> None:
        self._first, *self._others = dict.fromkeys(candidates)
        self._turn, self._offers, self._attempts, self._tell = turn, offers, attempts, tell

    async def answer(self, request: Request) -> str:
        """Have it answered by the first who can; why the model stopped. ProviderError says why nobody could."""
        said, failures = self._turn.answer.size, list[str]()
        while True:
            try:
                return await self._ask(self._first, request)
            except ProviderError as error:
                failures.append(str(error))
                if self._turn.answer.size > said or not self._others:
                    raise ProviderError("; ".join(failures)) from None
            self._first = self._others.pop(0)
            self._tell(f"{failures[-1]}; going on with {self._first}")

    async def _ask(self, candidate: Candidate, request: Request) -> str:
        """Have it answered by this one, and the turn say so."""
        try:
            provider = self._offers.find(candidate.provider)
        except FileError as refusal:
            raise ProviderError(str(refusal)) from None
        if (self._turn.provider, self._turn.model) != (candidate.provider, candidate.model):
            self._turn.begin(candidate.provider, candidate.model)
        if not provider.sees(candidate.model):
            request = self._unseen(candidate, request)
        request = structs.replace(request, model=candidate.model)
        return await self._attempts.answer(provider, request, has_others=bool(self._others))

    def _unseen(self, candidate: Candidate, request: Request) -> Request:
        """The request without the pictures of earlier turns; the prompt's own are what it is about."""
        if self._turn.pictures:
            raise ProviderError(candidate.blindness)
        messages = tuple(structs.replace(message, images=()) for message in request.messages)
        return structs.replace(request, messages=messages)
