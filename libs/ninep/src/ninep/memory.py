"""Files that behave like files, in memory: what clients make, write, rename and remove is there until the server ends.

    root = Folder(limit=64 * 1024 * 1024)
    root.add("readme", File(b"write what you like\n"))
    await serve(root, [listen("unix!/tmp/scratch")])

Create, remove, wstat, append-only, exclusive use and remove-on-close are those of the manual. Whoever may connect is
the owner of all: of the permissions the owner's three bits count. What is removed while it is open stays for who has it
open, and goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ninep.budget import Budget
from ninep.errors import DENIED, EXISTS, IN_USE, IS_DIRECTORY, NOT_FOUND, FileError
from ninep.messages import DMAPPEND, DMDIR, DMEXCL, DMTMP, OEXEC, ORCLOSE, ORDWR, OREAD, OTRUNC, OWRITE, Qid, Stat
from ninep.node import Directory, Node, Opened
from ninep.opened import Entries

LIMIT = 256 * 1024 * 1024  # bytes of all files of a tree
COST = 1024  # bytes that a file counts for beside what is in it
MARKS = DMAPPEND | DMEXCL | DMTMP
NO_SPACE, NOT_EMPTY = "No space left on device", "directory is not empty"

_WANTED = {OREAD: 0o400, OWRITE: 0o200, ORDWR: 0o600, OEXEC: 0o100}


class Item(Node):
    """What files and folders have in common: a name in a folder, permissions, and wstat."""

    above: Folder | None = None
    is_gone = False  # it was removed; the root of a tree has nothing above it either
    name = ""
    room: Budget  # that of its tree

    def stat(self, name: str) -> Stat:
        """Under the name that its folder knows it by; the root of an attach is "/"."""
        return super().stat(self.name if self.above and name != "/" else name)

    def check(self, mode: int) -> None:
        """The owner's bits; and who opens to remove must be allowed to remove."""
        wanted = _WANTED[mode & OEXEC] | (0o200 if mode & OTRUNC else 0)
        if wanted & ~self.perm:
            raise FileError(DENIED)
        if mode & ORCLOSE:
            self.folder().check_changeable()

    def folder(self) -> Folder:
        """The folder it is in."""
        if self.above is None:
            raise FileError(DENIED)
        return self.above

    def wstat(self, wish: Stat, fields: set[str]) -> None:
        self.check_change(wish, fields)
        if "name" in fields:
            self.folder().rename(self, wish.name)
        if "mode" in fields:
            self.perm, self.kind = wish.mode & 0o777, wish.mode >> 24
        if "length" in fields:
            self.resize(wish.length)
        if fields:
            self.touch()
        if "mtime" in fields:
            self._changed = wish.mtime

    def check_change(self, wish: Stat, fields: set[str]) -> None:
        """Refuse what a wstat may not do before any of it is done."""
        self.check_there()
        if fields - {"name", "mode", "length", "mtime", "atime"}:  # atime is not kept, but `touch` sets it
            raise FileError(DENIED)
        if "mode" in fields and (wish.mode ^ self.kind << 24) & ~self.free_bits():
            raise FileError(DENIED)
        if "name" in fields:
            self.folder().check_new(wish.name)

    def check_there(self) -> None:
        """Refuse, if all that it took has been given back: a fid may still stand here."""
        if self.is_gone:
            raise FileError(NOT_FOUND)

    def free_bits(self) -> int:
        """Of a mode, what may be changed."""
        return 0o777

    def resize(self, length: int) -> None:
        """Have so many bytes."""

    def touch(self) -> None:
        super().touch()
        self._qid = Qid(self.kind, self.qid.vers, self.qid.path)

    def unlink(self, directory: Directory, name: str) -> None:
        self.folder().remove(self.name)

    def gone(self) -> None:
        """It has no name any more."""
        self.above, self.is_gone = None, True


class File(Item):
    """Bytes."""

    def __init__(self, data: bytes = b"", perm: int = 0o644) -> None:
        self.perm, self.kind = perm & 0o777, (perm & MARKS) >> 24
        self.data = bytearray(data)
        self.room = Budget(LIMIT, NO_SPACE)  # until it is in a tree
        self._users = 0

    def stat(self, name: str) -> Stat:
        return replace(super().stat(name), length=len(self.data))

    def check_there(self) -> None:
        if not self._users:
            super().check_there()

    def open(self, mode: int) -> OpenFile:
        self.check_there()
        if self.kind << 24 & DMEXCL and self._users:
            raise FileError(IN_USE)
        if mode & OTRUNC and not self.kind << 24 & DMAPPEND:
            self.resize(0)
            self.touch()
        self._users += 1
        return OpenFile(self, bool(mode & ORCLOSE))

    def write(self, data: bytes, offset: int) -> None:
        """Put bytes where they belong: at the end, if it only grows."""
        if self.kind << 24 & DMAPPEND:
            offset = len(self.data)
        end = offset + len(data)
        if end > len(self.data):
            self.resize(end)
        self.data[offset:end] = data
        self.touch()

    def resize(self, length: int) -> None:
        self.room.take(length - len(self.data))
        if length < len(self.data):
            del self.data[length:]
        else:
            self.data.extend(bytes(length - len(self.data)))

    def check_change(self, wish: Stat, fields: set[str]) -> None:
        super().check_change(wish, fields)
        if "length" in fields:
            if not self.perm & 0o200 or self.kind << 24 & DMAPPEND:
                raise FileError(DENIED)
            if wish.length - len(self.data) > self.room.left:
                raise FileError(NO_SPACE)

    def free_bits(self) -> int:
        return 0o777 | MARKS

    def leave(self) -> None:
        """One who had it open has let it go."""
        self._users -= 1
        self._give_back()

    def gone(self) -> None:
        super().gone()
        self._give_back()

    def _give_back(self) -> None:
        if self.is_gone and not self._users:
            self.room.take(-len(self.data) - COST)


class OpenFile(Opened):
    """A file that is open."""

    __slots__ = ("_file", "_is_temporary")

    def __init__(self, file: File, is_temporary: bool) -> None:
        self._file, self._is_temporary = file, is_temporary

    def read(self, count: int, offset: int) -> bytes:
        return bytes(self._file.data[offset : offset + count])

    def write(self, data: bytes, offset: int) -> int:
        self._file.write(data, offset)
        return len(data)

    def clunk(self) -> None:
        file, above = self._file, self._file.above
        try:
            if self._is_temporary and above:
                above.remove(file.name)
        finally:
            file.leave()


class Folder(Item, Directory):
    """A directory that clients may change. `limit` is for all files below the one that is the root."""

    def __init__(self, perm: int = 0o755, *, limit: int = LIMIT) -> None:
        self.perm, self.room = perm & 0o777, Budget(limit, NO_SPACE)
        self._items: dict[str, Item] = {}

    def __getitem__(self, name: str) -> Item:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def add(self, name: str, item: Item) -> None:
        """Put a new file or an empty folder in. FileError if the name is taken or the tree is full."""
        if name in self._items:
            raise FileError(EXISTS)
        self.room.take(COST + (len(item.data) if isinstance(item, File) else 0))
        item.name, item.above, item.room, item.is_gone = name, self, self.room, False
        self._items[name] = item
        self.touch()

    def open(self, mode: int) -> Entries:
        return Entries(self._items.__getitem__, self._items.keys)

    def check(self, mode: int) -> None:
        if mode & (OTRUNC | ORCLOSE) or mode & OEXEC in (OWRITE, ORDWR):
            raise FileError(IS_DIRECTORY)
        super().check(mode & OREAD)  # to walk through it, 9P2000 asks no permission

    def check_changeable(self) -> None:
        """Whether files can be made, renamed and removed here."""
        self.check_there()
        if not self.perm & 0o200:
            raise FileError(DENIED)

    def check_new(self, name: str) -> None:
        """Whether a file can get this name here."""
        self.check_changeable()
        if name in self._items:
            raise FileError(EXISTS)

    def create_open(self, name: str, perm: int, mode: int) -> tuple[Node, Opened]:
        """create(5): the mode is not held against the permissions of what is made, but those against the folder's."""
        self.check_new(name)
        if perm & ~(DMDIR | MARKS | 0o777):
            raise FileError("a file of this kind cannot be made here")
        if not perm & DMDIR:
            file = File(perm=perm & (~0o666 | self.perm & 0o666))
            self.add(name, file)
            return file, file.open(mode & ~OTRUNC)
        self.check(mode)
        folder = Folder(perm & (~0o777 | self.perm & 0o777))
        self.add(name, folder)
        return folder, folder.open(mode)

    def remove(self, name: str) -> None:
        self.check_changeable()
        item = self._items.get(name)
        if item is None:
            raise FileError(NOT_FOUND)
        if isinstance(item, Folder) and item:
            raise FileError(NOT_EMPTY)
        del self._items[name]
        item.gone()
        self.touch()

    def rename(self, item: Item, name: str) -> None:
        """Give one of its items another name."""
        del self._items[item.name]
        item.name = name
        self._items[name] = item
        self.touch()

    def check_change(self, wish: Stat, fields: set[str]) -> None:
        super().check_change(wish, fields)
        if "length" in fields and wish.length:
            raise FileError(IS_DIRECTORY)

    def gone(self) -> None:
        super().gone()
        self.room.take(-COST)
