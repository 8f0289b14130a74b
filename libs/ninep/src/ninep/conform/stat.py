"""Rules 43 to 48: stat and wstat."""

from __future__ import annotations

from msgspec.structs import replace

from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.ground import entries_of
from ninep.conform.rules import require, rule
from ninep.messages import DMDIR, UNTOUCHED, Qid, Rwstat, Stat, Tclunk, Tremove, Twstat

_1, _2, _4, _8 = (UNTOUCHED[size] for size in (1, 2, 4, 8))
SAME = Stat(_2, _4, Qid(_1, _4, _8), _4, _4, _4, _8, "", "", "", "")
"""A stat that touches nothing."""


@rule(43)
async def twice_sized(case: Case) -> None:
    """stat(5): an Rstat says its size twice, an entry of a directory once, and both tell the same of a file."""
    peer = await case.peer()
    *above, name = case.file()
    await peer.walk(BASE, 2, *above)
    await peer.open(2)
    listed = next((entry for entry in entries_of(await peer.read_all(2)) if entry.name == name), None)
    await peer.walk(BASE, 3, *case.file())
    stat = await peer.stat(3)
    same = listed and (listed.name, listed.qid.path, listed.mode) == (stat.name, stat.qid.path, stat.mode)
    require(same, stat, f"what the directory says: {listed}")


@rule(44)
async def names(case: Case) -> None:
    """stat(5): the name of the root is /, that of another file is the one that its directory lists."""
    peer = await case.peer()
    require((stat := await peer.stat(ROOT)).name == "/", stat, "name /")
    if case.ground.base:
        require((stat := await peer.stat(BASE)).name == case.ground.base[-1], stat, f"name {case.ground.base[-1]}")
    for path in list(case.ground.entries)[:20]:
        await peer.walk(BASE, 2, *path)
        require((stat := await peer.stat(2)).name == path[-1], stat, f"name {path[-1]}")
        await peer.ask(Tclunk(1, 2))


@rule(45)
async def types_and_modes(case: Case) -> None:
    """stat(5): the type of a qid is the upper byte of the file's mode."""
    peer = await case.peer()
    for stat in [await peer.stat(ROOT), await peer.stat(BASE), *case.ground.entries.values()]:
        require(stat.qid.type == stat.mode >> 24, f"qid type {stat.qid.type:#x}", f"{stat.mode >> 24:#x}, by its mode")


@rule(46)
async def touch_nothing(case: Case) -> None:
    """stat(5): a Twstat that touches nothing asks that the file be safe; one of length 0 is what `>` becomes."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    before = await peer.stat(2)
    reply = await peer.ask(Twstat(1, 2, SAME))
    with case.left_open("a server may take it for that, and one that allows no wstat may refuse it"):
        require(isinstance(reply, Rwstat), reply, "Rwstat")
    require((after := await peer.stat(2)) == replace(before, atime=after.atime), after, str(before))
    if case.ground.writable is not None:
        name = await case.make(peer, 3)
        await peer.write(3, b"text")
        await peer.ask(Tclunk(1, 3))
        await peer.walk(BASE, 4, *case.writable(), name)
        reply = await peer.ask(Twstat(1, 4, replace(SAME, length=0)))
        with case.left_open("a server need not let lengths be changed"):
            require(isinstance(reply, Rwstat), reply, "Rwstat")


@rule(47)
async def all_or_nothing(case: Case) -> None:
    """stat(5): a Twstat changes all that it asks for or nothing; whose file it is and what kind cannot be changed."""
    peer = await case.peer()
    name, other = await case.make(peer, 2), await case.make(peer, 3)
    for fid in (2, 3):
        await peer.ask(Tclunk(1, fid))
    await peer.walk(BASE, 2, *case.writable(), name)
    before = await peer.stat(2)
    wishes = [
        replace(SAME, type=before.type + 1),
        replace(SAME, dev=before.dev + 1),
        replace(SAME, qid=Qid(0, 0, before.qid.path + 1)),
        replace(SAME, muid="somebody"),
        replace(SAME, mode=before.mode | DMDIR),
        replace(SAME, name=other),
        replace(SAME, name="a/b"),
        replace(SAME, name="conform-moved", muid="somebody"),
    ]
    for wish in wishes:
        reply = await peer.ask(Twstat(1, 2, wish))
        require(not isinstance(reply, Rwstat), f"{reply} to {Twstat(1, 2, wish)}", "Rerror")
        require((after := await peer.stat(2)) == replace(before, atime=after.atime), after, str(before))
    await peer.refused(Twstat(1, BASE, replace(SAME, length=1)))


@rule(48)
async def versions(case: Case) -> None:
    """stat(5): a write makes a new version; a file made anew under an old name is another file."""
    peer = await case.peer()
    name = await case.make(peer, 2)
    await peer.walk(BASE, 3, *case.writable(), name)
    before = await peer.stat(3)
    await peer.write(2, b"text")
    await peer.ask(Tclunk(1, 2))
    after = await peer.stat(3)
    changed = after.qid.vers != before.qid.vers and after.qid.path == before.qid.path
    require(changed, after.qid, f"another version of {before.qid}")
    require(after.mtime >= before.mtime, f"mtime {after.mtime}", f"at least {before.mtime}")
    await peer.ask(Tremove(1, 3))
    await case.make(peer, 4, name=name)
    anew = await peer.stat(4)
    require(anew.qid.path != before.qid.path, anew.qid, f"another path than that of {before.qid}, which is gone")
