"""A scene with its versions and its files, and nobody who draws it: for tests of what files do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import trio

from ninep.client import Client, open_client
from ninep.dial import Address, listen
from ninep.server import serve
from ninep.tree import Ctl, Dir, Text
from rio.edits import Edits
from rio.hub.screen import Screen
from rio.hub.watches import Watches
from rio.hub.workers import Workers
from rio.nodes import NodeFiles, nouns
from rio.scene.graph import Graph, scene_of
from rio.versions.archive import Archive
from rio.versions.history import History
from rio.versions.timeline import Version, Versions
from rio.wire import Put


class Scene:
    """A graph with its versions and files, on disk if there is a folder."""

    def __init__(self, graph: Graph, folder: Path | None = None) -> None:
        self.graph, self.watches = graph, Watches(graph)
        self.versions = Versions([Version(0, None, 0.0, "rio", "empty", starts_over=True)], 0)
        self.versions.hold(self.versions.current, graph.snapshot())
        screen = Screen(
            graph,
            [],
            spare=False,
            changed=self.watches.look,
            heard=ignore,
            restarted=ignore,
            failed=ignore,
            viewed=ignore,
        )
        self.workers = Workers([], hear=lambda *message: None, changed=lambda: None, died=ignore)
        self.workers.refusal = "nobody runs programs here"
        self.archive = Archive(folder)
        self.history = History(graph, self.versions, self.archive, screen, self.workers, ignore, ignore)
        self.edits = Edits(graph, self.history)
        camera = Text(self.edits.camera, self.edits.place_camera, at_once=True)
        nodes = NodeFiles(graph, self.edits, self.watches, partial(screen.picture, None, None))
        self.tree = Dir(ctl=Ctl(lambda: "", nodes.verbs()), nodes=nodes.tree(), nouns=Text(nouns), camera=camera)

    @property
    def said(self) -> list[str]:
        """The newest version as a program."""
        return list(self.versions.current.statements)


def a_scene() -> Scene:
    """A red cube on a table, and a text."""
    return Scene(
        scene_of(
            [
                Put(2, "group", "table", {}),
                Put(4, "box", "cube", {"color": "red", "at": (0, 1, 0), "parent": 2}),
                Put(6, "text", "label", {"text": "two\nlines"}),
            ]
        )
    )


def ignore(fact: object) -> None:
    """Nobody listens."""


@asynccontextmanager
async def a_client(scene: Scene, folder: Path) -> AsyncIterator[Client]:
    """A client of a server of these files."""
    address = f"unix!{folder / 'socket'}"
    with listen(Address.parse(address)) as listener, trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(scene.archive.run)
            try:
                await nursery.start(serve, scene.tree, [listener])
                async with open_client(address) as root:
                    yield root
            finally:
                scene.archive.finish()
                nursery.cancel_scope.cancel()
