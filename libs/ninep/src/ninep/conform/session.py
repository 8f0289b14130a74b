"""Rules 1 to 11: version, authentication, attach, and the end of a connection."""

from __future__ import annotations

from ninep.codec import encode
from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.peer import Peer
from ninep.conform.rules import Skipped, require, rule
from ninep.dial import user
from ninep.messages import (
    NOFID,
    NOTAG,
    Rauth,
    Rversion,
    Tattach,
    Tauth,
    Tclunk,
    Tread,
    Tstat,
    Tversion,
)

IOHDRSZ = 24  # what a client leaves for the rest of a message that carries data
HUNG_UP = 20  # connections that end amid a read


@rule(1)
async def version_is_first(case: Case) -> None:
    """version(5): before a Tversion nothing is answered but with an Rerror, or the connection ends."""
    with case.left_open("it is the client that must begin with a Tversion"):
        for request in (Tattach(1, 0, NOFID, user(), ""), Tstat(1, 0), Tclunk(1, 0)):
            await (await case.bare()).refused_or_end(encode(request), 1, str(request))


@rule(2)
async def msize_is_agreed(case: Case) -> None:
    """version(5): the server's msize is at most the client's, and holds for all it sends; a tiny one does no harm."""
    peer = await case.peer(512)
    await peer.walk(BASE, 2)
    await peer.open(2)
    await peer.ask(Tread(1, 2, 0, 100_000))  # a reply above the agreed size is caught where replies are cut
    for msize in (0, 7, 23, 255):
        await _shake_hands(await case.bare(), msize)
    await (await case.peer()).fence()


async def _shake_hands(peer: Peer, msize: int) -> None:
    await peer.say(Tversion(NOTAG, msize, "9P2000"))
    reply = await peer.hear_or_end()
    if isinstance(reply, Rversion) and reply.version == "9P2000":
        await peer.say(Tattach(1, ROOT, NOFID, user(), ""))
        await peer.hear_or_end()


@rule(3)
async def unknown_versions(case: Case) -> None:
    """version(5): a version that the server does not know is answered "unknown", an extension of 9P2000 by 9P2000."""
    for text, expected in (
        ("foo", "unknown"),
        ("9P1999", "unknown"),
        ("", "unknown"),
        ("9P2000.x", "9P2000"),
        ("9P2000", "9P2000"),
    ):
        reply = await (await case.bare()).get(Tversion(NOTAG, 8192, text), Rversion)
        require(reply.version == expected, f"{reply} to version '{text}'", f"version {expected}")


@rule(4)
async def version_begins_anew(case: Case) -> None:
    """version(5): a second Tversion aborts what waits, clunks every fid, and is answered last."""
    peer = await case.peer()
    if case.ground.blocking:
        await case.open_blocking(peer, 2)
        await peer.say(Tread(2, 2, 0, 100))
    await peer.version()
    refused = await peer.refused(Tstat(2, ROOT))
    require(refused, "an empty text", "a reason")
    await peer.refused(Tstat(1, BASE))
    await peer.attach(case.ground.base)
    await peer.fence()


@rule(5)
async def version_tag(case: Case) -> None:
    """version(5): the reply to Tversion has the tag of the request, NOTAG."""
    peer = await case.bare()
    await peer.get(Tversion(NOTAG, 8192, "9P2000"), Rversion)
    peer = await case.bare()
    with case.left_open("a Tversion of another tag is against the manual"):
        await peer.say(Tversion(7, 8192, "9P2000"))
        await peer.hear_or_end()


@rule(6)
async def any_msize_reads_all(case: Case) -> None:
    """version(5): whatever msize is agreed, a file comes through whole."""
    for msize in (300, 8192, 1 << 20):
        peer = await case.peer(msize)
        await case.open_file(peer, 2)
        data = await peer.read_all(2, peer.msize - IOHDRSZ)
        begins = data[: len(case.ground.content)] == case.ground.content
        require(begins, f"another text with msize {peer.msize}: {data[:40]!r}", repr(case.ground.content[:40]))


@rule(7)
async def authentication(case: Case) -> None:
    """attach(5): where no authentication is needed Tauth is refused; so are an unknown afid, and NOFID as a fid."""
    peer = await case.peer()
    reply = await peer.ask(Tauth(1, 50, user(), ""))
    if isinstance(reply, Rauth):
        raise Skipped("this server wants authentication")
    with case.left_open("who wants no authentication need not look at the afid, nor guess what NOFID is meant for"):
        await (await case.peer()).refused(Tattach(1, 51, 52, user(), ""))
        await (await case.peer()).refused(Tattach(1, NOFID, NOFID, user(), ""))
    await peer.fence()


@rule(8)
async def attach_in_use(case: Case) -> None:
    """attach(5): an attach on a fid that is in use is refused, and the fid stays what it was."""
    peer = await case.peer()
    path = case.ground.file or case.ground.directory or ()
    await peer.walk(BASE, 2, *path)
    before = await peer.stat(2)
    await peer.refused(Tattach(1, 2, NOFID, user(), ""))
    require((after := await peer.stat(2)).qid == before.qid, after, f"the file of before, {before.qid}")


@rule(9)
async def many_attaches(case: Case) -> None:
    """attach(5): attaches on one connection are independent."""
    peer = await case.peer()
    await case.new_root(peer, 30)
    await peer.ask(Tattach(1, 31, NOFID, "another", ""))  # another user may be refused
    await peer.ask(Tclunk(1, 30))
    await peer.fence()
    await case.new_root(peer, 30)
    await peer.ask(Tclunk(1, ROOT))
    require((await peer.stat(30)).qid.type & 0x80, "another file", "the root, still attached")


@rule(10)
async def hanging_up(case: Case) -> None:
    """intro(5): a client that hangs up amid a request leaves nothing behind that others notice."""
    for _ in range(HUNG_UP):
        peer = await case.peer()
        if case.ground.blocking:
            await case.open_blocking(peer, 2)
            await peer.say(Tread(2, 2, 0, 100))
        await peer.send(b"\x17\x00\x00\x00\x74")  # the beginning of a Tread
        peer.hang_up()
    await (await case.peer()).fence()


@rule(11)
async def a_server_dies(case: Case) -> None:
    """intro(5): what waits for a server behind a multiplexer that dies is answered by Rerror, once."""
    raise Skipped("it needs a server behind a multiplexer that may be killed")
