"""The machines of the namespace, found by themselves: a mount with a scene is a machine, for as long as it is mounted.

    /NAME/scene/parse          a display: machine NAME at /NAME/scene
    /NAME/rio/scene/parse      another multiplexer with a display: machine NAME at /NAME/rio/scene

The multiplexer's `events` tell of mounts that come and go. One that is down keeps its machine.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import structlog
import trio
from msgspec import Struct

from llmfs.hive.namespace import GONE, Namespace, own_name
from llmfs.hive.sites import Sites
from ninep import FileError
from ninep.client import Client
from ninep.dial import Address
from ninep.errors import NOT_DIRECTORY, NOT_FOUND
from ninep.messages import QTDIR

SCENES = ("/{}/scene", "/{}/rio/scene")
NO_SCENE = (NOT_FOUND, NOT_DIRECTORY)

log = structlog.get_logger("llmfs")


class Event(Struct):
    """A line of the multiplexer's `events`, as far as it is about mounts."""

    event: str = ""
    name: str = ""
    old: str = ""


class Following:
    """Keeps the machines what the namespace has. `ours` are the addresses where llmfs itself listens."""

    def __init__(self, namespace: Namespace, sites: Sites, ours: Iterable[Address]) -> None:
        self._namespace, self._sites, self._ours = namespace, sites, list(ours)

    async def run(self) -> None:
        """Follow, through every death of the multiplexer."""
        pauses = self._namespace.pauses()
        while True:
            try:
                async with self._namespace.open() as root:
                    pauses.over()
                    await self._live(root)
            except* GONE as trouble:
                log.debug("namespace.lost", reason=str(trouble.exceptions[0]))
            await pauses.wait()

    async def _live(self, root: Client) -> None:
        """From one connection to its end."""
        async with root.open("/events") as events, trio.open_nursery() as nursery:
            scouts = _Scouts(nursery, self._namespace, self._sites, root)
            mounts = [entry.name for entry in await root.ls() if entry.qid.type & QTDIR]
            scouts.own = own_name((await root.read("/ctl")).decode(errors="replace"), self._ours)
            self._sites.lose_others(mounts)
            self._namespace.came()
            for mount in mounts:
                scouts.send(mount)
            async for line in events.lines():
                scouts.hear(_event(line))
            nursery.cancel_scope.cancel()


class _Scouts:
    """Who looks at the mounts, one task each while there is something to find out."""

    def __init__(self, nursery: trio.Nursery, namespace: Namespace, sites: Sites, root: Client) -> None:
        self.own = ""  # the mount that is llmfs itself
        self._nursery, self._namespace, self._sites, self._root = nursery, namespace, sites, root
        self._out: dict[str, trio.CancelScope] = {}

    def hear(self, news: Event) -> None:
        """Do what an event means."""
        match news.event:
            case "mount.added":
                self.send(news.name)
            case "mount.up":
                self._namespace.came()
                self.send(news.name)
            case "mount.renamed":
                self._lose(news.old)
                self.send(news.name)
            case "mount.removed":
                self._lose(news.name)

    def send(self, mount: str) -> None:
        """Find out whether there is a scene in this mount."""
        self._recall(mount)
        if mount != self.own:
            scope = self._out[mount] = trio.CancelScope()
            self._nursery.start_soon(self._look, mount, scope)

    def _lose(self, mount: str) -> None:
        self._recall(mount)
        self._sites.lose(mount)

    def _recall(self, mount: str) -> None:
        if scope := self._out.pop(mount, None):
            scope.cancel()

    async def _look(self, mount: str, scope: trio.CancelScope) -> None:
        pauses = self._namespace.pauses()
        with scope:
            while True:
                try:
                    path = await self._scene(mount)
                except FileError:
                    await pauses.wait()  # it is down, say
                else:
                    self._see(mount, path)
                    return

    def _see(self, mount: str, path: str) -> None:
        if path:
            self._sites.find(mount, path)
        else:
            self._sites.lose(mount)

    async def _scene(self, mount: str) -> str:
        """Where the scene of a mount is, or "". FileError if that cannot be said now."""
        for path in SCENES:
            scene = path.format(mount)
            try:
                await self._root.stat(f"{scene}/parse")
                await self._root.stat(f"{scene}/CONTEXT")
            except FileError as refusal:
                if str(refusal) not in NO_SCENE:
                    raise
            else:
                return scene
        return ""


def _event(line: str) -> Event:
    try:
        return msgspec.json.decode(line, type=Event)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Event()  # of a newer multiplexer, say
