"""`ninep serve DIR`: from the command line to a listening server, and its end."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from pathlib import Path

import trio

from ninep import logs
from ninep.accept import allow_descriptors
from ninep.dial import Address, close_listener, listen, local_address, namespace
from ninep.export import exported
from ninep.node import Directory
from ninep.server import serve

STOPPED, FAILED, WRONG = 0, 1, 2  # exit status, as a service has it
LIMIT = 5  # seconds after which the kernel ends what we could not: a write that some other machine never takes
DESCRIPTION = """\
Serve the files below DIR, with the rights of whoever runs this and no way out of DIR. Symbolic links, fifos, devices
and sockets are listed, but not opened. SIGINT and SIGTERM end it.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("serve", help="serve a real directory", description=DESCRIPTION)
    where = "where clients come: unix!/path, tcp!host!port or host:port; else a socket named as DIR in the namespace"
    parser.add_argument("--listen", metavar="ADDRESS", help=where)
    parser.add_argument("--read-only", action="store_true", help="refuse every change")
    parser.add_argument("--open-to-network", action="store_true", help="allow an address that other machines can reach")
    parser.add_argument("directory", metavar="DIR", help="the directory")


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop; the exit status of the process."""
    logs.set_up("text")
    name = Path(options.directory).resolve().name or "root"
    try:
        address = Address.parse(options.listen or f"unix!{namespace() / name}")
        with exported(options.directory, read_only=options.read_only, limit=allow_descriptors() // 2) as root:
            listener = listen(address, open_to_network=options.open_to_network)
            try:
                trio.run(_serve, root, listener, options.directory)
            finally:
                close_listener(listener)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"ninep: serve {options.directory}: {_sentence(error)}\n")
        return WRONG if isinstance(error, ValueError | PermissionError) else FAILED
    return STOPPED


async def _serve(root: Directory, listener: socket.socket, directory: str) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, root, [listener])
            print(f"ninep serving {directory} at {local_address(listener)}", flush=True)  # noqa: T201 - it is waited for
            await anext(signals)
            signal.setitimer(signal.ITIMER_REAL, LIMIT)  # SIGALRM has no handler: it ends the process
            nursery.cancel_scope.cancel()


def _sentence(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
