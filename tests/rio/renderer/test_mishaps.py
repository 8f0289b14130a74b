"""A widget that cannot be drawn takes nothing with it."""

import numpy as np
import pytest
from tests.rio.easel import Easel, Pixels

from rio.wire import Event, Input, Put, Set


@pytest.fixture
def easel() -> Easel:
    """One whose progress bars fail half-way, with a group, a font and a table left open."""
    return Easel(broken="progress")


def blue(seen: Pixels) -> int:
    """How many pixels have the colour of the button."""
    return int((np.abs(seen - (0, 0, 255)).sum(axis=2) < 12).sum())


def test_one_that_fails_leaves_the_others_as_they_were(easel: Easel) -> None:
    """What stands before and after it is drawn in every picture; it is told once, by its name and the reason."""
    button = {"text": "", "size": (100, 40), "color": "#0000ff", "parent": 2}
    easel.scene(("window", {"at": (320, 180)}), ("button", button), ("progress", {"parent": 2}), ("button", button))
    one, two = easel.look(), easel.look()
    assert blue(one) > 2 * 100 * 40 * 0.9
    assert (one == two).all()
    easel.draw(Set(2, "at", (330, 190)))
    assert blue(easel.look()) == blue(one)
    assert easel.failures == ["progress n6 cannot be shown: it fell to pieces"]
    assert easel.close() == 0


def test_one_that_fails_alone_in_the_view_is_a_line_there(easel: Easel) -> None:
    """And a button beside it can be clicked."""
    easel.scene(("progress", {"at": (150, 180)}))
    assert (easel.look()[170:190, 100:200].max(axis=2) > 120).any()
    easel.draw(Put(4, "button", "b", {"at": (500, 180), "size": (80, 30)}))
    for what in ("move", "press", "release"):
        easel.send(Input(what, 500, 180, "left"))
    assert easel.next(Event, lambda event: event.what == "click").id == 4
    assert easel.close() == 0


def test_a_table_of_too_many_columns_is_refused_in_words() -> None:
    """Dear ImGui has no room for them."""
    easel = Easel()
    easel.scene(("table", {"rows": [["x"] * 600], "at": (320, 180)}))
    easel.look()
    assert easel.failures == ["table n2 cannot be shown: 600 columns; 511 is the most"]
    assert easel.close() == 0
