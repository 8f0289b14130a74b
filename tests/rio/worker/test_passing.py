"""What becomes of a crowd of events."""

from rio.wire import Event, Message, Tick
from rio.worker.passing import newest


def move(x: float, id: int = 0) -> Event:
    """The pointer is there."""
    return Event(id, "move", {"x": x, "keys": []})


def drag(x: float, dx: float, id: int = 2) -> Event:
    """A node is held, and the pointer has come from somewhere."""
    return Event(id, "drag", {"x": x, "dx": dx, "dy": 1})


def test_moves_that_wait_become_one() -> None:
    """The last of them."""
    assert list(newest([move(1), move(2), move(3)])) == [move(3)]


def test_drags_that_wait_become_one_of_the_whole_way() -> None:
    """For the node and for the view, which are told by turns."""
    crowd = [drag(1, 1), drag(1, 1, id=0), drag(5, 4), drag(5, 4, id=0)]
    joined = [Event(id, "drag", {"x": 5, "dx": 5, "dy": 2}) for id in (2, 0)]
    assert list(newest(crowd)) == joined


def test_all_else_keeps_its_order() -> None:
    """A press between two moves is where it was."""
    press = Event(0, "press", {"x": 2})
    others: list[Message] = [press, Tick(0.1), Event(2, "change", None)]
    assert list(newest([move(1), *others, move(2)])) == [move(1), *others, move(2)]
    assert list(newest([])) == []
