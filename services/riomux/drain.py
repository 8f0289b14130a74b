"""The last moments: what was asked before the mux was told to stop still gets its reply, what is asked now does not.

Only what lets go is passed on, a Tflush or a Tclunk: a server keeps a text when its file is clunked, so a write that
was begun in time is finished by its clunk. Unless a part of it was refused; then the clunk is refused too, and the
server, which sees the connection end, keeps nothing of that text rather than half of it.
"""

from __future__ import annotations

from struct import Struct

from ninep.errors import ProtocolError
from ninep.messages import Tclunk, Tflush, Twrite
from riomux.frames import HEADER, Frame
from riomux.peers import Client, Fid, Trees
from riomux.requests import take

STOPPING = "the multiplexer is stopping; try again when it is back"

_HEAD = Struct("<IBHI").unpack_from  # size type tag fid


class Drain:
    """Turns away what clients ask from now on."""

    def __init__(self, trees: Trees) -> None:
        self._trees = trees
        self._torn: set[Fid] = set()  # fids of which a Twrite was refused

    def hear(self, client: Client, buffer: bytearray, end: int) -> int:
        """Deal with every whole message of `buffer[:end]`, as `forward.pass_requests` does."""
        at = 0
        while end - at >= HEADER:
            size, kind, tag, number = _HEAD(buffer, at)
            if not HEADER <= size <= client.msize:
                raise ProtocolError(f"a frame of {size} bytes; the limits are {HEADER} and {client.msize}")
            if size > end - at:
                break
            self._take(client, Frame(buffer, at, size, kind, tag, number))
            at += size
        return at

    def _take(self, client: Client, frame: Frame) -> None:
        fid = client.fids.get(frame.number)
        if frame.type == Tflush.number or (frame.type == Tclunk.number and fid not in self._torn):
            if link := take(self._trees, client, frame):
                link.say(frame.view())
            return
        if fid and frame.type == Twrite.number:
            self._torn.add(fid)
        client.refuse(frame.tag, STOPPING)
