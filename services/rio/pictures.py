"""Pictures of the display as files: of a size that the name of the file says, `screens/1920x1080`."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

from ninep.tree import Each, Text
from rio.config import LARGEST, SMALLEST
from rio.hub.screen import Screen

USUAL = ("1280x720", "1920x1080", "3840x2160")  # what `ls` lists; others are there as well
MOST_PIXELS = (
    3840 * 2160
)  # of one picture: without a graphics card each takes a hundred bytes while it is drawn

Size = tuple[int, int]


def screens(screen: Screen) -> Each:
    """A directory with a file for each size: reading it gives the picture, drawn anew for as many pixels."""
    return Each(_Sizes(), lambda size: Text(partial(screen.picture, *size)))


class _Sizes(Mapping[str, Size]):
    """By their names."""

    def __getitem__(self, name: str) -> Size:
        if (size := _size(name)) is None:
            raise KeyError(name)
        return size

    def __iter__(self) -> Iterator[str]:
        return iter(USUAL)

    def __len__(self) -> int:
        return len(USUAL)


@lru_cache(maxsize=64)
def _size(name: str) -> Size | None:
    """Width and height; None if that is not the name of a size that can be drawn."""
    if not (found := re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", name, re.ASCII)):
        return None
    width, height = int(found[1]), int(found[2])
    fits = min(width, height) >= SMALLEST and max(width, height) <= LARGEST and width * height <= MOST_PIXELS
    return (width, height) if fits else None
