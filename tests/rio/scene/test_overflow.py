"""Numbers for which a float32 has no room: refused in words, and numpy gives no warning (one is an error here)."""

import numpy as np
import pytest

from rio.scene.kinds import kind
from rio.scene.values import Refused

HUGE = np.array([[0.0, 1e300], [1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("noun", "word", "value"),
    [
        ("polygon", "points", HUGE),
        ("points", "points", HUGE.tolist()),
        ("plot", "values", HUGE),
        ("sound", "samples", HUGE[:, 1]),
    ],
)
def test_a_number_too_large_is_refused_without_a_warning(noun: str, word: str, value: object) -> None:
    with pytest.raises(Refused):
        kind(noun).word(word).form.of(value)


def test_many_at_once_are_refused_without_a_warning() -> None:
    with pytest.raises(Refused):
        kind("rect").numeric("at").many(HUGE)
