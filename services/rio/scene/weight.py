"""How much a scene holds, in what takes long to draw: places, letters and cells; of a picture, a sixty-fourth of its
bytes.

Each value is bounded by its form. A hundred thousand nodes may have one each, and the renderer would be busy with a
single frame for minutes; so their sum is bounded too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from rio.scene.values import Refused

HEAVIEST = 4_000_000
_OF_BYTES = 64


def weigh(value: Any) -> int:
    """The weight of one kept value. Numbers weigh nothing: there are as many as there are nodes."""
    if isinstance(value, np.ndarray):
        return value.nbytes // _OF_BYTES if value.dtype == np.uint8 else len(value)
    if isinstance(value, str):
        return len(value)
    return sum(map(weigh, value)) if isinstance(value, tuple) else 0


def weigh_all(nodes: Iterable[Mapping[str, Any]]) -> int:
    """The weight of many nodes, by their properties."""
    return sum(weigh(value) for props in nodes for value in props.values())


def growth(before: Mapping[str, Any], after: Mapping[str, Any], words: Iterable[str]) -> int:
    """How much heavier a node becomes by these of its properties."""
    return sum(weigh(after.get(word)) - weigh(before.get(word)) for word in words)


def check(held: int, more: int) -> None:
    """Refused if a scene that holds so much has no room for more."""
    if more > 0 and held + more > HEAVIEST:
        raise Refused(
            f"a scene has room for {HEAVIEST:,} places and letters, or 256 MB of pictures; take something away first"
        )
