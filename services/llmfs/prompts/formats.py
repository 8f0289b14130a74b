"""Formats of pictures: how one begins, where it ends, how large it is. Bytes in, facts out; no pixel is decoded.

PNG (3rd edition, 5), JPEG (ITU T.81 annex B), GIF89a and WebP (RFC 9649). Each is read far enough to know where it
ends, so that whatever is written after a picture is not taken for a part of it, and half a picture is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from typing import TypeAlias

from msgspec import Struct

PARTS = 100_000  # chunks, segments or blocks of one picture; more is no picture but a way to keep us busy

HEAD = 13  # bytes that tell a format
Walk: TypeAlias = "Generator[None, None, Found]"
"""Reads a picture whose bytes grow: yields whenever it needs more, returns what it found."""


class NoPictureError(ValueError):
    """It begins like a picture, but is none."""


class Found(Struct, frozen=True):
    """Where a picture ends, in bytes from its beginning, and its size in pixels."""

    end: int
    width: int
    height: int


class Format(Struct, frozen=True):
    """One kind of picture."""

    name: str
    media_type: str
    begins: Callable[[bytes], bool]
    walk: Callable[[bytearray], Walk]


def format_of(data: bytes) -> Format | None:
    """The format that begins so. Text never does: those of which letters are the magic hold a NUL soon after it."""
    return next((form for form in FORMATS if form.begins(data)), None)


_MAGIC = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF")


def next_picture(data: bytes) -> tuple[Format | None, int]:
    """The first picture that begins in these bytes, and where; if none does, None and their end."""
    for match in _MAGIC.finditer(data):
        if form := format_of(data[match.start() : match.start() + HEAD]):
            return form, match.start()
    return None, len(data)


class Growing:
    """A picture that comes in pieces."""

    def __init__(self, form: Format) -> None:
        self.form = form
        self.data = bytearray()
        self._walk = form.walk(self.data)
        self.found: Found | None = None  # once it is whole

    def feed(self, data: bytes) -> bytes:
        """More of it; what follows its end, if it is reached. NoPictureError if it cannot be one."""
        self.data += data
        try:
            next(self._walk)
            return b""
        except StopIteration as stop:
            self.found = stop.value
        end = self.found.end
        rest = bytes(self.data[end:])
        del self.data[end:]
        return rest


def measure(data: bytes) -> tuple[Format, Found] | None:
    """What these bytes are a picture of and how large, if they are one, whole; more may follow."""
    form = format_of(data)
    if form is None:
        return None
    picture = Growing(form)
    try:
        picture.feed(data)
    except NoPictureError:
        return None
    return (form, picture.found) if picture.found else None


def _until(data: bytearray, end: int) -> Generator[None, None, None]:
    """Wait for the bytes before `end`."""
    while len(data) < end:
        yield


def _parts(what: str) -> Iterator[int]:
    """Counts the parts of a picture, to an end."""
    yield from range(PARTS)
    raise NoPictureError(f"a {what} of more than {PARTS} parts")


def _png(data: bytearray) -> Walk:
    yield from _until(data, 24)
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    at = 8
    for _ in _parts("PNG"):
        yield from _until(data, at + 8)
        kind, at = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if kind == b"IEND":
            yield from _until(data, at)
            return Found(at, width, height)
    raise AssertionError("the parts raise at their end")


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in coded data: neither stuffed, nor a restart, nor fill
_END, _SCAN = 0xD9, 0xDA
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # begin a frame, and say how large it is
_ALONE = {0x01, *range(0xD0, 0xD9)}  # have no length
_FILL = 0xFF


def _jpeg(data: bytearray) -> Walk:
    at, width, height = 2, 0, 0
    for _ in _parts("JPEG"):
        yield from _until(data, at + 2)
        marker = data[at + 1]
        if data[at] != _FILL:
            raise NoPictureError("a JPEG without a marker where one belongs")
        if marker == _END:
            return Found(at + 2, width, height)
        if marker == _FILL or marker in _ALONE:
            at += 1 if marker == _FILL else 2
            continue
        yield from _until(data, at + 4)
        if marker in _FRAMES:
            yield from _until(data, at + 9)
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:
            at = yield from _coded(data, at)
    raise AssertionError("the parts raise at their end")


def _coded(data: bytearray, at: int) -> Generator[None, None, int]:
    """Where the coded data from `at` on ends."""
    while not (found := _MARKER.search(data, at)):
        at = max(at, len(data) - 1)
        yield
    return found.start()


_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B


def _gif(data: bytearray) -> Walk:
    yield from _until(data, 13)
    width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    at = 13 + _colors(data[10])
    parts = _parts("GIF")
    for _ in parts:
        yield from _until(data, at + 1)
        kind = data[at]
        if kind == _TRAILER:
            return Found(at + 1, width, height)
        if kind == _IMAGE:
            yield from _until(data, at + 10)
            at += 11 + _colors(data[at + 9])
        elif kind == _EXTENSION:
            at += 2
        else:
            raise NoPictureError("a GIF with a block of no known kind")
        at = yield from _blocks(data, at, parts)
    raise AssertionError("the parts raise at their end")


def _colors(flags: int) -> int:
    """Bytes of the table of colours that these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytearray, at: int, parts: Iterator[int]) -> Generator[None, None, int]:
    """Where the sub-blocks from `at` on end: each with its length first, the last one empty."""
    for _ in parts:
        yield from _until(data, at + 1)
        length = data[at]
        at += 1 + length
        if not length:
            return at
    raise AssertionError("the parts raise at their end")


def _webp(data: bytearray) -> Walk:
    yield from _until(data, 30)
    length = int.from_bytes(data[4:8], "little")
    end = 8 + length + length % 2
    width, height = _webp_size(data)
    yield from _until(data, end)
    return Found(max(end, 30), width, height)


def _webp_size(data: bytearray) -> tuple[int, int]:
    match bytes(data[12:16]):
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
        case _:
            raise NoPictureError("a WebP that begins with no known chunk")


FORMATS = (
    Format("PNG", "image/png", lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    Format("JPEG", "image/jpeg", lambda data: data.startswith(b"\xff\xd8\xff"), _jpeg),
    Format("GIF", "image/gif", lambda data: data[:6] in (b"GIF87a", b"GIF89a") and 0 in data[6:13], _gif),
    Format("WebP", "image/webp", lambda data: data[:4] == b"RIFF" and data[7:12] == b"\0WEBP", _webp),
)
