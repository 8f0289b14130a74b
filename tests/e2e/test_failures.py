"""What dies, and what must live on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.e2e.machine import Machine, open_fleet
from tests.e2e.picture import difference, patch

from ninep import FileError
from ninep.client import Client, File, open_client


def descendants(pid: int, word: str) -> list[int]:
    """The processes below one whose command line has a word."""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        found += [int(child)] if word in command else []
        found += descendants(int(child), word)
    return found


def living() -> set[int]:
    """All processes that are not zombies of somebody else's."""
    return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()}


def leftovers(machine: Machine) -> list[str]:
    """The sockets in the machine's namespace directory."""
    return [path.name for path in machine.namespace.iterdir() if path.is_socket()]


async def answers_at_once(machine: Machine) -> float:
    """How long a round trip to the display takes, in seconds."""
    async with open_client(machine.address("rio")) as root:
        await root.read("/health")
        began = trio.current_time()
        await root.stat("/scene/ctl")
        return trio.current_time() - began


async def hear(file: File, until: bytes) -> None:
    """Read on until it has been said."""
    with trio.fail_after(20):
        async for chunk in file:
            if until in chunk:
                return


async def test_an_endless_loop_stops_only_itself(tmp_path: Path) -> None:
    """The display goes on, 9P answers, `interrupt` frees the writer and says so, and the next program runs."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("""echo 'box(name="cube", color="red")' | ninep write /rio/scene/parse""")
        async with (
            open_client(machine.address("rio")) as rio,
            rio.open("/scene/STDOUT") as prints,
            trio.open_nursery() as nursery,
        ):
            complaints: list[str] = []

            async def loop() -> None:
                said = await machine.sh(
                    "printf 'print(1)\\nwhile True:\\n    pass\\n' | ninep write /rio/scene/parse", check=False
                )
                complaints.append(said.err)

            nursery.start_soon(loop)
            await hear(prints, b"1")
            assert await answers_at_once(machine) < 0.1
            assert patch((await machine.sh("ninep read /rio/screen")).out, "red").pixels > 5000
            await machine.sh("echo interrupt | ninep write /rio/scene/ctl")
        await machine.sh("""echo 'find("cube").color = "blue"' | ninep write /rio/scene/parse""")
        assert patch((await machine.sh("ninep read /rio/screen")).out, "blue").pixels > 5000


async def test_a_killed_renderer_comes_back_with_the_same_picture(tmp_path: Path) -> None:
    """kill -9 of the renderer: the next screenshot is the one before, but for a shade of the floor."""
    async with open_fleet(tmp_path) as machine:
        program = """printf 'box(name="cube", color="red")\\ncircle(at=(100, 100), size=60, color="green")\\n'"""
        await machine.sh(f"{program} | ninep write /rio/scene/parse")
        before = (await machine.sh("ninep read /rio/screen")).out
        [renderer, *_] = descendants(machine.processes["rio"].pid, "renderer")
        os.kill(renderer, signal.SIGKILL)
        after = (await machine.sh("ninep read /rio/screen")).out
        assert difference(before, after) < 1


async def told_of_a_kill(machine: Machine, root: Client) -> float:
    """Kill llmfs while somebody reads of it through the mux. How many seconds later the reader has an error."""
    heard: list[float] = []
    async with root.open("/llm/claude/output") as output:

        async def read() -> None:
            with pytest.raises(FileError, match="llm"):
                await output.read()
            heard.append(trio.current_time())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.testing.wait_all_tasks_blocked()
            await root.stat("/llm/claude/output")  # behind the read, on the same connections
            died = trio.current_time()
            await machine.kill("llmfs")
    return heard[0] - died


async def test_a_reader_hears_at_once_that_a_service_was_killed(tmp_path: Path) -> None:
    """kill -9 of llmfs while a read waits through the mux: an error within 100 ms; after its restart new walks work."""
    async with open_fleet(tmp_path) as machine, open_client(machine.address("mux")) as root:
        await machine.sh("echo 'new claude' | ninep write /llm/ctl")
        for _ in range(3):  # where others use the cores, once has to do
            took = await told_of_a_kill(machine, root)
            assert "ctl" in {entry.name for entry in await root.ls("/rio")}, "the other service is gone too"
            await machine.restart("llmfs", mounted="llm")
            assert "claude" in {entry.name for entry in await root.ls("/llm")}
            if took < 0.1:
                break
        assert took < 0.1


async def test_a_killed_display_keeps_its_scene(tmp_path: Path) -> None:
    """kill -9 of rio: after its restart the picture is there again."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("""echo 'box(name="cube", color="red")' | ninep write /rio/scene/parse""")
        await machine.kill("rio")
        await machine.restart("rio", "--headless", mounted="rio")
        assert patch((await machine.sh("ninep read /rio/screen")).out, "red").pixels > 5000


async def test_four_zero_bytes_hurt_nobody(tmp_path: Path) -> None:
    """The bytes that killed the system before us close their own connection."""
    async with open_fleet(tmp_path) as machine:
        for name in ("llm", "rio", "mux"):
            stream = await trio.open_unix_socket(str(machine.namespace / name))
            await stream.send_all(bytes(4))
            await stream.send_all(bytes(3))
            with trio.fail_after(5):
                assert await stream.receive_some() == b""
            await stream.aclose()
        await machine.sh("ninep ls / /llm /rio")


async def test_a_stop_answers_and_leaves_nothing(tmp_path: Path) -> None:
    """SIGTERM ends every service within five seconds; blocked reads are answered; no socket and no child is left."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh("echo 'new claude' | ninep write /llm/ctl")
        children = descendants(machine.processes["rio"].pid, "")
        async with open_client(machine.address("mux")) as root, root.open("/llm/claude/output") as output:
            answers: list[str] = []

            async def read() -> None:
                with pytest.raises(FileError) as refusal:
                    await output.read()
                answers.append(str(refusal.value))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(read)
                await trio.testing.wait_all_tasks_blocked()
                await root.stat("/llm/claude/output")  # behind the read, on the same connections
                for name in ("riomux", "rio", "llmfs"):
                    with trio.fail_after(5):
                        await machine.kill(name, signal.SIGTERM)
            assert answers == ["the multiplexer is stopping; try again when it is back"]
        assert children
        assert not set(children) & living()
        assert not leftovers(machine)
