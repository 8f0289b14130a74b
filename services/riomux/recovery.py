"""Fids outlive their links: the first request that finds a link lost has the file of its fid found again, by its path.

A fid that is not open is a place. What the backend has there now is what it stands for, so that the working directory
of a shell survives the backend. A file that is open is opened again only where no one could be given the data of
another: if it is open for reading alone, and nothing has been read of it, or it has a length and the qid it had. What
is read of a stream or of a text made up by its server goes on nowhere else, nor does what is half written: those stay
broken until they are clunked.

Meanwhile the fid is on its way, and what is asked of it waits in order. Should all that be flushed, the file is found
for whatever is asked next.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from ninep.errors import NOT_FOUND, FileError, ProtocolError
from ninep.messages import Message, Qid, Rerror, Ropen, Rstat, Rwalk, Topen, Tstat, Twalk
from ninep.session import WALK
from riomux.frames import Frame
from riomux.peers import Client, Errand, Fid, Opened
from riomux.reach import leave, reach
from riomux.replies import orphan, room_of


def stale(fid: Fid) -> str:
    """What is said of an open file that cannot be found again."""
    return f"i/o error: {fid.backend.name} went away; open the file again"


def hopeless(fid: Fid) -> str | None:
    """Why there is no use in looking for the file of a fid whose link is lost; None if there is."""
    if fid.opened and not fid.opened.is_reading:
        return stale(fid)
    return fid.broken


def arrived(client: Client, frame: Frame) -> Fid | None:
    """The fid of a request; None if it is on its way, and the request now waits for it."""
    fid = client.fids.get(frame.number)
    if fid is None:
        raise FileError("unknown fid")
    if fid.waiting is None:
        return fid
    client.park(fid, frame)
    return None


def at_hand(client: Client, frame: Frame) -> Fid | None:
    """The fid of a request, with a link; None if the request now waits for it."""
    fid = arrived(client, frame)
    if fid is None or fid.link:
        return fid
    recover(client, fid, frame)
    return None


def recover(client: Client, fid: Fid, frame: Frame) -> None:
    """Have a request wait until the file of its fid is found again."""
    if why := hopeless(fid):
        raise FileError(why)
    fid.waiting = []
    client.park(fid, frame)
    Finding(client, fid, lambda finding: _go_on(client, fid, finding)).resume()


def _go_on(client: Client, fid: Fid, finding: Finding) -> None:
    """All that waited goes on, or is refused. If there was no way to the backend, what comes later tries again."""
    fid.broken = finding.why
    client.release(fid)
    if not fid.opened or finding.is_cut_off:
        fid.broken = None


class Finding:
    """Makes a fid that waits without a link stand where it should. `then` is called when that is done.

    It is given up when the fid waits no longer, for its client has gone. If `why` is None in the end, `qid` is that of
    the file. Else `why` is the reason, and `is_cut_off` says whether there was no way to the backend, rather than no
    such file.
    """

    __slots__ = ("_asked", "_client", "_dialogue", "_fid", "_link", "_number", "_then", "is_cut_off", "qid", "why")

    def __init__(self, client: Client, fid: Fid, then: Callable[[Finding], None]) -> None:
        self._client, self._fid, self._then = client, fid, then
        self._asked: Errand | None = None
        self.is_cut_off = False
        self.qid: Qid | None = None
        self.why: str | None = None

    def resume(self) -> None:
        """Begin, if there is a link; else wait to be called again."""
        if self._fid.waiting is None:
            return
        try:
            way = reach(self._client, self._fid.backend, self._fid.user, self)
        except FileError as refusal:
            self.refuse(str(refusal))
            return
        if way:
            self._link, root = way
            self._number = self._link.take_fid()
            self._dialogue = _found(self._fid, root, self._number)
            self._asked = self._link.ask(next(self._dialogue), self._hear)

    def refuse(self, why: str) -> None:
        """There is no way into the backend, or the link is lost again."""
        self.is_cut_off = True
        self._end(why)

    def cancel(self) -> None:
        """It was flushed, and the fid waits no longer."""
        if self._asked:
            orphan(self._asked)
        else:
            leave(self._client, self._fid.backend, self._fid.user, self)

    def _hear(self, reply: Message) -> None:
        self._asked = None
        if isinstance(reply, Rerror) and self._link.is_lost:
            self.refuse(reply.ename)
        elif self._fid.waiting is None:
            self._link.retire(self._number)
        else:
            self._go_on(reply)

    def _go_on(self, reply: Message) -> None:
        try:
            request = self._dialogue.send(reply)
        except StopIteration as end:
            self._arrive(*end.value)
        except FileError as refusal:
            self._link.retire(self._number)  # if it never came to be, the backend says so, which does no harm
            self._end(str(refusal))
        else:
            self._asked = self._link.ask(request, self._hear)

    def _arrive(self, qid: Qid | None, opened: Opened | None) -> None:
        fid = self._fid
        fid.link, fid.number, fid.opened, self.qid = self._link, self._number, opened, qid
        if opened and opened.is_begun:
            fid.room = room_of(self._client, self._link)
        self._end(None)

    def _end(self, why: str | None) -> None:
        if self._fid.waiting is not None:
            self.why = why
            self._then(self)


Dialogue = Generator[Message, Message, tuple[Qid | None, Opened | None]]


def _found(fid: Fid, root: int, number: int) -> Dialogue:
    """What is said to make `number` stand for the file of a fid, and be open as it was. FileError if that cannot be.

    Gives the qid, if there was a name to walk, and how the file is open.
    """
    start, qid = root, None
    for at in range(0, len(fid.path) or 1, WALK):
        names = fid.path[at : at + WALK]
        qid = _last_of((yield Twalk(0, start, number, names)), names)
        start = number
    if fid.opened is None:
        return qid, None
    if fid.opened.is_begun and not fid.opened.is_directory:
        _must_be_the_same((yield Tstat(0, number)), fid)
    return qid, _opened_again((yield Topen(0, number, fid.opened.mode)), fid, fid.opened)


def _last_of(reply: Message, names: tuple[str, ...]) -> Qid | None:
    walked = reply.wqid if isinstance(reply, Rwalk) else ()
    if len(walked) > len(names):
        raise ProtocolError(f"{len(walked)} qids for {len(names)} names")
    if isinstance(reply, Rerror):
        raise FileError(reply.ename)
    if len(walked) < len(names):
        raise FileError(NOT_FOUND)
    return walked[-1] if walked else None


def _must_be_the_same(reply: Message, fid: Fid) -> None:
    """What has a length has bytes that stay where they are."""
    assert fid.opened
    if not isinstance(reply, Rstat) or not reply.stat.length or not _are_one(reply.stat.qid, fid.opened.qid):
        raise FileError(stale(fid))


def _opened_again(reply: Message, fid: Fid, before: Opened) -> Opened:
    if not isinstance(reply, Ropen) or reply.qid.type != before.qid.type:
        raise FileError(stale(fid))
    is_same = _are_one(reply.qid, before.qid) and not before.is_directory
    if before.is_begun and not is_same and not before.is_directory:
        raise FileError(stale(fid))
    return Opened(before.mode, reply.qid, is_same and before.is_begun, not is_same)


def _are_one(one: Qid, other: Qid) -> bool:
    """Whether two qids are of one file, whose version may have changed."""
    return (one.type, one.path) == (other.type, other.path)


def begin_reading(client: Client, fid: Fid, offset: int) -> None:
    """Something is read of an open file: from now on it is no other, and its data may take the fast path.

    FileError if it was opened again as something that must be read from its beginning, and is not.
    """
    opened = fid.opened
    if opened is None:
        return
    if opened.is_anew and offset:
        raise FileError(stale(fid))
    opened.is_anew, opened.is_begun = False, True
    if fid.link and not opened.is_directory:
        fid.room = room_of(client, fid.link)
