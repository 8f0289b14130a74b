"""Pictures as PNG, fast: each pixel as its difference to the one on its left ("Sub", PNG 9.2), deflated by isal.

Rows are compressed in bands, each for itself: it refers to nothing before it, and ends on a byte boundary with nothing
pending (a full flush). So one after another they are one deflate stream (RFC 1951) between the header and the checksum
of RFC 1950, and a band that looks as in the picture before is not compressed again. The others are at the same time.
"""

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

BAND = 64  # rows: with fewer, beginning a stream for each begins to cost
_SUB = 1
_COLORS = {3: 2, 4: 6}  # PNG's numbers for RGB and RGBA
_RAW = -15  # deflate without header and checksum
_LEAST = 300_000  # bytes: less is not worth a thread
_threads = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="png")
_BEGIN, _END = b"\x78\x01", b"\x03\x00"  # the zlib header, and an empty last block


class Encoder:
    """Makes the PNGs of pictures that follow one another, uint8[height, width, 3 or 4] each, the top row first."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()
        self._depth = 3
        self._head, self._bands, self._edges = b"", list[bytes](), list[int]()
        self._seen: Pixels = np.zeros((0, 0), np.uint8)  # of the picture before: its rows, and these filtered
        self._rows: Pixels = self._seen

    def png(self, pixels: Pixels) -> bytes:
        """The PNG of a picture. What it costs depends on how much is other than in the one before."""
        if pixels.shape != self._shape:
            self._begin(pixels.shape)
        flat = pixels.reshape(len(pixels), -1)
        spread = _threads.map if flat.size >= _LEAST else map
        bands = zip(self._bands, pairwise(self._edges), strict=True)
        self._bands = list(spread(lambda band: self._renewed(flat, band[0], slice(*band[1])), bands))
        checksum = struct.pack(">I", isal_zlib.adler32(self._rows))
        return self._head + _chunk(b"IDAT", b"".join((_BEGIN, *self._bands, _END, checksum))) + _chunk(b"IEND", b"")

    def _begin(self, shape: tuple[int, ...]) -> None:
        """Pictures of another size from now on: nothing is like anything before."""
        height, width, self._depth = self._shape = shape
        self._edges = [*range(0, height, BAND), height]
        self._bands = [b""] * (len(self._edges) - 1)
        self._seen = np.zeros((height, self._depth * width), np.uint8)
        self._rows = np.zeros((height, 1 + self._depth * width), np.uint8)
        self._rows[:, 0] = _SUB
        kind = 8, _COLORS[self._depth], 0, 0, 0  # bits, colours, deflate, adaptive, not interlaced
        header = struct.pack(">2I5B", width, height, *kind)
        self._head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)

    def _renewed(self, flat: Pixels, band: bytes, rows: slice) -> bytes:
        """The band for these rows, filtered and compressed; or the one of the picture before."""
        seen, filtered = self._seen[rows], self._rows[rows]
        if band and _same(flat[rows], seen):
            return band
        seen[:] = flat[rows]
        filtered[:, 1 : 1 + self._depth] = seen[:, : self._depth]
        np.subtract(seen[:, self._depth :], seen[:, : -self._depth], out=filtered[:, 1 + self._depth :])
        stream = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _RAW)
        return stream.compress(filtered) + stream.flush(isal_zlib.Z_FULL_FLUSH)


def _same(a: Pixels, b: Pixels) -> bool:
    """Whether all is equal, looked at in words of eight bytes where rows have a whole number of them."""
    word = np.uint64 if a.shape[1] % 8 == 0 else np.uint8
    return np.array_equal(a.view(word), b.view(word))


def _chunk(tag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", isal_zlib.crc32(data, isal_zlib.crc32(tag)))
