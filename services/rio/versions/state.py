"""The file `state`: the whole scene as JSON, which another rio takes.

    {"format": 1, "size": [1280, 720], "background": {…}, "camera": {…}, "lights": […], "view": {…},
     "nodes": [{"name": "cube", "type": "box", "at": [0, 1, 0], "color": "red", "parent": "table"}, …],
     "programs": [{"time": …, "author": "parse", "label": "…", "source": "…"}, …]}

Nodes are in the order in which they were made, which is the order in which they are drawn. Only what differs from a
noun's defaults is said. What is written is checked whole before anything changes. Then the programs run in a fresh
worker, so that variables and callbacks move too, and then every node is made what the file says it is: programs that
draw by chance, by the clock, or from files that are not here still give the same picture.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import trio
from numpy.typing import NDArray

from ninep import FileError
from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.values import Refused
from rio.versions import source
from rio.versions.pictures import heavy
from rio.versions.timeline import Version
from rio.wire import Delta, Fill, Put, Set, fill

IntArray = NDArray[np.uint32]

FORMAT = 1
LARGEST = 64 << 20  # bytes of the file
TURN = 200  # nodes between two turns for others
APART = {"camera": "camera", "background": "background", "light": "lights"}
"""Nouns that have a place of their own in the file."""


async def written(graph: Graph, size: tuple[int, int], view: dict[str, Any], programs: list[Version]) -> str:
    """The file's text. `graph` must not change meanwhile: give a copy."""
    nodes: list[dict[str, Any]] = []
    apart: dict[str, list[dict[str, Any]]] = {noun: [] for noun in APART}
    for count, (id, node) in enumerate(graph.nodes.items()):
        is_large = any(True for _ in heavy(node))  # pictures take as long as many nodes
        said = await trio.to_thread.run_sync(_said, graph, id) if is_large else _said(graph, id)
        apart.get(node.kind, nodes).append(said)
        if count % TURN == TURN - 1:
            await trio.lowlevel.checkpoint()
    told = {
        "format": FORMAT,
        "size": size,
        "background": next(iter(apart["background"]), None),
        "camera": next(iter(apart["camera"]), None),
        "lights": apart["light"],
        "view": view,
        "nodes": nodes,
        "programs": [_program(version) for version in programs if version.statements],
    }
    return await trio.to_thread.run_sync(partial(json.dumps, told, indent=1)) + "\n"


def _said(graph: Graph, id: int) -> dict[str, Any]:
    node = graph.nodes[id]
    return {"name": node.name, "type": node.kind, **{prop: _plain(graph, id, prop) for prop in source.said(graph, id)}}


def _plain(graph: Graph, id: int, prop: str) -> Any:
    kept = source.plain(graph, id, prop)
    return kept.tolist() if isinstance(kept, np.ndarray) else kept


def _program(version: Version) -> dict[str, Any]:
    text = "".join(f"{statement.rstrip()}\n" for statement in version.statements)
    return {"time": version.time, "author": version.author, "label": version.label, "source": text}


def read(text: str) -> tuple[Graph, list[str], dict[str, Any]]:
    """(the scene, its programs, the view) of a file's text. FileError says what is wrong with it."""
    try:
        told = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise FileError(f"state is JSON: {error}") from None
    if not isinstance(told, dict) or told.get("format", FORMAT) != FORMAT:
        raise FileError(f"state is a JSON object of format {FORMAT}")
    try:
        graph = _graph(list(_entries(told)))
        return graph, [str(program["source"]) for program in told.get("programs", [])], dict(told.get("view", {}))
    except Refused as refusal:
        raise FileError(f"state: {refusal}") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise FileError("state: every node needs a name and a type, every program a source") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def _entries(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (entry for entry in (told.get("background"), told.get("camera")) if entry)
    yield from told.get("lights", [])
    yield from told.get("nodes", [])


def _graph(entries: list[dict[str, Any]]) -> Graph:
    graph = Graph()
    for number, entry in enumerate(entries):
        words = {prop: value for prop, value in entry.items() if prop not in ("name", "type", "parent")}
        graph.apply(Put(3 + 2 * number, entry["type"], entry["name"], words))
    for entry in entries:
        if entry.get("parent"):
            id = graph.ids[entry["name"]]
            graph.apply(Set(id, "parent", graph.named(entry["parent"]).id))
            if "at" not in entry:
                graph.apply(fill("at", [id], (0, 0, 0)))
    return graph


def making_equal(graph: Graph, wanted: Graph) -> list[Delta]:
    """The changes after which `graph` is as `wanted`; nodes of the same name and noun keep their numbers."""
    numbers = np.zeros(max(wanted.nodes, default=0) + 1, np.uint32)
    for id, node in wanted.nodes.items():
        there = graph.ids.get(node.name, 0)
        is_same = there and graph.nodes[there].kind == node.kind
        numbers[id] = there if is_same else graph.new_id(odd=True)
    return [_renumbered(delta, numbers) for delta in wanted.whole()]


def _renumbered(delta: Delta, numbers: IntArray) -> Delta:
    match delta:
        case Put(id, noun, name, props):
            return Put(int(numbers[id]), noun, name, props)
        case Fill(prop, ids, values):
            return Fill(prop, numbers[ids], values)
        case Set(id, "parent", parent):
            return Set(int(numbers[id]), "parent", int(numbers[parent]))
    return delta


def said_of(graph: Graph, wanted: Graph) -> list[str]:
    """Statements of a program after which `graph` is as `wanted`: what differs, or else everything anew."""
    if _outline(graph) != _outline(wanted):
        roots = [node.name for node in graph.nodes.values() if "parent" not in node.props]
        return [*(f"find({name!r}).remove()" for name in roots), *source.whole(wanted)]
    statements: list[str] = []
    for id, node in wanted.nodes.items():
        there = graph.ids[node.name]
        differing = {*source.said(wanted, id), *source.said(graph, there)}
        statements += [
            source.touch(wanted, id, prop)
            for prop in KINDS[node.kind].words
            if prop in differing
            and not np.array_equal(source.plain(wanted, id, prop), source.plain(graph, there, prop))
        ]
    return statements


def _outline(graph: Graph) -> list[tuple[str, str, str]]:
    """Which nodes there are, in order, and which are inside which."""
    return [
        (node.name, node.kind, graph.show(id, "parent") if "parent" in node.props else "")
        for id, node in graph.nodes.items()
    ]
