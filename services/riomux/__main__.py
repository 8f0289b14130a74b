"""riomux: start, and what lives until the stop."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing

import trio

from ninep import logs
from ninep.config import read_config
from ninep.dial import close_listener, listen, local_address
from ninep.rootdir import Health
from ninep.service import LIMIT, Events, addresses
from ninep.tree import Dir
from riomux.config import Config
from riomux.mounts import Mounts
from riomux.pump import Pump
from riomux.splice import Splice
from riomux.tree import root_tree

PORT = 5642
OPEN = "OPEN TO THE NETWORK: whoever reaches this machine can do all that its user can do here"


@asynccontextmanager
async def open_mux(config: Config) -> AsyncIterator[tuple[Dir, Pump]]:
    """The multiplexer with its mounts. At the end, everything that waits is answered."""
    pump, events = Pump(Splice()), Events()
    with closing(pump), closing(events):
        async with trio.open_nursery() as nursery:
            mounts = Mounts(pump, nursery, events, config.make_state() / "mounts")
            tree = root_tree(pump, mounts, events)
            await mounts.begin(tree, config.mounts)
            nursery.start_soon(pump.run)
            nursery.start_soon(pump.watch)
            try:
                yield tree, pump
            finally:
                nursery.cancel_scope.cancel()


async def serve(config: Config, listeners: Sequence[socket.socket]) -> None:
    """Serve until the first SIGTERM or SIGINT."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with open_mux(config) as (tree, pump), trio.open_nursery() as nursery:
            if config.open_to_network and isinstance(health := tree.get("health"), Health):
                health.warnings.append(OPEN)
            for listener in listeners:
                nursery.start_soon(pump.accept, listener)
            print("riomux ready", *map(local_address, listeners), flush=True)  # noqa: T201 - the line that is waited for
            await anext(signals)
            signal.setitimer(signal.ITIMER_REAL, LIMIT)  # SIGALRM has no handler: it ends what hangs then
            nursery.cancel_scope.cancel()


def main(argv: Sequence[str] | None = None) -> None:
    """The command `riomux`. Status 2 if it was told something wrong, 1 if it cannot go on: one line says why."""
    config = read_config(Config, "riomux", argv)
    logs.set_up(config.log)
    with ExitStack() as stack:
        try:
            listeners = []
            for address in addresses(config, PORT, "mux"):
                listeners.append(listen(address, open_to_network=config.open_to_network))
                stack.callback(close_listener, listeners[-1])
            trio.run(serve, config, listeners)
        except (OSError, ValueError) as error:
            logs.complain("riomux", error)
            sys.exit(2 if isinstance(error, ValueError | PermissionError) else 1)


if __name__ == "__main__":
    main()
