"""`python -m bench [--quick] [--record] [PART…]`: measure, print, and with --record write bench/RESULTS.md."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable

import structlog

from bench import agents, crowd, fleet, mount, product, results, scene, versions, wire
from bench.results import Figure, Table

TARGETS_SERVER = {"rtt": 80_000.0, "pipe 32": 300_000.0}
TARGETS_MUX = {"pipe 32": 250_000.0, "64 connections": 50_000.0}


def server(rounds: int, seconds: float) -> Table:
    """Our server beside the canned one in C."""
    with wire.server_targets() as targets:
        floor, ours = wire.measure(targets, rounds, seconds)
    table = Table("ninep server", about="A synthetic file behind every check, beside a C server that has none.")
    for mode in wire.MODES:
        ratio, target = ours.rate[mode] / floor.rate[mode], TARGETS_SERVER.get(mode)
        table.figures.append(Figure(mode, ours.rate[mode], "msg/s", ratio=ratio, beside=floor.name, target=target))
    ratio = ours.mb_per_s / floor.mb_per_s
    table.figures.append(
        Figure("64 KiB × 4, bytes", ours.mb_per_s, "MB/s", ratio=ratio, beside=floor.name, target=2000)
    )
    table.figures.append(Figure("idle connection", ours.kib or 0, "KiB", better="lower", target=6))
    return table


def mux(rounds: int, seconds: float) -> Table:
    """riomux beside a direct connection, and beside an epoll loop that checks nothing."""
    with wire.mux_targets() as targets:
        direct, floor, ours, *peers = wire.measure(targets, rounds, seconds)
    table = Table("riomux", about="In front of the canned C server, with all its checks on.")
    added, least = ours.p50_us - direct.p50_us, floor.p50_us - direct.p50_us
    table.figures.append(
        Figure("latency added, p50", added, "µs", "lower", added / least, floor.name, 15, f"that adds {least:.1f} µs")
    )
    for mode in wire.MODES:
        ratio, target = ours.rate[mode] / floor.rate[mode], TARGETS_MUX.get(mode)
        note = f"{ours.rate[mode] / direct.rate[mode]:.2f} × direct"
        table.figures.append(Figure(mode, ours.rate[mode], "msg/s", "higher", ratio, floor.name, target, note))
    ratio = ours.mb_per_s / floor.mb_per_s
    table.figures.append(Figure("64 KiB × 4, bytes", ours.mb_per_s, "MB/s", "higher", ratio, floor.name, 2000))
    table.figures.append(Figure("idle connection", ours.kib or 0, "KiB", better="lower", target=2))
    for peer in peers:
        gain = (peer.p50_us - direct.p50_us) / added
        table.figures.append(Figure(f"latency added by {peer.name}", peer.p50_us, "µs", "lower", gain, "riomux"))
        for mode in wire.MODES:
            ratio = peer.rate[mode] / ours.rate[mode]
            table.figures.append(Figure(f"{peer.name}: {mode}", peer.rate[mode], "msg/s", "higher", ratio, "riomux"))
    return table


def prompt(rounds: int, seconds: float) -> Table:
    """From a prompt to the first byte of its answer."""
    return product.prompt(100 * rounds)


def pixels(rounds: int, seconds: float) -> Table:
    """From code to the pixels that it changes."""
    return product.pixels(20 * rounds)


PARTS: dict[str, Callable[[int, float], Table]] = {
    "server": server,
    "crowd": crowd.crowd,
    "mux": mux,
    "fleet": fleet.fleet,
    "mount": mount.mount,
    "prompt": prompt,
    "agents": agents.agents,
    "pixels": pixels,
    "scene": scene.scene,
    "versions": versions.versions,
}


def main() -> None:
    """Measure the parts that were asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all without one")
    parser.add_argument("--quick", action="store_true", help="one short round: does it run, not how fast is it")
    parser.add_argument("--record", action="store_true", help="write bench/RESULTS.md and bench/results.json")
    wish = parser.parse_args()
    if unknown := set(wish.parts) - set(PARTS):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    rounds, seconds = (1, 0.1) if wish.quick else (5, 0.5)
    tables = []
    for name in wish.parts or PARTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        tables.append(PARTS[name](rounds, seconds))
    text = results.page(tables, results.last_ratios())
    print(text)
    if wish.record:
        results.record(tables, text)


main()
