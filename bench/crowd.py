"""A server with many clients: what they weigh while they wait, and what one notices of another that is hostile."""

from __future__ import annotations

import json
import statistics
import subprocess
from functools import partial
from typing import Any

from bench.programs import built, free_address, load, pinned, resident, running
from bench.results import Figure, Table
from bench.wire import PYTHON

MANY = 10_000
PER_CONNECTION = 250  # reads that wait; a server refuses more than 256
MIB = 1024  # KiB


def crowd(rounds: int, seconds: float) -> Table:
    """Memory of a process with ten thousand clients, or waiting reads; round trips beside a flood of damaged bytes."""
    table = Table(
        "ninep server, crowded",
        about="Resident memory of the whole process (the first line is a server that nobody has called). The "
        "hostile client, on another core, says what is damaged as fast as it can: frames of all sizes, cut off, of "
        "unknown types, with random bodies; the other one asks for a byte at a time.",
    )
    empty, idle = _weight("idle", "data", MANY, 1)
    _, blocked = _weight("park", "block", MANY // PER_CONNECTION, PER_CONNECTION)
    table.figures += [
        Figure("empty", empty, "MiB", "lower"),
        Figure(f"{MANY:,} idle connections", idle, "MiB", "lower", ratio=idle / empty, beside="empty"),
        Figure(
            f"{MANY:,} reads that wait", blocked, "MiB", "lower", ratio=blocked / empty, beside="empty", target=300.0
        ),
    ]
    alone, beside = _beside_a_hostile_client(rounds, seconds)
    for what, limit in (("p50", None), ("p99", 1000.0)):
        took, ratio = beside[what], beside[what] / alone[what]
        table.figures.append(
            Figure(f"round trip beside a hostile client, {what}", took, "µs", "lower", ratio, "alone", limit)
        )
    return table


def _weight(mode: str, path: str, connections: int, outstanding: int) -> tuple[float, float]:
    """MiB of a server before and while clients hold it."""
    address = free_address()
    options = ["-t", "3", "-c", str(connections), "-p", str(outstanding), "-f", path]
    with running(PYTHON, "-m", "bench.served", address, address=address) as server:
        before = resident(server.pid)
        command = pinned([built("load9p"), *options, address, mode])
        with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
            assert holder.stdout
            held: dict[str, Any] = json.loads(holder.stdout.readline())
            assert MANY in held.values(), held
            return before / MIB, resident(server.pid) / MIB


def _beside_a_hostile_client(rounds: int, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """p50 and p99 of round trips in µs, without the other client and with it, in turns."""
    address = free_address()
    runs: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    with running(PYTHON, "-m", "bench.served", address, address=address):
        trips = partial(load, address, "rtt", seconds=seconds)
        for _ in range(rounds):
            runs[False].append(trips())
            with running(PYTHON, "-m", "bench.hostile", address, is_pinned=False):
                runs[True].append(trips())
    return _medians(runs[False]), _medians(runs[True])


def _medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {what: statistics.median(run[f"{what}_us"] for run in runs) for what in ("p50", "p99")}
