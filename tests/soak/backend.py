"""A server to be killed: `python -m tests.soak.backend ADDRESS NAME LIFE`. Says `ready`, has the files of `content`."""

from __future__ import annotations

import sys
import zlib
from itertools import count

import trio
from msgspec.structs import replace
from tests.soak.content import FILES, content

from ninep.dial import listen
from ninep.memory import Folder
from ninep.messages import Qid, Stat
from ninep.node import Answer, Node, Opened
from ninep.server import serve
from ninep.tree import Broadcast, Dir, Stream

TICK = 0.02  # seconds
LATE = 7  # one read in so many is answered late, out of order


class Fixed(Node):
    """Bytes that nobody writes, under a qid that says which they are."""

    perm = 0o444

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._qid = Qid(0, 0, 1 << 32 | zlib.crc32(data))

    def stat(self, name: str) -> Stat:
        return replace(super().stat(name), length=len(self.data))

    def open(self, mode: int) -> Opened:
        return _Open(self.data)


class _Open(Opened):
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, count: int, offset: int) -> Answer[bytes]:
        data = self._data[offset : offset + count]
        return _late(data, offset) if offset % LATE == 1 else data


async def _late(data: bytes, offset: int) -> bytes:
    await trio.sleep(offset % 100 / 5000)
    return data


def tree(name: str, life: str, ticks: Broadcast) -> Dir:
    """The files of one life."""
    return Dir(
        lasting=Dir({str(n): Fixed(content(name, "lasting", n)) for n in range(FILES)}),
        passing=Dir({str(n): Fixed(content(name, "passing", n, life)) for n in range(FILES)}),
        ticks=Stream(ticks.open),
        made=Folder(limit=64 << 20),
    )


async def main(address: str, name: str, life: str) -> None:
    """Serve until killed."""
    ticks = Broadcast()
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, tree(name, life, ticks), [listen(address)])
        print("ready", flush=True)
        for number in count():
            ticks.publish(f"{name} {life} {number}\n")
            await trio.sleep(TICK)


if __name__ == "__main__":
    trio.run(main, sys.argv[1], sys.argv[2], sys.argv[3])
