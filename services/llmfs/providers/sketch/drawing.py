"""New things as statements."""

import math

from msgspec.structs import replace

from llmfs.providers.sketch.arranging import places
from llmfs.providers.sketch.intents import Arrangement, At, Background, Beside, Between, Clock, Make, Place, Size
from llmfs.providers.sketch.measuring import Numbers, measured
from llmfs.providers.sketch.phrases import IT
from llmfs.providers.sketch.placing import MIDDLE, middle_of, written
from llmfs.providers.sketch.program import Program, extent, found, number, numbers, quoted
from llmfs.providers.sketch.scene import Thing, noun_of
from llmfs.providers.sketch.spinning import spin
from llmfs.providers.sketch.words import NOUNS, Noun

MOST = 200
"""Things that one wish makes at most."""

LENGTH = 400.0
"""Pixels of a line whose ends nobody gave."""

GAPS = {True: 20.0, False: 0.5}
"""Between things side by side: pixels in the view, units in the world."""


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
    middle = middle_of(make.place, noun, size, make.text)
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
    size = measured("text", NOUNS["title"].size, wish.size)
    at = written(program, wish.place, "text", size, "00:00:00") if wish.place else numbers((1130, 50))
    color = f", color={quoted(wish.color)}" if wish.color else ""
    program.say(f"text(now(), name={quoted(name)}{color}, size={extent(size)}, at={at})")
    program.say(f"@every(1)\ndef tick_{name}():\n    {found(name)}.text = now()")
    program.scene.mean([name])
