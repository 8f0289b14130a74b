"""`ns`: files of the namespace, as far as they are granted. rio is one more client of the multiplexer.

Each errand has a connection of its own: one that is ended in the midst of a write hangs up, and harms no other. Price:
a millisecond for each. A file that is followed is read on through its ends, and opened again if it went away.
"""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Literal

import trio

from ninep import FileError, ProtocolError
from ninep.client import Client, File, open_client
from ninep.dial import Address, namespace
from ninep.errors import NOT_DIRECTORY
from ninep.fids import entries
from ninep.messages import QTDIR
from rio.grants import names
from rio.grants.errand import LARGEST, Kept, NotGrantedError, Once, RefusedError, text
from rio.grants.granted import Subtree
from rio.grants.ledger import Ledger

PORT = 5642  # of an address that names none
NOWHERE = "none"
LONGEST_LINE = 1 << 16  # bytes; a longer one comes in pieces
ENDS = 8  # empty reads in a row are the end of a file, for one may be the end of a turn
PAUSES = (0.25, 0.5, 1.0, 2.0, 5.0)  # seconds before a file that ended, or went away, is opened again, to be read on

_GONE = (OSError, FileError, ProtocolError)


class Tree:
    """The office for `ns`."""

    def __init__(self, granted: Sequence[Subtree], ledger: Ledger, address: str = "") -> None:
        """`address` is one that `Address.parse` takes, `none`, or empty for that of this user's multiplexer."""
        self._granted, self._ledger, self._address = granted, ledger, address
        self.once: dict[str, Once] = {"ns.read": self._read, "ns.write": self._write, "ns.ls": self._ls}
        self.kept: dict[str, Kept] = {"ns.lines": self._lines}

    async def _read(self, program: int, words: list[Any]) -> bytes:
        path = self._checked(program, words, "r")
        found = bytearray()
        async with _told(), self.opened(path) as file:
            async for chunk in file:
                found += chunk
                if len(found) > LARGEST:
                    raise RefusedError(f"{path} is longer than {LARGEST >> 20} MiB")
        return bytes(found)

    async def _write(self, program: int, words: list[Any]) -> None:
        path = self._checked(program, words, "rw")
        data = words[1] if len(words) > 1 else None
        if not isinstance(data, bytes) or len(data) > LARGEST:
            raise RefusedError(f"what is written is text of at most {LARGEST >> 20} MiB")
        async with _told(), self._root() as root:
            await root.write(path, data)

    async def _ls(self, program: int, words: list[Any]) -> list[str]:
        path = self._checked(program, words, "r")
        found, size = list[str](), 0
        async with _told(), self._root() as root, root.open(path) as directory:
            if not directory.qid.type & QTDIR:
                raise FileError(NOT_DIRECTORY)
            async for chunk in directory:
                found += [entry.name for entry in entries(chunk)]
                if (size := size + len(chunk)) > LARGEST:
                    raise RefusedError(f"{path} holds more than {LARGEST >> 20} MiB of names")
        return found

    @asynccontextmanager
    async def _lines(self, program: int, words: list[Any]) -> AsyncIterator["Lines"]:
        path = self._checked(program, words, "r")
        async with Lines(self, path) as lines:
            yield lines

    def _checked(self, program: int, words: list[Any], right: Literal["r", "rw"]) -> str:
        """The path, plain, if this may be done to it."""
        try:
            path = names.plain(text(words, 0, "a path", names.LONGEST))
        except ValueError as error:
            raise RefusedError(str(error)) from None
        for grant in self._granted:
            if right in (grant.rights, "r") and grant.pattern.covers(path, to_write=right == "rw"):
                self._ledger.used(program, grant, path)
                return path
        unfit = NotGrantedError(f"{'writing' if right == 'rw' else 'reading'} {path}", f"ns {right} {path}")
        self._ledger.refused(program, path, str(unfit))
        raise unfit

    @asynccontextmanager
    async def _root(self) -> AsyncIterator[Client]:
        """A connection. OSError or ProtocolError while there is none to be had."""
        if self._address == NOWHERE:
            raise RefusedError("this display is in no namespace; its owner can say --namespace ADDRESS")
        async with open_client(Address.parse(self._address or f"unix!{namespace() / 'mux'}", PORT)) as root:
            yield root

    @asynccontextmanager
    async def opened(self, path: str) -> AsyncIterator[File]:
        """A file, on a connection of its own. A directory has no text: RefusedError."""
        async with self._root() as root, root.open(path) as file:
            if file.qid.type & QTDIR:
                raise RefusedError(f"{path} is a directory; ns.ls({path!r}) lists it")
            yield file


class Lines:
    """A file, line by line. What comes is read when somebody wants the next line: the file keeps what waits."""

    def __init__(self, tree: Tree, path: str) -> None:
        self._tree, self._path = tree, path
        self._ready, self._rest = deque[str](), b""
        self._file: File | None = None
        self._place = self._ends = self._tries = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Lines":
        """RefusedError if it cannot be read even the first time."""
        async with _told():
            await self._open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._close()

    async def next(self) -> str:
        """The next line, when it comes."""
        while not self._ready:
            try:
                await self._read()
            except _GONE:  # it may be back
                await self._close()
        return self._ready.popleft()

    async def _read(self) -> None:
        """One read, or one try to open it again."""
        if self._file is None:
            await trio.sleep(PAUSES[min(self._tries, len(PAUSES) - 1)])
            self._tries += 1
            await self._open()
        elif chunk := await self._file.read():
            self._ends = self._tries = 0
            self._place += len(chunk)
            self._take(chunk)
        else:
            self._end_line()
            self._ends += 1
            if self._ends >= ENDS:
                await self._close()  # what is made up when it is opened shows no growth before

    def _take(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._ready.extend(line.decode(errors="replace") for line in lines)
        if len(self._rest) > LONGEST_LINE:
            self._end_line()

    def _end_line(self) -> None:
        """What stands after the last line's end is one, too."""
        if self._rest:
            self._ready.append(self._rest.decode(errors="replace"))
            self._rest = b""

    async def _open(self) -> None:
        self._file = await self._stack.enter_async_context(self._tree.opened(self._path))
        self._file.seek(self._place)  # no stream heeds that, and an ordinary file does not begin anew

    async def _close(self) -> None:
        self._file = None
        self._end_line()
        with suppress(*_GONE):  # it is gone already, which is why it is closed
            await self._stack.aclose()


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """What a server refuses, or that it is not there, as words for a program."""
    try:
        yield
    except _GONE as error:
        raise RefusedError(str(error) or type(error).__name__) from None
