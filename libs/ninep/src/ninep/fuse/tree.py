"""Requests about names and attributes, as walks and stats of the server."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat as modes
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache

from msgspec.structs import replace

from ninep.errors import FileError
from ninep.fids import AS_IT_IS, Fids
from ninep.fuse import wire
from ninep.fuse.errnos import errno_of
from ninep.fuse.link import Link
from ninep.fuse.nodes import Node, Nodes
from ninep.fuse.wire import Request, Set
from ninep.messages import DMAPPEND, DMDIR, OREAD, OWRITE, Stat


class Tree:
    """Answers each request of this kind with the bytes of its reply, or raises what `errno_of` understands."""

    def __init__(self, link: Link, nodes: Nodes) -> None:
        self._link, self._nodes = link, nodes

    # Looking.

    async def lookup(self, request: Request) -> bytes:
        """A name in a directory."""
        parent, name = self._named(request)
        return await self._found(parent, name)

    async def getattr(self, request: Request) -> bytes:
        """What stat(2) shows."""
        node = self._nodes[request.node]
        async with self._at(node) as (fids, fid):
            about = await fids.stat(fid)
        return wire.attributes_reply(self.attributes(node, about))

    def attributes(self, node: Node, about: Stat) -> bytes:
        """The server's stat as the kernel has it."""
        node.length = 0 if node.is_directory else about.length
        node.is_ordinary |= node.length > 0 and not about.mode & DMAPPEND
        times = about.atime, about.mtime
        return wire.attributes(about.qid.path or node.number, mode_of(about), node.length, times, owner_of(about))

    async def _found(self, parent: Node, name: str) -> bytes:
        async with self._link.at((*parent.path(), name)) as (fids, fid):
            about = await fids.stat(fid)
        return self.entry(parent, name, about)

    def entry(self, parent: Node, name: str, about: Stat) -> bytes:
        """The reply to whoever found or made a file."""
        node = self._nodes.found(parent, name, bool(about.mode & DMDIR))
        return wire.entry(node.number, self.attributes(node, about))

    # Changing.

    async def setattr(self, request: Request) -> bytes:
        """chmod, truncate, utimes; chown only to whom it belongs already, for 9P2000 has no more."""
        node = self._nodes[request.node]
        values = wire.SETATTR_IN.unpack_from(request.body)
        valid, size, mtime, mode, uid, gid = Set(values[0]), values[3], values[6], values[11], values[13], values[14]
        async with self._at(node) as (fids, fid):
            about = await fids.stat(fid)
            owner = owner_of(about)
            if (valid & Set.UID and uid != owner[0]) or (valid & Set.GID and gid != owner[1]):
                raise OSError(errno.EPERM, "9P2000 cannot give a file to another user")
            change = AS_IT_IS
            if valid & Set.MODE:
                change = replace(change, mode=about.mode & ~0o777 | mode & 0o777)
            if valid & Set.SIZE:
                change = replace(change, length=size)
            if valid & Set.MTIME:
                change = replace(change, mtime=int(time.time()) if valid & Set.MTIME_NOW else mtime & 0xFFFFFFFF)
            if change != AS_IT_IS:
                await fids.wstat(fid, change)
            about = await fids.stat(fid)
        return wire.attributes_reply(self.attributes(node, about))

    async def mkdir(self, request: Request) -> bytes:
        """A new directory."""
        mode, _ = wire.MKDIR_IN.unpack_from(request.body)
        return await self._make(request, wire.MKDIR_IN.size, DMDIR | mode & 0o777, OREAD)

    async def mknod(self, request: Request) -> bytes:
        """A new file. There are no devices, pipes or sockets in 9P2000."""
        mode, *_ = wire.MKNOD_IN.unpack_from(request.body)
        if not modes.S_ISREG(mode):
            raise OSError(errno.EPERM, "9P2000 has files and directories only")
        return await self._make(request, wire.MKNOD_IN.size, mode & 0o777, OWRITE)

    async def _make(self, request: Request, after: int, perm: int, mode: int) -> bytes:
        parent, name = self._named(request, after)
        async with self._link.at(parent.path()) as (fids, fid):
            await fids.create(fid, name, perm, mode)
            about = await told_of_new(fids, fid, perm)
        return self.entry(parent, name, about)

    async def remove(self, request: Request) -> bytes:
        """unlink and rmdir; the kernel has looked which of them is right."""
        parent, name = self._named(request)
        fids, fid = await self._link.walk((*parent.path(), name))
        await fids.remove(fid)
        self._nodes.removed(parent, name)
        return b""

    async def rename(self, request: Request) -> bytes:
        """A new name."""
        (new_parent,) = wire.NUMBER.unpack_from(request.body)
        return await self._rename(request, new_parent, wire.NUMBER.size, 0)

    async def rename2(self, request: Request) -> bytes:
        """A new name, if nobody has it (or, which 9P2000 cannot, in exchange)."""
        new_parent, flags, _ = wire.RENAME2_IN.unpack_from(request.body)
        return await self._rename(request, new_parent, wire.RENAME2_IN.size, flags)

    async def _rename(self, request: Request, new_parent: int, after: int, flags: int) -> bytes:
        if flags & ~wire.RENAME_NOREPLACE:
            raise OSError(errno.EINVAL, "9P2000 cannot exchange two files")
        if new_parent != request.node:
            raise OSError(errno.EXDEV, "9P2000 renames within a directory; mv copies then")
        parent, (name, new_name) = self._nodes[request.node], request.names(after)
        change = replace(AS_IT_IS, name=new_name)
        async with self._link.at((*parent.path(), name)) as (fids, fid):
            try:
                await fids.wstat(fid, change)
            except FileError as error:
                if errno_of(error) != errno.EEXIST or flags:
                    raise
                await fids.remove(await fids.walk((*parent.path(), new_name)))  # rename(2) replaces, wstat does not
                await fids.wstat(fid, change)
        self._nodes.renamed(parent, name, new_name)
        return b""

    async def refuse(self, request: Request) -> bytes:
        """Links, of which 9P2000 has none."""
        raise OSError(errno.EPERM, "9P2000 has no links")

    async def statfs(self, request: Request) -> bytes:
        """What df shows."""
        return wire.STATFS

    @asynccontextmanager
    async def _at(self, node: Node) -> AsyncIterator[tuple[Fids, int]]:
        """A fid at the file for a while. A file without a name is reached through whoever has it open."""
        if node.is_gone and (file := next((file for file in node.files if file.is_open), None)):
            yield file.fids, file.fid
            return
        async with self._link.at(node.path()) as place:
            yield place

    def _named(self, request: Request, after: int = 0) -> tuple[Node, str]:
        return self._nodes[request.node], request.names(after)[0]


async def told_of_new(fids: Fids, fid: int, perm: int) -> Stat:
    """What the server tells of a file that was just made, with the permissions that were asked for, if it lets us:
    open(5) takes those away that the directory lacks, open(2) does not."""
    about = await fids.stat(fid)
    if (about.mode ^ perm) & 0o777:
        with suppress(FileError):
            await fids.wstat(fid, replace(AS_IT_IS, mode=about.mode & ~0o777 | perm & 0o777))
            about = await fids.stat(fid)
    return about


def mode_of(about: Stat) -> int:
    """Kind and permissions as Unix has them."""
    return (modes.S_IFDIR if about.mode & DMDIR else modes.S_IFREG) | about.mode & 0o777


def owner_of(about: Stat) -> tuple[int, int]:
    """User and group by their names; those unknown here are shown as who made the mount."""
    return _number(_user, about.uid, os.getuid()), _number(_group, about.gid, os.getgid())


def _number(known: Callable[[str], int | None], name: str, otherwise: int) -> int:
    number = known(name)
    return otherwise if number is None else number


@lru_cache(maxsize=256)
def _user(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


@lru_cache(maxsize=256)
def _group(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None
