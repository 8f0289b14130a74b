"""The server and the multiplexer under load, each as a share of the cheapest thing that could do its work."""

from __future__ import annotations

import contextlib
import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.programs import built, free_address, load, running, scratch, weight_of_connections

MODES: dict[str, tuple[str, ...]] = {
    "rtt": ("rtt",),
    "pipe 32": ("pipe", "-p", "32"),
    "stream 64K x 4": ("stream", "-m", str(65536 + 24), "-p", "4"),
    "walk open clunk": ("walk",),
    "64 connections": ("conns", "-c", "64"),
}
PYTHON = sys.executable


@dataclass(frozen=True)
class Target:
    """One row: a name, an address and a file to load, and the process whose memory counts (None: it does not)."""

    name: str
    address: str
    pid: int | None = None
    path: str = "data"


@dataclass(frozen=True)
class Row:
    """Medians of what was measured of one target."""

    name: str
    rate: dict[str, float]
    p50_us: float
    mb_per_s: float
    kib: float | None


def measure(targets: list[Target], rounds: int, seconds: float) -> list[Row]:
    """Load every target in turn, `rounds` times: what disturbs the machine disturbs all alike."""
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for _ in range(rounds):
        for mode, (name, *options) in MODES.items():
            for target in targets:
                result = load(target.address, name, "-f", target.path, *options, seconds=seconds)
                seen.setdefault((target.name, mode), []).append(result)
    return [_row(target, seen) for target in targets]


def _row(target: Target, seen: dict[tuple[str, str], list[dict[str, Any]]]) -> Row:
    def median(mode: str, what: str) -> float:
        return float(statistics.median(run[what] for run in seen[target.name, mode]))

    return Row(
        target.name,
        {mode: median(mode, "rate") for mode in MODES},
        median("rtt", "p50_us"),
        median("stream 64K x 4", "mb_per_s"),
        weight_of_connections(target.address, target.path, target.pid) if target.pid else None,
    )


@contextlib.contextmanager
def server_targets() -> Iterator[list[Target]]:
    """The canned server in C, and our server with a file in memory."""
    floor, ours = free_address(), free_address()
    with (
        running(built("canned9p"), floor, address=floor),
        running(PYTHON, "-m", "bench.served", ours, address=ours) as server,
    ):
        yield [Target("canned C server", floor), Target("ninep server", ours, server.pid)]


@contextlib.contextmanager
def mux_targets() -> Iterator[list[Target]]:
    """The canned server direct, and behind an unchecked epoll loop, riomux and (when on PATH) plan9port's 9pserve."""
    direct, floor, ours = free_address(), free_address(), free_address()
    riomux = str(Path(PYTHON).with_name("riomux"))
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(scratch())
        stack.enter_context(running(built("canned9p"), direct, address=direct))
        stack.enter_context(running(PYTHON, "-m", "bench.floor", floor, direct, address=floor))
        command = [riomux, "--listen", ours, "--state", str(state / "mux"), f"b={direct}"]
        mux = stack.enter_context(running(*command, address=ours, NAMESPACE=str(state)))
        targets = [
            Target("direct", direct),
            Target("epoll, unchecked", floor),
            Target("riomux", ours, mux.pid, "b/data"),
        ]
        if peer := shutil.which("9pserve"):
            path = str(state / "peer")
            address = f"tcp!{direct.replace(':', '!')}"
            stack.enter_context(running(peer, "-c", address, f"unix!{path}", address=path))
            targets.append(Target("9pserve", path))
        yield targets
