"""A small service for the tests of `ninep.service`: what it is told decides how it goes wrong."""

import gc
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import trio
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ninep import FileError, service
from ninep.tree import Broadcast, Ctl, Dir, Stream, Text


class Config(service.ServiceConfig):
    """A service that does little."""

    model_config = SettingsConfigDict(env_prefix="SMALL_")

    fault: Literal["", "refusal", "group", "bug", "late", "slow", "stuck"] = Field("", description="what goes wrong")


@asynccontextmanager
async def open_service(config: Config) -> AsyncIterator[Dir]:
    """The tree, unless told otherwise."""
    if config.fault == "refusal":
        raise FileError("the database is locked; stop the other llmfs")
    if config.fault == "bug":
        raise ZeroDivisionError("division by zero")
    if config.fault == "group":
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)
    logging.getLogger("library").warning("a library warns")
    events, silence = service.Events(), Broadcast()
    async with trio.open_nursery() as nursery:
        if config.fault == "late":
            nursery.start_soon(fail)
        try:
            yield service.root(
                manual="A small service.\n",
                ctl=Ctl(tell=lambda what: events.publish("told", what=what)),
                events=events,
                metrics=service.Metrics(),
                health=lambda: "ok",
                nodes={"silence": Stream(silence.open), "settled": Text(lambda: str(gc.get_freeze_count()))},
            )
        finally:
            if config.fault == "stuck":
                threading.Event().wait()
            if config.fault == "slow":
                sys.stdout.write("closing\n")
                sys.stdout.flush()
                await trio.sleep_forever()
            await trio.lowlevel.checkpoint()
            sys.stdout.write("closed\n")
            sys.stdout.flush()


async def fail() -> None:
    """A background task that meets something it cannot go on with."""
    raise OSError("no space left on device")


if __name__ == "__main__":
    service.main("small", 5649, Config, open_service)
