"""Two real pixels for a logical one, or one and a half: everything is as large as before, and sharper."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from tests.rio.easel import Easel, Pixels

from rio.wire import Event, Input, Picture, Put, Shot

WIDTH, HEIGHT = 640, 360


@pytest.fixture(params=[1.5, 2], ids=str)
def scale(request: pytest.FixtureRequest) -> float:
    """Real pixels for a logical one."""
    ratio: float = request.param
    return ratio


@pytest.fixture
def easel(scale: float) -> Iterator[Easel]:
    """A renderer of that scale."""
    easel = Easel(WIDTH, HEIGHT, scale=scale)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def drawn(easel: Easel) -> None:
    """Something of everything."""
    easel.scene(
        ("box", {"color": "tomato"}),
        ("text", {"text": "Letters", "size": 20, "at": (120, 40)}),
        ("rect", {"at": (80, 120), "size": (100, 50), "radius": 12, "border": 2, "color": "teal"}),
        ("line", {"at": (30, 200), "to": (180, 230), "size": 2}),
        ("line", {"at": (-1, 1, 0), "to": (1, 1.5, 0), "size": 3, "color": "gold"}),
        ("points", {"points": [(30, 260), (60, 270)], "size": 8}),
    )
    easel.draw(Put(40, "window", "w", {"text": "Lamp", "at": (510, 180)}), Put(42, "button", "b", {"parent": 40}))


def smaller(picture: Pixels) -> Pixels:
    """Averaged to as many pixels as there are logical ones."""
    image = Image.fromarray(picture.astype(np.uint8)).resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    return np.array(image).astype(np.int64)


def test_the_picture_has_more_pixels_and_shows_the_same(easel: Easel, scale: float) -> None:
    """Seen from afar nobody could tell it from the plain one: letters, lines, solids, shadows, windows."""
    drawn(easel)
    picture = easel.look()
    plain = Easel(WIDTH, HEIGHT)
    drawn(plain)
    difference = np.abs(smaller(picture) - plain.look())
    assert plain.close() == 0

    assert picture.shape == (HEIGHT * scale, WIDTH * scale, 3)
    assert difference.mean() < 2.5
    assert (difference.max(2) > 90).mean() < 0.01


def test_letters_are_drawn_for_the_pixels_there_are(easel: Easel, scale: float) -> None:
    """Not a small picture made larger: an edge goes from dark to bright within a pixel or two."""
    easel.scene(("text", {"text": "IIIIII", "size": 40, "at": (320, 180), "font": "bold"}))
    row = easel.look()[round(HEIGHT * scale / 2), :, 1]

    assert np.abs(np.diff(row)).max() > 0.5 * (row.max() - row.min())


def test_things_are_met_where_they_are_seen(easel: Easel) -> None:
    """Places of the pointer are logical pixels."""
    drawn(easel)
    easel.look()
    met = []
    for x, y in ((320, 190), (80, 120), (36, 201), (60, 270)):
        easel.send(Input("press", x, y, "left"))
        easel.send(Input("release", x, y, "left"))
        met.append(easel.next(Event, lambda event: event.what == "click" and event.id > 0).id)

    assert met == [2, 6, 8, 12]


def test_pictures_of_a_size_and_of_a_node_count_real_pixels(easel: Easel, scale: float) -> None:
    easel.scene(("rect", {"at": (320, 180), "size": (100, 60)}))
    easel.send(Shot(77, node=2))
    alone = Image.open(io.BytesIO(easel.next(Picture).png))

    assert alone.size == pytest.approx((100 * scale, 60 * scale))
    assert easel.look(1000, 500).shape == (500, 1000, 3)
    assert easel.look().shape == (HEIGHT * scale, WIDTH * scale, 3)


def test_another_size_keeps_the_scale(easel: Easel, scale: float) -> None:
    easel.send(Input("resize", 400, 300))

    assert easel.next(Event, lambda event: event.what == "resize").value == {"width": 400, "height": 300}
    assert easel.look().shape == (300 * scale, 400 * scale, 3)
