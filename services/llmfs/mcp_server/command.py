"""The command `llmfs mcp`: what it is told, and serving a client over standard input and output until that leaves.

With `--http` it serves any number of clients, until it is ended.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Sequence

import trio

from llmfs.hive.namespace import open_namespace
from llmfs.mcp_server import http
from llmfs.mcp_server.offer import Offer, server
from llmfs.tools import rules
from llmfs.tools.namespace import Namespace
from ninep import FileError, logs

NAME = "llmfs mcp"
READING = "allow read /**"
BYTES, SECONDS = 256 * 1024, 30.0


def main(argv: Sequence[str]) -> int:
    """Serve until the client leaves; 0 then, 2 for what was told wrong. A signal ends it at once: it keeps nothing."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    told = _parser().parse_args(argv)
    logs.set_up("text")
    try:
        offer = _offer(told)
        listener = http.listen_at(told.http) if told.http else None
    except (FileError, ValueError, OSError) as error:
        logs.complain(NAME, error)
        return 1 if isinstance(error, OSError) else 2
    if listener:
        trio.run(http.serve, offer, listener)
    else:
        trio.run(_serve, offer)
    return 0


def _offer(told: argparse.Namespace) -> Offer:
    """What is offered, and where. FileError or ValueError for what was told wrong."""
    lines = [READING, *(f"allow {rule}" for rule in told.allow), *(f"deny {rule}" for rule in told.deny)]
    mux = open_namespace(told.namespace)
    if mux is None:
        raise FileError("there is no namespace to serve; say --namespace ADDRESS")
    may = rules.Rules(tuple(rules.rule(line.split()) for line in lines))
    if "use" in may.rights:
        raise FileError("llmfs mcp serves files alone, and no tools of other servers")
    return Offer(Namespace(mux.address), may, told.bytes, told.seconds)


async def _serve(offer: Offer) -> None:
    from mcp.server.stdio import stdio_server

    serving = server(offer)
    async with stdio_server() as (incoming, outgoing):
        await serving.run(incoming, outgoing, serving.create_initialization_options())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME,
        description="Serve the namespace to a client of the Model Context Protocol, over standard input and output, or "
        "to several over HTTP. Everything may be read; what may be written and run is said with --allow.",
        allow_abbrev=False,
    )
    where = os.environ.get("LLMFS_NAMESPACE") or None
    parser.add_argument("--namespace", metavar="ADDRESS", default=where, help="the multiplexer (that of this user)")
    parser.add_argument("--allow", metavar="RULE", action="append", default=[], help="'write /notes/*', 'run /**', …")
    parser.add_argument("--deny", metavar="RULE", action="append", default=[], help="'read /llm/*/history', …")
    parser.add_argument("--http", metavar="HOST:PORT", help="serve there (loopback alone), by Streamable HTTP")
    parser.add_argument("--seconds", metavar="N", type=_seconds, default=SECONDS, help="for one call (30)")
    parser.add_argument("--bytes", metavar="N", type=_bytes, default=BYTES, help="of text of one result (262144)")
    return parser


def _seconds(word: str) -> float:
    return _within(word, float(word), 3600)


def _bytes(word: str) -> int:
    return int(_within(word, int(word), 16 * 1024 * 1024))


def _within(word: str, number: float, most: float) -> float:
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(f"{word} is not more than 0 and at most {most:g}")
    return number
