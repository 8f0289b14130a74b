"""Nodes that programs did not make: by hand, from files, of a scene that was gone back to.

The rows in which things stand that nobody placed have to know of them. Else the next box would stand in one of them,
and the live source of the scene, where each of them is a call with its place, would give another scene than is seen.

A worker that is told a whole scene has not seen it come about. It begins its rows beside what stands there, and forgets
which names were used up: it *resumes*. So that the live source does the same at the same place, it says `__resume__()`;
and `__resume__("anew")` where the worker was a fresh one, with none of the variables and functions of those before it.
"""

from collections.abc import Callable, Sequence

from rio.language.nouns import Nouns
from rio.scene.standing import note
from rio.wire import Delta, Put, Reset

ANEW = "anew"


class Strangers:
    """What the display tells of a scene, beside what programs do with it."""

    def __init__(self, nouns: Nouns, forget: Callable[[], None]) -> None:
        """`forget()` takes away what programs have left: variables, functions, and what is called."""
        self._nouns, self._forget = nouns, forget
        self._is_telling = False

    def adopt(self, deltas: Sequence[Delta]) -> None:
        """Changes of the display's. A Reset begins a whole scene, which may need several messages."""
        scene = self._nouns.scene
        self._is_telling |= any(isinstance(delta, Reset) for delta in deltas)
        new = [delta.id for delta in deltas if isinstance(delta, Put) and delta.id not in scene.graph.nodes]
        scene.adopt(deltas)
        if not self._is_telling:
            self._note(new)
        elif not deltas:
            self.settle()

    def settle(self) -> None:
        """Something else follows: what was to be told has been."""
        if self._is_telling:
            self._is_telling = False
            self.resume()

    def resume(self, how: str = "") -> None:
        """Begin beside what stands there; `anew` without all that programs have left."""
        if how == ANEW:
            self._forget()
        self._nouns.forget_rows()
        graph = self._nouns.scene.settled()
        self._note([id for id, node in graph.nodes.items() if "parent" not in node.props])

    def _note(self, ids: Sequence[int]) -> None:
        graph = self._nouns.scene.graph
        for node in filter(None, map(graph.nodes.get, ids)):
            note(self._nouns.rows, graph, node)
