"""The multiplexer among its backends: what a walk costs, what a death costs, and what many who wait weigh."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import trio

from bench.fans import LISTENERS
from bench.programs import built, dialled, free_address, pinned, resident, running, scratch
from bench.results import Figure, Table
from ninep.client import Client, open_client
from ninep.codec import Frames, encode
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Message,
    Rerror,
    Tattach,
    Tclunk,
    Topen,
    Tread,
    Tversion,
    Twalk,
)

PYTHON = sys.executable
RIOMUX = str(Path(PYTHON).with_name("riomux"))
DELAY = 0.02  # seconds that the backend far away takes to answer
BLOCKED = 64
CLIENTS, READS = 500, 20
LOOK = 5.0  # seconds in which idleness is measured


def fleet(rounds: int, seconds: float) -> Table:
    """All of it."""
    table = Table(
        "riomux among its backends",
        about="Two cores. The far backend answers 20 ms late; the one that dies is killed with SIGKILL while 64 reads "
        "of it wait and another client asks another backend for a byte at a time.",
    )
    table.figures.append(_walk(rounds))
    table.figures += _death(rounds)
    table.figures.append(_fan_out(rounds))
    table.figures += _crowd()
    table.figures += _come_and_go(10_000 if rounds > 1 else 200)
    return table


class Talk:
    """A client of one request at a time."""

    def __init__(self, address: str) -> None:
        self._sock, self._frames = dialled(address), Frames(1 << 20)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask(Tversion(NOTAG, 8192, "9P2000"))
        self.ask(Tattach(0, 0, NOFID, "bench", ""))

    def say(self, *messages: Message) -> None:
        """Ask for several things."""
        self._sock.sendall(b"".join(map(encode, messages)))

    def replies(self) -> Iterator[Message]:
        """As they come."""
        while data := self._sock.recv(1 << 16):
            self._frames.feed(data)
            yield from self._frames

    def ask(self, message: Message) -> Message:
        """The reply."""
        self.say(message)
        reply = next(self.replies())
        if isinstance(reply, Rerror):
            raise RuntimeError(f"{message}: {reply.ename}")
        return reply

    def open(self, fid: int, *names: str) -> None:
        """Walk and open."""
        self.ask(Twalk(0, 0, fid, names))
        self.ask(Topen(0, fid, OREAD))

    def close(self) -> None:
        """Hang up."""
        self._sock.close()


@contextlib.contextmanager
def served(module: str, *options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A backend of this folder."""
    address = free_address()
    with running(PYTHON, "-m", f"bench.{module}", address, *options, address=address, is_pinned=False) as process:
        yield address, process


@contextlib.contextmanager
def muxed(**mounts: str) -> Iterator[tuple[str, int]]:
    """A multiplexer of these: its address and its process."""
    address = free_address()
    with scratch() as folder:
        names = [f"{name}={where}" for name, where in mounts.items()]
        command = [RIOMUX, "--listen", address, "--state", str(folder), *names]
        with running(*command, address=address, is_pinned=False, NAMESPACE=str(folder)) as process:
            _await_health(address)
            yield address, process.pid


def _await_health(address: str) -> None:
    async def wait() -> None:
        async with open_client(address) as root:
            with trio.fail_after(20):
                while await root.read("/health") != b"ok\n":
                    await trio.sleep(0.05)

    trio.run(wait)


def _p99(took: list[float]) -> float:
    return sorted(took)[int(0.99 * (len(took) - 1))] if took else 0.0


# A walk.


def _walk(rounds: int) -> Figure:
    with served("served") as (near, _), served("delayed", near, str(DELAY)) as (far, _), muxed(far=far) as (mux, _):
        talk, took = Talk(mux), list[float]()
        for _ in range(10 * rounds):
            began = time.perf_counter()
            talk.ask(Twalk(0, 0, 1, ("far", "data")))
            took.append(time.perf_counter() - began)
            talk.ask(Tclunk(0, 1))
        talk.close()
    trips = min(took) / DELAY
    return Figure("walk across the splice", trips, "round trips", "lower", target=1.5, note="of the far backend")


# A death.


def _death(rounds: int) -> list[Figure]:
    last, ratios = list[float](), list[float]()
    for _ in range(rounds):
        took, ratio = _die()
        last.append(took)
        ratios.append(ratio)
    return [
        Figure("kill -9 under 64 blocked reads: last error", min(last) * 1e3, "ms", "lower", target=100),
        Figure("another backend's p99 meanwhile", min(ratios), "× before", "lower", target=2),
    ]


def _die() -> tuple[float, float]:
    """Seconds from the kill to the last of the errors, and by how much the other backend was slower then."""
    with served("served") as (doomed, process), served("served") as (steady, _), muxed(a=doomed, b=steady) as (mux, _):
        talk, other = Talk(mux), Talk(mux)
        for fid in range(1, BLOCKED + 1):
            talk.open(fid, "a", "block")
        talk.say(*(Tread(fid, fid, 0, 100) for fid in range(1, BLOCKED + 1)))
        other.open(1, "b", "data")
        before, meanwhile, stop = list[float](), list[float](), threading.Event()
        _measure(other, before, lambda: len(before) >= 2000)
        asking = threading.Thread(target=_measure, args=(other, meanwhile, stop.is_set))
        asking.start()
        process.kill()
        killed = time.perf_counter()
        errors = list(islice(talk.replies(), BLOCKED))
        took = time.perf_counter() - killed
        time.sleep(0.1)
        stop.set()
        asking.join()
        assert all(isinstance(error, Rerror) for error in errors), errors
        return took, _p99(meanwhile) / _p99(before)


def _measure(talk: Talk, took: list[float], is_over: Callable[[], bool]) -> None:
    while not is_over():
        began = time.perf_counter()
        talk.ask(Tread(0, 1, 0, 1))
        took.append(time.perf_counter() - began)


# Routes.


def _fan_out(rounds: int) -> Figure:
    with served("fans") as (fans, _), muxed(fans=fans) as (mux, _):
        alone, stalled = trio.run(_tell, mux, 4 * rounds)
    return Figure(
        "1 → 16, one stalled: the 15", stalled * 1e3, "ms", "lower", stalled / alone, "none stalled", 1200 * alone
    )


async def _tell(mux: str, rounds: int) -> tuple[float, float]:
    """The best times until fifteen have heard a turn of 1 MiB: alone, and beside one that stalls."""
    async with open_client(mux) as root:
        await root.write("/routes", "".join(f"/fans/story -> /fans/{n}\n" for n in range(LISTENERS)))
        await _until(root, lambda heard, readers: readers == LISTENERS)
        alone = [await _tell_once(root) for _ in range(rounds)]
        await root.write("/fans/ctl", "stall 1")
        stalled = [await _tell_once(root) for _ in range(rounds)]
        await root.write("/fans/ctl", "stall 0")
    return min(alone), min(stalled)


async def _tell_once(root: Client) -> float:
    await root.write("/fans/ctl", "tell")
    began = time.perf_counter()
    await _until(root, lambda heard, readers: heard == LISTENERS - 1)
    return time.perf_counter() - began


async def _until(root: Client, condition: Callable[[int, int], bool]) -> None:
    with trio.fail_after(30):
        while not condition(*map(int, (await root.read("/fans/heard")).split())):
            await trio.sleep(0.002)


# Many who wait.


def _crowd() -> list[Figure]:
    with served("served") as (backend, _), muxed(b=backend) as (mux, pid):
        options = ["-t", str(LOOK + 3), "-c", str(CLIENTS), "-p", str(READS), "-f", "b/block"]
        with subprocess.Popen(pinned([built("load9p"), *options, mux, "park"]), stdout=subprocess.PIPE) as holder:
            assert holder.stdout
            parked = json.loads(holder.stdout.readline())["parked"]
            began, busy = time.perf_counter(), _busy(pid)
            time.sleep(LOOK)
            share = 100 * (_busy(pid) - busy) / (time.perf_counter() - began)
            weight = resident(pid) / 1024
        what = f"{CLIENTS} clients × {READS} blocked reads"
        assert parked == CLIENTS * READS
    return [
        Figure(f"{what}: memory", weight, "MiB", "lower", target=300),
        Figure(f"{what}: idle", share, "% CPU", "lower", target=2),
    ]


def _busy(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# Mounts that come and go.


def _come_and_go(times: int) -> list[Figure]:
    with served("served") as (one, _), served("served") as (other, _), muxed(b=one) as (mux, pid):
        files, weight = trio.run(_add_and_remove, mux, other, pid, times)
    return [
        Figure(f"add, remove × {times:,}: files left open", files, "", "lower", target=0),
        Figure(f"add, remove × {times:,}: memory", weight, "MiB more", "lower", target=8),
    ]


async def _add_and_remove(mux: str, other: str, pid: int, times: int) -> tuple[float, float]:
    """Files and MiB that a process has in the end, and had not after the first hundred, under traffic."""
    async with open_client(mux) as root, trio.open_nursery() as nursery:
        nursery.start_soon(_read_on, root)
        before = (0.0, 0.0)
        for number in range(times + 100):
            if number == 100:
                before = _holds(pid)
            await root.write("/ctl", f"add x {other}")
            await root.stat("/x/data")
            await root.write("/ctl", "remove x")
        nursery.cancel_scope.cancel()
        after = _holds(pid)
    return after[0] - before[0], after[1] - before[1]


async def _read_on(root: Client) -> None:
    async with root.open("/b/data") as file:
        while True:
            await file.read(4096, offset=0)


def _holds(pid: int) -> tuple[float, float]:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()), resident(pid) / 1024
