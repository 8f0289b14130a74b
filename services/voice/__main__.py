"""The voice service as a process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from ninep import service
from ninep.service import Events, Metrics
from ninep.tree import Dir
from voice.config import Config, open_device
from voice.espeak import Espeak
from voice.speaker import Speaker
from voice.tree import voice_tree


@asynccontextmanager
async def open_service(config: Config) -> AsyncIterator[Dir]:
    """A speaker that works through its queue, and its files."""
    events, metrics, device = Events(), Metrics(), open_device(config.device)
    speaker = Speaker(Espeak(), device, events.publish)
    await speaker.look()
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(speaker.run)
            yield voice_tree(speaker, events, metrics)
            nursery.cancel_scope.cancel()
    finally:
        device.close()
        events.close()


def main() -> None:
    """The command `voice`."""
    service.main("voice", 5643, Config, open_service)


if __name__ == "__main__":
    main()
