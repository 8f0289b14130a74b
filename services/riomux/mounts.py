"""The mounts: what `ctl` adds and removes, what a restart brings back, and what is up.

    add rio unix!/tmp/ns.me/rio  # up 0.1 ms
    add truck 192.168.1.50:5642/rio  # down: 192.168.1.50:5642 cannot be reached: no route to host

The lines of `ctl` can be written back. Those that a user added are kept, in the same words, in a file of the state
directory; those of the command line are mounted anew at each start, and are not kept.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import structlog
import trio

from ninep import FileError
from ninep.dial import Address
from ninep.events import Events
from ninep.server import serve_connection
from ninep.tree import Dir
from riomux.connect import Connection, connect, greet
from riomux.keeper import Keeper
from riomux.kept import Kept
from riomux.peers import Backend
from riomux.pump import Pump

log = structlog.get_logger("riomux")

PORT = 5642  # of an address that names none: the mux of another machine
RESERVED = {"ctl", "events", "health", "help", "metrics", "routes", "discovered"}
"""The files of the root, and names that it may need for more."""

_NAME = re.compile(r"\w[\w.-]{0,63}")


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a directory that people type, or is that of something else."""
    if not _NAME.fullmatch(name):
        raise FileError(f"{name!r} is no name for a mount: take letters, digits, - and . (at most 64)")
    if name in RESERVED:
        raise FileError(f"{name} is a file of the multiplexer; take another name")


class Mount(NamedTuple):
    """A backend, where it is, and who keeps it linked."""

    address: Address
    keeper: Keeper
    is_kept: bool  # over restarts

    def line(self) -> str:
        """The command that mounts it."""
        return f"add {self.keeper.backend.name} {self.address}"

    def state(self) -> str:
        """Whether it is up."""
        backend, trip = self.keeper.backend, self.keeper.round_trip
        if backend.links and trip is not None:
            return f"up {trip * 1000:.1f} ms"
        return f"down: {backend.down}" if backend.down else "dialling"


class Mounts:
    """The backends by name, and the tasks that keep them. Used as the verbs of `ctl`."""

    def __init__(self, pump: Pump, nursery: trio.Nursery, events: Events, file: Path | None = None) -> None:
        self._pump, self._splice = pump, pump.splice
        self._nursery, self._events, self._kept = nursery, events, Kept(file)
        pump.wish = self._wish
        self._mounts: dict[str, Mount] = {}
        self._root = Dir()
        self._home = Keeper(self._splice.home, self._connect_home, self._pump, lambda backend, why: None)

    # What a user does.

    async def add(self, name: str, address: str) -> None:
        """Mount the server at an address, which must answer now."""
        where = self._check(name, address)
        try:
            connection = await connect(where)
        except OSError as error:
            raise FileError(str(error)) from None
        try:
            self._check(name, address)  # somebody may have been faster
            mount = self._mount(name, where, is_kept=True)
        except FileError:
            connection.sock.close()
            raise
        mount.keeper.link(connection)
        await self._keep()

    async def remove(self, name: str) -> None:
        """Take a mount away; what is open in it is answered with an error."""
        if name not in self._mounts:
            raise FileError(f"there is no mount {name}; the mounts are: {' '.join(self._mounts) or 'none'}")
        mount = self._mounts.pop(name)
        del self._root[name]
        mount.keeper.scope.cancel()
        self._splice.unmount(mount.keeper.backend)
        self._pump.flush()
        self._events.publish("mount.removed", name=name, address=str(mount.address))
        await self._keep()

    def status(self) -> str:
        """A line for each mount, which can be written back."""
        return "".join(f"{mount.line()}  # {mount.state()}\n" for mount in self._mounts.values())

    def health(self) -> str:
        """What is not up."""
        down = [f"{name} is {mount.state()}" for name, mount in self._mounts.items() if not mount.keeper.backend.links]
        return "\n".join(down) or "ok"

    # What happens at the start.

    async def begin(self, root: Dir, expected: Iterable[str]) -> None:
        """Show the mounts in this directory, with those of the last time and `expected` (NAME=ADDRESS)."""
        self._root = root
        for word in expected:
            name, _, address = word.partition("=")
            self._mount(name, self._check(name, address), is_kept=False)
        for name, where in self._restored():
            self._mount(name, where, is_kept=True)
        self._home.link(await self._connect_home())
        self._nursery.start_soon(self._home.run)
        self._pump.flush()

    def _check(self, name: str, address: str) -> Address:
        """The address, if both are good."""
        check_name(name)
        if name in self._mounts:
            raise FileError(f"{name} is mounted already, from {self._mounts[name].address}; remove it first")
        try:
            return Address.parse(address, PORT)
        except ValueError as error:
            raise FileError(str(error)) from None

    def _mount(self, name: str, address: Address, *, is_kept: bool) -> Mount:
        backend = self._splice.mount(name)
        keeper = Keeper(backend, partial(connect, address), self._pump, self._notice)
        mount = self._mounts[name] = Mount(address, keeper, is_kept)
        self._root[name] = Dir()
        self._nursery.start_soon(keeper.run)
        self._events.publish("mount.added", name=name, address=str(address))
        return mount

    def _wish(self, backend: Backend) -> None:
        if backend is self._splice.home:
            self._home.wish()
        elif backend.name in self._mounts:
            self._mounts[backend.name].keeper.wish()

    def _notice(self, backend: Backend, why: str) -> None:
        kind, facts = ("mount.down", {"reason": why}) if why else ("mount.up", {})
        log.info(kind, name=backend.name, **facts)
        self._events.publish(kind, name=backend.name, **facts)

    async def _connect_home(self) -> Connection:
        """The mux's own files are served over a connection like any other, only that it stays in the process."""
        ours, theirs = socket.socketpair()
        self._nursery.start_soon(serve_connection, theirs, self._root)
        return await greet(ours, "the multiplexer's own tree")

    # What survives.

    async def _keep(self) -> None:
        """Write down what is to be mounted next time. FileError if that cannot be done."""
        await self._kept.keep(lambda: [mount.line() for mount in self._mounts.values() if mount.is_kept])

    def _restored(self) -> Iterator[tuple[str, Address]]:
        """What was mounted last time. A line that somebody spoiled is not a reason to serve nothing."""
        for line in self._kept.lines():
            try:
                match line.split():
                    case ["add", name, address]:
                        yield name, self._check(name, address)
                    case [_, *_]:
                        raise FileError("not a line that was written here")
            except FileError as error:
                log.warning("mounts.unreadable", line=line, reason=str(error))
