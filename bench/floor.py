"""The floor of a multiplexer in Python: an epoll loop that rewrites fids and tags and checks nothing at all.

`python -m bench.floor LISTEN BACKEND`. No trio, no error path, no limits, no qids: what is measured against it is the
price of doing the job properly. All clients share one connection to the backend.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import sys

HEAD = struct.Struct("<IBHI")
TAG, FID = struct.Struct("<H"), struct.Struct("<I")
TWALK, TATTACH, TVERSION = 110, 104, 100
HOLDS_FID = {112, 114, 116, 118, 120, 122, 124, 126}

buffer = bytearray(1 << 20)
view = memoryview(buffer)


class Peer:
    """One socket: its unfinished frame, and for a client its fids."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.rest = sock, b""
        self.fids: dict[int, int] = {}

    def receive(self) -> int:
        """Fill the buffer with what is left and what came; how much that is."""
        kept = len(self.rest)
        buffer[:kept] = self.rest
        if not (came := self.sock.recv_into(view[kept:])):
            raise ConnectionResetError
        return kept + came

    def tell(self, data: memoryview) -> None:
        """Send it, unless the client has gone since it asked."""
        with contextlib.suppress(OSError):
            self.sock.sendall(data)


def frames(size: int) -> tuple[list[tuple[int, int, int, int]], int]:
    """(where, type, tag, first four bytes of the body) of each whole frame, and where the last ends."""
    found, at = [], 0
    while size - at >= 7:
        length, kind, tag, fid = HEAD.unpack_from(buffer, at)
        if size - at < length:
            break
        found.append((at, kind, tag, fid))
        at += length
    return found, at


def main() -> None:
    """Splice until ended."""
    listen, back = sys.argv[1:3]
    host, port = back.rsplit(":", 1)
    backend = Peer(socket.create_connection((host, int(port))))
    backend.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    backend.sock.sendall(struct.pack("<IBHIH", 19, TVERSION, 0xFFFF, 1 << 20, 6) + b"9P2000")
    version = backend.sock.recv(64)
    msize = FID.unpack_from(version, 7)[0]
    host, port = listen.rsplit(":", 1)
    listener = socket.create_server((host, int(port)), backlog=4096)
    poll, peers = select.epoll(), {backend.sock.fileno(): backend}
    poll.register(backend.sock.fileno(), select.EPOLLIN)
    poll.register(listener.fileno(), select.EPOLLIN)
    tags, asked = list(range(60000, 0, -1)), [(backend, 0)] * 60001
    next_fid = iter(range(1, 1 << 31))

    def ask(client: Peer) -> None:
        found, end = frames(size := client.receive())
        begin = 0
        for at, kind, tag, fid in found:
            if kind == TVERSION:
                client.sock.sendall(struct.pack("<IBHIH", 19, 101, tag, min(fid, msize), 6) + b"9P2000")
                begin = at + 19
                continue
            if kind == TATTACH:
                client.fids[fid] = next(next_fid)
            elif kind == TWALK:
                newfid = FID.unpack_from(buffer, at + 11)[0]
                if newfid not in client.fids:
                    client.fids[newfid] = next(next_fid)
                FID.pack_into(buffer, at + 11, client.fids[newfid])
            mine = tags.pop()
            asked[mine] = client, tag
            TAG.pack_into(buffer, at + 5, mine)
            if kind in HOLDS_FID or kind in (TWALK, TATTACH):
                FID.pack_into(buffer, at + 7, client.fids[fid])
        if begin < end:
            backend.sock.sendall(view[begin:end])
        client.rest = bytes(view[end:size])

    def answer() -> None:
        found, end = frames(size := backend.receive())
        run, to = 0, None
        for at, _, tag, _ in found:
            client, theirs = asked[tag]
            tags.append(tag)
            TAG.pack_into(buffer, at + 5, theirs)
            if client is not to:
                if to:
                    to.tell(view[run:at])
                run, to = at, client
        if to:
            to.tell(view[run:end])
        backend.rest = bytes(view[end:size])

    while True:
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peers[sock.fileno()] = Peer(sock)
                poll.register(sock.fileno(), select.EPOLLIN)
            elif fd == backend.sock.fileno():
                answer()
            else:
                try:
                    ask(peers[fd])
                except (OSError, KeyError, struct.error):
                    poll.unregister(fd)
                    peers.pop(fd).sock.close()


main()
