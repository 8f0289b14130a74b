"""Bytes to messages and back, compiled once at import from the layouts that `messages` declares.

Every message is a head of integers, read by one precompiled Struct, and then nothing (15 of 27), or data (Rread and
Twrite), or a few counted things read one by one. That split is the whole speed of the codec: a Tread costs one unpack
and one constructor. A frame is a slice of the bytes that came; only `data` is copied out of them.

A frame whose size is absurd ends the connection (ProtocolError); one whose body contradicts its size, or whose type
is unknown, is a `Garbled` message with a tag, so that it can be answered and its neighbours live.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Any

from msgspec.structs import astuple

from ninep.errors import ProtocolError
from ninep.messages import MESSAGES, Field, Garbled, Message, Qid, Rread, Stat

HEADER = 7
"""Bytes of size[4] type[1] tag[2], and so of the smallest message."""

_INTEGER = {"1": "B", "2": "H", "4": "I", "8": "Q"}
_U2, _QID, _RREAD = Struct("<H"), Struct("<BIQ"), Struct("<IBHI")
_SIZE_TYPE = Struct("<IB").unpack_from

Read = Callable[[bytes, int], tuple[Any, int]]
"""(buffer, where it begins) -> (the value, where it ends)."""
Write = Callable[[Any], bytes]
Decode = Callable[[bytes, int, int], Message]
"""(buffer, where the frame begins, where it ends) -> the message."""
Encode = Callable[[Message], bytes]


# The kinds of fields with a length of their own.


def read_string(buffer: bytes, at: int) -> tuple[str, int]:
    """A string[s]: UTF-8 without NUL after its length[2], intro(5)."""
    start = at + 2
    end = start + _U2.unpack_from(buffer, at)[0]
    if end > len(buffer):
        raise ValueError("a string that runs past the end")
    text = buffer[start:end].decode()
    if "\0" in text:
        raise ValueError("NUL in a string")
    return text, end


def write_string(text: str) -> bytes:
    """The inverse of `read_string`."""
    data = text.encode()
    return _U2.pack(len(data)) + data


def read_qid(buffer: bytes, at: int) -> tuple[Qid, int]:
    """A qid[13]."""
    return Qid(*_QID.unpack_from(buffer, at)), at + 13


def write_qid(qid: Qid) -> bytes:
    """The inverse of `read_qid`."""
    return _QID.pack(qid.type, qid.vers, qid.path)


def read_stat(buffer: bytes, at: int) -> tuple[Stat, int]:
    """A stat with its own size[2], as directories hold it, stat(5)."""
    end = at + 2 + _U2.unpack_from(buffer, at)[0]
    at, values = at + 2, []
    for read in _STAT_READERS:
        value, at = read(buffer, at)
        values.append(value)
    if at != end:
        raise ValueError("a stat whose size is not that of its fields")
    return Stat(*values), at


def write_stat(stat: Stat) -> bytes:
    """The inverse of `read_stat`."""
    body = b"".join([write(value) for write, value in zip(_STAT_WRITERS, astuple(stat), strict=True)])
    return _U2.pack(len(body)) + body


def _read_stat_twice_sized(buffer: bytes, at: int) -> tuple[Stat, int]:
    """A stat[n] in a message: a size before the size, "a bit of a botch" in the manual's words."""
    size = _U2.unpack_from(buffer, at)[0]
    stat, end = read_stat(buffer, at + 2)
    if end != at + 2 + size:
        raise ValueError("a stat whose two sizes disagree")
    return stat, end


def _write_stat_twice_sized(stat: Stat) -> bytes:
    data = write_stat(stat)
    return _U2.pack(len(data)) + data


def _read_integer(code: str) -> Read:
    number = Struct("<" + code)
    return lambda buffer, at: (number.unpack_from(buffer, at)[0], at + number.size)


def _read_many(read: Read) -> Read:
    def read_list(buffer: bytes, at: int) -> tuple[tuple[Any, ...], int]:
        (count,), at = _U2.unpack_from(buffer, at), at + 2
        values = []
        for _ in range(count):
            value, at = read(buffer, at)
            values.append(value)
        return tuple(values), at

    return read_list


def _write_many(write: Write) -> Write:
    return lambda values: _U2.pack(len(values)) + b"".join([write(value) for value in values])


_READ: dict[str, Read] = {kind: _read_integer(code) for kind, code in _INTEGER.items()}
_READ |= {"s": read_string, "13": read_qid, "n": _read_stat_twice_sized}
_WRITE: dict[str, Write] = {kind: Struct("<" + code).pack for kind, code in _INTEGER.items()}
_WRITE |= {"s": write_string, "13": write_qid, "n": _write_stat_twice_sized}
_STAT_READERS = [_READ[field.kind] for field in Stat.layout]
_STAT_WRITERS = [_WRITE[field.kind] for field in Stat.layout]


# The compiler: a decoder and an encoder for each message.


def _compile(kind: type[Message]) -> tuple[Decode, Encode]:
    head, tail = _split(kind.layout)
    if not tail:
        return _compile_fixed(kind, head)
    if tail[0].kind == "count":
        return _compile_data(kind, head)
    return _compile_mixed(kind, head, tail)


def _split(layout: tuple[Field, ...]) -> tuple[str, tuple[Field, ...]]:
    """The Struct codes of the leading integers, and the fields after them."""
    n = next((i for i, field in enumerate(layout) if field.many or field.kind not in _INTEGER), len(layout))
    return "".join(_INTEGER[field.kind] for field in layout[:n]), layout[n:]


def _maker(kind: type[Message]) -> Callable[..., Message]:
    """The class as what it is here: a function of the fields in their order."""
    return kind


def _compile_fixed(kind: type[Message], head: str) -> tuple[Decode, Encode]:
    frame, number, make = Struct("<IB" + head), kind.number, _maker(kind)
    unpack, size = Struct("<5x" + head).unpack_from, frame.size
    pack: Callable[..., bytes] = frame.pack

    def decode(buffer: bytes, at: int, end: int) -> Message:
        if end - at != size:
            raise ValueError(f"{kind.__name__} has {size} bytes, not {end - at}")
        return make(*unpack(buffer, at))

    return decode, lambda message: pack(size, number, *astuple(message))


def _compile_data(kind: type[Message], head: str) -> tuple[Decode, Encode]:
    frame, number, make = Struct("<IB" + head + "I"), kind.number, _maker(kind)
    unpack, pack, size = Struct("<5x" + head + "I").unpack_from, frame.pack, frame.size

    def decode(buffer: bytes, at: int, end: int) -> Message:
        *values, count = unpack(buffer, at)
        if at + size + count != end:
            raise ValueError(f"{kind.__name__} counts {count} bytes of data, its frame holds {end - at - size}")
        return make(*values, buffer[at + size : end])

    def encode(message: Message) -> bytes:
        *values, data = astuple(message)
        count = len(data)
        return b"".join((pack(size + count, number, *values, count), data))

    return decode, encode


def _compile_mixed(kind: type[Message], head: str, tail: tuple[Field, ...]) -> tuple[Decode, Encode]:
    frame, integers, number, make = Struct("<IB" + head), len(head), kind.number, _maker(kind)
    unpack, pack, size = Struct("<5x" + head).unpack_from, frame.pack, frame.size
    readers = [_read_many(_READ[f.kind]) if f.many else _READ[f.kind] for f in tail]
    writers = [_write_many(_WRITE[f.kind]) if f.many else _WRITE[f.kind] for f in tail]

    def decode(buffer: bytes, at: int, end: int) -> Message:
        values = [*unpack(buffer, at)]
        at += size
        for read in readers:
            value, at = read(buffer, at)
            values.append(value)
        if at != end:
            raise ValueError(f"the fields of {kind.__name__} do not fill its frame")
        return make(*values)

    def encode(message: Message) -> bytes:
        values = astuple(message)
        body = b"".join([write(value) for write, value in zip(writers, values[integers:], strict=True)])
        return pack(size + len(body), number, *values[:integers]) + body

    return decode, encode


def _decode_unknown(buffer: bytes, at: int, end: int) -> Message:
    raise ValueError(f"unknown message type {buffer[at + 4]}")


DECODE: list[Decode] = [_decode_unknown] * 256
"""The decoder of each message type. ValueError, UnicodeDecodeError or struct.error if the frame is no such message."""
ENCODE: dict[type[Message], Encode] = {}
"""The encoder of each message class."""
for _kind in MESSAGES.values():
    DECODE[_kind.number], ENCODE[_kind] = _compile(_kind)


def encode(message: Message) -> bytes:
    """The frame of a message."""
    return ENCODE[type(message)](message)


def head(message: Rread) -> bytes:
    """The frame of an Rread up to its data, for who sends that after it without copying it."""
    count = len(message.data)
    return _RREAD.pack(_RREAD.size + count, Rread.number, message.tag, count)


class Frames:
    """Cuts a byte stream into messages: feed it what came, then iterate over what is whole.

    Iteration is lazy: a message is decoded when it is asked for. A frame of less than 7 bytes or more than `limit` is a
    ProtocolError, raised before any of it is gathered.
    """

    __slots__ = ("_at", "_buffer", "_partial", "_wanted", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer, self._at = b"", 0
        self._partial: bytearray | None = None  # a frame that came in parts, while it is not whole
        self._wanted = HEADER

    @property
    def is_partial(self) -> bool:
        """Whether a frame has begun that is not whole."""
        return self._partial is not None or self._at < len(self._buffer)

    @property
    def missing(self) -> int:
        """How many bytes the frame that has begun lacks, as far as is known; 0 if none has begun."""
        have = len(self._buffer) - self._at if self._partial is None else len(self._partial)
        return max(self._wanted - have, 0) if have else 0

    @property
    def has_advanced(self) -> bool:
        """Whether what was fed last has completed a frame."""
        return self._at > 0

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from the wire; iterate to the end before feeding more."""
        if self._at < len(self._buffer):
            self._partial = bytearray(self._buffer[self._at :])
        if self._partial is not None:
            self._partial += data
            data = b""
            if len(self._partial) >= self._wanted:
                data, self._partial, self._wanted = bytes(self._partial), None, HEADER
        self._buffer, self._at = data, 0

    def __iter__(self) -> Iterator[Message]:
        """Give the messages that are whole."""
        buffer, end = self._buffer, len(self._buffer)
        while (at := self._at) + HEADER <= end:
            size, number = _SIZE_TYPE(buffer, at)
            if not HEADER <= size <= self.limit:
                raise ProtocolError(f"a frame of {size} bytes; the limits are {HEADER} and {self.limit}")
            if at + size > end:
                self._wanted = size
                return
            self._at = at + size
            try:
                message = DECODE[number](buffer, at, at + size)
            except (ValueError, struct.error) as error:
                message = Garbled(_U2.unpack_from(buffer, at + 5)[0], str(error))
            yield message
