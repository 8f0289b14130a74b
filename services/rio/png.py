"""A picture as PNG, fast: each row as its difference to the one above ("Up", PNG 9.2), deflated at level 1 by isal.

Bands of rows are compressed at the same time. Each ends on a byte boundary with nothing pending (a full flush), so that
one after another they are one deflate stream (RFC 1951), between the header and the checksum of RFC 1950.
"""

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

BANDS = min(4, os.cpu_count() or 1)
_UP = 2
_RAW = -15  # deflate without header and checksum
_LEAST = 100_000  # pixels: less is not worth a thread
_threads = ThreadPoolExecutor(BANDS, thread_name_prefix="png")


def png(pixels: Pixels) -> bytes:
    """The PNG of an RGB picture, uint8[height, width, 3] with the top row first."""
    height, width, _ = pixels.shape
    rows = np.empty((height, 1 + 3 * width), np.uint8)
    count = BANDS if height * width >= _LEAST else 1
    edges = [height * i // count for i in range(count + 1)]
    bands = pairwise(edges)
    flat = pixels.reshape(height, -1)
    parts = list(_threads.map(lambda band: _deflate(flat, rows, *band), bands))
    data = b"\x78\x01" + b"".join(parts) + struct.pack(">I", isal_zlib.adler32(rows))
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB, deflate, adaptive, not interlaced
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _deflate(flat: Pixels, rows: Pixels, first: int, last: int) -> bytes:
    """Filter the rows from `first` to `last` into `rows`, and compress them."""
    rows[first:last, 0] = _UP
    if first == 0:
        rows[0, 1:] = flat[0]
    begin = max(first, 1)
    np.subtract(flat[begin:last], flat[begin - 1 : last - 1], out=rows[begin:last, 1:])
    stream = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _RAW)
    is_last = last == len(flat)
    return stream.compress(rows[first:last]) + stream.flush(isal_zlib.Z_FINISH if is_last else isal_zlib.Z_FULL_FLUSH)


def _chunk(tag: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
