"""Who can answer: the providers by name, what a new agent gets, and what the short names mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import trio
from msgspec import Struct

from llmfs.providers import ALIASES, Local, Provider, Recorder, Replay, choose
from llmfs.providers.cassette import SUFFIX
from ninep import FileError

NOBODY = "none"
OFF = "off"
MOST = 8  # providers that an agent falls back on


class Default(Struct, frozen=True):
    """What is got if nothing is asked for: a provider, and a model or else the provider's own default."""

    provider: str | None = None
    model: str | None = None


class Candidate(Struct, frozen=True):
    """Who may answer: a provider and one of its models."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{self.provider} {self.model}"

    @classmethod
    def read(cls, text: str) -> tuple[Candidate, ...]:
        """Candidates from `PROVIDER MODEL`, again and again; `none` is nobody."""
        words = text.split() if text != NOBODY else []
        return tuple(cls(provider, model) for provider, model in zip(words[::2], words[1::2], strict=True))

    @property
    def blindness(self) -> str:
        """Why it is not asked about a picture."""
        return f"{self.model} of {self.provider} cannot see pictures; provider or use NAME chooses who can"


class Offers:
    """The providers that there are. All refusals are FileErrors, in words that say what there is."""

    def __init__(
        self, providers: Mapping[str, Provider], default: Default, cassettes: Path | None = None, pace: float = 1
    ) -> None:
        """With a directory for `cassettes`, answers can be recorded, and replayed at this pace."""
        self.default = default
        replay = [Replay(cassettes, pace)] if cassettes else []
        self._providers = {**providers, **{provider.name: provider for provider in replay}}
        self._cassettes = cassettes

    def find(self, name: str) -> Provider:
        """The provider of this name. Refused if there is none, or it cannot be asked for want of something."""
        return choose(self._providers, name)[0]

    def check_any(self, candidates: Sequence[Candidate]) -> None:
        """Refuse, as the first of them does, if none can be asked."""
        if not any(map(self._usable, candidates)):
            self.find(candidates[0].provider)

    def check_sees(self, candidates: Sequence[Candidate]) -> None:
        """Refuse if it is known that none of them would see a picture."""
        if not any(provider.sees(each.model) for each in candidates if (provider := self._usable(each))):
            raise FileError(candidates[0].blindness)

    def _usable(self, candidate: Candidate) -> Provider | None:
        provider = self._providers.get(candidate.provider)
        return provider if provider and provider.usable() is None else None

    def fallback(self, text: str) -> str:
        """`PROVIDER [MODEL] …`, each with its model; refused if one of them is not there or cannot be asked."""
        words, candidates = text.split() if text != NOBODY else [], list[Candidate]()
        while words:
            provider = self.find(words.pop(0))
            is_model = words and (words[0] in provider.models or words[0] not in self._providers)
            candidates.append(Candidate(provider.name, words.pop(0) if is_model else default_model(provider)))
        if len(candidates) > MOST:
            raise FileError(f"at most {MOST} can be fallen back on")
        return " ".join(map(str, candidates)) or NOBODY

    def pick(self, provider: str | None, model: str | None) -> tuple[str, str, str]:
        """Provider, model, and in words why these: as asked, else the default, else the first that is ready."""
        instead = ""
        if provider is None and self.default.provider is not None:
            try:
                found = self.find(self.default.provider)
                return found.name, self.default.model or default_model(found), "the default"
            except FileError as refusal:
                instead = f"{refusal}; so "
        found, why = choose(self._providers, provider)
        return found.name, model or default_model(found), instead + why

    def alias(self, name: str) -> tuple[str, str]:
        """Provider and model that a short name stands for. Of a local server that was found it is what it has."""
        if name not in ALIASES:
            raise FileError(f"no alias {name}; there are: {' '.join(ALIASES)}")
        provider, model = ALIASES[name]
        local = self._providers.get(provider)
        return provider, local.models[0] if isinstance(local, Local) and not local.absent else model

    def recorder(self, name: str, complain: Callable[[str], None]) -> Recorder | None:
        """Who records answers on the cassette of this name; nobody, if it is `off`."""
        if name == OFF or self._cassettes is None:
            return None
        return Recorder(self._cassettes / (name + SUFFIX), complain)

    async def find_local(self) -> None:
        """Look for the local servers that are got unasked, before anybody asks."""
        await self._look([local for local in self._local() if local.is_taken_unasked])

    async def text(self) -> str:
        """A line for each provider: its models, or what it needs. Local servers are looked for first, all at once."""
        await self._look(self._local())
        return "".join(_line(provider) for provider in self._providers.values())

    def _local(self) -> list[Local]:
        return [provider for provider in self._providers.values() if isinstance(provider, Local)]

    async def _look(self, local: list[Local]) -> None:
        async with trio.open_nursery() as nursery:
            for provider in local:
                nursery.start_soon(provider.look)

    async def aclose(self) -> None:
        """Close what the providers keep open between answers."""
        for provider in self._providers.values():
            await provider.aclose()


def default_model(provider: Provider) -> str:
    """The model that a provider answers with if none is named."""
    if not provider.models:
        raise FileError(f"{provider.name} has no default model; name one: provider {provider.name} MODEL")
    return provider.models[0]


def _line(provider: Provider) -> str:
    missing = provider.absent if isinstance(provider, Local) else provider.usable()
    return f"{provider.name} {'not ready' if missing else 'ready'}: {missing or ' '.join(provider.models)}\n"
