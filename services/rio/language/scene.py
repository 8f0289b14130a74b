"""The worker's copy of the scene, and the changes that have not been sent yet.

For what is kept in columns only the newest value of each node is remembered, and goes out as one Fill for each column;
so ten thousand assignments in a frame cost the other processes the same as one assignment of an array. All other
changes go out in the order in which they were made. A long statement sends its changes in portions.

Every change is checked here, by the same rules as in the display, so a mistake is an error of the statement that makes
it. No IO: `send` takes what goes out, `held` keeps interrupts away while the copy and what goes out must agree.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.graph import Gone, Graph, Node
from rio.scene.kinds import KINDS
from rio.scene.noun import COLUMNS, Kind
from rio.scene.values import FARTHEST, Floats, Refused
from rio.wire import Delta, Fill, Put, Remove, Reset, Set

PORTION = 2000  # structural changes in one message: a statement that makes many shows them as it goes
HEAVY = 8 << 20  # bytes of text and arrays in one message, or a little more

_OF_NUMBER = 9  # bytes, where it goes out in a list

Numbers = tuple[float, ...]


class Scene:
    """What the nouns and handles of a program change. Ids are this worker's: even."""

    def __init__(self, send: Callable[[list[Delta]], None], held: AbstractContextManager[None]) -> None:
        self.graph = Graph()
        self._send, self._held = send, held
        self._moved: dict[str, dict[int, Numbers]] = {column: {} for column in COLUMNS}
        self._places: dict[int, Numbers] = {}  # the newest `at` of nodes, as it was given
        self._out: list[Delta] = []
        self._weight = self._last_weight = 0  # of all that waits, and of the last of it

    # changing

    def put(self, noun: Kind, name: str, words: Mapping[str, Any], id: int | None = None) -> int:
        """Make a node, or change the node `id`; returns its number. A node that bears the name already gives way."""
        with self._held:
            if id is None:
                id = self.graph.new_id(odd=False)
            self._places.pop(id, None)
            self._emit(Put(id, noun.name, name, dict(words)))
        return id

    def write(self, id: int, noun: Kind, word: str, value: Any) -> None:
        """Change one word of a node."""
        if word == "at":
            self.move(id, noun, value)
        elif id not in self.graph.nodes:
            raise gone(noun)
        elif word not in COLUMNS:
            with self._held:
                self._emit(Set(id, word, value))
        else:
            kept = _checked(noun, word, value)
            self._moved[word][id] = kept if isinstance(kept, tuple) else (kept,)

    def move(self, id: int, noun: Kind, value: Any) -> None:
        """Change where a node is: what is done ten thousand times in a frame."""
        if id not in self.graph.nodes:
            raise gone(noun)
        if not (type(value) is tuple and len(value) == _AT_WIDTH.get(noun.name) and _are_near(value)):
            value = _checked(noun, "at", value)
        self._moved["at"][id] = self._places[id] = value

    def fill(self, noun: Kind, ids: list[int], word: str, values: Any) -> None:
        """Change one word of many nodes of one noun, by an array with a row for each."""
        rows = noun.numeric(word).many(values)
        if len(rows) != len(ids):
            raise Refused(f"{len(rows):,} rows of {word} for {len(ids):,} nodes")
        self.fill_rows(word, np.array(ids, np.uint32), rows)

    def fill_rows(self, column: str, ids: NDArray[np.uint32], rows: Floats) -> None:
        """The same with rows as the graph keeps them; Refused if a number is out of range."""
        with self._held:
            self._settle()
            if column == "at" and self._places:
                for id in ids.tolist():
                    self._places.pop(id, None)
            self._emit(Fill(column, ids, rows))

    def remove(self, id: int) -> None:
        """Take a node away, and what is in it. Nothing happens if it is not there."""
        if id in self.graph.nodes:
            with self._held:
                self._emit(Remove(id))

    def clear(self) -> None:
        """Take all nodes away."""
        with self._held:
            for moved in self._moved.values():
                moved.clear()
            self._places.clear()
            self._emit(Reset())

    def adopt(self, deltas: Iterable[Delta]) -> None:
        """Changes that were made elsewhere. They are not sent again, and no error is anybody's here: this is a copy."""
        self.flush()
        self._places.clear()
        for delta in deltas:
            try:
                self.graph.apply(delta)
            except Refused:  # this worker has removed the node meanwhile, say
                continue

    # reading

    def read(self, id: int, noun: Kind, word: str) -> Any:
        """The newest value of a word, as a program gets it."""
        if id not in self.graph.nodes:
            raise gone(noun)
        if (moved := self._moved.get(word)) and id in moved:
            return noun.numeric(word).read(moved[id])
        return self.graph.get(id, word)

    def place(self, id: int, noun: Kind) -> Numbers:
        """The newest `at`."""
        if (place := self._places.get(id)) is not None and id in self.graph.nodes:
            return place
        return tuple(self.read(id, noun, "at"))

    def settled(self) -> Graph:
        """The graph with all changes in it."""
        with self._held:
            self._settle()
        return self.graph

    def node(self, name: str) -> Node:
        """The node of that name; Refused, naming the nearest, if there is none."""
        return self.graph.named(name)

    # sending

    def flush(self) -> bool:
        """Send what has changed since the last time; whether anything had."""
        with self._held:
            self._settle()
            if self._out:
                out, self._out, self._weight = self._out, [], 0
                self._send(out)
                return True
        return False

    def _emit(self, delta: Delta) -> None:
        """Apply a change, after those that wait in the columns; it goes out with the next flush."""
        self._settle()
        self._keep(delta)
        if len(self._out) >= PORTION or self._weight > HEAVY:
            self.flush()

    def _settle(self) -> None:
        """Turn what has gathered in the columns into changes. Its nodes are all there: a removal settles first."""
        for column, moved in self._moved.items():
            if moved:
                ids = np.fromiter(moved, np.uint32, len(moved))
                rows = _rows(list(moved.values()), COLUMNS[column])
                moved.clear()
                self._keep(Fill(column, ids, rows))

    def _keep(self, delta: Delta) -> None:
        self.graph.apply(delta)
        if isinstance(delta, Set) and self._out and _is_newer(delta, self._out[-1]):
            self._weight -= self._last_weight
            self._out.pop()
        self._out.append(delta)
        self._last_weight = _weight(self.graph, delta)
        self._weight += self._last_weight


_AT_WIDTH = {noun.name: noun.numeric("at").width for noun in KINDS.values() if "at" in noun.words}


def _checked(noun: Kind, word: str, value: Any) -> Any:
    """The value as the graph keeps it, by the rules of the noun's word."""
    form = noun.numeric(word)
    try:
        return form.of(value)
    except Refused as refusal:
        raise Refused(f"{word} of {noun.name}: {refusal}") from None


def gone(noun: Kind) -> Gone:
    """What a program hears that uses a node which was removed."""
    return Gone(f"this {noun.name} was removed")


def _is_newer(delta: Set, last: Delta) -> bool:
    """Whether nobody need hear of the last change any more: a text that grows letter by letter goes out once."""
    return isinstance(last, Set) and (last.id, last.prop) == (delta.id, delta.prop)


def _weight(graph: Graph, delta: Delta) -> int:
    """About how many bytes of text and arrays a change carries that the graph has in it."""
    match delta:
        case Put(id, _, _, props):
            return sum(_size(graph.nodes[id].props.get(word)) for word in props)
        case Set(id, word, _):
            return _size(graph.nodes[id].props.get(word))
        case Fill():
            return int(delta.values.nbytes)
    return 0


def _size(kept: Any) -> int:
    """Of a value as the graph keeps it: what a program gave for it may be of any shape."""
    if isinstance(kept, np.ndarray):
        return int(kept.nbytes) if kept.dtype == np.uint8 else _OF_NUMBER * kept.size
    if isinstance(kept, str):
        return 4 * len(kept)
    return sum(map(_size, kept)) if isinstance(kept, tuple) else 0


def _are_near(numbers: Numbers) -> bool:
    """Whether these are two or three numbers within the picture; false for what is not a number."""
    try:
        if len(numbers) == 2:
            x, y = numbers
            return -FARTHEST <= x <= FARTHEST and -FARTHEST <= y <= FARTHEST
        x, y, z = numbers
        return -FARTHEST <= x <= FARTHEST and -FARTHEST <= y <= FARTHEST and -FARTHEST <= z <= FARTHEST
    except (TypeError, ValueError):  # text, arrays
        return False


def _rows(values: list[Numbers], width: int) -> Floats:
    """float32[n, width] from tuples that may be shorter: what a noun does not use is nought."""
    given = len(values[0])
    if len(set(map(len, values))) > 1:
        return np.array([(*numbers, *(0.0,) * (width - len(numbers))) for numbers in values], np.float32)
    rows = np.zeros((len(values), width), np.float32)
    rows[:, :given] = np.fromiter(chain.from_iterable(values), np.float32, len(values) * given).reshape(-1, given)
    return rows
