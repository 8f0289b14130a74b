"""The namespace: the multiplexer's tree, as llmfs uses it. It may be down, and be back; nothing here waits for it.

namespace = Namespace("unix!/tmp/ns.ada.:0/mux")
async with namespace.open() as root: ...          OSError, FileError or ProtocolError while it is not there
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager, suppress

import structlog
import trio
from trio.lowlevel import ParkingLot

from llmfs.config import NOWHERE
from ninep import FileError, ProtocolError
from ninep.client import Client, File, open_client
from ninep.dial import Address, namespace

log = structlog.get_logger("llmfs")

PORT = 5642  # of an address that names none
FIRST, LONGEST = 0.1, 5.0  # seconds between two tries, doubled each time; half of it is by chance
ENDLESS = 16 * 1024 * 1024  # bytes after which a text is no text

GONE = (OSError, FileError, ProtocolError)
"""What may happen to whoever uses the namespace, at any time: what he wants is not there, or no longer."""


class Namespace:
    """The tree at an address."""

    def __init__(self, address: str) -> None:
        """`address` is one that `Address.parse` takes."""
        self.address = Address.parse(address, PORT)
        self._came = ParkingLot()

    def open(self) -> AbstractAsyncContextManager[Client]:
        """A connection of one's own: what waits on it keeps nobody else waiting."""
        return open_client(self.address)

    def came(self) -> None:
        """Something is there now that was not: whoever waits for another try has it at once."""
        self._came.unpark_all()

    def pauses(self) -> Pauses:
        """The pauses between the tries of one who wants something."""
        return Pauses(self._came)


def open_namespace(told: str | None) -> Namespace | None:
    """The one that was told of, else that of this user's multiplexer, running or not; None for `none`."""
    if told == NOWHERE:
        return None
    try:
        return Namespace(told or f"unix!{namespace() / 'mux'}")
    except OSError as error:  # a namespace directory that may be somebody else's
        log.warning("namespace.refused", reason=str(error))
        return None


class Pauses:
    """Longer ones each time, until a try succeeds."""

    def __init__(self, came: ParkingLot) -> None:
        self._came, self._next = came, FIRST

    def over(self) -> None:
        """The try succeeded: the next pause is the shortest again."""
        self._next = FIRST

    async def wait(self) -> None:
        """One pause; shorter, if something comes that may be what is wanted."""
        seconds = self._next * random.uniform(0.5, 1)  # noqa: S311  # spreads clients, hides nothing
        self._next = min(2 * self._next, LONGEST)
        with trio.move_on_after(seconds):
            await self._came.park()


async def read_text(file: File, limit: int) -> str:
    """All up to the next empty read, as text; what is beyond `limit` bytes is left out, and that is said.

    FileError if there is no end of it.
    """
    parts, size = list[bytes](), 0
    async for chunk in file:
        if size < limit:
            parts.append(chunk)
        size += len(chunk)
        if size > ENDLESS:
            raise FileError(f"a text of more than {ENDLESS >> 20} MiB is none")
    text = b"".join(parts)
    if size <= limit:
        return text.decode(errors="replace")
    return f"{text[:limit].decode(errors='replace')}\n# … and {size - limit} bytes more\n"


async def read_whole(file: File, limit: int) -> bytes:
    """All up to the next empty read. FileError if it is more than `limit` bytes."""
    data = bytearray()
    async for chunk in file:
        data += chunk
        if len(data) > limit:
            raise FileError(f"more than {limit >> 20} MiB")
    return bytes(data)


def own_name(mounts: str, addresses: Iterable[Address]) -> str:
    """Under which name the multiplexer whose `ctl` says `mounts` has a server that listens at these addresses."""
    ours = {str(address.split()[0]) for address in addresses}
    return next((name for name, address in _mounts(mounts) if str(address.split()[0]) in ours), "")


def _mounts(ctl: str) -> Iterator[tuple[str, Address]]:
    for name, address in re.findall(r"^add (?:-lazy )?(\S+) (\S+)", ctl, re.MULTILINE):
        with suppress(ValueError):  # an address that only a newer multiplexer knows is none of ours
            yield name, Address.parse(address, PORT)
