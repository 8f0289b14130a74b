"""The four services as processes: started, watched, started again when they die, stopped together.

A member is ready when it has printed `NAME ready ADDRESS`. What it prints otherwise goes to its log. Each runs in a
session of its own, so that a Ctrl-C at the terminal reaches us alone, and we stop them in order.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trio

READY = 60.0  # seconds for a member to become ready: a cold start on a busy machine, with a display driver to load
GRACE = 4.0  # seconds between SIGTERM and SIGKILL; a member promises 5, the fleet must be gone within 5
LAST_WORDS = 0.5  # seconds after a member's end for its output, which a child of it may keep open
PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a member that died is started again: doubled each time it dies soon
SETTLED = 60.0  # seconds after which a death counts as the first one
TAIL = 12  # lines of a log that are shown when its writer failed

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Member:
    """One service of the fleet: what it brings, the socket it listens at, the command that runs it."""

    name: str
    brings: str
    socket: Path
    command: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it listens, as a dial string."""
        return f"unix!{self.socket}"


def members(namespace: Path, *, headless: bool, device: str = "") -> list[Member]:
    """The whole fleet, the mux last: it finds the others there when it starts. `device` is where voice speaks."""

    def member(name: str, brings: str, socket: str, *options: str) -> Member:
        script = Path(sys.executable).parent / name  # the console scripts lie beside the Python that runs us
        return Member(name, brings, namespace / socket, (str(script), *options))

    services = [
        member("llmfs", "agents", "llm"),
        member("rio", "a display, unseen", "rio", "--headless") if headless else member("rio", "a window", "rio"),
        member("voice", "speech", "voice", *(["--device", device] if device else [])),
    ]
    mounts = [f"{service.socket.name}={service.address}" for service in services]
    return [*services, member("riomux", "all of them in one tree", "mux", *mounts)]


def running(fleet: list[Member]) -> Member | None:
    """A member that somebody runs already, if any: its socket is answered."""
    for member in fleet:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            if probe.connect_ex(str(member.socket)) == 0:
                return member
    return None


class FleetError(Exception):
    """The fleet cannot start; the text says which member, and how its log ends."""


@asynccontextmanager
async def open_fleet(fleet: list[Member], logs: Path, tell: Tell) -> AsyncIterator[None]:
    """Run the fleet for as long as the block does; all are ready when it begins, and gone when it has ended.

    `tell` hears in a sentence of each member that dies and is started again. Raises FleetError (in a group) when one
    does not become ready.
    """
    async with trio.open_nursery() as nursery:
        keeper = _Keeper(logs, tell, nursery)
        *services, mux = fleet
        async with trio.open_nursery() as starting:
            for member in services:
                starting.start_soon(nursery.start, keeper.keep, member)
        await nursery.start(keeper.keep, mux)
        yield
        nursery.cancel_scope.cancel()


class _Keeper:
    """Keeps members running, each in a task of the fleet's nursery."""

    def __init__(self, logs: Path, tell: Tell, nursery: trio.Nursery) -> None:
        self._logs = logs
        self._logs.mkdir(parents=True, exist_ok=True)
        self._tell = tell
        self._nursery = nursery

    async def keep(self, member: Member, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Start a member again and again. That it is never ready at first is an error; what comes later is told."""
        log = self._fresh_log(member.name)
        end = await self._run(member, log, task_status.started)
        if end.is_early:
            raise FleetError(f"{member.name} {end.how}\n{_tail(log)}")
        pause = PAUSE
        while True:
            self._tell(f"{member.name} {end.how}; starting it again in {pause:g} s")
            await trio.sleep(pause)
            end = await self._run(member, log, lambda: self._tell(f"{member.name} is back"))
            pause = PAUSE if end.age > SETTLED else min(2 * pause, LONGEST_PAUSE)

    def _fresh_log(self, name: str) -> Path:
        """An empty log; the one of the last time is kept beside it."""
        log = self._logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.old"))
        return log

    async def _run(self, member: Member, log: Path, when_ready: Callable[[], None]) -> _End:
        """One life of a member, which being cancelled ends in order."""
        born, output = trio.current_time(), _Output(log, f"{member.name} ready ".encode())
        try:
            process = await _spawn(member, log)
        except OSError as error:
            return _End(f"cannot be started: {error}", 0, is_early=True)
        try:
            assert process.stdout
            self._nursery.start_soon(output.follow, process.stdout)
            with trio.move_on_after(READY):
                await _first(output.ready.wait, process.wait)
            if is_ready := output.ready.is_set():
                when_ready()
                await process.wait()
            with trio.move_on_after(LAST_WORDS):
                await output.ended.wait()
            return _End(_how(process.returncode), trio.current_time() - born, is_early=not is_ready)
        finally:
            await _stop(process)


@dataclass(frozen=True)
class _End:
    """How a process ended, after how many seconds, and whether it was never ready."""

    how: str
    age: float
    is_early: bool


async def _spawn(member: Member, log: Path) -> trio.Process:
    with log.open("ab") as errors:
        return await trio.lowlevel.open_process(
            member.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(member.name, os.environ),
            start_new_session=True,
        )


def environment(name: str, everything: Mapping[str, str]) -> dict[str, str]:
    """What a member may know: the keys of providers are for llmfs alone."""
    return {key: value for key, value in everything.items() if name == "llmfs" or not key.endswith("_API_KEY")}


class _Output:
    """What a member prints: it is kept in the log, and the promised line makes it ready."""

    def __init__(self, log: Path, promise: bytes) -> None:
        self.ready, self.ended = trio.Event(), trio.Event()
        self._log, self._promise = log, promise

    async def follow(self, stdout: trio.abc.ReceiveStream) -> None:
        """Until it ends, with the member or the last of its children."""
        line = b""
        with self._log.open("ab", buffering=0) as log:
            async with stdout:
                async for chunk in stdout:
                    log.write(chunk)
                    *lines, line = (line + chunk).split(b"\n")
                    if any(whole.startswith(self._promise) for whole in lines):
                        self.ready.set()
        self.ended.set()


async def _first(*waits: Callable[[], Awaitable[object]]) -> None:
    """Wait for one of several things."""

    async def wait(one: Callable[[], Awaitable[object]]) -> None:
        await one()
        nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for one in waits:
            nursery.start_soon(wait, one)


async def _stop(process: trio.Process) -> None:
    """SIGTERM, a moment to end in order, then SIGKILL for whoever of its session is left."""
    with trio.CancelScope(shield=True):
        if process.returncode is None:
            process.terminate()
            with trio.move_on_after(GRACE):
                await process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _how(returncode: int | None) -> str:
    if returncode is None:
        return f"was not ready after {READY:g} s"
    if returncode < 0:
        return f"was killed by {signal.Signals(-returncode).name}"
    return f"ended with exit status {returncode}"


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-TAIL:])
