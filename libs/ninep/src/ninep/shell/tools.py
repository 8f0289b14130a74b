"""Commands for a whole server, or for none. Each is gathered when it is asked for, so `ls` need not wait for it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ninep.dial import close_listener, listen, local_address, namespace
from ninep.shell.completion import SHELLS, script
from ninep.shell.files import stdout

if TYPE_CHECKING:
    from ninep.shell.run import Run


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], address: str) -> None:
    """Declare them all; `address` says what an address is."""
    from ninep.conform import command as conformance
    from ninep.export import command as export
    from ninep.fuse import command as fuse

    conformance.declare(_sub(commands, "conform", conform.__doc__))
    declare_trace(_sub(commands, "trace", trace.__doc__))
    fuse.add_to(commands, address)
    export.add_to(commands)
    shells = _sub(commands, "completion", "print a script that lets your shell complete commands and paths")
    shells.add_argument("shell", choices=SHELLS)


def _sub(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str | None
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=about, description=about)


def declare_trace(parser: argparse.ArgumentParser) -> None:
    """Its command line."""
    parser.add_argument("server", nargs="?", metavar="ADDRESS", help="the server")
    parser.add_argument("--listen", metavar="ADDRESS", help="where clients come; `trace` in the namespace directory")
    parser.add_argument(
        "--loose", action="store_true", help="print * for qids and times, which a fresh server chooses anew"
    )


# Within a Run.


async def conform(run: Run) -> None:
    """hold a server to the manual: 60 rules, each tried on connections of its own"""
    from ninep.conform import command

    if not await command.run(run.options.server or run.address, run.options, stdout.write):
        run.fail()


async def trace(run: Run) -> None:
    """print what clients and a server say to each other, as a script that can be played"""
    from ninep import trace as proxy

    listener = listen(run.options.listen or f"unix!{namespace() / 'trace'}")
    server = run.options.server or run.address
    try:
        await stdout.write(f"# {server} is traced at {local_address(listener)}\n")
        await proxy.trace(server, listener, stdout.write, is_loose=run.options.loose)
    finally:
        close_listener(listener)


async def completion(run: Run) -> None:
    """print a script that lets your shell complete commands and paths"""
    await stdout.write(script(run.options.shell))


RUN = {"conform": conform, "trace": trace, "completion": completion}
"""Tools that are a Run."""


# With an end of their own.


def mount(options: argparse.Namespace, default: str) -> int:
    """The exit status of `ninep mount`."""
    from ninep.fuse import command

    return command.run(options.where or options.address or default, options)


def serve(options: argparse.Namespace) -> int:
    """The exit status of `ninep serve`."""
    from ninep.export import command

    return command.run(options)
