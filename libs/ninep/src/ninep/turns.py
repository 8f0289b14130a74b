"""Reading a file past the ends of its turns.

A stream of turns (the answers of an agent) ends each of them with an empty read, and the read after that waits for the
next. An ordinary file gives empty reads at its end too, at once and for ever, so the two are told apart here.
"""

from __future__ import annotations

from typing import Self

import trio

from ninep.client import File
from ninep.errors import IS_DIRECTORY, FileError
from ninep.messages import QTDIR

EMPTY_READS = 8  # in a row, and at once, are the end of what has no length
WAITED = 1.0  # seconds; no ordinary file takes so long to say that there is nothing more


class Turns:
    """Chunks as they come; an empty one is the end of a turn, and the iteration ends with the file.

    An empty read is the end of a file that has a length. Of what has none it is the end of a turn, and `most` in a row
    are the end of all; one that had to be waited for is a turn with nothing in it, and does not count. FileError is the
    file's word for this read: whoever goes on gets the next.
    """

    def __init__(self, file: File, most: int = EMPTY_READS) -> None:
        self._file, self._most = file, most
        self._empty = 0  # reads in a row

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._file.qid.type & QTDIR:
            raise FileError(IS_DIRECTORY)
        if self._empty == 1 and (await self._file.stat()).length:
            raise StopAsyncIteration
        while self._empty < self._most:
            began = trio.current_time()
            if chunk := await anext(self._file, b""):
                self._empty = 0
                return chunk
            self._empty = 1 if trio.current_time() - began > WAITED else self._empty + 1
            if self._empty == 1:
                return b""
        raise StopAsyncIteration
