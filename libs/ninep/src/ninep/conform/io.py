"""Rules 31 to 42: open, create, read and write."""

from __future__ import annotations

import struct

from ninep.conform.case import BASE, Case
from ninep.conform.ground import entries_of
from ninep.conform.peer import Peer
from ninep.conform.rules import Skipped, require, rule
from ninep.messages import (
    DMAPPEND,
    DMEXCL,
    OEXEC,
    ORCLOSE,
    ORDWR,
    OREAD,
    OTRUNC,
    OWRITE,
    QTAPPEND,
    QTEXCL,
    Message,
    Rcreate,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Twrite,
)

HUGE = ((1 << 31) - 1, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
FAR = (1 << 63) - 1  # from here on a system may have no numbers for the end of what is asked for
FEW = 12  # files to make for a directory that changes
_TAG = 9


@rule(31)
async def opened_once(case: Case) -> None:
    """open(5): a fid is opened once, and then read or written as it was opened."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    await peer.refused(Tread(1, 2, 0, 10))
    await peer.refused(Twrite(1, 2, 0, b"x"))
    await peer.open(2)
    await peer.refused(Topen(1, 2, OREAD))
    await peer.refused(Twrite(1, 2, 0, b"x"))
    await peer.read(2)
    if case.ground.writable is not None:
        await case.make(peer, 3, mode=OWRITE)
        await peer.refused(Tread(1, 3, 0, 10))


@rule(32)
async def modes(case: Case) -> None:
    """open(5): modes that are none are refused, OEXEC reads, OTRUNC wants to write, and a directory is only read."""
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    with case.left_open("bits that mean nothing are the client's to leave out"):
        for mode in (0x08, 0x80):
            await (await _at_file(case)).refused(Topen(1, 2, mode))
    if not case.ground.entries[case.file()].mode & 0o222:
        await peer.refused(Topen(1, 2, OREAD | OTRUNC))
        await peer.refused(Topen(1, 2, OWRITE))
    if isinstance(await peer.ask(Topen(1, 2, OEXEC)), Ropen):
        data = await peer.read(2, 0, len(case.ground.content))
        require(data[:20] == case.ground.content[:20], data[:20], repr(case.ground.content[:20]))
    await peer.walk(BASE, 3)
    for mode in (OWRITE, ORDWR, OREAD | OTRUNC, OREAD | ORCLOSE):
        await peer.refused(Topen(1, 3, mode))
    await peer.open(3)


async def _at_file(case: Case) -> Peer:
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.file())
    return peer


@rule(33)
async def remove_on_close(case: Case) -> None:
    """open(5): ORCLOSE removes the file at the clunk, at a Tversion, and when the client hangs up."""
    for end in ("clunk", "Tversion", "hang-up"):
        peer = await case.peer()
        name = await case.make(peer, 2, mode=ORDWR | ORCLOSE)
        require(await case.exists(name), f"{name} is not there", "that it is until it is closed")
        if end == "clunk":
            await peer.ask(Tclunk(1, 2))
        elif end == "Tversion":
            await peer.version()
        else:
            peer.hang_up()
        await (await case.peer()).fence()
        require(not await case.exists(name), f"{name} is still there after a {end}", "that it is removed")


@rule(34)
async def create(case: Case) -> None:
    """create(5): the fid becomes the new file, open; a name that exists or is none, a file to make it in: refused."""
    peer, directory = await case.peer(), case.writable()
    name = await case.make(peer, 2)
    await peer.write(2, b"new")
    await peer.ask(Tclunk(1, 2))
    require(await case.exists(name), f"{name} is not there", "that it is after Rcreate")
    await peer.walk(BASE, 3, *directory)
    before = await peer.stat(3)
    for wrong in (name, ".", "..", "a/b"):
        await peer.refused(Tcreate(1, 3, wrong, 0o666, OREAD))
        require((stat := await peer.stat(3)).qid.path == before.qid.path, stat.qid, str(before.qid))
    await _create_nameless(case)
    await peer.walk(BASE, 4, *directory, name)
    await peer.refused(Tcreate(1, 4, case.new_name(), 0o666, OREAD))
    await peer.open(3)
    await peer.refused(Tcreate(1, 3, case.new_name(), 0o666, OREAD))
    allowed = 0o777 if before.mode & 0o111 == 0 else before.mode
    await peer.walk(BASE, 5, *directory)
    made = case.new_name()
    if isinstance(await peer.ask(Tcreate(1, 5, made, 0o640, OREAD)), Rcreate):
        mode = (await peer.stat(5)).mode & 0o777
        wanted = 0o640 & (~0o666 | allowed & 0o666)
        require(mode in (wanted, 0o666, 0o644, 0o444), f"mode 0o{mode:o}", f"0o{wanted:o}, or what all files have")


async def _create_nameless(case: Case) -> None:
    peer = await case.peer()
    await peer.walk(BASE, 2, *case.writable())
    with case.left_open("of a name without letters the manual says nothing"):
        reply = await peer.ask(Tcreate(1, 2, "", 0o666, OREAD))
        if isinstance(reply, Rcreate):
            await peer.ask(Tremove(1, 2))
        require(isinstance(reply, Rerror), f"{reply} to a name of no letters", "Rerror")


@rule(35)
async def exclusive_and_append(case: Case) -> None:
    """open(5): an exclusive file is open once among all connections; to an append-only one an offset means nothing."""
    peer, other = await case.peer(), await case.peer()
    name = await case.make(peer, 2, 0o666 | DMEXCL)
    is_exclusive = (await peer.stat(2)).qid.type & QTEXCL
    if is_exclusive:
        await other.walk(BASE, 2, *case.writable(), name)
        await other.refused(Topen(1, 2, OREAD))
        await peer.ask(Tclunk(1, 2))
        await other.open(2)
    name = await case.make(peer, 3, 0o666 | DMAPPEND)
    is_append_only = (await peer.stat(3)).qid.type & QTAPPEND
    if is_append_only:
        for text in (b"one", b"two"):
            await peer.write(3, text, 0)
        await peer.ask(Tclunk(1, 3))
        await peer.walk(BASE, 4, *case.writable(), name)
        await peer.open(4)
        require((data := await peer.read(4)) == b"onetwo", data, "onetwo")
    if not is_exclusive and not is_append_only:
        raise Skipped("this server makes neither exclusive nor append-only files")


@rule(36)
async def iounit(case: Case) -> None:
    """open(5): an iounit is 0, or at most msize less 24, by the msize of this client."""
    for msize in (512, 8192, 1 << 20):
        peer = await case.peer(msize)
        await peer.walk(BASE, 2, *case.file())
        opened = await peer.open(2)
        require(opened.iounit <= peer.msize - 24, opened, f"at most {peer.msize - 24}")


@rule(37)
async def counts_and_offsets(case: Case) -> None:
    """read(5): a count beyond msize gives less, 0 gives nothing, and so does an offset beyond the end, however far."""
    peer, content = await case.peer(), case.ground.content
    await case.open_file(peer, 2)
    for count in (0, 1, 8192, 1 << 31, (1 << 32) - 1):
        reply = await peer.ask(Tread(1, 2, 0, count))
        with case.left_open("a count that no reply can hold is the client's to leave out"):
            require(isinstance(reply, Rread) or count <= peer.msize - 24, f"{reply} to a count of {count}", "Rread")
        if isinstance(reply, Rread) or count <= peer.msize - 24:
            _check_count(reply, count, content)
    for offset in HUGE:
        reply = await peer.ask(Tread(1, 2, offset, 100))
        with case.left_open("an offset that a system's signed numbers do not have is far from any file"):
            require(isinstance(reply, Rread) or offset < FAR, f"{reply} at offset {offset}", "nothing: the end")
        at_end = (isinstance(reply, Rerror) and offset >= FAR) or reply == Rread(1, b"")
        require(at_end, f"{reply} at offset {offset}", "nothing: the end")


def _check_count(reply: Message, count: int, content: bytes) -> None:
    data = reply.data if isinstance(reply, Rread) else b""
    require(isinstance(reply, Rread), f"{reply} to a count of {count}", "Rread")
    require(content.startswith(data[: len(content)]), data[:40], repr(content[:40]))
    require(bool(data) == bool(count), f"{len(data)} bytes for a count of {count}", "at least one, and none for 0")


@rule(38)
async def directory_reads(case: Case) -> None:
    """read(5): a directory is read in whole entries, from 0 or where the last read ended; 0 begins anew."""
    peer = await case.peer()
    await peer.walk(BASE, 2)
    await peer.open(2)
    whole = await peer.read_all(2)
    largest = max((2 + _size(whole, at) for at in _starts(whole)), default=0)
    in_parts = await peer.read_all(2, largest)
    names, again = ([entry.name for entry in entries_of(data)] for data in (whole, in_parts))
    require(names == again, again, f"the entries of before, {names}")
    if not whole:
        return
    for count in (1, 10):
        reply = await peer.ask(Tread(1, 2, 0, count))
        small = isinstance(reply, Rerror) or (isinstance(reply, Rread) and not reply.data)
        require(small, reply, f"Rerror or nothing: no entry has {count} bytes")
    first = await peer.read(2, 0, largest)
    beyond = await peer.ask(Tread(1, 2, len(first) + 1, 4096))
    require(isinstance(beyond, Rerror) or beyond == Rread(1, b""), beyond, "Rerror, for no entry begins there")
    with case.left_open("it is the client that must not seek in a directory"):
        require(isinstance(beyond, Rerror), beyond, "Rerror, for no entry begins there")
    require((await peer.read(2, 0, largest)) == first, "another entry", "the first again, at offset 0")


def _size(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<H", data, at)[0])


def _starts(data: bytes) -> list[int]:
    starts, at = list[int](), 0
    while at < len(data):
        starts.append(at)
        at += 2 + _size(data, at)
    return starts


@rule(39)
async def changing_directory(case: Case) -> None:
    """read(5): while a directory is read and others change it, what they don't touch is listed once."""
    peer, other, directory = await case.peer(), await case.peer(), case.writable()
    kept = [await case.make(other, 10 + i) for i in range(FEW)]
    gone = list(range(40, 40 + FEW))
    for fid in gone:
        await case.make(other, fid)
    await peer.walk(BASE, 2, *directory)
    await peer.open(2)
    data, offset = b"", 0
    while chunk := await peer.read(2, offset, 200):
        data, offset = data + chunk, offset + len(chunk)
        if gone:
            await other.ask(Tremove(1, gone.pop()))
            await case.make(other, 70 + len(gone))
    names = [entry.name for entry in entries_of(data)]
    for name in kept:
        require(names.count(name) == 1, f"{name} {names.count(name)} times", "once")


@rule(40)
async def writes(case: Case) -> None:
    """write(5): a write's count is that of its bytes; what is written can be read, byte for byte."""
    peer = await case.peer()
    name = await case.make(peer, 2)
    body = struct.pack("<IQI", 2, 0, 1000) + b"xyz"
    lie = struct.pack("<IBH", 7 + len(body), Twrite.number, _TAG) + body
    if not await peer.refused_or_end(lie, _TAG):
        raise Skipped("this server ends the connection for a count that lies, which it may")
    text = "".join(f"line {i}\n" for i in range(300)).encode()
    at = 0
    while at < len(text):
        count = await peer.write(2, text[at : at + 1000], at)
        require(count > 0, "Rwrite of 0 bytes", "some, or an Rerror")
        at += count
    await peer.ask(Tclunk(1, 2))
    await peer.walk(BASE, 3, *case.writable(), name)
    await peer.open(3)
    require((data := await peer.read_all(3)) == text, f"{len(data)} bytes", f"the {len(text)} that were written")


@rule(41)
async def blocking_read(case: Case) -> None:
    """read(5): a read that has nothing yet is not answered; when something comes it is, with what there is."""
    peer = await case.peer()
    await case.open_blocking(peer, 2)
    await peer.say(Tread(5, 2, 0, 4096))
    require(await peer.is_waiting(5), "an answer", "none: an empty one would be the end")
    await peer.get(Tflush(6, 5), Rflush)
    if case.ground.pipe is None:
        return
    await peer.walk(BASE, 3, *case.pipe())
    await peer.open(3)
    await peer.say(Tread(7, 3, 0, 4096))
    require(await peer.is_waiting(7), "an answer", "none before something is written")
    await case.write_pipe(b"conform\n")
    reply = await peer.reply_to(7)
    require(isinstance(reply, Rread) and reply.data == b"conform\n", reply, "what was written")


@rule(42)
async def two_readers(case: Case) -> None:
    """read(5): two fids of one file have each a place of its own; of one that leaves, the other notices nothing."""
    peer, content = await case.peer(), case.ground.content
    await case.open_file(peer, 2)
    await case.open_file(peer, 3)
    await peer.read(2, 0, 5)
    data = await peer.read(3, 0, 5)
    require(data == content[: len(data)] != b"", data, f"the beginning, {content[:5]!r}")
    if case.ground.blocking is None:
        return
    await case.open_blocking(peer, 4)
    await case.open_blocking(peer, 5)
    await peer.say(Tread(14, 4, 0, 100), Tread(15, 5, 0, 100))
    require(await peer.is_waiting(14), "an answer", "none yet")
    await peer.get(Tflush(6, 14), Rflush)
    await peer.ask(Tclunk(1, 4))
    require(await peer.is_waiting(15), "an answer to the other read", "none yet")
