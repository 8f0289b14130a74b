"""What a tree says to each request: a T-message and its fid in, a reply out, now or later. No IO.

An answer is `(reply, value)`: the R-message, and what its fid stands for from now on (see `Session.reply`), or a
coroutine that gives one. The session has checked all that the protocol says; permissions are the node's.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CoroutineType
from typing import Any, TypeAlias

from ninep.errors import FileError
from ninep.messages import (
    UNTOUCHED,
    Message,
    Qid,
    Rattach,
    Rclunk,
    Rcreate,
    Ropen,
    Rread,
    Rremove,
    Rstat,
    Rwalk,
    Rwrite,
    Rwstat,
    Stat,
    Tattach,
    Tclunk,
    Tcreate,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Twalk,
    Twrite,
    Twstat,
)
from ninep.node import Answer, Node, Opened, Place, then
from ninep.session import Fid, check_name

Reply: TypeAlias = tuple[Message, Any]


def attach(root: Node, m: Any, fid: Any) -> Reply:
    """attach(5). An aname is the path of the subtree that becomes the root of this fid."""
    place = Place(root).descend(name for name in m.aname.split("/") if name)
    place = Place(place.node)
    return Rattach(m.tag, place.node.qid), place


def walk(root: Node, m: Any, fid: Fid) -> Reply:
    """walk(5): the first name must exist; after it, a name that does not ends the walk early."""
    place, qids = fid.place, list[Qid]()
    for name in m.wname:
        try:
            place = place.walk(name)
        except FileError:
            if not qids:
                raise
            break
        qids.append(place.node.qid)
    return Rwalk(m.tag, tuple(qids)), place


def open_file(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """open(5). iounit 0: as much as msize allows."""
    opened: Answer[Opened] = fid.place.open(m.mode)
    return then(opened, lambda file: (Ropen(m.tag, fid.place.node.qid, 0), file))


def create(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """create(5)."""
    made: Answer[tuple[Place, Opened]] = fid.place.create(m.name, m.perm, m.mode)
    return then(made, lambda new: (Rcreate(m.tag, new[0].node.qid, 0), new))


def read(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """read(5). To read nothing is no question to the file, which might wait."""
    if not m.count:
        return Rread(m.tag, b""), None
    data: Any = fid.file.read(m.count, m.offset)
    if type(data) is CoroutineType:
        return then(data, lambda data: _read(m, data))
    return _read(m, data)


def _read(m: Any, data: Any) -> Reply:
    if len(data) > m.count:
        raise ValueError(f"a read of {m.count} bytes gave {len(data)}")
    return Rread(m.tag, data), None


def write(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """write(5), the other half of read(5)."""
    taken: Answer[int] = fid.file.write(m.data, m.offset)
    return then(taken, lambda count: _wrote(m, count))


def _wrote(m: Any, count: int) -> Reply:
    if count > len(m.data):
        raise ValueError(f"a write of {len(m.data)} bytes took {count}")
    return Rwrite(m.tag, count), None


def clunk(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """clunk(5)."""
    done: Answer[None] = fid.file.clunk() if fid.file else None
    return then(done, lambda _: (Rclunk(m.tag), None))


def remove(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """remove(5): a clunk, with the side effect of removing the file."""

    async def finish() -> Reply:
        try:
            removed = fid.place.remove()
            if removed is not None:
                await removed
        finally:
            left = fid.file.abandon() if fid.file else None
            if left is not None:
                await left
        return Rremove(m.tag), None

    return finish()


def stat(root: Node, m: Any, fid: Fid) -> Reply:
    """stat(5)."""
    return Rstat(m.tag, fid.place.stat()), None


def wstat(root: Node, m: Any, fid: Fid) -> Answer[Reply]:
    """wstat(5)."""
    fields = _touched(m.stat, fid.place.stat())
    if "name" in fields:
        check_name(m.stat.name)
    done: Answer[None] = fid.place.node.wstat(m.stat, fields)
    return then(done, lambda _: (Rwstat(m.tag), None))


def _touched(wish: Stat, is_now: Stat) -> set[str]:
    """The fields that a Twstat would change: those that are neither "don't touch" nor what they are already."""
    values = {field.name: getattr(wish, field.name) for field in Stat.layout}
    untouched = {field.name: _UNTOUCHED[field.kind] for field in Stat.layout}
    changed = {n for n, value in values.items() if value not in (untouched[n], getattr(is_now, n))}
    return changed | ({"length"} if wish.length != untouched["length"] else set())


_UNTOUCHED: dict[str, Any] = {**{str(size): value for size, value in UNTOUCHED.items()}, "s": ""}
_UNTOUCHED["13"] = Qid(UNTOUCHED[1], UNTOUCHED[4], UNTOUCHED[8])


ANSWERS: dict[type[Message], Callable[[Node, Any, Any], Answer[Reply]]] = {
    Tattach: attach,
    Twalk: walk,
    Topen: open_file,
    Tcreate: create,
    Tread: read,
    Twrite: write,
    Tclunk: clunk,
    Tremove: remove,
    Tstat: stat,
    Twstat: wstat,
}
"""By request. Tversion and Tflush concern the whole connection: they are the server's."""
