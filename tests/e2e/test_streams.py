"""What a real model's stream does to a scene: with both SDKs, over HTTP, while it is still being written."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from tests.e2e.machine import open_fleet, open_machine
from tests.e2e.picture import patch
from tests.llmfs.providers import servers

from ninep import FileError
from ninep.client import Client, open_client

KEY = "sk-test-e2e-0123456789"
ANSWER = [
    "Here is what you asked for:\n\n```python\n",
    'box(name="cube", ',
    'color="red")\n',
    'sphere(name="moon", color="yellow", at=left_of("cube"))\n',
    "```\nEnjoy!\n",
]


async def appears(root: Client, path: str) -> None:
    """Return when there is such a file."""
    with trio.fail_after(10):
        while True:
            with suppress(FileError):
                await root.stat(path)
                return
            await trio.sleep(0.01)  # no event tells of it, and the time it takes is the subject


@pytest.mark.parametrize(("provider", "path"), [("anthropic", ""), ("openai", "/v1")])
async def test_the_first_node_exists_while_the_stream_still_runs(tmp_path: Path, provider: str, path: str) -> None:
    """Tokens reach the scene as they come: the cube is there before the model has written the sphere."""
    gate = trio.Semaphore(3)  # the cube's line, and not a word more
    async with servers.open_server(servers.paced(ANSWER, gate=gate)) as server:
        settings = {f"{provider.upper()}_BASE_URL": server.url + path, f"{provider.upper()}_API_KEY": KEY}
        async with open_fleet(tmp_path, **settings) as machine, open_client(machine.address("mux")) as root:
            await root.write("/llm/ctl", f"new claude {provider}")
            async with trio.open_nursery() as nursery:
                await machine.sh("echo 'draw a red cube and a moon' | ninep write /llm/claude/input")
                nursery.start_soon(machine.sh, "ninep read /llm/claude/output | ninep write /rio/scene/parse")
                await appears(root, "/rio/scene/nodes/cube")
                assert "running" in (await root.read("/llm/claude/state")).decode()
                assert "moon" not in {entry.name for entry in await root.ls("/rio/scene/nodes")}
                for _ in ANSWER:
                    gate.release()
            assert {"cube", "moon"} <= {entry.name for entry in await root.ls("/rio/scene/nodes")}
            shot = await root.read("/rio/screen")
        assert patch(shot, "red").pixels > 2000
        assert patch(shot, "yellow").pixels > 1000
        assert KEY not in left_behind(tmp_path)


def left_behind(folder: Path) -> str:
    """All that the services wrote: state, logs."""
    return "".join([path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()])


async def test_one_answer_draws_on_two_machines(tmp_path: Path) -> None:
    """Each machine's block streams to its own file, and draws on its own display only."""
    async with open_machine(tmp_path) as machine:
        await machine.start("llmfs")
        for name in ("A", "B"):
            await machine.start("rio", "--headless", "--listen", machine.address(name), called=name)
        mounts = [f"{name}={machine.address(name)}" for name in ("A", "B")]
        await machine.start("riomux", f"llm={machine.address('llm')}", *mounts)
        for line in ("new claude", "machine add A", "machine add B"):
            await machine.sh(f"echo '{line}' | ninep write /llm/ctl")
        assert {"A", "B"} <= set((await machine.sh("ninep ls /llm/claude")).text.split())
        await machine.sh("echo 'a red cube on A and a yellow sphere on B' | ninep write /llm/claude/input")
        for name in ("A", "B"):
            await machine.sh(f"ninep read /llm/claude/{name} | ninep write /{name}/scene/parse")
        shots = {name: (await machine.sh(f"ninep read /{name}/screen")).out for name in ("A", "B")}
        assert patch(shots["A"], "red").pixels > 3000
        assert patch(shots["A"], "yellow").pixels < 300
        assert patch(shots["B"], "yellow").pixels > 3000
        assert patch(shots["B"], "red").pixels < 300


async def test_every_reader_gets_the_whole_answer(tmp_path: Path) -> None:
    """Two readers at the same time, a late one, and one after a restart of llmfs."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("echo 'new claude' | ninep write /llm/ctl")
        async with open_client(machine.address("mux")) as root:
            output = "/llm/claude/output"
            async with root.open(output) as one, root.open(output) as two:  # both are bound to the turn that comes
                await machine.sh("echo 'draw a red cube' | ninep write /llm/claude/input")
                answers = [b"".join([chunk async for chunk in reader]).decode() for reader in (one, two)]

        async def read(path: str) -> None:
            answers.append((await machine.sh(f"ninep read {path}")).text)

        await read("/llm/claude/turns/1/answer")
        await machine.sh("echo 'draw a green box' | ninep write /llm/claude/input")
        second = (await machine.sh("ninep read /llm/claude/turns/2/answer")).text
        await machine.kill("llmfs", signal.SIGTERM)
        await machine.restart("llmfs", mounted="llm")
        await read("/llm/claude/turns/1/answer")
        assert len(answers) == 4
        assert len(set(answers)) == 1
        assert "box(" in answers[0]
        unread = (await machine.sh("ninep read /llm/claude/output")).text
        assert unread == second, "an answer that nobody had read to its end was not given after the restart"


async def test_ask_answers_on_the_same_fid(tmp_path: Path) -> None:
    """The prompt is written and the answer read on one open file."""
    async with open_machine(tmp_path) as machine:
        await machine.start("llmfs")
        async with open_client(machine.address("llm")) as root:
            await root.write("/ctl", "new claude")
            async with root.open("/claude/ask", "rw") as file:
                await file.write(b"draw a red cube")
                answer = b"".join([chunk async for chunk in file])
        assert b"box(" in answer
