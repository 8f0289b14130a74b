"""Ten thousand frames of everything that changes, in one real renderer: it takes no more memory than after 2,000.

Letters never seen before fill the atlas, 16 MiB here and 16 on the card, until it is begun anew: what is taken goes up
and down by some 45 MiB, which both times must be the same. Without new letters nothing may go up at all.

`make soak` runs it; with `-s` it shows the figures.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel
from tests.rio.shapes import wave

from rio.wire import Delta, Picture, Put, Remove, Set, Shot, fill

FRAMES, LOOK, WARM = 10_000, 500, 2000
HALF = WARM + (FRAMES - WARM) // 2
GROWTH = {"new letters": 16.0, "no new letters": 4.0}  # MiB from one half to the other; a picture too many is 0.5
_NOUNS = ("box", "sphere", "cylinder", "cone", "torus")
_FACES = wave(20)[1]


@pytest.fixture
def easel() -> Iterator[Easel]:
    """A renderer of its own."""
    easel = Easel(480, 270)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def begun() -> list[Delta]:
    """The nodes that change."""
    solids = [Put(100 + 2 * i, noun, noun, {"at": (2 * i, 0, 0)}) for i, noun in enumerate(_NOUNS)]
    panel: list[Delta] = [Put(20, "window", "window", {"text": "Window", "at": (380, 140)})]
    panel += [Put(22, "text", "said", {"parent": 20}), Put(24, "plot", "plot", {"points": [1.0, 2.0], "parent": 20})]
    return [
        Put(2, "rect", "rect", {"at": (60, 60)}),
        Put(4, "text", "text", {"at": (200, 60)}),
        Put(6, "polygon", "polygon", {"points": [(0, 0), (90, 0), (0, 90)]}),
        Put(8, "points", "cloud", {"points": [(0.0, 0.0, 0.0)]}),
        Put(10, "line", "line", {"points": [(0, 0), (9, 9)]}),
        Put(12, "image", "image", {"image": picture(0), "at": (60, 200), "size": (60, 60)}),
        Put(14, "mesh", "mesh", {"points": wave(20)[0], "faces": _FACES, "at": (4, 2, -3)}),
        *solids,
        *panel,
    ]


def picture(frame: int) -> Any:
    """Of another size and colour each time."""
    height, width = 8 + frame % 40, 8 + frame * 7 % 90
    return np.full((height, width, 4), (frame % 256, 90, 200, 255), np.uint8)


def changed(frame: int) -> list[Delta]:
    """What is other in this frame: places always, letters and sizes never seen before, shapes now and then."""
    angle = float(frame % 360)
    changes: list[Delta] = [
        fill("rotate", [2, 4, 100, 108], [(0, angle, angle)] * 4),
        Set(4, "text", "".join(chr(0x21 + (frame * 31 + i * 17) % 0x500) for i in range(12))),
        Set(4, "size", 8 + frame % 173 / 2),
        Set(22, "text", f"frame {frame}"),
        Set(12, "image", picture(frame)),
    ]
    if frame % 5 == 0:
        changes += [Set(14, "points", wave(20, frame / 9)[0]), Set(14, "image", picture(frame))]
        changes += [Set(8, "points", np.random.default_rng(frame).uniform(-3, 3, (500, 3)))]
        changes += [Set(6, "points", [(0, 0), (frame % 200, 0), (0, 90), (40, frame % 50)])]
        changes += [Set(24, "points", [float(frame % 7), 2.0, 1.0])]
    if frame % 50 == 0:
        changes += [Remove(14), Put(14, "mesh", "mesh", {"points": wave(20)[0], "faces": _FACES, "at": (4, 2, -3)})]
        changes += [Remove(20), *begun()[-3:]]
    return changes


@pytest.mark.timeout(1800)  # at sixty frames a second it takes three minutes, on a busy machine ten
@pytest.mark.parametrize("letters", GROWTH)
def test_memory_is_flat_over_ten_thousand_frames(easel: Easel, letters: str) -> None:
    """The view, the world, windows; sometimes a picture of another size, and of one node."""
    easel.draw(*begun())
    taken: list[float] = []
    for frame in range(1, FRAMES + 1):
        changes = changed(frame)
        if letters == "no new letters":
            changes = [change for change in changes if not (isinstance(change, Set) and change.id == 4)]
        easel.shown(easel.draw(*changes))
        taken.append(easel.memory())
        if frame % 500 == 0:
            easel.look(320, 180)
            easel.send(Shot(frame, node=100))
            easel.next(Picture)
        if frame % LOOK == 0:
            some = taken[-LOOK:]
            print(f"{letters}, after {frame:6,} frames: {min(some):6.1f} to {max(some):6.1f} MiB", flush=True)

    early, late = taken[WARM:HALF], taken[HALF:]
    assert max(late) - max(early) < GROWTH[letters]
    assert min(late) - min(early) < GROWTH[letters]
