"""Real files in memory, as a strict 9P server has them: with lengths, offsets, and no rename onto what is there."""

from __future__ import annotations

from msgspec.structs import replace

from ninep.errors import EXISTS, NOT_FOUND, FileError
from ninep.messages import DMDIR, OTRUNC, Stat
from ninep.node import Directory, Node, Opened
from ninep.opened import Entries


class File(Node):
    """Bytes."""

    def __init__(self, perm: int = 0o644, data: bytes = b"") -> None:
        self.perm, self.data = perm, bytearray(data)
        self.above: Folder | None = None

    def check(self, mode: int) -> None:
        """All who come here are the owner."""

    def stat(self, name: str) -> Stat:
        return replace(super().stat(name), length=len(self.data))

    def open(self, mode: int) -> Opened:
        if mode & OTRUNC:
            self.data.clear()
        return Bytes(self)

    def wstat(self, wish: Stat, fields: set[str]) -> None:
        if "length" in fields:
            self.data = self.data[: wish.length].ljust(wish.length, b"\0")
        if "mode" in fields:
            self.perm = wish.mode & 0o777
        rename(self, wish, fields)


class Bytes(Opened):
    """A file that is open."""

    def __init__(self, file: File) -> None:
        self.file = file

    def read(self, count: int, offset: int) -> bytes:
        return bytes(self.file.data[offset : offset + count])

    def write(self, data: bytes, offset: int) -> int:
        body = self.file.data
        body.extend(bytes(max(0, offset - len(body))))
        body[offset : offset + len(data)] = data
        return len(data)


class Folder(dict[str, Node], Directory):
    """A directory that clients may change."""

    perm = 0o755
    above: Folder | None = None

    def open(self, mode: int) -> Opened:
        return Entries(self.__getitem__, self.keys)

    def create(self, name: str, perm: int) -> Node:
        if name in self:
            raise FileError(EXISTS)
        node = Folder() if perm & DMDIR else File(perm & 0o777)
        node.above = self
        self[name] = node
        return node

    def remove(self, name: str) -> None:
        node = self.get(name)
        if node is None:
            raise FileError(NOT_FOUND)
        if isinstance(node, Folder) and node:
            raise FileError("directory is not empty")
        del self[name]

    def wstat(self, wish: Stat, fields: set[str]) -> None:
        rename(self, wish, fields)


def rename(node: File | Folder, wish: Stat, fields: set[str]) -> None:
    if "name" not in fields:
        return
    assert node.above is not None
    if wish.name in node.above:
        raise FileError(EXISTS)
    (old,) = [name for name, each in node.above.items() if each is node]
    node.above[wish.name] = node.above.pop(old)
