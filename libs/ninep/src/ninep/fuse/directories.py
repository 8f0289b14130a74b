"""Open directories: all entries, as they were when the list was begun."""

from __future__ import annotations

from ninep.errors import FileError
from ninep.fids import Fids, entries
from ninep.messages import Stat

LONGEST = 64 << 20  # bytes of a list, some 500,000 entries: of a server that ignores offsets it has no end
LONGEST_NAME = 1024  # bytes: FUSE_NAME_MAX

Entry = tuple[str, Stat | None]
"""A name, and what the server told of it; nothing of "." and "..", which 9P does not list."""


class OpenDirectory:
    """A directory that a program lists. `as_of` is how many changes this mount had made when the list was begun."""

    as_of = 0

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
        found, offset = list[Stat](), 0
        while data := await self._fids.read(self._fid, offset, self._unit):
            found += entries(data)
            offset += len(data)
            if offset > LONGEST:
                raise FileError(f"the list is too large: more than {LONGEST >> 20} MiB")
        return found

    def release(self) -> None:
        """The last descriptor is closed."""
        self._fids.forget(self._fid)


def is_plain(name: str) -> bool:
    """A name that Unix allows; for one that it does not, the kernel would refuse the whole list."""
    is_name = name not in ("", ".", "..") and "/" not in name and "\0" not in name
    return is_name and len(name.encode()) <= LONGEST_NAME
