"""Values from one thread to many listeners."""

import threading

import pytest

from rio.devices.feed import Feed, Trouble


def test_each_listener_has_its_own_place() -> None:
    """And one that is too far behind goes on with the oldest that is left."""
    feed = Feed[int](3)
    place = feed.place
    for value in range(5):
        feed.push(value)
    assert feed.next(place, 0) == (3, 2)
    assert feed.next(3, 0) == (4, 3)
    assert feed.next(4, 0) == (5, 4)
    assert feed.next(5, 0) is None
    assert feed.newest(0) == 4


def test_who_waits_is_woken() -> None:
    """By a value, or by the end; what was there before the end is still heard."""
    feed = Feed[int](3)
    threading.Timer(0.01, feed.push, [7]).start()
    assert feed.next(feed.place, 20) == (1, 7)
    threading.Timer(0.01, feed.end, ["gone"]).start()
    with pytest.raises(Trouble, match="gone"):
        feed.next(1, 20)
    assert feed.next(0, 0) == (1, 7)


def test_a_feed_that_goes_on_for_another_keeps_its_places() -> None:
    """There is nothing yet, whatever place one comes with."""
    feed = Feed[int](1, 10)
    assert feed.newest(0) is None
    assert feed.next(9, 0) is None
    feed.push(1)
    assert feed.next(9, 0) == (11, 1)
    with pytest.raises(Trouble):
        empty = Feed[int](1)
        empty.end("no camera")
        empty.newest(20)
