"""What may be done to nodes from outside programs: made, given other words, renamed, removed. Each is one more version.

What a person wrote is understood here, and said as a program would say it; what is not sound is refused in words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import trio

from ninep import FileError
from ninep.errors import EXISTS
from ninep.node import Answer
from rio.scene.graph import Graph
from rio.scene.kinds import KINDS, kind
from rio.scene.noun import Kind
from rio.scene.standing import next_place
from rio.scene.values import LINK, Refused
from rio.versions import source
from rio.versions.history import History
from rio.wire import Delta, Put, Remove, Set

CAMERA = "camera"
AUTO = "auto"
LONG = 1 << 16  # characters of a value, which are understood at once

_NUMBERED = re.compile(r"(\D+)\d*")  # box, box7


@contextmanager
def in_words() -> Iterator[None]:
    """The graph's refusals as those of a file."""
    try:
        yield
    except Refused as refusal:
        raise FileError(str(refusal)) from None


class Edits:
    """The nodes of one scene, as people and other machines change them."""

    def __init__(self, graph: Graph, history: History) -> None:
        self._graph, self._history = graph, history

    # making

    def make(self, name: str) -> Answer[None]:
        """A node of the noun that the name says, `box` or `box7`."""
        noun = _NUMBERED.fullmatch(name)
        if noun is None or noun[1] not in KINDS:
            raise FileError(f"{name} names no noun: make box or box7, or write new NOUN {name} to scene/ctl")
        return self.new(noun[1], name)

    def new(self, noun: str, name: str, *words: str) -> Answer[None]:
        """A node of this noun, and what it is to be: `color=red`, `at=0,1,0`."""
        if name in self._graph.ids:
            raise FileError(EXISTS)
        with in_words():
            which = kind(noun)
            given = dict(self._understood(which, word) for word in words)
            _check_needs(which, given)
            given = self._placed(which, given)
        id = self._graph.new_id(odd=True)
        label = " ".join(("new", noun, name, *words))
        return self._do(label, [Put(id, noun, name, given)], partial(source.making, self._graph, id))

    def _understood(self, noun: Kind, said: str) -> tuple[str, Any]:
        word, equals, value = said.partition("=")
        if not equals:
            raise FileError(f"{said}: say WORD=VALUE; a {noun.name} takes {' '.join(noun.words)}")
        form = noun.word(word).form
        if form is LINK:
            return word, self._graph.named(value).id
        try:
            return word, form.parse(value)
        except Refused as refusal:
            raise Refused(f"{word}: {refusal}") from None

    def _placed(self, noun: Kind, given: dict[str, Any]) -> dict[str, Any]:
        """With a place, where a program would put it that says none."""
        if "at" in given or "parent" in given:
            return given
        place = next_place(self._graph, noun, given)
        return given if place is None else {"at": place, **given}

    # changing

    def set(self, id: int, prop: str, text: str) -> Answer[None]:
        """Give a node another value. A widget's `value` is given as by a hand: the program hears of it."""
        if len(text) > LONG:
            return self._set_long(id, prop, text)
        with in_words():
            change = self._graph.parse(id, prop, text)
        return self._change(change, text)

    async def _set_long(self, id: int, prop: str, text: str) -> None:
        """A million places take seconds to be understood: meanwhile others are answered."""
        with in_words():
            form = KINDS[self._graph.node(id).kind].word(prop).form
            value = await trio.to_thread.run_sync(form.parse, text)
        if behind := self._change(Set(id, prop, value), text[:LONG]):
            await behind

    def _change(self, change: Set, text: str) -> Answer[None]:
        with in_words():
            node = self._graph.node(change.id)
        said = partial(source.touch, self._graph, change.id, change.prop)
        done = self._do(f"{node.name} {change.prop} {text}", [change], lambda: [said()])
        if change.prop == "value" and KINDS[node.kind].space == "panel":
            self._history.tell_of_hand(change.id)
        return done

    def rename(self, old: str, new: str) -> Answer[None]:
        """Call a node otherwise; no other node gives way."""
        with in_words():
            node = self._graph.named(old)
        if old == new:
            return None
        if new in self._graph.ids:
            raise FileError(EXISTS)
        said = [f"find({old!r}).name = {new!r}"]
        return self._do(f"rename {old} {new}", [Put(node.id, node.kind, new, {})], lambda: said)

    def remove(self, name: str) -> Answer[None]:
        """Take a node away, and what is inside it."""
        with in_words():
            id = self._graph.named(name).id
        said = [f"find({name!r}).remove()"]
        return self._do(f"remove {name}", [Remove(id)], lambda: said)

    def _do(
        self, label: str, changes: Sequence[Delta], said: Callable[[], Iterable[str]], author: str = "nodes"
    ) -> Answer[None]:
        return self._history.edit(author, label, changes, said)

    # the camera

    def camera(self) -> str:
        """`at`, `target` and `fov`, a line each; `auto` where the picture frames what is there."""
        if (id := self._camera()) is None:
            return f"{AUTO}\n"
        return "".join(f"{prop} {self._graph.show(id, prop)}\n" for prop in ("at", "target", "fov"))

    def place_camera(self, text: str) -> Answer[None]:
        """The same, taken back."""
        id = self._camera()
        if text == AUTO:
            return None if id is None else self.remove(self._graph.nodes[id].name)
        words = _camera_words(text)
        number = self._graph.new_id(odd=True) if id is None else id
        changes: list[Delta] = [Put(number, CAMERA, self._free_name(), {})] if id is None else []
        changes += [Set(number, prop, value) for prop, value in words.items()]
        return self._do(f"camera {text}", changes, partial(source.making, self._graph, number), CAMERA)

    def _camera(self) -> int | None:
        return next((id for id, node in self._graph.nodes.items() if node.kind == CAMERA), None)

    def _free_name(self) -> str:
        name, count = CAMERA, 1
        while name in self._graph.ids:
            count += 1
            name = f"{CAMERA}{count}"
        return name


def _check_needs(noun: Kind, given: Mapping[str, Any]) -> None:
    if noun.needs and not any(word in given for word in noun.needs):
        raise Refused(f"a {noun.name} needs its {' or '.join(noun.needs)}: new {noun.name} NAME {noun.needs[0]}=…")


def _camera_words(text: str) -> Mapping[str, Any]:
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip()]
    if any(len(words) < 2 for words in lines):
        raise FileError("usage: at X Y Z, target X Y Z or fov DEGREES, a line each; or auto")
    with in_words():
        return {prop: KINDS[CAMERA].word(prop).form.parse(value) for prop, value in lines}
