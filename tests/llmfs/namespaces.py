"""A namespace for the tests: a real multiplexer, displays that show what a test wants, a fleet that follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio
from tests.llmfs.scripted import World, open_world
from tests.riomux.live import mux, server, until
from trio.lowlevel import ParkingLot

from llmfs.hive.following import Following
from llmfs.hive.namespace import Namespace
from llmfs.hive.watching import watch
from llmfs.news import News
from llmfs.providers import Provider
from llmfs.tree import root_tree
from ninep.client import Client, open_client
from ninep.dial import Address
from ninep.node import Answer
from ninep.tree import Dir, Sink, Stream, Text

__all__ = ["Screen", "following", "hive", "mux", "namespace", "server", "until"]


PICTURE = b"\x89PNG\r\n\x1a\n a picture"


class Screen:
    """A display as llmfs sees one: what is on it, and what it complains of."""

    def __init__(self, scene: str = "# there are no nodes\n", language: str = "box() makes a box\n") -> None:
        self.scene, self.language = scene, language
        self.looks = 0  # how often somebody read the scene
        self.programs: list[bytes] = []
        self.complaints: list[bytes] = []
        self.listeners = 0  # how often somebody has begun to read the complaints
        self.picture = PICTURE
        self.gate: trio.Event | None = None  # nobody gets the scene before
        self._changed, self._changes = ParkingLot(), 0
        self._complained = ParkingLot()

    def draw(self, scene: str) -> None:
        """Something else is on it now."""
        self.scene = scene
        self._changes += 1
        self._changed.unpark_all()

    def run(self, program: bytes) -> None:
        """Take a program; lines that say `wrong` are complained of, as rio does it."""
        self.programs.append(program)
        for number, line in enumerate(program.decode().splitlines(), 1):
            if "wrong" in line:
                self.complain(
                    f"line {number}: NameError: name 'wrong' is not defined\n  line {number}: {line.strip()}\n"
                )
                return

    def complain(self, text: str) -> None:
        """To whoever reads STDERR."""
        self.complaints.append(text.encode())
        self._complained.unpark_all()

    async def complaint(self, number: int) -> bytes:
        while len(self.complaints) <= number:
            await self._complained.park()
        return self.complaints[number]

    async def look(self) -> str:
        self.looks += 1
        if self.gate is not None:
            await self.gate.wait()
        return self.scene

    def tree(self) -> Dir:
        """As files."""
        return Dir(
            scene=Dir(
                parse=Sink(self.run),
                help=Text(lambda: self.language),
                context=Text(self.look),
                screen=Text(lambda: self.picture),
                CONTEXT=Stream(lambda: _Changes(self)),
                STDERR=Stream(lambda: _Complaints(self)),
            ),
        )

    async def next_change(self, seen: int) -> int:
        while self._changes == seen:
            await self._changed.park()
        return self._changes

    @property
    def changes(self) -> int:
        return self._changes


class _Changes:
    """One open of CONTEXT: a wait for the next change, the scene, an empty read."""

    def __init__(self, screen: Screen) -> None:
        self._screen, self._seen, self._said = screen, screen.changes, False

    def read(self, count: int) -> Answer[bytes]:
        if self._said:
            self._said = False
            return b""
        return self._wait()

    async def _wait(self) -> bytes:
        self._seen = await self._screen.next_change(self._seen)
        self._said = True
        return self._screen.scene.encode()

    def close(self) -> None:
        pass


class _Complaints:
    """One open of STDERR: a complaint, an empty read, the next one."""

    def __init__(self, screen: Screen) -> None:
        self._screen, self._next, self._said = screen, len(screen.complaints), False
        screen.listeners += 1

    def read(self, count: int) -> Answer[bytes]:
        if self._said:
            self._said = False
            return b""
        return self._wait()

    async def _wait(self) -> bytes:
        text = await self._screen.complaint(self._next)
        self._next, self._said = self._next + 1, True
        return text

    def close(self) -> None:
        pass


@asynccontextmanager
async def following(world: World, place: Path, name: str = "mux") -> AsyncIterator[Callable[[], None]]:
    """The fleet follows the multiplexer at PLACE/NAME, running or not, for the time of the block."""
    namespace, ours = Namespace(f"unix!{place}/{name}"), [Address.parse(f"unix!{place}/llm")]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Following(namespace, world.fleet.sites, ours).run)
        nursery.start_soon(world.fleet.carrying.run, namespace, ours)
        nursery.start_soon(watch, namespace, world.fleet.sites, world.fleet.agents)
        yield namespace.came
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def namespace(place: Path, world: World | None = None, **screens: Screen) -> AsyncIterator[Client]:
    """A multiplexer with these displays mounted, and a fleet as `llm`; a client of it."""
    trees = {name: screen.tree for name, screen in screens.items()}
    if world:
        trees["llm"] = partial(root_tree, world.fleet, world.offers, News(), lambda: "ok")
    async with trio.open_nursery() as nursery:
        for name, tree in trees.items():
            await nursery.start(_serve, f"unix!{place}/{name}", tree)
        mounts = [f"{name}=unix!{place}/{name}" for name in trees]
        async with mux(place, *mounts), open_client(f"unix!{place}/mux") as root:
            yield root
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def hive(place: Path, *providers: Provider, **screens: Screen) -> AsyncIterator[tuple[World, Client]]:
    """A fleet that follows a namespace with these displays, and a client of that."""
    async with (
        open_world(place / "state", *providers) as world,
        namespace(place, None if "llm" in screens else world, **screens) as root,
        following(world, place),
    ):
        yield world, root


async def _serve(address: str, tree: Callable[[], Dir], *, task_status: trio.TaskStatus[None]) -> None:
    async with server(address, tree):
        task_status.started()
        await trio.sleep_forever()
