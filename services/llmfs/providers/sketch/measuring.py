"""Sizes in words as sizes in numbers. A size is (width, height, depth) of a solid, (width, depth) of a plane, (width,
height) of a flat shape, and a single number for a text's height and a line's width.
"""

from llmfs.providers.sketch.intents import Size

Numbers = tuple[float, ...]


def axes(kind: str, size: Numbers) -> tuple[int, ...]:
    """Which axis each number of a size belongs to."""
    if kind == "plane":
        return 0, 2
    return tuple(range(len(size)))


def measured(kind: str, now: Numbers, size: Size) -> Numbers:
    """What `size` makes of a thing that measures `now`."""
    numbers = _given(now, size.numbers) if size.numbers else now
    along = axes(kind, now)
    if len(now) == 1:
        return (numbers[0] * max(size.times) if max(size.times) > 1 else numbers[0] * min(size.times),)
    grown = [each * size.times[axis] for each, axis in zip(numbers, along, strict=True)]
    for axis, value in size.measures:
        if axis in along:
            grown[along.index(axis)] = value
    return tuple(grown)


def _given(now: Numbers, numbers: Numbers) -> Numbers:
    """`2` is all of it, `2 by 3` leaves a solid its depth, too many are cut off."""
    if len(numbers) == 1:
        return numbers * len(now)
    return (*numbers, *now[len(numbers) :])[: len(now)]
