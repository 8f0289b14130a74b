"""Rules 21 to 30: walks."""

from __future__ import annotations

from ninep.codec import encode
from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.rules import require, rule
from ninep.messages import OREAD, Rclunk, Rflush, Ropen, Rwalk, Tclunk, Tflush, Topen, Tstat, Twalk

NOWHERE = "conform: no such file"
RACES = 50


@rule(21)
async def clone(case: Case) -> None:
    """walk(5): a walk of no names makes another fid of the same file, and newfid may be fid itself."""
    peer = await case.peer()
    await peer.walk(BASE, 2)
    base = await peer.stat(BASE)
    require((stat := await peer.stat(2)).qid == base.qid, stat.qid, f"the qid of what was cloned, {base.qid}")
    await peer.walk(2, 2)
    require((stat := await peer.stat(2)).qid == base.qid, stat.qid, f"the qid of before, {base.qid}")
    for name in case.file():
        (qid,) = (await peer.walk(2, 2, name)).wqid
        require((stat := await peer.stat(2)).qid.path == qid.path, stat.qid, f"the fid moved to {qid}")


@rule(22)
async def newfid_in_use(case: Case) -> None:
    """walk(5): a newfid that is in use is refused, and stays what it was."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    before = await peer.stat(2)
    await peer.refused(Twalk(1, BASE, 2, ()))
    await peer.refused(Twalk(1, BASE, 2, case.file()))
    require((stat := await peer.stat(2)).qid.path == before.qid.path, stat.qid, str(before.qid))


@rule(23)
async def partial(case: Case) -> None:
    """walk(5): if the first name fails the walk is refused; if a later one, fewer qids come and no newfid is made."""
    peer = await case.peer()
    await peer.refused(Twalk(1, BASE, 2, (NOWHERE,)))
    await peer.refused(Tstat(1, 2))
    directory = case.directory()
    reply = await peer.get(Twalk(1, BASE, 2, (*directory, NOWHERE)), Rwalk)
    require(len(reply.wqid) == len(directory), reply, f"{len(directory)} qids")
    await peer.refused(Tstat(1, 2))
    await peer.walk(BASE, 3)
    before = await peer.stat(3)
    await peer.get(Twalk(1, 3, 3, (*directory, NOWHERE)), Rwalk)
    require((stat := await peer.stat(3)).qid == before.qid, stat.qid, f"the fid untouched, {before.qid}")


@rule(24)
async def sixteen_names(case: Case) -> None:
    """walk(5): a walk has at most 16 names; 17 are refused, and the connection lives."""
    peer = await case.peer()
    await peer.walk(ROOT, 2, *[".."] * 16)
    name = case.directory()[0]
    await peer.walk(BASE, 3, *[name, ".."] * 8)
    require((stat := await peer.stat(3)).qid == (base := await peer.stat(BASE)).qid, stat.qid, str(base.qid))
    many = Twalk(1, ROOT, 4, ("..",) * 17)
    lives = await peer.refused_or_end(encode(many), 1, str(many))
    with case.left_open("a message that cannot be is no message, and may end the connection"):
        require(lives, "it hung up on a walk of 17 names", "Rerror")
    if lives:
        await peer.refused(Tstat(1, 4))
        await peer.fence()


@rule(25)
async def open_fid(case: Case) -> None:
    """walk(5): a fid that is open cannot be walked, nor cloned."""
    peer = await case.peer()
    await peer.walk(BASE, 2)
    await peer.open(2)
    await peer.refused(Twalk(1, 2, 3, case.file()))
    with case.left_open("to clone is not to walk, and the manual says of the walk that it cannot be"):
        await peer.refused(Twalk(1, 2, 3, ()))
        await peer.refused(Tstat(1, 3))


@rule(26)
async def through_a_file(case: Case) -> None:
    """walk(5): a name is only walked in a directory."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    await peer.refused(Twalk(1, 2, 3, ("x",)))
    reply = await peer.get(Twalk(1, BASE, 3, (*case.file(), "x")), Rwalk)
    require(len(reply.wqid) == len(case.file()), reply, "the walk ends at the file")
    await peer.refused(Tstat(1, 3))


@rule(27)
async def dot_dot(case: Case) -> None:
    """walk(5): `..` goes up, from the root to the root, and may stand anywhere in a walk."""
    peer, base = await case.peer(), case.ground.base
    root = (await peer.stat(ROOT)).qid
    (up,) = (await peer.walk(ROOT, 2, "..")).wqid
    require(up.path == root.path, up, f"the root, {root}")
    if base:
        up = (await peer.walk(BASE, 3, *[".."] * len(base))).wqid[-1]
        require(up.path == root.path, up, f"the root, {root}")
    there = (*base, *case.directory())
    back = [".."] * len(there)
    require(len(there) < 6, there, "a shallower directory")
    qids = (await peer.walk(ROOT, 4, *base, *[".."] * len(base), *there)).wqid
    stat = await peer.stat(4)
    require(qids[-1].path == stat.qid.path, stat.qid, f"the directory, {qids[-1]}")
    require((up := (await peer.walk(4, 5, *back)).wqid[-1]).path == root.path, up, f"the root, {root}")


@rule(28)
async def one_walk_or_many(case: Case) -> None:
    """walk(5): one walk of many names gives the qids of many walks of one; where it ends early it leaves nothing."""
    peer, path = await case.peer(), (*case.ground.base, *case.directory())
    at_once = (await peer.walk(ROOT, 2, *path)).wqid
    await peer.walk(ROOT, 3)
    by_steps = tuple([(await peer.walk(3, 3, name)).wqid[0] for name in path])
    require(at_once == by_steps, " ".join(map(str, at_once)), " ".join(map(str, by_steps)))
    reply = await peer.get(Twalk(1, ROOT, 4, (*path, NOWHERE, "x")), Rwalk)
    require(reply.wqid == by_steps, reply, f"the {len(path)} qids of before")
    await peer.refused(Tclunk(1, 4))


@rule(29)
async def dot(case: Case) -> None:
    """walk(5): `.` is not a name that is walked; a server may refuse it, but answers."""
    peer = await case.peer()
    await peer.ask(Twalk(1, BASE, 2, (".",)))
    await peer.fence()


@rule(30)
async def flushed_walk(case: Case) -> None:
    """flush(5): if the reply to a walk comes before the Rflush the new fid exists, else it does not."""
    peer = await case.peer()
    for _ in range(RACES):
        await peer.say(Twalk(2, BASE, 2, case.file()), Tflush(3, 2))
        require(isinstance(reply := await peer.reply_to(3), Rflush), reply, "Rflush")
        if isinstance(peer.replies.pop(2, None), Rwalk):
            require(isinstance(reply := await peer.ask(Topen(4, 2, OREAD)), Ropen), reply, "Ropen: the walk was made")
            require(isinstance(reply := await peer.ask(Tclunk(4, 2)), Rclunk), reply, "Rclunk")
        else:
            await peer.refused(Tclunk(4, 2))
