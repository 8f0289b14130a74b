"""Nodes and their properties as a program would write them, and as a person reads them.

A program is for people and models to read. What is long (the pixels of a picture, the places of a cloud) is not in it:
a comment says so, and where it can be read.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.noun import COLUMNS
from rio.scene.pixels import PIXELS, Pixels
from rio.scene.sounds import Waves
from rio.scene.values import LINK, Color, Numeric

SPELLED = (Color, Pixels, Waves)
"""Forms whose values a program writes as the text that `show` gives."""

LONG = 64  # numbers of one word that a line still shows

MOST_NUMBERS = 1000  # of one word that a program still says
LONGEST = 1 << 16  # characters of one word

_HELD = frozenset({"marker"})  # nouns that have to say so if they are made in no other

_BLANK = repr(PIXELS.show(np.zeros((1, 1, 4), np.uint8)))  # a picture of one pixel, which is not seen


def value(graph: Graph, id: int, prop: str) -> str:
    """A property as a literal; a node is looked up by its name."""
    kept = plain(graph, id, prop)
    if KINDS[graph.node(id).kind].word(prop).form is LINK:
        return f"find({kept!r})" if kept else "None"
    if isinstance(kept, np.ndarray):
        return repr([tuple(row) for row in kept.tolist()])
    return repr(kept)


def plain(graph: Graph, id: int, prop: str) -> Any:
    """A property as a program may give it, which gives exactly the same again: a node by its name, a colour as text."""
    kept = graph.get(id, prop)
    word = KINDS[graph.node(id).kind].word(prop)
    if word.form is LINK or isinstance(word.form, SPELLED):
        text = graph.show(id, prop)
        if not isinstance(word.form, Color) or _is_row(word.form.parse(text), graph, id, prop):
            return text
    if isinstance(word.form, Numeric) and word.is_column and not _is_row(word.form.of(kept), graph, id, prop):
        row = tuple(float(str(number)) for number in graph.columns[prop][id, : word.form.width])
        return row if len(row) > 1 else row[0]
    return kept


def _is_row(numbers: Any, graph: Graph, id: int, prop: str) -> bool:
    """Whether these numbers are those that are kept; what is read has fewer digits, for people."""
    kept = graph.columns[prop][id, : np.size(numbers)] if prop in COLUMNS else graph.get(id, prop)
    return np.array_equal(np.ravel(np.float32(numbers)), np.ravel(np.float32(kept)))


def _literal(graph: Graph, id: int, prop: str) -> str | None:
    """The same, or None if that is too long for a program."""
    kept = graph.get(id, prop)
    if isinstance(kept, np.ndarray) and kept.size > MOST_NUMBERS:
        return None
    text = value(graph, id, prop)
    return text if len(text) <= LONGEST else None


def _unsaid(graph: Graph, id: int, prop: str) -> str:
    """A comment in the place of a long value."""
    kept, name = graph.get(id, prop), graph.node(id).name
    how_much = f" ({' × '.join(map(str, kept.shape))} numbers)" if isinstance(kept, np.ndarray) else ""
    return f"# the {prop} of {name!r}{how_much} are too long to be said here; they are in nodes/{name}/{prop}"


def touch(graph: Graph, id: int, prop: str) -> str:
    """A statement that gives the property the value it has; a comment, if that is too long."""
    literal = _literal(graph, id, prop)
    return f"find({graph.node(id).name!r}).{prop} = {literal}" if literal is not None else _unsaid(graph, id, prop)


def making(graph: Graph, id: int) -> list[str]:
    """Statements that make the node as it is: the call of its noun; then, if it is inside another, that; then comments
    about what is too long. What its noun needs is said in any case, if only by something empty.

    Its place is said too: without one it would stand beside what was made before it.
    """
    node, noun = graph.node(id), KINDS[graph.node(id).kind]
    words = dict.fromkeys((*(("at",) if "at" in noun.words else ()), *said(graph, id)))
    words.pop("parent", None)
    literals = {prop: _literal(graph, id, prop) for prop in words}
    long = [prop for prop, literal in literals.items() if literal is None]
    literals |= {prop: _BLANK if isinstance(noun.words[prop].form, Pixels) else "[]" for prop in long}
    given = "".join(f", {prop}={text}" for prop, text in literals.items() if prop not in long or prop in noun.needs)
    given += ", parent=None" if node.kind in _HELD else ""
    inside = [touch(graph, id, "parent")] if "parent" in node.props else []
    return [f"{node.kind}(name={node.name!r}{given})", *inside, *(_unsaid(graph, id, prop) for prop in long)]


def whole(graph: Graph) -> list[str]:
    """Statements that make the whole scene, in its order."""
    pairs = [making(graph, id) for id in graph.nodes]
    return [*(pair[0] for pair in pairs), *(statement for pair in pairs for statement in pair[1:])]


def said(graph: Graph, id: int) -> Iterator[str]:
    """The properties that differ from what they are when nobody says."""
    node = graph.node(id)
    noun = KINDS[node.kind]
    for prop, word in noun.words.items():
        if word.is_column:
            inside_at = prop == "at" and "parent" in node.props
            row = (0.0,) * 3 if inside_at else noun.rows[prop]
            if graph.columns[prop][id].tolist() != np.asarray(row, np.float32).tolist():
                yield prop
        elif prop in node.props:
            yield prop


def line(graph: Graph, id: int) -> str:
    """One line about a node, for a reader: its noun, its name, what was said of it."""
    node = graph.node(id)
    words = [f"{prop} {_brief(graph, id, prop)}" for prop in ("at", *said(graph, id)) if prop in _words(node.kind)]
    return ", ".join([f"{node.kind} {node.name}", *dict.fromkeys(words)])


def _words(kind: str) -> frozenset[str]:
    return frozenset(KINDS[kind].words)


def _brief(graph: Graph, id: int, prop: str) -> str:
    """A value in a few words; many numbers by how many there are."""
    kept = graph.get(id, prop)
    if isinstance(kept, np.ndarray) and kept.size > LONG:
        return " × ".join(map(str, kept.shape))
    text = " ".join(graph.show(id, prop).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
