"""The routes: what the file `routes` adds and removes, and what a restart brings back.

    /llm/claude/output -> /rio/scene/parse  # waiting, 3 turns, 1204 bytes

Its lines can be written back; they are kept, without their comments, in a file of the state directory.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
import trio
from trio.lowlevel import ParkingLot

from ninep import FileError
from ninep.events import Events
from ninep.metrics import Metrics
from ninep.node import Answer
from ninep.tree import Ctl
from riomux.kept import Kept
from riomux.route import Route

log = structlog.get_logger("riomux")

MOST = 256  # routes: each has a connection of its own
GRAMMAR = (
    "a route is SOURCE -> DESTINATION, as in /llm/ada/output -> /rio/scene/parse; -SOURCE [-> DESTINATION] ends it"
)

_COMMENT = re.compile(r"(^|\s)#(\s.*)?$")


class Way(NamedTuple):
    """From where to where."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


class Routes:
    """The routes, each with a task. `events` tells when a mount has come up, and is told what becomes of routes."""

    def __init__(
        self, connect: Callable[[], socket.socket], nursery: trio.Nursery, events: Events, file: Path | None = None
    ) -> None:
        self._connect, self._nursery, self._events, self._kept = connect, nursery, events, Kept(file)
        self._routes: dict[Way, Route] = {}
        self._mounted = ParkingLot()

    # What a user does.

    def command(self, line: str) -> Answer[None]:
        """Do what a line says; FileError says what is wrong with it."""
        line = _COMMENT.sub("", line).strip()
        if not line.startswith("-") or line.startswith("->"):
            return self.add(parse(line))
        line = line.removeprefix("-").strip()
        return self.remove(*parse(line)) if "->" in line else self.remove(check(line))

    async def add(self, way: Way) -> None:
        """Carry what comes from a source to a target from now on, also after a restart."""
        self._check(way)
        self._begin(way)
        await self._keep()

    async def remove(self, source: str, target: str = "") -> None:
        """End the route to this target, or all routes of the source."""
        ended = [way for way in self._routes if way.source == source and target in ("", way.target)]
        if not ended:
            raise FileError(f"there is no route {Way(source, target) if target else f'from {source}'}")
        for way in ended:
            self._routes.pop(way).stop()
            self._events.publish("route.removed", source=way.source, target=way.target)
        await self._keep()

    def status(self) -> str:
        """A line for each route, which can be written back."""
        return "".join(f"{way}  # {route.status()}\n" for way, route in self._routes.items())

    def node(self) -> Ctl:
        """The file `routes`."""
        return _RoutesFile(self)

    def measure(self, metrics: Metrics) -> None:
        """Tell how much each has carried."""

        def samples(of: Callable[[Route], int]) -> Callable[[], Iterable[tuple[dict[str, str], float]]]:
            return lambda: ((way._asdict(), of(route)) for way, route in self._routes.items())

        metrics.gauge("riomux_routes", "Routes.", lambda: len(self._routes))
        metrics.each("riomux_route_bytes_total", "counter", "Bytes that the target took.", samples(lambda r: r.bytes))
        metrics.each("riomux_route_turns_total", "counter", "Turns that the target took.", samples(lambda r: r.turns))
        metrics.each("riomux_route_errors_total", "counter", "What went wrong.", samples(lambda r: r.errors))

    # From the start to the stop.

    def begin(self) -> None:
        """Have the routes of the last time, whether their mounts are up or not."""
        self._nursery.start_soon(self._hear_of_mounts)
        for way in self._restored():
            self._begin(way)

    def stop(self) -> None:
        """End all of them now; a flush that they would send has no one to answer it any more."""
        for route in self._routes.values():
            route.stop()

    def _check(self, way: Way) -> None:
        if way in self._routes and not self._routes[way].is_done:
            raise FileError(f"there is a route {way} already")
        if len(self._routes) >= MOST:
            raise FileError(f"too many routes; {MOST} is the most")
        if circle := self._circle(way):
            raise FileError(f"that would go round in a circle: {' -> '.join(circle)}")

    def _circle(self, way: Way) -> list[str]:
        """The way back from the target of a new way to its source, if there is one."""
        paths, seen = [[*way]], set[str]()
        while paths:
            path = paths.pop()
            if path[-1] == way.source:
                return path
            if path[-1] not in seen:
                seen.add(path[-1])
                paths += [[*path, on.target] for on in self._routes if on.source == path[-1]]
        return []

    def _begin(self, way: Way) -> None:
        route = self._routes[way] = Route(*way, self._connect, self._notice, self._mounted)
        self._nursery.start_soon(self._run, way, route)
        self._events.publish("route.added", source=way.source, target=way.target)

    async def _run(self, way: Way, route: Route) -> None:
        """A route; one that is done stays to be seen, but is not begun again at the next start."""
        await route.run()
        if route.is_done:
            self._events.publish("route.done", source=way.source, target=way.target)
            try:
                await self._keep()
            except FileError as error:
                log.warning("routes.unkept", reason=str(error))

    def _notice(self, route: Route, why: str) -> None:
        log.info("route.failed", source=route.source, target=route.target, reason=why)
        self._events.publish("route.failed", source=route.source, target=route.target, reason=why)

    async def _hear_of_mounts(self) -> None:
        """Routes that wait for one to come up need not wait for longer."""
        with closing(self._events.open()) as news:
            while line := await _arrived(news.read(1 << 16)):
                if msgspec.json.decode(line)["event"] in {"mount.up", "mount.renamed"}:
                    self._mounted.unpark_all()

    # What survives.

    async def _keep(self) -> None:
        await self._kept.keep(lambda: [str(way) for way, route in self._routes.items() if not route.is_done])

    def _restored(self) -> Iterator[Way]:
        """The routes of the last time. A line that somebody spoiled is not a reason to serve nothing."""
        for line in self._kept.lines():
            try:
                way = parse(line)
                self._check(way)
                yield way
            except FileError as error:
                log.warning("routes.unreadable", line=line, reason=str(error))


class _RoutesFile(Ctl):
    """One route a line, where a Ctl has a verb."""

    def __init__(self, routes: Routes) -> None:
        super().__init__(routes.status)
        self._command = routes.command

    def run(self, line: str) -> Answer[str | None]:
        return self._command(line)


def parse(line: str) -> Way:
    """The way that a line means."""
    source, arrow, target = line.partition("->")
    if not arrow or "->" in target:
        raise FileError(GRAMMAR)
    return Way(check(source.strip()), check(target.strip()))


def check(path: str) -> str:
    """A path from the root of the multiplexer."""
    names = [name for name in path.split("/") if name not in ("", ".")]
    if not names or not path.isprintable():
        raise FileError(GRAMMAR)
    if ".." in names:
        raise FileError(f"{path} leads elsewhere; write the path from the root of the multiplexer, without ..")
    return "/" + "/".join(names)


async def _arrived(data: Answer[bytes]) -> bytes:
    return data if isinstance(data, bytes) else await data
