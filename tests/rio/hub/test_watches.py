"""Watching a node: what a reader is told, and what one who is slow is spared."""

from pathlib import Path

import numpy as np
import pytest
import trio
import trio.testing
from tests.rio.scenes import Scene, a_client

from ninep import FileError
from rio.hub import watches
from rio.hub.watches import Watch, Watches
from rio.scene.graph import scene_of
from rio.wire import Delta, Fill, Put, Remove, Reset, Set


class Watched:
    """A box and a text, and the watches of them."""

    def __init__(self) -> None:
        self.graph = scene_of([Put(2, "box", "cube", {"color": "red"}), Put(4, "text", "label", {"text": "words"})])
        self.watches = Watches(self.graph)

    def change(self, *deltas: Delta) -> None:
        """Some changes at once, as the hub makes them."""
        for delta in deltas:
            self.graph.apply(delta)
        self.watches.look()


async def told(watch: Watch, count: int = 8192) -> str:
    """What the next read gives, whether or not it has to wait."""
    with trio.fail_after(5):
        answer = watch.read(count)
        return (answer if isinstance(answer, bytes) else await answer).decode()


async def test_changes_are_told_as_a_person_reads_them() -> None:
    """A line for each word; those of one moment come together."""
    scene = Watched()
    watch = scene.watches.open(2)
    scene.change(Set(2, "color", "blue"), Set(2, "at", (1, 2, 3)), Set(2, "visible", False))
    assert await told(watch) == "at 1 2 3\ncolor blue\nvisible off\n"
    scene.change(Put(2, "box", "dice", {"parent": 0}))
    assert await told(watch) == "name dice\n"


async def test_who_is_slow_hears_the_newest_values_and_no_others() -> None:
    scene = Watched()
    watch = scene.watches.open(2)
    for number in range(1000):
        scene.change(Set(2, "at", (number, 0, 0)))
    assert await told(watch) == "at 999 0 0\n"
    scene.change(Set(2, "color", "blue"))
    scene.change(Set(2, "color", "red"))
    answer = watch.read(100)
    assert not isinstance(answer, bytes)  # it is as it was: there is nothing to tell
    answer.close()


async def test_a_read_waits_for_this_node_alone(autojump_clock: trio.testing.MockClock) -> None:
    """Not for others, and not for values that are put there again; it never gives nothing while the node lives."""
    scene = Watched()
    watch, heard = scene.watches.open(2), list[str]()
    async with trio.open_nursery() as nursery:

        async def listen() -> None:
            heard.append(await told(watch))

        nursery.start_soon(listen)
        await trio.testing.wait_all_tasks_blocked()
        scene.change(Set(4, "text", "other words"), Set(2, "color", "red"), Set(2, "tags", "x"), Set(2, "tags", ""))
        await trio.testing.wait_all_tasks_blocked()
        assert not heard
        scene.change(Fill("at", np.array([2, 4], np.uint32), np.ones((2, 3), np.float32)))
    assert heard == ["at 1 1 1\n"]


async def test_a_watch_ends_with_its_node() -> None:
    """Whether it is removed, or everything is, or another takes its place and its number."""
    for last in ([Remove(2)], [Reset()], [Remove(2), Put(2, "sphere", "cube", {})]):
        scene = Watched()
        watch = scene.watches.open(2)
        scene.change(*last)
        assert await told(watch) == ""
        scene.change(Remove(2), Put(2, "box", "cube", {}))
        assert await told(watch) == ""


async def test_who_waits_for_a_node_that_is_removed_hears_the_end() -> None:
    scene = Watched()
    watch, heard = scene.watches.open(2), list[str]()
    async with trio.open_nursery() as nursery:

        async def listen() -> None:
            heard.append(await told(watch))

        nursery.start_soon(listen)
        await trio.testing.wait_all_tasks_blocked()
        scene.change(Remove(2))
    assert heard == [""]


async def test_a_value_is_one_line_however_long_it_is() -> None:
    """Newlines are marked, long texts cut, and of many numbers only the shape is told."""
    scene = Watched()
    watch = scene.watches.open(4)
    scene.change(Set(4, "text", "a\\b\nc"))
    assert await told(watch) == "text a\\\\b\\nc\n"
    scene.change(Set(4, "text", "x" * 5000))
    assert await told(watch, 100) == "text " + "x" * 95
    assert await told(watch) == "x" * 905 + "…\n"
    scene.change(Put(6, "points", "cloud", {"points": np.zeros((5, 3))}))
    watch = scene.watches.open(6)
    scene.change(Set(6, "points", np.ones((500, 3))))
    assert await told(watch) == "points (500 x 3 numbers)\n"


async def test_there_is_room_for_so_many_and_closed_ones_leave_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "MOST", 2)
    scene = Watched()
    one, _ = scene.watches.open(2), scene.watches.open(2)
    with pytest.raises(FileError, match="2 watches are open already; close some"):
        scene.watches.open(4)
    one.close()
    assert len(scene.watches) == 1
    with pytest.raises(FileError, match="this node was removed"):
        scene.watches.open(8)


async def test_the_file_watch_is_such_a_reader(tmp_path: Path) -> None:
    """It lives from its open to its clunk, through edits and a rename, to the end of its node."""
    scene = Scene(scene_of([Put(2, "box", "cube", {"color": "red"})]))
    async with a_client(scene, tmp_path) as root:
        async with root.open("nodes/cube/watch") as watch:
            await root.write("nodes/cube/color", "blue")
            assert await watch.read() == b"color blue\n"
            await root.rename("nodes/cube", "dice")
            assert await watch.read() == b"name dice\n"
            await root.remove("nodes/dice")
            assert await watch.read() == b""
        await root.read("camera")  # by then the clunk has been heard
        assert len(scene.watches) == 0
