"""Places as a program writes them."""

from llmfs.providers.sketch.intents import At, Beside, Between, Place, Spot
from llmfs.providers.sketch.measuring import Numbers
from llmfs.providers.sketch.program import Program, found, numbers, quoted
from llmfs.providers.sketch.scene import Thing
from llmfs.providers.sketch.words import Noun

MIDDLE = (640.0, 360.0)
"""Of the view, in pixels."""

MARGIN = 30.0
"""Pixels between a thing at the view's edge and the edge."""

STRIDE = 3.0
"""How far from the middle of the world its sides are."""

LETTER = 0.55
"""Width of a letter, as a part of its line's height: enough to keep a text within the view."""


def written(program: Program, place: Place, kind: str, size: Numbers, text: str = "") -> str:
    """A place as a program writes it, for a thing of this kind and size."""
    flat = Thing("", kind).flat
    match place:
        case Beside(side, ref):
            things = program.scene.find(ref)
            thing = things[0] if side in ("left_of", "behind") else things[-1]
            if thing.flat == flat and not (flat and side in ("in_front_of", "behind")):
                return f"{side}({quoted(thing.name)})"
            program.note(f"I cannot put a flat shape and a solid beside each other, as for “{ref.said}”.")
            return ""
        case Between(one, other):
            first, second = program.scene.find(one)[-1], program.scene.find(other)[-1]
            if first.flat == second.flat == flat:
                pair = f"zip({found(first.name)}.at, {found(second.name)}.at)"
                return f"tuple((a + b) / 2 for a, b in {pair})"
            program.note("I cannot put anything between a flat shape and a solid.")
            return ""
        case At() | Spot():
            return numbers(_fixed(place, kind, size, text))


def _fixed(place: At | Spot, kind: str, size: Numbers, text: str) -> Numbers:
    """A place by numbers, or somewhere in the picture."""
    flat = Thing("", kind).flat
    if isinstance(place, At):
        if kind == "line":
            return place.numbers  # in the view or in the world, by how many there are
        return place.numbers[:2] if flat else (*place.numbers, 0.0)[:3]
    x, y, z = place.toward
    if not flat:
        height = size[1] if len(size) > 2 else 0.0
        return STRIDE * x, height / 2 + STRIDE * max(y, 0), STRIDE * z
    width, height = (LETTER * size[0] * len(text), size[0]) if len(size) == 1 else size[:2]
    reach = max(0, MIDDLE[0] - width / 2 - MARGIN), max(0, MIDDLE[1] - height / 2 - MARGIN)
    return round(MIDDLE[0] + x * reach[0]), round(MIDDLE[1] - y * reach[1])


def middle_of(place: Place | None, noun: Noun, size: Numbers, text: str) -> Numbers:
    """The middle of an arrangement."""
    if isinstance(place, At | Spot):
        return _fixed(place, noun.kind, size, text)
    return MIDDLE if noun.flat else (0.0, size[1] / 2 if len(size) > 2 else 0.0, 0.0)
