"""What is on the machines: agents are told with each prompt what the displays say of their scenes.

A task for each machine waits for its display's `CONTEXT`; `looking` asks once more before a prompt. Another waits for
its `STDERR`; what is done about that is `autofix`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import structlog
import trio

from llmfs.agents.agent import Agent
from llmfs.hive.autofix import Autofix, open_autofix
from llmfs.hive.machine import Site
from llmfs.hive.namespace import GONE, Namespace, Pauses, read_text, read_whole
from llmfs.hive.sites import Sites
from ninep import FileError
from ninep.client import Client

SCENE = 256 * 1024  # bytes of a scene that agents are told
SCREEN = 16 * 1024 * 1024  # bytes of a picture of it
COMPLAINT = 64 * 1024  # bytes of what a display complains of at once
LANGUAGE = 64 * 1024  # bytes of the page of its language
log = structlog.get_logger("llmfs")

HEARING = 5.0  # seconds that a display may take to say what it is and what is on it
PAUSE = 0.05  # seconds between two looks: a scene that changes all the time is not told all the time


async def watch(namespace: Namespace, sites: Sites, agents: Mapping[str, Agent]) -> None:
    """Keep what is known of each machine fresh, and have agents put right what fails there."""
    async with open_autofix(agents) as autofix:
        await Watching(namespace, sites, autofix).run()


class Watching:
    """Keeps what is known of each machine fresh."""

    def __init__(self, namespace: Namespace, sites: Sites, autofix: Autofix) -> None:
        self._namespace, self._sites, self._autofix = namespace, sites, autofix

    async def run(self) -> None:
        """Watch every machine there is, as they come and go."""
        async with trio.open_nursery() as nursery:
            watched: dict[Site, trio.CancelScope] = {}
            while True:
                here = {*self._sites.values()}
                for site in watched.keys() - here:
                    watched.pop(site).cancel()
                for site in here - watched.keys():
                    scope = watched[site] = trio.CancelScope()
                    nursery.start_soon(self._attend, site, scope)
                await self._sites.changed.park()

    async def _attend(self, site: Site, scope: trio.CancelScope) -> None:
        """A machine, through everything that happens to its display."""
        with scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._watch, site)
                nursery.start_soon(self._listen, site)

    async def _watch(self, site: Site) -> None:
        pauses = self._namespace.pauses()
        while True:
            try:
                async with self._namespace.open() as root:
                    await self._follow(site, root, pauses)
            except GONE as trouble:
                site.trouble = " ".join(str(trouble).split())
            finally:
                site.look = site.show = None
            await pauses.wait()

    async def _listen(self, site: Site) -> None:
        """Hear what it complains of."""
        pauses = self._namespace.pauses()
        while True:
            try:
                async with self._namespace.open() as root, root.open(f"{site.path}/STDERR") as errors:
                    while True:
                        if complaint := await read_text(errors, COMPLAINT):
                            await self._autofix.hear(site, complaint)
                        pauses.over()
                        await trio.sleep(PAUSE)
            except GONE as trouble:
                log.debug("machine.unheard", machine=site.name, reason=str(trouble))
            await pauses.wait()

    async def _follow(self, site: Site, root: Client, pauses: Pauses) -> None:
        """What is there, and then every change."""
        site.language = await _language(site, root)
        async with root.open(f"{site.path}/CONTEXT") as changes:
            with _in_time("it has not said what is on it"):
                await self._look(site, root)
            site.look, site.trouble = partial(self._look, site, root), ""
            site.show = partial(_show, site, root)
            pauses.over()
            while True:
                self._sites.hear(site, await read_text(changes, SCENE))
                await trio.sleep(PAUSE)

    async def _look(self, site: Site, root: Client) -> None:
        async with root.open(f"{site.path}/context") as file:
            self._sites.hear(site, await read_text(file, SCENE))


@contextmanager
def _in_time(complaint: str) -> Iterator[None]:
    """FileError for a display that takes too long."""
    with trio.move_on_after(HEARING) as time:
        yield
    if time.cancelled_caught:
        raise FileError(f"{complaint} within {HEARING:g} s")


async def _show(site: Site, root: Client) -> bytes:
    """Its screen, as a picture."""
    async with root.open(f"{site.path}/screen") as file:
        return await read_whole(file, SCREEN)


async def _language(site: Site, root: Client) -> str:
    """The page that says what a program for this display may say; "" if it has none."""
    try:
        with _in_time("it has not said how to speak to it"):
            async with root.open(f"{site.path}/help") as page:
                return await read_text(page, LANGUAGE)
    except FileError:
        return ""
