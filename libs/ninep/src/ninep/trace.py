"""A proxy that prints the conversation between clients and a server, as a script of `ninep.testing`.

What is printed is what `run_script` plays: T lines that were sent, R lines that came, `as NAME` where another client
speaks, `raw HEX` for bytes that are no message, `hangup` and `closed`. What is forwarded is the bytes themselves,
whether or not they are understood; a line is printed before its message goes on, so causes stand before effects. Each
direction holds one chunk: who does not read is not read from.

Two servers of one tree choose different qids and have other clocks. For a script that any of them can pass, `is_loose`
puts a `*` for what is the server's own choice: paths and versions of qids, times, and what a directory holds.
"""

from __future__ import annotations

import itertools
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import trio

from ninep.codec import DECODE, HEADER, encode, read_stat
from ninep.dial import Address, dial
from ninep.messages import Message, Rattach, Rauth, Rcreate, Ropen, Rread, Rstat, Rwalk, parse

CHUNK = 64 * 1024  # bytes that are read before they are sent on
GOODBYE = 2.0  # seconds that a server has to hang up after its client
LARGEST = 16 * 1024 * 1024  # bytes of a frame; what claims more is not gathered, but printed as it comes

QID = re.compile(r"\b([0-9a-f]+)\.\d+\.\d+\b")  # its type is the file's; version and path are the server's
TIMES = re.compile(r"\b(atime|mtime) \d+")

Socket = trio.socket.SocketType
Show = Callable[[str], Awaitable[None]]
"""Prints a text of whole lines."""


async def trace(address: Address | str, listener: socket.socket, show: Show, *, is_loose: bool = False) -> None:
    """Proxy the clients of a listening socket to the server at an address, until cancelled."""
    server, tree = Address.parse(address).split()
    if tree:
        raise ValueError(f"{address}: a trace is of a whole server; leave out {tree}, and let the client ask for it")
    page = _Page(show)
    accepting = trio.socket.from_stdlib_socket(listener)
    async with trio.open_nursery() as nursery:
        for number in itertools.count(1):
            client, _ = await accepting.accept()
            nursery.start_soon(_carry, client, server, _Speaker(page, f"client{number}"), is_loose)


class Cutter:
    """Cuts one direction of a conversation into lines. `letter` is that of its messages, T or R."""

    def __init__(self, letter: str, *, is_loose: bool = False) -> None:
        self._letter, self._rest, self._is_lost, self._is_loose = letter, b"", False, is_loose

    def lines(self, data: bytes) -> Iterator[str]:
        """The lines of what has become whole; to be iterated to the end."""
        data, at = self._rest + data, 0
        while at + HEADER <= len(data) and not self._is_lost:
            (size,) = struct.unpack_from("<I", data, at)
            if not HEADER <= size <= LARGEST:
                self._is_lost = True  # where the next frame begins, nobody knows any more
            elif at + size > len(data):
                break
            else:
                yield self._line(data[at : at + size])
                at += size
        self._rest = data[at:]
        if self._is_lost:
            yield from self.end()

    def end(self) -> Iterator[str]:
        """What is left over when nothing more comes."""
        rest, self._rest = self._rest, b""
        if rest:
            yield self._raw(rest)

    def _line(self, frame: bytes) -> str:
        """A message that can be said again from its text, else the bytes."""
        try:
            message: Message = DECODE[frame[4]](frame, 0, len(frame))
            text = str(message)
            is_same = text[0] == self._letter and encode(parse(text)) == frame
        except (ValueError, struct.error):
            is_same = False
        if not is_same:
            return self._raw(frame)
        return loosened(message) if self._is_loose else text

    def _raw(self, data: bytes) -> str:
        raw = f"raw {data.hex()}"
        return raw if self._letter == "T" else f"# the server said {raw}"  # a script cannot expect what is no message


def loosened(message: Message) -> str:
    """A message as another server of the same tree might say it."""
    text = str(message)
    match message:
        case Rattach() | Rauth() | Rwalk() | Ropen() | Rcreate():
            return QID.sub(r"\1.*", text)
        case Rstat():
            return TIMES.sub(r"\1 *", QID.sub(r"\1.*", text))
        case Rread() if _is_directory(message.data):
            return f"Rread tag {message.tag} data *"
        case _:
            return text


def _is_directory(data: bytes) -> bool:
    """Whether this is what a read of a directory gives: whole entries."""
    at = 0
    try:
        while at < len(data):
            _, at = read_stat(data, at)
    except (ValueError, struct.error):
        return False
    return bool(data)


class _Page:
    """What has been printed, as far as the next line depends on it: who spoke last."""

    def __init__(self, show: Show) -> None:
        self.show, self.lock = show, trio.Lock()
        self.speaker: _Speaker | None = None


class _Speaker:
    """One client's part of the page, which ends with `hangup` or `closed`, whichever is first."""

    def __init__(self, page: _Page, name: str) -> None:
        self._page, self._name, self._has_ended = page, name, False

    async def write(self, *lines: str, is_last: bool = False) -> None:
        """Print lines, if there are any."""
        async with self._page.lock:
            if not lines or self._has_ended:
                return
            self._has_ended = is_last
            begin = "" if self._page.speaker is self else f"as {self._name}\n"
            self._page.speaker = self
            await self._page.show(begin + "".join(f"{line}\n" for line in lines))


async def _carry(client: Socket, server: Address, speaker: _Speaker, is_loose: bool) -> None:
    """One client, until either end hangs up."""
    with client:
        try:
            upstream = trio.socket.from_stdlib_socket(await dial(server))
        except OSError as error:
            await speaker.write(f"# {error}")
            return
        with upstream:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_until_the_end, nursery, client, upstream, Cutter("T"), speaker, "hangup")
                replies = Cutter("R", is_loose=is_loose)
                nursery.start_soon(_until_the_end, nursery, upstream, client, replies, speaker, "closed")
            await _see_out(upstream)


async def _until_the_end(
    nursery: trio.Nursery, source: Socket, sink: Socket, cutter: Cutter, speaker: _Speaker, word: str
) -> None:
    """Carry one direction. When its source hangs up, say the word for it, and end the other direction too."""
    if await _is_carried(source, sink, cutter, speaker):
        await speaker.write(word, is_last=True)
        nursery.cancel_scope.cancel()


async def _is_carried(source: Socket, sink: Socket, cutter: Cutter, speaker: _Speaker) -> bool:
    """Carry bytes until the source hangs up. False if the sink did: its own direction will hear of that."""
    while True:
        try:
            data = await source.recv(CHUNK)
        except OSError:  # reset, or silent for so long that TCP gave up
            data = b""
        await speaker.write(*(cutter.lines(data) if data else cutter.end()))
        if not data:
            return True
        try:
            while data:
                data = data[await sink.send(data) :]
        except OSError:
            return False


async def _see_out(upstream: Socket) -> None:
    """Hang up so that the server gets all that was said: closed with replies unread, TCP would take it back."""
    with trio.move_on_after(GOODBYE), suppress(OSError):
        upstream.shutdown(socket.SHUT_WR)
        while await upstream.recv(CHUNK):
            pass
