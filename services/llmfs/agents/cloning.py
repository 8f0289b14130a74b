"""`state`, from which another agent can be made: in words for people, then all that makes the agent what it is.

    idle
    {"config": "provider anthropic\\n…", "system": "…", "rules": "…", "context": {"A": "…"}, "history": […]}

The second part is what the agent's files of these names give, as one line of JSON; written to another agent's `state`
it makes that one the same. What an agent may do, its `tools`, is not part of it: a copy gets no rights.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from llmfs.agents import status
from llmfs.agents.agent import Agent
from llmfs.agents.history import Line, said
from llmfs.turns import rules
from ninep import FileError, messages
from ninep.node import READ, WRITE, Answer, Node, Opened, then
from ninep.opened import Both
from ninep.tree import Text


class Copy(Struct, forbid_unknown_fields=True):
    """All that makes an agent what it is, by its files."""

    config: str
    system: str = ""
    rules: str = ""
    context: dict[str, str] = {}
    history: list[Line] = []


async def copy_of(agent: Agent) -> str:
    """The agent as it is now, in a line of JSON."""
    contexts = {machine.name: machine.context for machine in agent.machines.values() if machine.context}
    told = await agent.history.messages()
    lines = [Line.of(message) for message in told]
    copy = Copy(agent.config(), agent.system, agent.routing.text(), contexts, lines)
    return msgspec.json.encode(copy).decode() + "\n"


def become(agent: Agent, text: str) -> None:
    """Make an agent what a state says: all of it, or a FileError. Contexts of machines that are not here fall away."""
    if agent.running or agent.waiting:
        raise FileError(f"{agent.name} is not idle; wait for its turns to end, or cancel them first")
    copy = _parse(text)
    routes, told = rules.parse(copy.rules), said(copy.history)
    agent.configure(copy.config)  # refuses before it changes anything; what follows refuses nothing
    agent.set_system(copy.system)
    agent.route(routes)
    agent.begin_after(told)
    for name, machine in agent.machines.items():
        machine.tell(copy.context.get(name, ""))


def _parse(text: str) -> Copy:
    begin = 0 if text.startswith("{") else text.find("\n{") + 1
    if not text.startswith("{", begin):
        raise FileError("this is no state of an agent: it has no line that begins with {")
    try:
        return msgspec.json.decode(text[begin:], type=Copy)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FileError(f"this is no state of an agent: {error}") from None


class State(Node):
    """`state` of an agent. What is in words comes alone in the first read, so that asking for it costs little."""

    perm = READ | WRITE

    def __init__(self, agent: Agent, writing: Text) -> None:
        """`writing` takes what is written."""
        self._agent, self._writing = agent, writing

    def open(self, mode: int) -> Answer[Opened]:
        match mode & messages.OEXEC:
            case messages.OWRITE:
                return self._writing.open(mode)
            case messages.ORDWR:
                return then(self._writing.open(messages.OWRITE), lambda writing: Both(Reading(self._agent), writing))
        return Reading(self._agent)


class Reading(Opened):
    """The words as they were at open, then the copy as it is when it is first read."""

    __slots__ = ("_agent", "_copy", "_words")

    def __init__(self, agent: Agent) -> None:
        self._agent, self._words = agent, status.state(agent).encode()
        self._copy: bytes | None = None

    def read(self, count: int, offset: int) -> Answer[bytes]:
        if offset < len(self._words):
            return self._words[offset : offset + count]
        return self._read_copy(count, offset - len(self._words))

    async def _read_copy(self, count: int, at: int) -> bytes:
        if self._copy is None:
            self._copy = (await copy_of(self._agent)).encode()
        return self._copy[at : at + count]
