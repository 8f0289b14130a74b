"""Rules 12 to 20: frames that lie, frames in pieces, strings, tags, and who must not wait for whom."""

from __future__ import annotations

import struct
from contextlib import suppress

import trio

from ninep.codec import encode
from ninep.conform.case import BASE, ROOT, Case
from ninep.conform.rules import Broken, Skipped, require, rule
from ninep.messages import (
    NOTAG,
    Rerror,
    Rflush,
    Rread,
    Rstat,
    Rwalk,
    Rwrite,
    Tclunk,
    Tflush,
    Tread,
    Tstat,
    Twalk,
    Twrite,
)

TAG = 9
BURST, MANY = 100, 70_000  # a tag has 16 bits: this many requests come by every tag once
GLUT = 8 * 1024 * 1024  # bytes of requests whose replies nobody reads

SMALL = {"size 0": 0, "size 6": 6}
LARGE = {"size above msize": 1 << 20, "size of 4 GiB": 0xFFFFFFFF}


def frame(number: int, body: bytes) -> bytes:
    """A frame whose size is right, whatever the body says."""
    return struct.pack("<IBH", 7 + len(body), number, TAG) + body


def sized(size: int) -> bytes:
    """A Tclunk that claims a size."""
    return struct.pack("<IBHI", size, Tclunk.number, TAG, BASE)


LIES = {
    "a Tclunk with half a fid": frame(120, b"\1\0"),
    "a Tclunk with something after it": frame(120, b"\1\0\0\0more"),
    "a Twalk of nine names with none in it": frame(110, struct.pack("<IIH", BASE, 40, 9)),
    "a Twalk whose name runs past the end": frame(110, struct.pack("<IIHH", BASE, 40, 1, 100) + b"x"),
    "a Twrite of fewer bytes than it counts": frame(118, struct.pack("<IQI", BASE, 0, 1000) + b"xyz"),
    "a Tattach whose name runs past the end": frame(104, struct.pack("<IIH", 41, 0xFFFFFFFF, 60000) + b"me"),
    "a Twstat with half a stat": frame(126, struct.pack("<IHH", BASE, 49, 47) + b"xyz"),
}


@rule(12)
async def frames_that_lie(case: Case) -> None:
    """intro(5): a size that is absurd, or that the body contradicts, is refused or ends that connection, never more."""
    witness = await case.peer()
    for what, size in SMALL.items():
        await (await case.peer()).refused_or_end(sized(size), TAG, what)
        await witness.fence()
    with case.left_open("who announces more than was agreed may be waited for, as long as nobody else must"):
        for what, size in LARGE.items():
            await (await case.peer()).refused_or_end(sized(size), TAG, what)
    await witness.fence()
    for what, lie in LIES.items():
        peer = await case.peer()
        if await peer.refused_or_end(lie, TAG, what):
            await peer.say(Tstat(TAG, BASE))
            await peer.hear_or_end()  # a refusal may be the last word
        await witness.fence()


@rule(13)
async def any_segments(case: Case) -> None:
    """intro(5): messages may come in pieces of any size, and many in one piece."""
    peer = await case.peer()
    request = Tstat(TAG, BASE)
    peer.waiting[TAG] = [request]
    for byte in encode(request):
        await peer.send(bytes([byte]))
        await trio.lowlevel.checkpoint()
    require(isinstance(reply := await peer.reply_to(TAG), Rstat), reply, "Rstat")
    burst = [Tstat(tag, BASE) for tag in range(50)]
    for each in burst:
        peer.waiting[each.tag] = [each]
    data = b"".join(map(encode, burst))
    for cut in (data[:1001], data[1001:]):
        await peer.send(cut)
    for tag in range(50):
        require(isinstance(reply := await peer.reply_to(tag), Rstat), reply, "Rstat")


@rule(14)
async def unknown_types(case: Case) -> None:
    """intro(5): a message of unknown type is refused under its tag, and the connection lives."""
    peer = await case.peer()
    for number in (99, 106, 98, 80, 0, 255, Rread.number):
        lives = await peer.refused_or_end(frame(number, b"\0\0\0\0"), TAG, f"type {number}")
        with case.left_open("the manual has no word on types that it does not have"):
            require(lives, f"it hung up on type {number}", "Rerror")
        peer = peer if lives else await case.peer()
    await peer.fence()


@rule(15)
async def strings(case: Case) -> None:
    """intro(5): a name is UTF-8 without NUL, and has no slash; another is refused, in words."""
    peer = await case.peer()
    for name in (b"\xff\xfe", b"a\0b", b"\xed\xa0\x80"):
        lie = frame(110, struct.pack("<IIHH", BASE, 40, 1, len(name)) + name)
        if not await peer.refused_or_end(lie, TAG, f"a walk to {name!r}"):
            peer = await case.peer()
    await peer.refused(Twalk(1, BASE, 40, ("a/b",)))
    await peer.ask(Twalk(1, BASE, 40, ("größe 中 \U0001f600",)))
    await peer.fence()


@rule(16)
async def tag_in_use(case: Case) -> None:
    """intro(5): a tag that is in use is refused to a second request, and the first goes on; NOTAG confuses nobody."""
    peer = await case.peer()
    await case.open_blocking(peer, 2)
    await peer.say(Tread(TAG, 2, 0, 100))
    await peer.fence()
    second = encode(Tstat(TAG, BASE))
    if not await peer.refused_or_end(second, TAG):
        raise Skipped("this server ends the connection, which it may")
    await peer.get(Tflush(1, TAG), Rflush)
    await peer.fence()
    await peer.ask(Tstat(NOTAG, BASE))
    await peer.fence()


@rule(17)
async def all_tags(case: Case) -> None:
    """intro(5): however many requests come and go, one that waits keeps its tag."""
    peer = await case.peer()
    await case.open_blocking(peer, 2)
    await peer.walk(BASE, 3)
    await peer.say(Tread(1, 2, 0, 100))
    burst = [Tclunk(10 + i, 1000) for i in range(BURST)]
    for _ in range(MANY // BURST):
        await peer.say(*burst)
        for _ in burst:
            reply = await peer.hear()
            require(isinstance(reply, Rerror), reply, "Rerror to the clunk of a fid that is not there")
    require(await peer.is_waiting(1), "an answer to the read that waits", "none")
    await peer.get(Tflush(2, 1), Rflush)


@rule(18)
async def order(case: Case) -> None:
    """intro(5): what one client sends on one fid happens in that order, though it waits for no reply between."""
    peer = await case.peer()
    name = await case.make(peer, 2)
    await peer.say(*[Twrite(100 + i, 2, 0, f"{i:03}".encode()) for i in range(50)])
    for i in range(50):
        require(isinstance(reply := await peer.reply_to(100 + i), Rwrite), reply, "Rwrite")
    await peer.ask(Tclunk(1, 2))
    await peer.walk(BASE, 3, *case.writable(), name)
    await peer.open(3)
    with case.left_open("the manual lets a server answer in any order, and is silent on the order of the deeds"):
        require((data := await peer.read(3)) == b"049", data, "049, which was written last")


@rule(19)
async def waiting_alone(case: Case) -> None:
    """intro(5): replies come in any order: a read that waits holds up no other request, of this client or another."""
    peer, other = await case.peer(), await case.peer()
    for fid in range(10, 30):
        await case.open_blocking(peer, fid)
        await peer.say(Tread(fid, fid, 0, 100))
    await peer.fence()
    await other.fence()
    for fid in range(10, 30):
        require(await peer.is_waiting(fid), "a reply to a read that waits", "none")
        await peer.get(Tflush(1, fid), Rflush)


@rule(20)
async def not_reading(case: Case) -> None:
    """intro(5): a client that does not read its replies holds up nobody else."""
    glutton, other = await case.peer(), await case.peer()
    path = (*case.ground.base, *case.file())
    burst = b"".join(encode(request) for request in [Twalk(TAG, ROOT, 50, path), Tstat(TAG, 50), Tclunk(TAG, 50)] * 500)
    with trio.move_on_after(0.5), suppress(Broken):  # that it is not read from is what should happen
        for _ in range(GLUT // len(burst)):
            await glutton.send(burst)
    for _ in range(5):
        await other.fence()
    require(isinstance(reply := await other.ask(Twalk(1, BASE, 2, case.file())), Rwalk), reply, "Rwalk")
