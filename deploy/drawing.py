"""The first picture: an agent is asked, and its answer is piped into the scene, token by token, all through the mux."""

from __future__ import annotations

from dataclasses import dataclass

from ninep import FileError
from ninep.client import Client
from ninep.messages import DMDIR

AGENT = "claude"
PROMPT = "draw a red cube"


@dataclass(frozen=True)
class Drawing:
    """What an agent answered, and what is on the screen."""

    provider: str
    code: str  # empty if nobody was asked, for the scene was not empty
    png: bytes


async def draw(root: Client) -> Drawing:
    """Have the agent draw, unless there is something on the screen already. FileError if it gives no answer."""
    await _agent(root)
    has_picture = any(entry.mode & DMDIR for entry in await root.ls("/rio/scene/nodes"))
    code = "" if has_picture else await _ask(root)
    return Drawing(await _provider(root), code, await root.read("/rio/screen"))


async def _agent(root: Client) -> None:
    if AGENT not in {entry.name for entry in await root.ls("/llm")}:
        await root.write("/llm/ctl", f"new {AGENT}")


async def _ask(root: Client) -> str:
    await root.write(f"/llm/{AGENT}/input", PROMPT)
    answer = bytearray()
    async with root.open(f"/llm/{AGENT}/output") as output, root.open("/rio/scene/parse", "w") as scene:
        async for chunk in output:
            answer += chunk
            await scene.write(chunk)
    if not answer.strip():
        raise FileError(f"{AGENT} gave no answer: {await _state(root)}")
    return answer.decode(errors="replace")


async def _state(root: Client) -> str:
    words, _, _ = (await root.read(f"/llm/{AGENT}/state")).decode().partition("{")  # then comes a copy of it
    return " ".join(words.split())


async def _provider(root: Client) -> str:
    """Which model speaks, from the agent's `key value` lines."""
    config = (await root.read(f"/llm/{AGENT}/config")).decode()
    return dict(line.split(maxsplit=1) for line in config.splitlines() if " " in line).get("provider", "")
