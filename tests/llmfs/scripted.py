"""A provider whose answers are written down beforehand, and an agent or a fleet that it answers."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import trio

from llmfs.agents.agent import Agent
from llmfs.agents.fleet import Fleet
from llmfs.agents.offers import Default, Offers
from llmfs.agents.surroundings import Surroundings
from llmfs.providers import Chunk, Provider, Request, Stop, Token
from llmfs.records.restore import restore
from llmfs.records.store import Store, open_store
from ninep import FileError
from ninep.tree import Reader

Step = str | float | Chunk | Exception | trio.Event
"""Text that is said, seconds of silence, any other chunk, an error, or something that is waited for."""


class Scripted:
    """Plays the next script for each request; without one it repeats the prompt word by word."""

    def __init__(self, name: str = "scripted", missing: str | None = None) -> None:
        self.name, self.models, self.missing = name, ("one", "two"), missing
        self.scripts: deque[tuple[Step, ...]] = deque()
        self.requests: list[Request] = []
        self.open = 0  # connections
        self.is_closed = False

    def play(self, *steps: Step) -> None:
        """The next answer."""
        self.scripts.append(steps)

    def usable(self) -> str | None:
        return self.missing

    def sees(self, model: str) -> bool:
        return model != "blind"

    @asynccontextmanager
    async def open_stream(self, request: Request) -> AsyncIterator[AsyncIterator[Chunk]]:
        self.requests.append(request)
        self.open += 1
        try:
            steps = self.scripts.popleft() if self.scripts else (request.messages[-1].text,)
            yield Chunks(deque([*steps, Stop("end")]))
        finally:
            self.open -= 1

    async def aclose(self) -> None:
        self.is_closed = True


class Chunks:
    def __init__(self, steps: deque[Step]) -> None:
        self.steps = steps

    def __aiter__(self) -> Chunks:
        return self

    async def __anext__(self) -> Chunk:
        while self.steps:
            step = self.steps.popleft()
            match step:
                case str():
                    return Token(step)
                case float() | int():
                    await trio.sleep(step)
                case trio.Event():
                    await step.wait()
                case Exception():
                    raise step
                case _:
                    return step
        raise StopAsyncIteration


class World:
    """A fleet over a real store, answered by scripted providers; `restart` gives it another life."""

    def __init__(
        self, nursery: trio.Nursery, store: Store, *providers: Provider, cassettes: Path | None = None
    ) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.store = store
        self.offers = Offers({provider.name: provider for provider in providers}, Default(), cassettes, 0)
        self.around = Surroundings(self.offers, nursery, 120, lambda kind, **facts: self.events.append((kind, facts)))
        self.fleet = Fleet(store, self.around)
        restore(self.fleet, store, self.offers)

    def agent(self, name: str = "ada") -> Agent:
        if name not in self.fleet.agents:
            self.fleet.new(name)
        return self.fleet.agents[name]


@asynccontextmanager
async def open_world(directory: Path, *providers: Provider, cassettes: Path | None = None) -> AsyncIterator[World]:
    """One life of a fleet whose state is in this directory. With `cassettes` it records and replays, at once."""
    async with open_store(directory) as store, trio.open_nursery() as nursery:
        yield World(nursery, store, *(providers or (Scripted(),)), cassettes=cassettes)
        nursery.cancel_scope.cancel()


async def read(reader: Reader, count: int = 8192) -> bytes:
    """One read, whether it must wait or not. Fails if it waits for long."""
    with trio.fail_after(5):
        answer = reader.read(count)
        return answer if isinstance(answer, bytes) else await answer


async def read_turn(reader: Reader, count: int = 8192) -> str:
    """What `cat` would print: all up to the empty read."""
    whole = b""
    while data := await read(reader, count):
        whole += data
    return whole.decode()


async def ended(agent: Agent, number: int = 1) -> str:
    """The state of a turn once it is over."""
    turn = agent.turns[str(number)]
    with trio.fail_after(500):
        while not turn.has_ended:
            more = turn.answer.read_at(turn.answer.size, 1)
            assert not isinstance(more, bytes)
            with suppress(FileError):  # a turn that failed at once has that to say
                await more
    return turn.state
