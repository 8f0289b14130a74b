"""The form of pictures: an array of pixels, or the text `data:image/png;base64,…` that says the same.

A form is asked in all three processes, with whatever anybody gives. So the only PNG that is understood here is the one
that is written here (8 bits, RGBA, rows unfiltered, one stream), which takes forty lines and no library. A program may
give any picture: it is decoded in the worker (`language.assets`).
"""

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from rio.scene.values import ROUNDING, Refused

Bytes = NDArray[np.uint8]

MOST_PIXELS = 8_000_000  # of one picture: 32 MB
LONGEST_SIDE = 8192  # what every graphics card takes
PREFIX = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">2I5B")
_KIND = (8, 6, 0, 0, 0)  # bits, RGBA, deflate, filters by row, not interlaced


class Pixels:
    """uint8[height, width, 4]: red, green, blue and opacity, read-only."""

    says = "a picture: an array of [height, width] or [height, width, 3 or 4], uint8 or from 0 to 1"

    def of(self, value: Any) -> Bytes:
        """An array of its own. Grey and opaque pictures get the channels that they lack."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, np.ndarray):
            raise Refused(f"{value!r:.80} is not {self.says}")
        if _is_kept(value):
            return value
        check_size(*_sides(value))
        pixels = np.empty((*value.shape[:2], 4), np.uint8)
        colors = _bytes(value)
        pixels[:, :, :3] = colors[:, :, :3] if colors.ndim == 3 else colors[:, :, None]
        pixels[:, :, 3] = colors[:, :, 3] if colors.ndim == 3 and colors.shape[2] == 4 else 255
        pixels.flags.writeable = False
        return pixels

    def parse(self, text: str) -> Bytes:
        """What `show` gave."""
        text = text.strip()
        if not text.startswith(PREFIX):
            raise Refused(f"{text[:40]!r} is not {PREFIX}… as it is read here")
        try:
            png = base64.b64decode(text[len(PREFIX) :], validate=True)
        except ValueError:
            raise Refused("the picture is not base64") from None
        return self.of(_unpacked(png))

    def show(self, kept: Bytes) -> str:
        """A URL that holds the picture."""
        return PREFIX + base64.b64encode(_packed(kept)).decode()


def _is_kept(array: NDArray[Any]) -> bool:
    """Whether it is as `of` makes it: nothing else holds its memory, or can change it by mistake."""
    is_own = array.base is None and not array.flags.writeable
    return is_own and array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 4


def extent(size: Sequence[float], pixels: Bytes | None) -> tuple[float, float]:
    """(width, height) as it is drawn: 0 0 is the picture's own, and a side that is 0 follows from the other."""
    own_height, own_width = pixels.shape[:2] if pixels is not None else (0, 0)
    width, height = size[0], size[1]
    if not width and not height:
        return float(own_width), float(own_height)
    if not own_width:
        return width, height
    return width or height * own_width / own_height, height or width * own_height / own_width


def check_size(width: int, height: int) -> None:
    """Refused, in words, if a picture is larger than may be."""
    if not width or not height:
        raise Refused("the picture is empty")
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        most = f"{MOST_PIXELS:,} pixels, and {LONGEST_SIDE:,} on a side, are the most"
        raise Refused(f"a picture of {width:,} × {height:,}; {most}")


def _sides(array: NDArray[Any]) -> tuple[int, int]:
    """(width, height) of what has the shape of a picture."""
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (3,), (4,)):
        raise Refused(f"an array of shape {array.shape} is not {PIXELS.says}")
    return array.shape[1], array.shape[0]


def _bytes(array: NDArray[Any]) -> Bytes:
    """Numbers as bytes: whole ones are from 0 to 255, others from 0 to 1."""
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind not in "iuf":
        raise Refused(f"an array of {array.dtype} is not {PIXELS.says}")
    most = 1 + ROUNDING if array.dtype.kind == "f" else 255
    if not ((array >= -ROUNDING) & (array <= most)).all():  # also for what is not a number
        raise Refused("a pixel is out of range: whole numbers are from 0 to 255, others from 0 to 1")
    scaled = array * np.float32(255) + np.float32(0.5) if array.dtype.kind == "f" else array
    return scaled.clip(0, 255).astype(np.uint8)


def _packed(pixels: Bytes) -> bytes:
    """The PNG of a picture."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 4 * width), np.uint8)  # a row begins with its filter: 0, none
    rows[:, 1:] = pixels.reshape(height, -1)
    body = isal_zlib.compress(rows.tobytes(), 1)
    head = _HEAD.pack(width, height, *_KIND)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    """One part of a PNG (5.3): its length, kind, body and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unpacked(png: bytes) -> Bytes:
    """The picture of such a PNG. Its size is looked at before anything is decompressed, and nothing beyond it is."""
    parts = dict(_chunks(png))
    if not png.startswith(_SIGNATURE) or list(parts) != [b"IHDR", b"IDAT", b"IEND"] or len(parts[b"IHDR"]) != 13:
        raise Refused(f"the picture is no PNG of the sort that is read here; a program takes any: image({PREFIX!r}…)")
    width, height, *kind = _HEAD.unpack(parts[b"IHDR"])
    if tuple(kind) != _KIND:
        raise Refused("the picture is not of 8 bits and RGBA; a program takes any: image(…)")
    check_size(width, height)
    length = height * (1 + 4 * width)
    try:
        rows = zlib.decompressobj().decompress(parts[b"IDAT"], length)
    except zlib.error:
        raise Refused("the picture is damaged") from None
    if len(rows) != length:
        raise Refused("the picture is cut off")
    pixels = np.frombuffer(rows, np.uint8).reshape(height, 1 + 4 * width)
    if pixels[:, 0].any():
        raise Refused("the picture's rows are filtered; a program takes any: image(…)")
    return pixels[:, 1:].reshape(height, width, 4)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and body of each part that is whole."""
    at = len(_SIGNATURE)
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if png[at + 8 + length : at + 12 + length] != struct.pack(">I", zlib.crc32(kind + body)):
            return
        yield kind, body
        at += 12 + length


PIXELS = Pixels()
