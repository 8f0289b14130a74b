"""Pictures of the display as files: of a size that the name of the file says, `screens/1920x1080`."""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

from ninep.tree import Each, Text
from rio.hub.screen import Screen
from rio.sizes import Size, size_of

USUAL = ("1280x720", "1920x1080", "3840x2160")  # what `ls` lists; others are there as well


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


_size = lru_cache(maxsize=64)(size_of)  # one object for one name, by which `Each` knows the file again
