"""Sizes of pictures as people write them, `1280x720`, and which of them can be drawn."""

import re

SMALLEST, LARGEST = 64, 8192  # pixels of a side
MOST_PIXELS = 3840 * 2160  # of one picture: without a graphics card each takes a hundred bytes while it is drawn

Size = tuple[int, int]


def size_of(text: str, scale: float = 1.0) -> Size | None:
    """Width and height; None if that is no size that can be drawn with `scale` real pixels for each of its own."""
    if not (found := re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", text, re.ASCII)):
        return None
    width, height = int(found[1]), int(found[2])
    is_fit = min(width, height) >= SMALLEST and scale * max(width, height) <= LARGEST
    return (width, height) if is_fit and width * height * scale * scale <= MOST_PIXELS else None
