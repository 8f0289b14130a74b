"""Open directories: all entries, as they were when the list was begun."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ninep.codec import read_stat
from ninep.errors import ProtocolError
from ninep.fids import Fids
from ninep.messages import Stat

Entry = tuple[str, Stat | None]
"""A name, and what the server told of it; nothing of "." and "..", which 9P does not list."""


class OpenDirectory:
    """A directory that a program lists."""

    def __init__(self, fids: Fids, fid: int, unit: int) -> None:
        self._fids, self._fid, self._unit = fids, fid, unit
        self._entries: list[Entry] = []

    async def entries(self, start: int) -> list[Entry]:
        """All that can stand in a Unix directory, read anew when the list is begun at 0."""
        if start == 0:
            told = {about.name: about for about in await self._read() if is_plain(about.name)}
            self._entries = [(".", None), ("..", None), *told.items()]
        return self._entries

    async def _read(self) -> list[Stat]:
        entries, offset = list[Stat](), 0
        while data := await self._fids.read(self._fid, offset, self._unit):
            entries += stats(data)
            offset += len(data)
        return entries

    def release(self) -> None:
        """The last descriptor is closed."""
        self._fids.forget(self._fid)


def is_plain(name: str) -> bool:
    """A name that Unix allows; for one that it does not, the kernel would refuse the whole list."""
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


def stats(data: bytes) -> Iterator[Stat]:
    """The entries of a directory read, which are whole, read(5)."""
    at = 0
    try:
        while at < len(data):
            entry, at = read_stat(data, at)
            yield entry
    except (ValueError, struct.error) as error:
        raise ProtocolError(f"what the server calls a directory is none: {error}") from error
