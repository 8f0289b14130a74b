"""Rules 57 to 60: clunk, remove, and what a refusal says."""

from __future__ import annotations

from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.rules import require, rule
from ninep.conform.walk import NOWHERE
from ninep.messages import DMDIR, OREAD, OWRITE, Rclunk, Rcreate, Tclunk, Tcreate, Topen, Tread, Tremove, Tstat, Twalk

ERRMAX = 128
ABSENT = {"file does not exist", "file not found", "no such file or directory", "directory entry not found"}
PLAIN = {"not a directory", "walk in non-directory"}
DIRECTORY = {"is a directory", "permission denied", "operation not permitted"}


@rule(57)
async def frees_the_fid(case: Case) -> None:
    """clunk(5): a clunk frees its fid, at once and whatever it answers; that of an unknown fid is refused."""
    peer = await case.peer()
    with case.left_open("a fid that was never there is as gone as a clunk makes it"):
        await peer.refused(Tclunk(1, 77))
    for _ in range(20):
        await peer.walk(BASE, 2, *case.file())
        await peer.open(2)
        await peer.get(Tclunk(1, 2), Rclunk)
        await peer.refused(Tstat(1, 2))


@rule(58)
async def remove_clunks(case: Case) -> None:
    """remove(5): a remove clunks its fid, also where it is refused, as that of the root and of a full directory is."""
    peer = await case.peer()
    await peer.walk(ROOT, 2)
    await peer.refused(Tremove(1, 2))
    await peer.refused(Tstat(1, 2))
    if case.ground.writable is None:
        return
    name = await case.make(peer, 3)
    await peer.ask(Tremove(1, 3))
    await peer.refused(Tstat(1, 3))
    require(not await case.exists(name), f"{name} is there", "that it is removed")
    await _remove_full(case)


async def _remove_full(case: Case) -> None:
    peer, name = await case.peer(), case.new_name()
    await peer.walk(BASE, 4, *case.writable())
    made = await peer.ask(Tcreate(1, 4, name, DMDIR | 0o777, OREAD))
    if not isinstance(made, Rcreate) or not made.qid.type & 0x80:
        return  # this server makes no directories
    inner = (*case.writable(), name)
    await peer.walk(BASE, 5, *inner)
    if not isinstance(await peer.ask(Tcreate(1, 5, "inner", 0o666, OREAD)), Rcreate):
        return
    await peer.walk(BASE, 6, *inner)
    await peer.refused(Tremove(1, 6))
    await peer.refused(Tstat(1, 6))
    await peer.ask(Tremove(1, 5))


@rule(59)
async def with_reads_waiting(case: Case) -> None:
    """clunk(5): a clunk of a fid on which a read waits is answered, and so is the read."""
    peer = await case.peer()
    await case.open_blocking(peer, 2)
    await peer.say(Tread(5, 2, 0, 100))
    await peer.fence()
    await peer.get(Tclunk(1, 2), Rclunk)
    await peer.reply_to(5)
    await peer.refused(Tstat(1, 2))


@rule(60)
async def in_known_words(case: Case) -> None:
    """error(5): a refusal that all of Plan 9 knows has the text that clients make an errno of, 128 bytes at most."""
    peer = await case.peer()
    absent = await peer.refused(Twalk(1, BASE, 2, (NOWHERE,)))
    require(absent.lower() in ABSENT, f"'{absent}'", "file does not exist")
    await peer.walk(BASE, 2)
    directory = await peer.refused(Topen(1, 2, OWRITE))
    require(directory.lower() in DIRECTORY, f"'{directory}'", "is a directory")
    await peer.walk(BASE, 3, *case.file())
    through = await peer.refused(Twalk(1, 3, 4, ("x",)))
    require(through.lower() in PLAIN | ABSENT, f"'{through}'", "not a directory")
    for text in (absent, directory, through, await peer.refused(Tclunk(1, 77))):
        require(0 < len(text.encode()) <= ERRMAX, f"{len(text.encode())} bytes: '{text}'", f"1 to {ERRMAX} bytes")
