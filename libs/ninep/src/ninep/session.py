"""The server's side of one 9P conversation: bytes in, requests out, replies in, bytes out. No IO, and no tree.

The session keeps the protocol's promises, so whoever answers never sees a bad request: version first, fids known and
in the right state, counts within msize, each tag in use once, Rflush only after the flushed request is settled. What
a fid stands for is the answerer's own: a *place* after Rattach and Rwalk, an *open file* after Ropen. The session keeps
both on the Fid and never looks inside.

It does not know names, permissions or qids, and it starts nothing: a request may be answered now or in an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from ninep.codec import ENCODE, Frames, head
from ninep.errors import FileError, ProtocolError
from ninep.messages import (
    NOFID,
    OEXEC,
    ORCLOSE,
    OREAD,
    OTRUNC,
    OWRITE,
    Garbled,
    Message,
    Rattach,
    Rcreate,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rwalk,
    Tattach,
    Tauth,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
    Twstat,
)

MSIZE = 128 * 1024 + 24  # what we offer: payloads are round after the 24 bytes of the longest header, IOHDRSZ
MSIZE_MOST = 1024 * 1024  # what we accept from a caller who asks for it
MSIZE_LEAST = 256  # below this, a stat of ordinary names does not fit
FIDS = 4096  # of one connection; then an Rerror
OUTSTANDING = 256  # requests that wait, of one connection; then an Rerror, so that a Tflush is always heard
FLUSHES = 4096  # Tflushes that wait: no client needs them, and one who sends them without end is cut off
WALK = 16  # MAXWELEM, walk(5)
NAME = 255  # bytes of a file's name: what all systems take that may mount it
APART = 16 * 1024  # bytes of data that are not copied into one buffer with what is said before and after them
ERROR_LENGTH = 400
"""Bytes of an Rerror at most: a sentence, and no more. Plan 9 keeps 128 of them (ERRMAX), plan9port 256, and Linux only
looks for the errno that the words stand for: each cuts for itself, and `ninep` shows all."""


class Fid:
    """A client's handle on a file. `mode` is None until it is open, and `is_gone` from its Tclunk on.

    It `is_opening` while a Topen or a Tcreate waits, and stands still so long: what comes of it is the answer's to say.
    """

    __slots__ = ("file", "is_gone", "is_opening", "mode", "place")

    def __init__(self, place: Any) -> None:
        self.place = place
        self.file: Any = None
        self.mode: int | None = None
        self.is_gone = self.is_opening = False


Request = tuple[Message, Fid | None]
"""A T-message and the Fid it concerns; None for Tversion, Tattach and Tflush."""


class Session:
    """One connection's fids and tags. `msize_offered` is the largest message that it agrees to.

    A multiplexer may speak for many `clients` on one connection: then the bounds are those of all of them together.
    """

    __slots__ = (
        "_clients",
        "_flushes",
        "_frames",
        "_left",
        "_offered",
        "_out",
        "_pending",
        "_pieces",
        "_rules",
        "due",
        "fids",
        "msize",
    )

    def __init__(self, msize_offered: int = MSIZE, clients: int = 1) -> None:
        self._clients = clients
        self.msize = MSIZE_LEAST  # until a Tversion says otherwise
        self.fids: dict[int, Fid] = {}
        self.due = 0  # bytes that wait to be sent
        self._offered = msize_offered
        self._frames = Frames(msize_offered)
        self._out: list[bytes] = []  # what is said last, after these pieces:
        self._pieces: list[bytes] = []
        self._pending: dict[int, Request] = {}  # by tag, until it is replied to or dropped
        self._flushes: dict[int, list[int]] = {}  # tag -> tags of the Tflushes that wait for it
        self._left: list[Fid] = []
        self._rules: dict[type[Message], Rule] = BEFORE_VERSION

    def receive_data(self, data: bytes) -> None:
        """Take bytes as they came from the wire."""
        self._frames.feed(data)

    def receive_eof(self) -> None:
        """The peer hung up: nothing is pending or due any more, and `abandoned` has the fids that it left."""
        self._forget()
        self.pieces_to_send()

    @property
    def is_partial(self) -> bool:
        """Whether a frame has begun that is not whole."""
        return self._frames.is_partial

    @property
    def has_advanced(self) -> bool:
        """Whether what was received last has completed a frame."""
        return self._frames.has_advanced

    def events_received(self) -> Iterator[Request | None]:
        """Give the requests that may be answered, and None for each that the session has answered itself.

        Each is judged when it is asked for, so it sees the reply to the one before it; and one may stop in the middle
        of a burst to send. ProtocolError if the connection must end.
        """
        for message in self._frames:
            try:
                request = self._judge(message)
            except FileError as refusal:
                self._say(self._frame(Rerror(message.tag, str(refusal))))
                request = None
            yield request

    def reply(self, message: Message, value: Any = None) -> None:
        """Answer a request. `value` is what its fid stands for from now on: a place, or an open file.

        A message that cannot be sent (it is more than msize, or no bytes stand for it) raises before anything has
        changed: FileError, or what the codec says. Any Rerror can be sent.
        """
        frame = self._frame(message)
        request, fid = self._pending.pop(message.tag)
        settle = SETTLE.get(type(message))
        if settle:
            settle(self, request, fid, message, value)
        self._say(frame)
        if type(message) is Rread and len(frame) < 11 + len(message.data):
            self._say_apart(message.data)
        if self._flushes:
            self._answer_flushes(message.tag)

    def drop(self, tag: int) -> None:
        """A flushed request has ended and will not be replied to."""
        if request := self._pending.pop(tag, None):
            self._refused(*request)
        self._answer_flushes(tag)

    def refuse_pending(self, why: str) -> None:
        """An Rerror for each request that is pending, and the Rflush of those that were flushed."""
        for tag, (request, _) in list(self._pending.items()):
            if type(request) is not Tflush:
                self.reply(Rerror(tag, why))

    def abandoned(self) -> list[Fid]:
        """Take the fids that a Tversion or the end of the connection left behind, for the answerer to let go."""
        left, self._left = self._left, []
        return left

    def data_to_send(self) -> bytes:
        """Take the bytes that are due to the peer."""
        return b"".join(self.pieces_to_send())

    def pieces_to_send(self) -> list[bytes]:
        """Take the same in pieces, for sendmsg(2): large data is a piece by itself, and was not copied."""
        pieces, self._pieces, self.due = self._pieces, [], 0
        if self._out:
            pieces.append(b"".join(self._out))
            self._out.clear()
        return pieces

    def _frame(self, message: Message) -> bytes:
        if type(message) is Rerror:
            return ENCODE[Rerror](Rerror(message.tag, cut(message.ename, min(ERROR_LENGTH, self.msize - 9))))
        if type(message) is Rread and APART <= len(message.data) <= self.msize - 11 and type(message.data) is bytes:
            return head(message)  # its data follows, see `reply`
        frame = ENCODE[type(message)](message)
        if len(frame) > self.msize:
            raise FileError(f"the answer has {len(frame)} bytes, but this connection takes {self.msize} (its msize)")
        return frame

    def _say(self, frame: bytes) -> None:
        self._out.append(frame)
        self.due += len(frame)

    def _say_apart(self, data: bytes) -> None:
        """The data whose head was said just now."""
        self._pieces += b"".join(self._out), data
        self._out.clear()
        self.due += len(data)

    # What is asked, before anyone sees it: each rule gives the request, or refuses, or answers by itself (None).

    def _judge(self, message: Message) -> Request | None:
        kind = type(message)
        if message.tag in self._pending and kind is not Tversion:
            raise FileError("duplicate tag")
        if len(self._pending) >= OUTSTANDING * self._clients and kind not in LETS_GO:
            raise FileError("too many requests wait on this connection")
        rule = self._rules.get(kind)
        request = rule(self, message) if rule else self._unexpected(message)
        if request:
            self._pending[message.tag] = request
        return request

    def _unexpected(self, message: Message) -> Request | None:
        if self._rules is BEFORE_VERSION:
            raise ProtocolError("the first message is not Tversion")
        raise FileError(message.why if isinstance(message, Garbled) else f"{type(message).__name__} is not a request")

    def _version(self, m: Any) -> Request:
        """version(5): a second Tversion aborts all I/O and clunks every fid."""
        if m.msize < MSIZE_LEAST:
            raise FileError(f"msize {m.msize} is too small; {MSIZE_LEAST} is the least")
        self._forget()
        self.msize = self._frames.limit = min(m.msize, self._offered)
        self._rules = RULES if m.version.startswith("9P2000") else BEFORE_VERSION
        return m, None

    def _attach(self, m: Any) -> Request:
        if m.afid != NOFID:
            raise FileError("no authentication is needed here; attach with afid NOFID")
        self._check_free(m.fid)
        return m, None

    def _auth(self, m: Any) -> Request:
        raise FileError("authentication not required")

    def _flush(self, m: Any) -> Request | None:
        """flush(5): always Rflush, and after it nothing under the old tag."""
        if m.oldtag not in self._pending or m.oldtag == m.tag:
            self._say(self._frame(Rflush(m.tag)))
            return None
        if len(self._pending) >= FLUSHES * self._clients:
            raise ProtocolError("too many flushes")
        self._flushes.setdefault(m.oldtag, []).append(m.tag)
        return m, None

    def _walk(self, m: Any) -> Request:
        """walk(5): at most 16 names, from a fid that is not open, to a fid that is free (or the same)."""
        fid = self._closed(m.fid)
        if len(m.wname) > WALK:
            raise FileError(f"too many names in a walk; {WALK} is the most")
        for name in m.wname:
            if "/" in name or not name:
                raise FileError("a name has no slash and is not empty")
        if m.newfid != m.fid:
            self._check_free(m.newfid)
        return m, fid

    def _open(self, m: Any) -> Request:
        if m.mode & ~(OEXEC | OTRUNC | ORCLOSE):
            raise FileError(f"unknown open mode {m.mode:#x}")
        return m, self._begin_to_open(m.fid)

    def _create(self, m: Any) -> Request:
        check_name(m.name)
        if m.mode & ~(OEXEC | OTRUNC | ORCLOSE):
            raise FileError(f"unknown open mode {m.mode:#x}")
        return m, self._begin_to_open(m.fid)

    def _read(self, m: Any) -> Request:
        fid = self.fids.get(m.fid)
        if fid is None or fid.mode is None or fid.mode & OEXEC == OWRITE:
            raise self._not_open(m.fid, "reading")
        if m.count > self.msize - 11:  # never an error: read(5) lets us give less
            m = replace(m, count=self.msize - 11)
        return m, fid

    def _write(self, m: Any) -> Request:
        fid = self.fids.get(m.fid)
        if fid is None or fid.mode is None or fid.mode & OEXEC in (OREAD, OEXEC):
            raise self._not_open(m.fid, "writing")
        return m, fid

    def _any(self, m: Any) -> Request:
        return m, self._known(m.fid)

    def _last(self, m: Any) -> Request:
        """clunk(5), remove(5): the fid is gone even if the request fails."""
        fid = self._known(m.fid)
        del self.fids[m.fid]
        fid.is_gone = True
        return m, fid

    def _known(self, number: int) -> Fid:
        if (fid := self.fids.get(number)) is None:
            raise FileError("unknown fid")
        return fid

    def _closed(self, number: int) -> Fid:
        if (fid := self._known(number)).mode is not None:
            raise FileError("the fid is open")
        if fid.is_opening:
            raise FileError("the fid is being opened")
        return fid

    def _begin_to_open(self, number: int) -> Fid:
        fid = self._closed(number)
        fid.is_opening = True
        return fid

    def _not_open(self, number: int, wish: str) -> FileError:
        return FileError(f"the fid is not open for {wish}" if number in self.fids else "unknown fid")

    def _check_free(self, number: int) -> None:
        if number in self.fids or number == NOFID:
            raise FileError("fid in use")
        if len(self.fids) >= FIDS * self._clients:
            raise FileError(f"too many fids; {FIDS * self._clients} is the most of one connection")

    # What a reply changes.

    def _attached(self, request: Any, fid: Any, reply: Any, place: Any) -> None:
        self.fids[request.fid] = Fid(place)

    def _walked(self, request: Any, fid: Any, reply: Any, place: Any) -> None:
        """The new fid exists only if every name was walked."""
        if len(reply.wqid) == len(request.wname):
            self.fids[request.newfid] = Fid(place)

    def _opened(self, request: Any, fid: Fid, reply: Any, file: Any) -> None:
        fid.file, fid.mode, fid.is_opening = file, request.mode, False

    def _created(self, request: Any, fid: Fid, reply: Any, made: Any) -> None:
        """create(5): the fid of the directory now stands for the new file, open. `made` is (place, open file)."""
        (fid.place, fid.file), fid.mode, fid.is_opening = made, request.mode, False

    def _refused(self, request: Any, fid: Any, reply: Any = None, value: Any = None) -> None:
        if type(request) in OPENS:
            fid.is_opening = False

    def _answer_flushes(self, tag: int) -> None:
        """Also the flushes of these flushes, and so on: a client may chain thousands."""
        ended = [tag]
        for tag in ended:
            for flush in self._flushes.pop(tag, ()):
                if self._pending.pop(flush, None):
                    self._say(self._frame(Rflush(flush)))
                    ended.append(flush)

    def _forget(self) -> None:
        self._left += self.fids.values()
        for fid in self._left:
            fid.is_gone = True
        self.fids.clear()
        self._pending.clear()
        self._flushes.clear()


def check_name(name: str) -> None:
    """Refuse what no file can be called. FileError."""
    if name in ("", ".", "..") or "/" in name:
        raise FileError(f"{name or 'nothing'} is not a name for a file")
    if len(name.encode(errors="replace")) > NAME:
        raise FileError("File name too long")  # ENAMETOOLONG, in the words that Linux knows


def cut(text: str, size: int) -> str:
    """As much of a text as fits into `size` bytes of a string[s], intro(5); what none can hold is a question mark."""
    return text.encode(errors="replace")[:size].decode(errors="ignore").replace("\0", "?")


Rule = Callable[[Session, Any], Request | None]

BEFORE_VERSION: dict[type[Message], Rule] = {Tversion: Session._version}
RULES: dict[type[Message], Rule] = {
    **BEFORE_VERSION,
    Tauth: Session._auth,
    Tattach: Session._attach,
    Tflush: Session._flush,
    Twalk: Session._walk,
    Topen: Session._open,
    Tcreate: Session._create,
    Tread: Session._read,
    Twrite: Session._write,
    Tclunk: Session._last,
    Tremove: Session._last,
    Tstat: Session._any,
    Twstat: Session._any,
}
OPENS = {Topen, Tcreate}
LETS_GO = {Tversion, Tflush, Tclunk, Tremove}  # what frees something is heard however much waits
SETTLE: dict[type[Message], Callable[[Session, Any, Any, Any, Any], None]] = {
    Rattach: Session._attached,
    Rwalk: Session._walked,
    Ropen: Session._opened,
    Rcreate: Session._created,
    Rerror: Session._refused,
}
