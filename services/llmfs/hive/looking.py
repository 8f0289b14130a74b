"""One more look at the machines before a prompt: who draws and then asks is answered by what was drawn.

The news of a change are on their way then, but need not have arrived.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import structlog
import trio

from llmfs.hive.machine import Site
from llmfs.hive.namespace import GONE

PATIENCE = 0.25  # seconds that a prompt waits for a display
REST = 10.0  # seconds for which one that let a prompt wait is not asked by others

Look = Callable[[], Awaitable[None]]

log = structlog.get_logger("llmfs")


async def look_at(sites: Iterable[Site]) -> None:
    """Hear those displays that can be reached. What does not answer in time is told as it was last known."""
    now = trio.current_time()
    if asked := [(site, site.look) for site in sites if site.look and site.rests_until <= now]:
        async with trio.open_nursery() as nursery:
            for site, look in asked:
                nursery.start_soon(_look_at, site, look)


async def _look_at(site: Site, look: Look) -> None:
    with trio.move_on_after(PATIENCE) as patience:
        try:
            await look()
        except GONE as trouble:
            log.debug("machine.unheard", machine=site.name, reason=str(trouble))  # its watch finds out what it is
    if patience.cancelled_caught:
        site.rests_until = trio.current_time() + REST
