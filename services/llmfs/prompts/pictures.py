"""A picture of a prompt: in memory until it is written, from then on in the store alone.

It is kept like a text, under a name that no file has; what it is, its first bytes say.
"""

from __future__ import annotations

from collections.abc import Iterable

from llmfs.prompts.formats import format_of
from llmfs.providers import Image
from llmfs.records.rows import TapeRow
from llmfs.records.store import Shelf, StoredTape

_NAME = "image "  # and its number, from 1


class Picture:
    """One picture; `size` in bytes."""

    __slots__ = ("_data", "_spool", "size")

    def __init__(self, spool: StoredTape, size: int, data: bytes | None = None) -> None:
        """Made by `keep` or `recall`."""
        self.size = size
        self._spool, self._data = spool, data

    async def image(self) -> Image:
        """The picture itself."""
        data = self._data if self._data is not None else await self._spool.load(0, self.size)
        form = format_of(data)
        assert form, "only what has a format is kept"
        return Image(form.media_type, data)

    def rest(self) -> None:
        """Leave memory, if all of it is written."""
        if self._spool.is_safe():
            self._data = None


def keep(shelf: Shelf, turn: int, images: Iterable[Image]) -> tuple[Picture, ...]:
    """The pictures of a new turn."""
    pictures = []
    for number, image in enumerate(images, 1):
        spool = shelf.tape(turn, f"{_NAME}{number}")
        spool.append(0, image.data)
        spool.note(len(image.data), was_read=True)
        pictures.append(Picture(spool, len(image.data), image.data))
    return tuple(pictures)


def recall(shelf: Shelf, turn: int, rows: Iterable[TapeRow]) -> tuple[Picture, ...]:
    """The pictures among what is stored of a turn, in their order."""
    ours = sorted((row for row in rows if is_picture(row)), key=lambda row: int(row.file.removeprefix(_NAME)))
    return tuple(Picture(shelf.tape(turn, row.file), row.size or 0) for row in ours)


def is_picture(row: TapeRow) -> bool:
    """True if this row is of a picture and of no text."""
    return row.file.startswith(_NAME)
