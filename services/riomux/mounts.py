"""The mounts: what `ctl` adds, renames and removes, what a restart brings back, and what is up.

    add rio unix!/tmp/ns.me/rio  # up 0.1 ms
    add truck 192.168.1.50:5642/rio  # down: 192.168.1.50:5642 cannot be reached: no route to host
    add -lazy attic nas:5642  # not used yet

The lines of `ctl` can be written back. Those that a user added are kept, in the same words, in a file of the state
directory; those of the command line are mounted anew at each start, and are not kept. A line that is kept may end in
the number of the mount's qids, if that is not what its name gives: it had another name, or that was taken.
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
from ninep.dial import Address, dial
from ninep.events import Events
from ninep.server import serve_connection
from ninep.tree import Dir
from riomux.connect import Connection, connect, greet
from riomux.keeper import Keeper
from riomux.kept import Kept
from riomux.linklocal import dial_beyond_the_link, refuse_link_local
from riomux.peers import Backend
from riomux.pump import Pump
from riomux.qids import number_of
from riomux.reach import CROWD_AT_HOME

log = structlog.get_logger("riomux")

PORT = 5642  # of an address that names none: the mux of another machine
RESERVED = {"ctl", "events", "health", "help", "metrics", "routes", "discovered"}
"""The files of the root, and names that it may need for more."""

_NAME = re.compile(r"\w[\w.-]{0,63}")
_KEPT = re.compile(r"add\s+(?P<lazy>-lazy\s+)?(?P<name>[^\s-]\S*)\s+(?P<address>\S+)(\s+(?P<number>\d{1,3}))?")


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a directory that people type, or is that of something else."""
    if not _NAME.fullmatch(name):
        raise FileError(f"{name!r} is no name for a mount: take letters, digits, - and . (at most 64)")
    if name in RESERVED:
        raise FileError(f"{name} is a file of the multiplexer; take another name")


class Wish(NamedTuple):
    """What somebody wants to be mounted, and how."""

    name: str
    address: Address
    is_lazy: bool = False  # not dialled before somebody walks in
    is_kept: bool = True  # over restarts
    number: int = 0  # of its qids; 0 is any


class Mount(NamedTuple):
    """A backend, where it is, and who keeps it linked."""

    address: Address
    keeper: Keeper
    is_lazy: bool
    is_kept: bool

    def line(self) -> str:
        """The command that mounts it."""
        return f"add {'-lazy ' if self.is_lazy else ''}{self.keeper.backend.name} {self.address}"

    def line_to_keep(self) -> str:
        """The same, for another start."""
        name, number = self.keeper.backend.name, self.keeper.backend.number
        return self.line() if number == number_of(name) else f"{self.line()} {number}"

    def state(self) -> str:
        """Whether it is up."""
        backend, trip = self.keeper.backend, self.keeper.round_trip
        if backend.links and trip is not None:
            return f"up {trip * 1000:.1f} ms"
        if backend.down:
            return f"down: {backend.down}"
        return "dialling" if backend.is_wished else "not used yet"

    def trouble(self) -> str:
        """Why it cannot be used, and since when; "" if it can, or if nobody has tried."""
        backend = self.keeper.backend
        if backend.links or not (backend.down or backend.is_wished):
            return ""
        return f"{backend.name} is {self.state()} (for {span(trio.current_time() - self.keeper.since)})"


def span(seconds: float) -> str:
    """How long that is, as people say it."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


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

    async def add(self, name: str, address: str, *, lazy: bool = False) -> None:
        """Mount the server at an address, which must answer now, or (lazy) when somebody walks in."""
        wish = Wish(name, self._check(name, address), lazy)
        if lazy:
            await refuse_link_local(wish.address)
            self._check(name, address)  # somebody may have been faster
            self._mount(wish)
        else:
            await self._mount_now(wish)
        await self._keep()

    async def _mount_now(self, wish: Wish) -> None:
        try:
            connection = await connect(wish.address, dial_beyond_the_link)
        except OSError as error:
            raise FileError(str(error)) from None
        try:
            self._check(wish.name, str(wish.address))  # somebody may have been faster
            self._mount(wish, connection)
        except FileError:
            connection.sock.close()
            raise

    async def rename(self, old: str, new: str) -> None:
        """Give a mount another name. What is open in it goes on working, and its qids stay what they are."""
        mount = self._find(old)
        self._check_name(new)
        self._mounts = {new if name == old else name: each for name, each in self._mounts.items()}
        self._splice.rename(mount.keeper.backend, new)
        self._root[new] = self._root.pop(old)
        self._events.publish("mount.renamed", name=new, old=old)
        await self._keep()

    async def remove(self, name: str) -> None:
        """Take a mount away; what is open in it is answered with an error."""
        mount = self._find(name)
        del self._mounts[name], self._root[name]
        mount.keeper.scope.cancel()
        self._splice.unmount(mount.keeper.backend)
        self._pump.flush()
        self._events.publish("mount.removed", name=name, address=str(mount.address))
        await self._keep()

    def status(self) -> str:
        """A line for each mount, which can be written back."""
        return "".join(f"{mount.line()}  # {mount.state()}\n" for mount in self._mounts.values())

    def health(self) -> str:
        """What cannot be used."""
        return "\n".join(filter(None, (mount.trouble() for mount in self._mounts.values()))) or "ok"

    # What happens at the start.

    async def begin(self, root: Dir, expected: Iterable[str]) -> None:
        """Show the mounts in this directory, with those of the last time and `expected` (NAME=ADDRESS)."""
        self._root = root
        for word in expected:
            name, _, address = word.partition("=")
            self._mount(Wish(name, self._check(name, address), is_kept=False))
        for wish in self._restored():
            self._mount(wish)
        self._home.link(await self._connect_home())
        self._nursery.start_soon(self._home.run)
        self._pump.flush()

    def _check(self, name: str, address: str) -> Address:
        """The address, if both are good."""
        self._check_name(name)
        try:
            return Address.parse(address, PORT)
        except ValueError as error:
            raise FileError(str(error)) from None

    def _check_name(self, name: str) -> None:
        check_name(name)
        if name in self._mounts:
            raise FileError(f"{name} is mounted already, from {self._mounts[name].address}; remove it first")

    def _find(self, name: str) -> Mount:
        if name not in self._mounts:
            raise FileError(f"there is no mount {name}; the mounts are: {' '.join(self._mounts) or 'none'}")
        return self._mounts[name]

    def _mount(self, wish: Wish, connection: Connection | None = None) -> None:
        """Have what was checked, and reached already or not. What came through `ctl` may not reach all there is."""
        is_lazy = wish.is_lazy or connection is not None
        backend = self._splice.mount(wish.name, number=wish.number, is_lazy=is_lazy)
        reach = partial(connect, wish.address, dial_beyond_the_link if wish.is_kept else dial)
        keeper = Keeper(backend, reach, self._pump, self._notice)
        self._mounts[wish.name] = Mount(wish.address, keeper, wish.is_lazy, wish.is_kept)
        self._root[wish.name] = Dir()
        self._nursery.start_soon(keeper.run)
        self._events.publish("mount.added", name=wish.name, address=str(wish.address))
        if connection:
            keeper.link(connection)

    def _wish(self, backend: Backend) -> None:
        if backend is self._splice.home:
            self._home.wish()
        elif (mount := self._mounts.get(backend.name)) and mount.keeper.backend is backend:
            mount.keeper.wish()

    def _notice(self, backend: Backend, why: str) -> None:
        mount = self._mounts.get(backend.name)
        if mount and mount.keeper.backend is backend:  # else it was removed a moment ago
            self._root[backend.name].perm = mount.keeper.perm
        kind, facts = ("mount.down", {"reason": why}) if why else ("mount.up", {})
        log.info(kind, name=backend.name, **facts)
        self._events.publish(kind, name=backend.name, **facts)

    async def _connect_home(self) -> Connection:
        """The mux's own files are served over a connection like any other, only that it stays in the process."""
        ours, theirs = socket.socketpair()
        self._nursery.start_soon(partial(serve_connection, theirs, self._root, clients=CROWD_AT_HOME))
        return await greet(ours, "the multiplexer's own tree")

    # What survives.

    async def _keep(self) -> None:
        """Write down what is to be mounted next time. FileError if that cannot be done."""
        await self._kept.keep(lambda: [mount.line_to_keep() for mount in self._mounts.values() if mount.is_kept])

    def _restored(self) -> Iterator[Wish]:
        """What was mounted last time. A line that somebody spoiled is not a reason to serve nothing."""
        for line in self._kept.lines():
            try:
                if line.strip():
                    yield self._read(line)
            except FileError as error:
                log.warning("mounts.unreadable", line=line, reason=str(error))

    def _read(self, line: str) -> Wish:
        """What a line that was kept says."""
        match = _KEPT.fullmatch(line.strip())
        if not match:
            raise FileError("not a line that was written here")
        where = self._check(match["name"], match["address"])
        return Wish(match["name"], where, bool(match["lazy"]), number=int(match["number"] or 0))
