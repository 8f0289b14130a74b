"""`device("front")`: cameras, pins and serial ports, as far as they are granted. A process of its own holds them.

It is started with the first use. One that ends, or does not answer, is ended and started anew with the next use; who
waited for it is told. Hardware hangs; the display must not.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
import trio

from rio.grants.errand import Kept, NotGrantedError, Once, RefusedError, text
from rio.grants.granted import Device
from rio.grants.ledger import Ledger
from rio.hub.bell import Bell
from rio.hub.links import Link, start
from rio.wire import Answer, Ask, FromDevices, Message, More, frame

LONGEST = 1 << 16  # bytes of one write
STARTING = PATIENCE = 8.0  # seconds for the process to be ready, and for an answer; less than a program waits

log = structlog.get_logger()


class Equipment:
    """The office for `device`. `run` is its life."""

    def __init__(self, devices: Sequence[Device], ledger: Ledger, command: Sequence[str]) -> None:
        """`command` starts the process; the lines of the grants and a descriptor are added to it."""
        self._devices = {device.name: device for device in devices}
        self._ledger = ledger
        self._command = [*command, *(f"--grant={device}" for device in devices)]
        self._link: Link | None = None
        self._last = 0
        self._heard: dict[int, Answer | None] = {}  # by ticket; None while there is none
        self._news = Bell()
        self.restarts = 0
        self.once: dict[str, Once] = {"device.read": self._read, "device.write": self._write}
        self.kept: dict[str, Kept] = {"device.data": self._data}

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Be there for the others, for ever; at the end no process is left."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    async def _read(self, program: int, words: list[Any]) -> Any:
        device = self._granted(program, words)
        async with self._asked(program, "device.read", [device.name]) as asked:
            return await asked.next()

    async def _write(self, program: int, words: list[Any]) -> None:
        device = self._granted(program, words)
        value = words[1] if len(words) > 1 else None
        if not isinstance(value, bytes | int):
            raise RefusedError(f"{device.name} takes 0 or 1, bytes or text, not {type(value).__name__}")
        if isinstance(value, bytes) and len(value) > LONGEST:  # others' questions go the same way, and soon
            raise RefusedError(f"{device.name} takes at most {LONGEST >> 10} KiB at once, not {len(value):,} bytes")
        async with self._asked(program, "device.write", [device.name, value]) as asked:
            await asked.next()

    @asynccontextmanager
    async def _data(self, program: int, words: list[Any]) -> AsyncIterator["_Following"]:
        device = self._granted(program, words)
        async with self._asked(program, "device.data", [device.name], kept=True) as asked:
            await asked.next()  # it is open
            yield _Following(asked)

    def _granted(self, program: int, words: list[Any]) -> Device:
        name = text(words, 0, "a device's name", 32)
        if device := self._devices.get(name):
            self._ledger.used(program, device, name)
            return device
        unfit = NotGrantedError(f"device {name!r}", f"camera {name} /dev/video0 (or gpio … or serial …)")
        self._ledger.refused(program, name, str(unfit))
        raise unfit

    @asynccontextmanager
    async def _asked(self, program: int, what: str, words: list[Any], *, kept: bool = False) -> AsyncIterator["_Asked"]:
        """A question on its way; when the block is left, nobody wants its answer any more."""
        link = await self._process()
        self._last += 1
        ticket = self._last
        self._heard[ticket] = None
        link.post(frame(Ask(ticket, program, what, words, kept)))
        try:
            yield _Asked(self, link, ticket)
        finally:
            del self._heard[ticket]
            link.post(frame(More(ticket, wanted=False)))

    async def _process(self) -> Link:
        """The process that holds the devices, ready."""
        if self._link is None or not self._link.alive:
            self._link = start("devices", self._command, FromDevices, self._nursery, self._hear)
            self._nursery.start_soon(self._mourn, self._link)
        link = self._link
        with trio.move_on_after(STARTING):
            await link.greeted.wait()
        if not link.greeted.is_set():
            link.end(f"it was not ready within {STARTING:g} s")
        if not link.alive:
            raise RefusedError(f"the devices cannot be used: {link.end_in_words}; the next use starts them anew")
        return link

    async def _mourn(self, link: Link) -> None:
        await link.ended.wait()
        self.restarts += 1
        log.warning("devices.ended", why=link.end_in_words)
        self._news.ring()

    def _hear(self, link: Link, message: Message, whole: bytes) -> None:
        if isinstance(message, Answer) and message.ticket in self._heard and link is self._link:
            self._heard[message.ticket] = message
            self._news.ring()

    async def answer(self, link: Link, ticket: int) -> Any:
        """The next answer to a question. RefusedError if it is none, or if the process ends."""
        while (found := self._heard[ticket]) is None:
            if not link.alive:
                raise RefusedError(f"the devices ended: {link.end_in_words}; the next use starts them anew")
            await self._news.wait()
        self._heard[ticket] = None
        if found.error:
            raise RefusedError(found.error)
        return found.value


class _Asked:
    """A question on its way."""

    def __init__(self, equipment: Equipment, link: Link, ticket: int) -> None:
        self._equipment, self._link, self._ticket = equipment, link, ticket

    async def next(self) -> Any:
        """The answer that must come now: hardware that hangs is ended with its process."""
        with trio.move_on_after(PATIENCE):
            return await self.some_time()
        self._link.end(f"it did not answer within {PATIENCE:g} s")
        raise RefusedError(f"the devices ended: {self._link.why}; the next use starts them anew")

    async def some_time(self) -> Any:
        """The answer that comes when there is something to say."""
        return await self._equipment.answer(self._link, self._ticket)

    def more(self) -> None:
        """There may be one more."""
        self._link.post(frame(More(self._ticket)))


class _Following:
    """A device that is followed."""

    def __init__(self, asked: _Asked) -> None:
        self._asked = asked

    async def next(self) -> Any:
        """What it says next."""
        self._asked.more()
        return await self._asked.some_time()
