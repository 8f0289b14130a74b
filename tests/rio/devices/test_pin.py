"""Pins, by gpiozero and its own simulated board."""

from collections.abc import Iterator

import pytest
from gpiozero import Device  # type: ignore[import-untyped]  # it has no types
from gpiozero.pins.mock import MockFactory  # type: ignore[import-untyped]  # likewise

from rio.devices.feed import Trouble
from rio.devices.pin import Pin


@pytest.fixture
def board() -> Iterator[MockFactory]:
    """A board whose pins a test can drive."""
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = None


def test_what_is_written_is_what_the_pin_has(board: MockFactory) -> None:
    """And who follows it hears of each change, not of each write."""
    lamp = Pin("lamp", 17, "out")
    place = lamp.place
    for value in (1, 1, 0, True):
        lamp.write(value)
        assert board.pin(17).state == bool(value)
        assert lamp.read() == int(value)
    heard = [lamp.next(at, 0) for at in range(place, place + 4)]
    assert heard == [(1, 1), (2, 0), (3, 1), None]


def test_a_button_is_read_and_heard_of(board: MockFactory) -> None:
    button = Pin("button", 4, "in")
    assert button.read() == 0
    board.pin(4).drive_high()
    assert button.read() == 1
    board.pin(4).drive_low()
    assert [button.next(0, 20), button.next(1, 20)] == [(1, 1), (2, 0)]


def test_what_a_pin_cannot_do_is_said(board: MockFactory) -> None:
    with pytest.raises(Trouble, match="button is granted as `in`"):
        Pin("button", 4, "in").write(1)
    lamp = Pin("lamp", 17, "out")
    for wrong in (2, -1, b"on", None):
        with pytest.raises(Trouble, match="lamp is 0 or 1, not"):
            lamp.write(wrong)
    with pytest.raises(Trouble, match="lamp2: pin 17 cannot be had: "):
        Pin("lamp2", 17, "out")
