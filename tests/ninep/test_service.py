"""A service as a process: it starts, says that it is ready, says in a line what is wrong, and stops when told."""

import doctest
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trio

from ninep import FileError, client
from ninep.client import open_client
from ninep.dial import close_listener, dial, listen
from ninep.messages import NOTAG, Message, Rerror, Rversion, Tversion
from ninep.testing import Talk

SCRIPT = str(Path(__file__).parent / "a_service.py")
PATIENCE = 20  # seconds for a process on a busy machine


class Process:
    """The service, its first line, and how it ended."""

    def __init__(self, process: trio.Process, place: Path) -> None:
        self._process, self._text = process, b""
        self.address = f"unix!{place}/small"

    async def line(self) -> str:
        """The next line of its output; "" at the end."""
        assert self._process.stdout
        with trio.fail_after(PATIENCE):
            while b"\n" not in self._text:
                data = await self._process.stdout.receive_some()
                if not data:
                    break
                self._text += data
        line, _, self._text = self._text.partition(b"\n")
        return line.decode()

    async def end(self) -> tuple[int, str]:
        """Its status, and what it said on stderr."""
        assert self._process.stderr
        with trio.fail_after(PATIENCE):
            said = b"".join([chunk async for chunk in self._process.stderr])
            return await self._process.wait(), said.decode()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)


@asynccontextmanager
async def running(
    place: Path, *argv: str, env: Mapping[str, str] = os.environ, descriptors: int = 1024
) -> AsyncIterator[Process]:
    """The service as a child, killed at the end if it still runs."""
    child = await trio.lowlevel.open_process(
        ["prlimit", f"--nofile={descriptors}", sys.executable, SCRIPT, "--state", str(place / "state"), *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**env, "NAMESPACE": str(place)},
        cwd=place,
    )
    try:
        yield Process(child, place)
    finally:
        child.kill()
        with trio.CancelScope(shield=True):
            await child.wait()
        assert child.stdout
        assert child.stderr
        await child.stdout.aclose()
        await child.stderr.aclose()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_service_starts_serves_and_stops(place: Path, number: signal.Signals) -> None:
    """One line when it accepts; its five files; and a signal ends it with every blocked read answered."""
    async with running(place) as service:
        assert await service.line() == f"small ready {service.address}"
        async with open_client(service.address) as root, root.open("silence") as silence:
            assert [entry.name for entry in await root.ls()] == [
                "help",
                "health",
                "events",
                "metrics",
                "ctl",
                "silence",
                "settled",
            ]
            assert await root.read("health") == b"ok\n"
            assert await root.read("help") == b"A small service.\n"
            async with root.open("events") as events:
                await root.write("ctl", "tell tale")
                assert json.loads(await events.read())["what"] == "tale"

            async def wait() -> None:
                with pytest.raises(FileError, match="the service is stopping"):
                    await silence.read()

            async with trio.open_nursery() as nursery:
                nursery.start_soon(wait)
                await trio.testing.wait_all_tasks_blocked()
                await root.stat("silence")  # so the read has arrived, too
                service.tell(number)
        assert await service.line() == "closed"
        status, said = await service.end()
        assert status == 0
        assert "Traceback" not in said
    assert not (await trio.Path(place / "small").exists())


async def test_what_a_service_has_loaded_is_not_looked_through_again(place: Path) -> None:
    """Nobody waits for a garbage collection of all that was there from the start."""
    async with running(place) as service:
        await service.line()
        async with open_client(service.address) as root:
            assert int(await root.read("settled")) > 10_000


async def test_a_service_without_descriptors_serves_on(place: Path) -> None:
    """Who comes then hears why not, `health` tells those who are in, and who comes when others went is taken in."""
    async with running(place, descriptors=40) as service:
        await service.line()
        async with open_client(service.address) as root:
            inside = [await knock(service)]
            while not isinstance(refused := await greet(inside[-1]), Rerror):
                assert len(inside) < 40, "nobody was told"
                inside.append(await knock(service))
            assert refused.ename.startswith("no more clients can be taken in: too many open files")
            assert await inside[-1].hear() is None
            assert (await root.read("health")).decode() == f"{refused.ename}\nok\n"
            inside.pop().hang_up()
            inside.pop().hang_up()
            inside.append(await knock(service))
            with trio.fail_after(PATIENCE):
                while not isinstance(await greet(inside[-1]), Rversion):  # the place was not free yet
                    inside.pop().hang_up()
                    inside.append(await knock(service))
            assert await root.read("health") == b"ok\n"
            for talk in inside:
                talk.hang_up()


async def knock(service: Process) -> Talk:
    """A client that has said nothing yet."""
    return Talk(await dial(service.address))


async def greet(talk: Talk) -> Message | None:
    """What a server says to a Tversion, or has said before that."""
    with suppress(BrokenPipeError):
        await talk.say(Tversion(NOTAG, 8192, "9P2000"))
    return await talk.hear()


async def test_a_second_signal_does_not_wait_for_the_tree(place: Path) -> None:
    """What does not end by itself is ended."""
    async with running(place, "--fault", "slow") as service:
        await service.line()
        service.tell(signal.SIGTERM)
        assert await service.line() == "closing"
        service.tell(signal.SIGTERM)
        assert (await service.end())[0] == 0


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("refusal", "small: the database is locked; stop the other llmfs"),
        ("group", "small: no space left on device"),
        ("late", "small: no space left on device"),
    ],
)
async def test_what_stops_a_start_is_said_in_one_line(place: Path, fault: str, line: str) -> None:
    """A refusal is for a person: no traceback, status 1, and the socket is gone."""
    async with running(place, "--fault", fault) as service:
        status, said = await service.end()
        assert status == 1
        assert [text for text in said.splitlines() if "[" not in text] == [line]  # without the log's own lines
    assert not (await trio.Path(place / "small").exists())


async def test_a_bug_at_the_start_is_shown_where_it_is(place: Path) -> None:
    """Nobody can act on the text of a bug alone."""
    async with running(place, "--fault", "bug") as service:
        status, said = await service.end()
        assert status == 1
        assert "Traceback" in said
        assert said.splitlines()[-1] == "small: division by zero"


async def test_a_wrong_configuration_ends_with_status_2(place: Path) -> None:
    """One line each, from the fields and from the addresses."""
    for argv, why in (
        (["--fault", "none", "--log", "xml"], "--fault or SMALL_FAULT"),
        (["--listen", "0.0.0.0:0"], "--open-to-network"),
    ):
        async with running(place, *argv) as service:
            status, said = await service.end()
            assert (status, len(said.splitlines())) == (2, argv.count("--log") + 1)
            assert why in said


async def test_two_services_cannot_have_one_socket(place: Path) -> None:
    """The second says who is in its way, and leaves the first alone."""
    listener = listen(f"{place}/small")
    async with running(place) as service:
        status, said = await service.end()
        assert (status, len(said.splitlines())) == (1, 1)
        assert "address in use, another server answers there" in said
    assert await trio.Path(place / "small").exists()
    close_listener(listener)


async def test_a_service_open_to_the_network_shouts_it(place: Path) -> None:
    """In its health, for whoever looks."""
    async with running(place, "--listen", "unix!small tcp!*!0", "--open-to-network") as service:
        status, said = await service.end()
        assert status == 2
        assert "absolute" in said
    async with running(place, "--listen", f"{place}/small", "--listen", "tcp!*!0", "--open-to-network") as service:
        assert (await service.line()).startswith(f"small ready {service.address} tcp!")
        async with open_client(service.address) as root:
            shout, findings = (await root.read("health")).decode().splitlines()
        assert shout.startswith("OPEN TO THE NETWORK: whoever reaches tcp!")
        assert findings == "ok"


async def test_the_log_can_be_json_lines(place: Path) -> None:
    """Ours and those of libraries, on stderr."""
    async with running(place, env={**os.environ, "LOG": "json"}) as service:
        await service.line()
        service.tell(signal.SIGTERM)
        _, said = await service.end()
    events = [json.loads(line)["event"] for line in said.splitlines()]
    assert events == ["a library warns", "service.ready"]


def test_the_example_in_the_clients_documentation_runs(place: Path) -> None:
    """Against this service, as a reader would run it."""
    with subprocess.Popen(
        [sys.executable, SCRIPT, "--state", str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NAMESPACE": str(place)},
    ) as service:
        assert service.stdout
        assert service.stdout.readline().startswith(b"small ready ")
        results = doctest.testmod(client, extraglobs={"address": f"unix!{place}/small"})
        service.terminate()
    assert (results.attempted, results.failed) == (3, 0)
