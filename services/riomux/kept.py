"""Lines that are kept over restarts, in a file of the state directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import trio

from ninep import FileError


class Kept:
    """A file of lines, written whole whenever one changes. Without a file, nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._writing = trio.Lock()

    def lines(self) -> list[str]:
        """What was kept last time, whoever has edited it since."""
        if not self._file or not self._file.exists():
            return []
        return self._file.read_text(encoding="utf-8", errors="replace").splitlines()

    async def keep(self, lines: Callable[[], Iterable[str]]) -> None:
        """Write down what `lines()` says when it is our turn. FileError if that cannot be done."""
        if not self._file:
            return
        async with self._writing:
            text = "".join(f"{line}\n" for line in lines())
            try:
                await trio.to_thread.run_sync(_write_whole, self._file, text)
            except OSError as error:
                raise FileError(f"done, but not for the next start: {error.strerror or error}") from None


def _write_whole(file: Path, text: str) -> None:
    """All of it or nothing, whatever happens meanwhile."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
