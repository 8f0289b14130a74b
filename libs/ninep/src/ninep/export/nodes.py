"""Files and directories of a real directory as nodes.

A node is one name of one inode: it knows the directory above it, so a renamed directory takes its files along, and
which inode it is, so it never becomes another file that has come under its name. There is one node for each name that a
client stands at; nothing else is remembered of the disk, and every answer asks it anew.
"""

from __future__ import annotations

import errno
import os
import stat as modes
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from ninep.errors import IN_USE, IS_DIRECTORY, FileError
from ninep.export import changes
from ninep.export.descriptors import Descriptor
from ninep.export.handles import Handle, Listing, scan
from ninep.export.inodes import MARKS, key
from ninep.export.system import check_name, failure, itself, pinned, refusing, rename, set_mode
from ninep.messages import DMAPPEND, DMDIR, DMEXCL, OEXEC, ORCLOSE, ORDWR, OREAD, OTRUNC, OWRITE, QTDIR, Qid, Stat
from ninep.node import Answer, Directory, Node, Opened

if TYPE_CHECKING:
    from ninep.export import Export

ACCESS = {OREAD: os.O_RDONLY, OWRITE: os.O_WRONLY, ORDWR: os.O_RDWR, OEXEC: os.O_RDONLY}
ALWAYS = os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK  # who holds a lease on a file (fcntl(2)) is not waited for
CREATABLE = DMDIR | MARKS | 0o777  # what the perm of a Tcreate may have


class Item(Node):
    """One name of one inode."""

    def __init__(self, export: Export, above: Folder | None, name: str, facts: os.stat_result) -> None:
        self.export, self.above, self.name = export, above, name
        self.inode, self._facts = export.inodes.of(facts), facts

    @property
    def qid(self) -> Qid:
        """As it was when the disk was last asked: by a walk, an open, a stat."""
        return self.inode.qid(self._facts)

    def stat(self, name: str) -> Stat:
        """What the disk says now. Its name is the one that it has now; "/" if it is the root of an attach."""
        with refusing(), self.pinned() as pin:
            return self.inode.stat("/" if name == "/" else self.name, self.see(os.fstat(pin)))

    @property
    def length(self) -> int:
        """As long as it was when the disk was last asked; a stream of a mount has none."""
        return self._facts.st_size

    def see(self, facts: os.stat_result) -> os.stat_result:
        """Remember what the disk says, for the qid."""
        self._facts = facts
        return facts

    def check(self, mode: int) -> None:
        """Permissions are the kernel's; ours is only that nothing changes in an export that is read only."""
        if mode & (OTRUNC | ORCLOSE) or mode & OEXEC in (OWRITE, ORDWR):
            self.export.check_writable()

    def wstat(self, wish: Stat, fields: set[str]) -> Answer[None]:
        if not fields:
            return self._sync()
        self.export.check_writable()
        with refusing():
            changes.change(self, wish, fields)
        return None

    def unlink(self, directory: Directory, name: str) -> None:
        self.export.check_writable()
        with refusing():
            self.take_away()

    def take_away(self) -> None:
        """Remove this name. OSError."""
        if self.above is None:
            raise failure(errno.EPERM)
        with self.above.pinned() as directory:
            facts = self._still_there(directory)
            is_directory = modes.S_ISDIR(facts.st_mode)
            (os.rmdir if is_directory else os.unlink)(self.name, dir_fd=directory)
        self.above.lose(self)
        if is_directory or facts.st_nlink == 1:
            self.export.inodes.forget(self.inode)

    def rename(self, name: str) -> None:
        """Take another name in the same directory, one that nobody has. OSError."""
        if self.above is None:
            raise failure(errno.EPERM)
        with self.above.pinned() as directory:
            self._still_there(directory)
            rename(directory, self.name, name)
        self.above.lose(self)
        self.name = name
        self.above.keep(self)

    @contextmanager
    def pinned(self) -> Iterator[int]:
        """A descriptor of this very file, whatever the directories above are called by now. OSError if it is gone."""
        if self.inode.handles:
            yield self.inode.handles[0].descriptor.number
            return
        with pinned(self.export.root, self.path()) as pin:
            self._check_identity(os.fstat(pin))
            yield pin

    def path(self) -> list[str]:
        """The names that lead to it from the root of the export."""
        return [] if self.above is None else [*self.above.path(), self.name]

    def open_descriptor(self, flags: int) -> int:
        """Open this very file, if it is one that holds bytes or names. OSError; FileError if too many are open."""
        self.export.room.check()
        with self.pinned() as pin:
            facts = self.see(os.fstat(pin))
            if not (modes.S_ISREG(facts.st_mode) or modes.S_ISDIR(facts.st_mode)):
                raise failure(errno.EACCES)  # to open a device, a fifo or a link is to do something
            return os.open(itself(pin), flags | ALWAYS)

    async def _sync(self) -> None:
        """All that was written is on disk before the answer."""
        with refusing():
            handles = self.inode.handles
            number = os.dup(handles[0].descriptor.number) if handles else self.open_descriptor(os.O_RDONLY)
        descriptor = Descriptor(self.export.room, number)
        try:
            await descriptor.in_thread(os.fsync)
        finally:
            descriptor.leave()

    def _still_there(self, directory: int) -> os.stat_result:
        facts = os.stat(self.name, dir_fd=directory, follow_symlinks=False)
        self._check_identity(facts)
        return facts

    def _check_identity(self, facts: os.stat_result) -> None:
        if self.inode.is_gone or key(facts) != self.inode.key:
            raise failure(errno.ENOENT)


class File(Item):
    """A file, or what is shown as one: a symbolic link, a fifo, a device, a socket, with mode 0 and never opened."""

    def open(self, mode: int) -> Opened:
        if self.inode.marks & DMEXCL and self.inode.handles:
            raise FileError(IN_USE)
        if mode & ORCLOSE:
            self._check_removable()
        with refusing():
            descriptor = self.open_descriptor(self._flags(mode))
        self.inode.writes += bool(mode & OTRUNC)
        return self.opened(descriptor, mode)

    def opened(self, descriptor: int, mode: int) -> Handle:
        """The handle of a descriptor that was just opened."""
        self.see(os.fstat(descriptor))
        return Handle(self, descriptor, mode)

    def _flags(self, mode: int) -> int:
        """open(2) for a mode of open(5): what is only appended to is not truncated, and is written at its end."""
        if self.inode.marks & DMAPPEND:
            return ACCESS[mode & OEXEC] | os.O_APPEND
        return ACCESS[mode & OEXEC] | (os.O_TRUNC if mode & OTRUNC else 0)

    def _check_removable(self) -> None:
        """open(5): ORCLOSE wants the permission to remove the file."""
        assert self.above is not None
        with refusing(), self.above.pinned() as directory:
            if not os.access(itself(directory), os.W_OK | os.X_OK, effective_ids=True):
                raise failure(errno.EACCES)


class Folder(Item, Directory):
    """A directory."""

    kind = QTDIR

    def __init__(self, export: Export, above: Folder | None, name: str, facts: os.stat_result) -> None:
        super().__init__(export, above, name, facts)
        self._items: WeakValueDictionary[str, Item] = WeakValueDictionary()

    def __getitem__(self, name: str) -> Item:
        check_name(name)
        with refusing(), self.pinned() as directory:
            try:
                return self.item(name, os.stat(name, dir_fd=directory, follow_symlinks=False))
            except FileNotFoundError:
                raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        with refusing():
            descriptor = self.open_descriptor(os.O_RDONLY)
            try:
                names = [name for name, _ in scan(descriptor)]
            finally:
                os.close(descriptor)
        return iter(names)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def item(self, name: str, facts: os.stat_result) -> Item:
        """The node of a name, the same for as long as the name stands for the same inode."""
        item = self._items.get(name)
        if item is None or item.inode is not self.export.inodes.of(facts):
            item = (Folder if modes.S_ISDIR(facts.st_mode) else File)(self.export, self, name, facts)
            self._items[name] = item
        item.see(facts)
        return item

    def tell(self, name: str, facts: os.stat_result) -> Stat:
        """The stat of an entry, for one who lists the directory."""
        return self.export.inodes.of(facts).stat(name, facts)

    def keep(self, item: Item) -> None:
        """It has got its name here."""
        self._items[item.name] = item
        self.inode.writes += 1

    def lose(self, item: Item) -> None:
        """Its name here is no more its own."""
        if self._items.get(item.name) is item:
            del self._items[item.name]
        self.inode.writes += 1

    def check(self, mode: int) -> None:
        """open(5): nobody writes a directory but by making and removing files."""
        if mode & (OTRUNC | ORCLOSE) or mode & OEXEC in (OWRITE, ORDWR):
            raise FileError(IS_DIRECTORY)

    def open(self, mode: int) -> Listing:
        with refusing():
            return Listing(self, self.open_descriptor(os.O_RDONLY | os.O_DIRECTORY))

    def create_open(self, name: str, perm: int, mode: int) -> tuple[Node, Opened]:
        """create(5), in one step: a file that may not be written may be written by who made it."""
        self.export.check_writable()
        self.export.room.check()
        check_name(name)
        if perm & ~CREATABLE:
            raise FileError("a file of this kind cannot be made here")
        with refusing(), self.pinned() as directory:
            if not perm & DMDIR:
                return self._make_file(directory, name, perm, mode)
            self.check(mode)
            folder = self._make_folder(directory, name, perm)
        return folder, folder.open(mode)

    def _make_file(self, directory: int, name: str, perm: int, mode: int) -> tuple[File, Handle]:
        bits = perm & (~0o666 | os.fstat(directory).st_mode) & 0o777
        flags = ACCESS[mode & OEXEC] | (os.O_APPEND if perm & DMAPPEND else 0) | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(name, flags | ALWAYS, bits, dir_fd=directory)
        with ExitStack() as undo:
            undo.callback(os.unlink, name, dir_fd=directory)
            undo.callback(os.close, descriptor)
            os.fchmod(descriptor, bits)  # the umask is for those who run programs here; create(5) knows none
            file = self._made(name, os.fstat(descriptor))
            undo.pop_all()
        assert isinstance(file, File)
        self.export.inodes.mark(file.inode, perm & MARKS)
        return file, file.opened(descriptor, mode)

    def _make_folder(self, directory: int, name: str, perm: int) -> Folder:
        bits = perm & os.fstat(directory).st_mode & 0o777
        os.mkdir(name, bits, dir_fd=directory)
        with ExitStack() as undo:
            undo.callback(os.rmdir, name, dir_fd=directory)
            with pinned(directory, [name]) as made:
                inherited = os.fstat(made).st_mode & (modes.S_ISGID | modes.S_ISVTX)
                set_mode(made, inherited | bits)
                folder = self._made(name, os.fstat(made))
            undo.pop_all()
        assert isinstance(folder, Folder)
        return folder

    def _made(self, name: str, facts: os.stat_result) -> Item:
        self.export.inodes.new(facts)
        self.inode.writes += 1
        return self.item(name, facts)
