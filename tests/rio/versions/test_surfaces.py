"""Meshes among versions: what a scene is written as gives the same surface again, numbers and pictures too."""

from pathlib import Path

import numpy as np
from tests.rio.shapes import CUBE, FACES
from tests.rio.workers import started

from rio.scene.graph import Graph
from rio.versions import source, state
from rio.wire import Put


def a_mesh() -> Graph:
    """A graph with a mesh that says all that one can say."""
    graph = Graph()
    chance = np.random.default_rng(1)
    words = {
        "points": CUBE * np.float32(0.1),
        "faces": FACES,
        "colors": chance.uniform(0, 1, (8, 4)),
        "normals": CUBE,
        "uv": chance.uniform(0, 1, (8, 2)),
        "image": chance.integers(0, 255, (4, 6, 4), np.uint8),
        "at": (1, 2, 3),
        "size": (4, 0, 0),
    }
    graph.apply(Put(2, "mesh", "rock", words))
    return graph


async def test_the_file_state_gives_the_same_mesh() -> None:
    graph = a_mesh()
    read, _, _ = state.read(await state.written(graph, (1280, 720), {}, []))

    assert read == graph


def test_a_program_that_makes_it_gives_the_same_mesh(tmp_path: Path) -> None:
    graph = a_mesh()
    worker = started(tmp_path)
    try:
        played = worker.play("\n".join(source.whole(graph)))
        assert played.error is None, played.error
        assert worker.graph == graph
    finally:
        worker.kill()
