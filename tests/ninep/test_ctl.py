"""Control files whose verbs have flags."""

from __future__ import annotations

import pytest

from ninep import FileError
from ninep.ctl import Ctl


class Garage:
    """What was driven into it, and how."""

    def __init__(self) -> None:
        self.said = list[tuple[str, int, bool, bool]]()

    def park(self, car: str, place: int = 0, *, locked: bool = False, lights_on: bool = False) -> None:
        """Put a car in."""
        self.said.append((car, place, locked, lights_on))


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("park beetle", ("beetle", 0, False, False)),
        ("park -locked beetle 3", ("beetle", 3, True, False)),
        ("park -lights-on -locked  beetle", ("beetle", 0, True, True)),
        ("park beetle 3  # -locked", ("beetle", 3, False, False)),
        ("park '-locked'", ("-locked", 0, False, False)),
    ],
)
def test_a_flag_stands_before_the_words(line: str, heard: tuple[str, int, bool, bool]) -> None:
    """In any order; a word in quotes is a word."""
    garage = Garage()
    Ctl(park=garage.park).run(line)
    assert garage.said == [heard]


@pytest.mark.parametrize("line", ["park", "park -locked", "park -open beetle 3", "park beetle 3 -locked"])
def test_usage_shows_the_flags(line: str) -> None:
    """A flag that is none, or one in the wrong place, is answered with what can be said."""
    with pytest.raises(FileError) as refusal:
        Ctl(park=Garage().park).run(line)
    assert str(refusal.value) == "usage: park [-locked] [-lights-on] CAR [PLACE]"
