"""The tree that the conversations of `scripts/` are held with: each kind of file once or twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import trio

from ninep import FileError
from ninep.node import Answer
from ninep.tree import Broadcast, Ctl, Dir, Each, Query, Sink, Stream, Text


class Agent:
    """A name and a voice."""

    def __init__(self, name: str) -> None:
        self.name, self.output = name, Broadcast()


class Fleet:
    """Agents that come and go, a volume, a note, and a door that opens when it is told."""

    def __init__(self) -> None:
        self.agents = {"ada": Agent("ada"), "bob": Agent("bob")}
        self.volume, self.note, self.said = 50, "", list[str]()
        self.door = trio.Event()

    def set_volume(self, percent: int) -> None:
        if not 0 <= percent <= 100:
            raise FileError("volume is 0 to 100")
        self.volume = percent

    def new(self, name: str) -> str:
        if name in self.agents:
            raise FileError(f"agent {name} exists")
        self.agents[name] = Agent(name)
        return f"{name} is here"

    def make(self, name: str, perm: int) -> None:
        self.new(name)

    def kill(self, name: str) -> None:
        self.agents.pop(name).output.close()

    def bug(self) -> None:
        raise ZeroDivisionError

    async def wait(self) -> None:
        await self.door.wait()

    def set_note(self, text: str) -> None:
        if "!" in text:
            raise FileError("no shouting")
        self.note = text

    def say(self, data: bytes) -> None:
        self.said.append(data.decode())

    def open_slow(self) -> Slow:
        return Slow(self)

    async def answer(self, question: bytes) -> str:
        await self.door.wait()
        return question.decode().upper()


class Slow:
    """A Writer that takes nothing before the door is open."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    async def write(self, data: bytes) -> None:
        await self._fleet.door.wait()
        self._fleet.say(data)

    def close(self) -> Answer[None]:
        self._fleet.said.append("closed")
        return None


def tree(fleet: Fleet) -> Dir:
    return Dir(
        ctl=Ctl(
            lambda: f"volume {fleet.volume}\n",
            volume=fleet.set_volume,
            new=fleet.new,
            kill=fleet.kill,
            wait=fleet.wait,
            bug=fleet.bug,
        ),
        agents=Each(fleet.agents, agent_tree, create=fleet.make, remove=fleet.kill),
        note=Text(lambda: fleet.note, fleet.set_note),
        volume=Text(lambda: f"{fleet.volume}\n", lambda text: fleet.set_volume(int(text)), at_once=True),
        say=Sink(fleet.say),
        slow=Sink(open=fleet.open_slow),
        heard=Text(lambda: " ".join(fleet.said)),
        shout=Query(lambda question: question.decode().upper()),
        ponder=Query(fleet.answer),
    )


def agent_tree(agent: Agent) -> Dir:
    return Dir(name=Text(lambda: agent.name), output=Stream(agent.output.open))


def verbs(fleet: Fleet) -> dict[str, Callable[..., Any]]:
    """What `do` can call in a script."""
    return {
        "publish": lambda name, *words: fleet.agents[name].output.publish(" ".join(words)),
        "open": fleet.door.set,
        "readers": lambda name, count: expect(len(fleet.agents[name].output), int(count)),
        "said": lambda *words: expect(" ".join(fleet.said), " ".join(words)),
    }


def expect(got: object, wanted: object) -> None:
    assert got == wanted, f"{got!r}, not {wanted!r}"
