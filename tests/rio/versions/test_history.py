"""The way back and forth through many edits; no child runs."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import trio
from tests.rio.edited import Person
from tests.rio.scenes import Scene

from rio.scene.graph import Graph
from rio.wire import Fill, Put, Set

EDITS = 500


@asynccontextmanager
async def kept(scene: Scene) -> AsyncIterator[None]:
    """While this lasts its versions are written."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(scene.archive.run)
        scene.archive.keep(scene.versions.current, scene.graph.snapshot())
        try:
            yield
        finally:
            scene.archive.finish()


async def played(scene: Scene, number: int) -> None:
    """What a program leaves behind that makes a node, and moves all."""
    id = 2 + 2 * number
    scene.graph.apply(Put(id, "points", f"cloud{number}", {"points": np.full((500, 2), number)}))
    ids = np.array(list(scene.graph.nodes), np.uint32)
    scene.graph.apply(Fill("at", ids, np.full((len(ids), 2), number)))
    if behind := scene.archive.behind():
        await behind
    scene.history.commit("parse", f"program {number}", statements=(f"program({number})",))


async def test_undo_to_the_beginning_and_redo_to_the_end_pass_the_same_scenes(tmp_path: Path) -> None:
    """Whatever was done: by files, by hand, by programs, to one node, to the camera, to everything."""
    scene = Scene(Graph(), tmp_path)
    dice = random.Random(6)
    person = Person(scene.graph, scene.edits, scene.history, scene.versions, dice)
    digests = [scene.graph.digest()]
    async with kept(scene):
        while scene.versions.last < EDITS:
            if dice.random() < 0.1:
                await played(scene, scene.versions.last)
            elif dice.random() < 0.01:
                await scene.history.clear()
            else:
                await person.edit()
            digests.append(scene.graph.digest())
        way_back = [scene.graph.digest()]
        while scene.versions.current.number:
            await scene.history.go(scene.versions.before())
            way_back.append(scene.graph.digest())
        assert way_back == digests[::-1]
        way_forth = [scene.graph.digest()]
        while scene.versions.current.number < EDITS:
            await scene.history.go(scene.versions.after())
            way_forth.append(scene.graph.digest())
        assert way_forth == digests
    assert (tmp_path / "versions.db").stat().st_size < 5_000_000


async def test_what_goes_on_after_an_undo_leaves_the_undone_where_it_was(tmp_path: Path) -> None:
    """The nodes of a picture are shared with the versions; nobody writes into those."""
    scene = Scene(Graph(), tmp_path)
    async with kept(scene):
        await played(scene, 1)
        await played(scene, 2)
        there = scene.graph.digest()
        await scene.history.go(scene.versions[1])
        scene.graph.apply(Set(4, "size", 9))
        scene.graph.apply(Set(4, "color", "red"))
        if behind := scene.history.mark("another branch"):
            await behind
        await scene.history.go(scene.versions[2])
        assert scene.graph.digest() == there
