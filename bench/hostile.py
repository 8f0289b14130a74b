"""A client that says what no client should, for ever: `python -m bench.hostile ADDRESS`."""

from __future__ import annotations

import contextlib
import random
import struct
import sys

from bench.programs import dialled
from ninep.codec import encode
from ninep.messages import NOFID, NOTAG, Tattach, Tversion

HELLO = encode(Tversion(NOTAG, 65536, "9P2000")) + encode(Tattach(1, 0, NOFID, "mallory", ""))


def damaged(chance: random.Random) -> bytes:
    """A frame that is wrong in one way or another."""
    body = chance.randbytes(chance.choice((0, 1, 4, 17, 200)))
    size = chance.choice((len(body) + 7,) * 8 + (0, 6, 8, 1 << 31))
    return struct.pack("<IBH", size, chance.choice((chance.randrange(256), chance.randrange(100, 128))), 7) + body


def main() -> None:
    """Until ended: a conversation that begins well, and goes on until the server has enough of it."""
    chance = random.Random(9)
    while True:
        with contextlib.suppress(OSError), contextlib.closing(dialled(sys.argv[1])) as sock:
            sock.settimeout(0.1)
            sock.sendall(HELLO)
            while sock.recv(1 << 16):
                sock.sendall(b"".join(damaged(chance) for _ in range(20)))


main()
