"""riomux: start, and what lives until the stop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing

import trio

from ninep import service
from ninep.dial import local_address
from ninep.service import Events
from ninep.tree import Dir
from riomux.config import Config
from riomux.discovered import Discovered
from riomux.mounts import Mounts
from riomux.pump import Pump
from riomux.routes import Routes
from riomux.splice import Splice
from riomux.tree import root_tree


class Mux:
    """The multiplexer: its own files, and the pump through which all clients come, to them too."""

    def __init__(self, tree: Dir, pump: Pump, discovered: Discovered | None = None) -> None:
        self.tree, self.pump = tree, pump
        self._discovered = discovered  # None: nobody is to be looked for

    async def serve(
        self, listeners: Sequence[socket.socket], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Accept clients until cancelled."""
        async with trio.open_nursery() as nursery:
            for listener in listeners:
                nursery.start_soon(self.pump.accept, listener)
            if self._discovered:
                from riomux.mdns import discover  # costs time and memory that others need not spend

                nursery.start_soon(discover, self._discovered, [local_address(each) for each in listeners])
            task_status.started()


@asynccontextmanager
async def open_mux(config: Config) -> AsyncIterator[Mux]:
    """The multiplexer with its mounts. At the end, everything that waits is answered."""
    pump, events = Pump(Splice()), Events()
    with closing(pump), closing(events):
        async with trio.open_nursery() as nursery:
            state = config.make_state()
            mounts = Mounts(pump, nursery, events, state / "mounts")
            routes = Routes(pump.connect, nursery, events, state / "routes")
            discovered = Discovered()
            tree = root_tree(pump, mounts, routes, discovered, events)
            await mounts.begin(tree, config.mounts)
            routes.begin()
            nursery.start_soon(pump.run)
            nursery.start_soon(pump.watch)
            try:
                yield Mux(tree, pump, discovered if config.discover else None)
            finally:
                routes.stop()
                await pump.drain()
                nursery.cancel_scope.cancel()


def main(argv: Sequence[str] | None = None) -> None:
    """The command `riomux`."""
    service.main("riomux", 5642, Config, open_mux, argv, socket="mux")


if __name__ == "__main__":
    main()
