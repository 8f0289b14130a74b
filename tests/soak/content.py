"""What every file of the soak holds: a function of the server, the file and the server's life, so no byte is anonymous.

lasting/N   the same after a restart, under the same qid: a reader may go on where it was
passing/N   another file in every life of its server, under a qid of its own: nobody may go on
ticks       a line of "NAME LIFE NUMBER" now and then, numbers growing: reads wait
made/       what clients make; what that is, they know
"""

from __future__ import annotations

import functools
from random import Random

FILES = 8  # of each kind
LENGTH = 60_000  # bytes of each


@functools.lru_cache(256)
def content(server: str, kind: str, number: int, life: str = "") -> bytes:
    """The bytes of a file; its first line says what it is."""
    title = f"{server} {kind} {number} {life}\n".encode()
    return title + Random(title).randbytes(LENGTH - len(title))


def life_of(data: bytes) -> str:
    """The life of the server that a file begins with."""
    return data[:200].split(b"\n")[0].decode().split(" ")[3]
