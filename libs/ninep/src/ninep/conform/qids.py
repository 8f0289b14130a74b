"""Rules 49 and 50: qids are files' identities, behind a multiplexer too."""

from __future__ import annotations

from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.ground import Path
from ninep.conform.rules import require, rule


@rule(49)
async def one_for_each_file(case: Case) -> None:
    """intro(5): a qid's path is one file's alone among all of the server, the same to every connection."""
    peer, other = await case.peer(), await case.peer()
    for fid in (ROOT, BASE):
        require((mine := await peer.stat(fid)).qid == (theirs := await other.stat(fid)).qid, mine.qid, str(theirs.qid))
    owners: dict[int, Path] = {(await peer.stat(ROOT)).qid.path: ("/",)}
    for path, stat in case.ground.entries.items():
        owner = owners.setdefault(stat.qid.path, path)
        require(owner == path, f"{stat.qid} of {'/'.join(path)}", f"another than that of {'/'.join(owner)}")


@rule(50)
async def same_file(case: Case) -> None:
    """walk(5): two walks to one file give one qid, however they went, and to whomever."""
    peer, other = await case.peer(), await case.peer()
    path = case.directory()
    first = (await peer.walk(BASE, 2, *path)).wqid[-1]
    again = (await peer.walk(BASE, 3, path[0], "..", *path)).wqid[-1]
    third = (await other.walk(BASE, 2, *path)).wqid[-1]
    opened = (await other.open(2)).qid
    require(first.path == again.path == third.path == opened.path, f"{first}, {again}, {third}, {opened}", "one qid")
