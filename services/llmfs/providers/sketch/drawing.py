"""New things as statements."""

import math

from msgspec.structs import replace

from llmfs.providers.sketch.arranging import places
from llmfs.providers.sketch.intents import Arrangement, At, Background, Beside, Between, Clock, Make, Place, Size, Spot
from llmfs.providers.sketch.measuring import Numbers, measured
from llmfs.providers.sketch.phrases import IT
from llmfs.providers.sketch.program import Program, extent, found, number, numbers, quoted
from llmfs.providers.sketch.scene import Thing, noun_of
from llmfs.providers.sketch.spinning import spin
from llmfs.providers.sketch.words import Noun

MOST = 200
"""Things that one wish makes at most."""

MIDDLE = (640.0, 360.0)
"""Of the view, in pixels."""

MARGIN = 30.0
LENGTH = 400.0
"""Pixels of a line whose ends nobody gave."""

STRIDE = 3.0
"""How far from the middle of the world its sides are."""

GAPS = {True: 20.0, False: 0.5}
"""Between things side by side: pixels in the view, units in the world."""

LETTER = 0.55
"""Width of a letter, as a part of its line's height: enough to keep a text within the view."""


def draw(program: Program, make: Make) -> None:
    """Make the things, all in their places, the first one first. UnknownError if a place is beside nothing."""
    noun, make = _likened(program, make)
    around = make.arrangement and make.arrangement.around
    middle = program.scene.find(around)[-1] if around else None
    if make.count > MOST:
        program.note(f"I draw {MOST} things at once at most.")
    names = _names(program, make)
    for name, at in zip(names, _ats(program, make, noun, names), strict=True):
        program.say(_call(noun, name, make, at))
    if middle:
        _gather_around(program, middle, names)
    if make.spin:
        spin(program, [program.scene.things[name] for name in names], make.spin)
    program.scene.mean(names)


def _likened(program: Program, make: Make) -> tuple[Noun, Make]:
    """The noun; for `another one` also word, colour and size of what it is like."""
    if make.noun is not None:
        return make.noun, make
    thing = program.scene.find(make.like or IT)[-1]
    noun, word = noun_of(thing)
    size = make.size if make.size != Size() else Size(thing.size)
    return noun, replace(make, word=word, color=make.color or thing.color, size=size)


def _names(program: Program, make: Make) -> list[str]:
    if make.count > 1:
        return program.scene.new_names(make.name or make.word, min(make.count, MOST))
    return [program.scene.new_name(make.name or make.word)]


def _call(noun: Noun, name: str, make: Make, at: str) -> str:
    """The call of the noun, with the words that differ from what the display does by itself."""
    size = measured(noun.kind, noun.size, make.size) if noun.size else ()
    color = make.color or noun.color
    given = [
        quoted(make.text or "text") if noun.kind == "text" else "",
        polygon(noun.sides, size) if noun.sides else "",
        _ends(make) if noun.kind == "line" else "",
        f"name={quoted(name)}",
        f"color={quoted(color)}" if color else "",
        f"size={extent(size)}" if size and not noun.sides and (noun.unusual or size != noun.size) else "",
        f"opacity={number(make.opacity)}" if make.opacity is not None else "",
        f"at={at}" if at else "",
    ]
    return f"{noun.kind}({', '.join(filter(None, given))})"


def polygon(sides: int, size: Numbers) -> str:
    """A regular polygon around its place, one corner at the top."""
    width, height = size[0] / 2, size[1] / 2
    turns = [math.tau * index / sides for index in range(sides)]
    corners = [numbers((round(width * math.sin(turn)), round(-height * math.cos(turn)))) for turn in turns]
    return f"[{', '.join(corners)}]"


def _ends(make: Make) -> str:
    """From where it is to where it ends; without an end, to the right."""
    if make.end is None or not isinstance(make.place, At):
        return f"[(0, 0), {numbers((LENGTH, 0))}]"
    start = make.place.numbers
    end = [there - here for here, there in zip(start, make.end.numbers, strict=True)]
    return f"[{numbers([0.0] * len(start))}, {numbers(end)}]"


# places


def _ats(program: Program, make: Make, noun: Noun, names: list[str]) -> list[str]:
    """A place for each, as a program writes it; empty where the display finds a good one itself."""
    size = measured(noun.kind, noun.size, make.size) if noun.size else ()
    pattern = make.arrangement or Arrangement("row")
    if len(names) == 1 or pattern.around or isinstance(make.place, Beside | Between) or _in_line(pattern, noun):
        first = _one(program, make.place, noun, size, make.text)
        return [first, *(_next(make.place, pattern, name, first) for name in names[:-1])]
    across = max(size[:1] + size[2:] if pattern.kind in ("grid", "circle") and len(size) > 2 else size, default=1)
    middle = _middle(make.place, noun, size, make.text)
    spread = places(pattern, len(names), across, GAPS[noun.flat], flat=noun.flat)
    return [numbers(_from(middle, by, noun.flat)) for by in spread]


def _in_line(pattern: Arrangement, noun: Noun) -> bool:
    """Solids in a row or a stack: each has its place by the one before it."""
    return not noun.flat and pattern.kind in ("row", "stack", "column")


def _next(place: Place | None, pattern: Arrangement, before: str, first: str) -> str:
    """The place of each after the first: on along the side where the first one is, or where the display puts it."""
    if pattern.kind in ("stack", "column"):
        return f"above({quoted(before)})"
    if isinstance(place, Beside) and place.side in ("left_of", "right_of", "above", "below"):
        return f"{place.side}({quoted(before)})"
    return f"right_of({quoted(before)})" if first else ""


def _one(program: Program, place: Place | None, noun: Noun, size: Numbers, text: str) -> str:
    """A single thing's place."""
    if noun.kind == "light" and isinstance(place, Beside | Between):
        return _light(program, place)
    if place is None:
        return _usual(program, noun)
    return written(program, place, noun.kind, size, text)


def _usual(program: Program, noun: Noun) -> str:
    """Where the display has no good place of its own: lines, polygons and lamps."""
    if noun.kind == "polygon":
        others = sum(1 for thing in program.scene.things.values() if thing.kind == "polygon")
        return numbers((MIDDLE[0] + 140 * (others % 5), MIDDLE[1]))
    if noun.kind == "line":
        return numbers((MIDDLE[0] - LENGTH / 2, MIDDLE[1]))
    return "(3, 6, 4)" if noun.kind == "light" else ""


def _light(program: Program, place: Place) -> str:
    """A lamp has no size to stand beside anything: it hangs above."""
    program.note("A light hangs above the scene; I cannot place it beside a thing.")
    return "(3, 6, 4)"


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
        return place.numbers if kind == "line" else place.numbers[:2] if flat else (*place.numbers, 0.0)[:3]
    x, y, z = place.toward
    if not flat:
        height = size[1] if len(size) > 2 else 0.0
        return STRIDE * x, height / 2 + STRIDE * max(y, 0), STRIDE * z
    width, height = (LETTER * size[0] * len(text), size[0]) if len(size) == 1 else size[:2]
    reach = max(0, MIDDLE[0] - width / 2 - MARGIN), max(0, MIDDLE[1] - height / 2 - MARGIN)
    return round(MIDDLE[0] + x * reach[0]), round(MIDDLE[1] - y * reach[1])


def _middle(place: Place | None, noun: Noun, size: Numbers, text: str) -> Numbers:
    """The middle of an arrangement."""
    if isinstance(place, At | Spot):
        return _fixed(place, noun.kind, size, text)
    return MIDDLE if noun.flat else (0.0, size[1] / 2 if len(size) > 2 else 0.0, 0.0)


def _from(middle: Numbers, by: tuple[float, float, float], flat: bool) -> Numbers:
    """A place of an arrangement; the view's y goes down."""
    if flat:
        return middle[0] + by[0], middle[1] - by[1]
    return middle[0] + by[0], middle[1] + by[1], middle[2] + by[2]


def _gather_around(program: Program, middle: Thing, names: list[str]) -> None:
    """`around the cube`: the display knows best where that is."""
    if middle.flat != program.scene.things[names[0]].flat:
        program.note(f"I cannot put solids around a flat shape, nor the other way, as for “{middle.name}”.")
        return
    handle = found(middle.name)
    at = f"{handle}.at" if middle.flat else f"({handle}.x, 0, {handle}.z)"
    one = program.scene.things[names[0]].size[:1] or (0.0,)
    gap = GAPS[middle.flat]
    across = max(math.hypot(*middle.size[:2]) + one[0] + 2 * gap, 2 * len(names) * (one[0] + gap) / math.tau)
    program.say(f"circle_of({', '.join(map(quoted, names))}, size={number(across)}, at={at})")


# what is not a thing


def background(program: Program, wish: Background) -> None:
    """There is one; the noun changes it."""
    program.say(f"background(color={quoted(wish.color)})")


def clock(program: Program, wish: Clock) -> None:
    """A text, and a function that says the time in it."""
    name = program.scene.new_name("clock")
    noun = Noun("text", (48,), unusual=True)
    size = measured("text", noun.size, wish.size)
    at = written(program, wish.place, "text", size, "00:00:00") if wish.place else numbers((1130, 50))
    color = f", color={quoted(wish.color)}" if wish.color else ""
    program.say(f"text(now(), name={quoted(name)}{color}, size={extent(size)}, at={at})")
    program.say(f"@every(1)\ndef tick_{name}():\n    {found(name)}.text = now()")
    program.scene.mean([name])
