"""The nouns of the view, flat things, and those that stand there or in the world by their coordinates."""

from rio.scene.geography import CLOSEST, DOT, EARTHLY, SHEET
from rio.scene.glsl import NUMBERS, SOURCE
from rio.scene.noun import ANCHOR, BORDER, BORDER_COLOR, LAYER, MIDDLE, Kind, Word, named_color, noun, paint
from rio.scene.outlines import OUTLINE
from rio.scene.pixels import PIXELS
from rio.scene.values import (
    ANYWHERE,
    AREA,
    COLOR,
    MOST_POINTS,
    PICTURE,
    PROSE,
    SPIN,
    SPOT,
    TIP,
    TOGGLE,
    TURN,
    Choice,
    Places,
    number,
)


def flat(
    name: str,
    about: str,
    *words: Word,
    at: tuple[float, float] = MIDDLE,
    given: tuple[tuple[str, ...], ...] = (),
    needs: tuple[str, ...] = (),
) -> Kind:
    """A noun that stands in the view."""
    return noun(
        name,
        "view",
        about,
        Word("at", SPOT, at, "its middle: x right, y down from the top left"),
        *words,
        Word("rotate", SPIN, (0.0, 0.0, 0.0), "degrees, clockwise"),
        LAYER,
        given=given,
        needs=needs,
    )


def loose(name: str, about: str, *words: Word, given: tuple[tuple[str, ...], ...], needs: tuple[str, ...]) -> Kind:
    """A noun that stands in the view or in the world, by its coordinates."""
    return noun(
        name,
        "either",
        about,
        Word("at", ANYWHERE, (0.0, 0.0, 0.0), "where its places are counted from"),
        *words,
        Word("rotate", SPIN, (0.0, 0.0, 0.0), "degrees, clockwise, or about x y z"),
        LAYER,
        given=given,
        needs=needs,
    )


def points(most: int) -> Word:
    """The word `points`, of so many places at most."""
    return Word("points", Places(most), None, "its places, x y in the view or x y z in the world, from `at`")


FLATS = (
    flat(
        "rect",
        "a rectangle",
        Word("size", AREA, (120.0, 80.0), "a number, or width height"),
        paint("#5b8def"),
        Word("radius", number(0), 0.0, "how round its corners are"),
        BORDER,
        BORDER_COLOR,
        ANCHOR,
    ),
    flat(
        "circle",
        "a circle or an ellipse",
        Word("size", AREA, (80.0, 80.0), "its diameter, or width height"),
        paint("#5b8def"),
        BORDER,
        BORDER_COLOR,
        ANCHOR,
    ),
    flat(
        "image",
        "a picture",
        Word("image", PIXELS, None, "a file, an address https://…, or an array [height, width, 3]"),
        Word("size", PICTURE, (0.0, 0.0), "its width, or width height; 0 follows from the picture"),
        Word("color", COLOR, named_color("#ffffff"), "what its colours are multiplied with"),
        Word("radius", number(0), 0.0, "how round its corners are"),
        BORDER,
        BORDER_COLOR,
        ANCHOR,
        given=(("image",),),
        needs=("image",),
    ),
    flat(
        "text",
        "words",
        Word("text", PROSE, "", "what it says; a newline begins a new line"),
        Word("size", number(1, 2000), 24.0, "the height of its letters' line"),
        paint("#edf0f7"),
        Word("font", Choice("regular", "bold", "italic", "mono"), "regular", "how it is set"),
        ANCHOR,
        given=(("text",),),
    ),
    flat(
        "polygon",
        "an area between places",
        points(4096),
        paint("#5b8def"),
        BORDER,
        BORDER_COLOR,
        at=(0.0, 0.0),
        given=(("points",),),
        needs=("points",),
    ),
    flat(
        "shader",
        "a rectangle that a shader paints",
        Word("source", SOURCE, None, "GLSL: vec4 color(vec2 at) { … }, with time, size, mouse, values"),
        Word("size", AREA, (320.0, 200.0), "a number, or width height"),
        Word("values", NUMBERS, (), "up to eight numbers for it: values[0], …"),
        Word("radius", number(0), 0.0, "how round its corners are"),
        BORDER,
        BORDER_COLOR,
        ANCHOR,
        given=(("source",), ("source", "size")),
        needs=("source",),
    ),
    flat(
        "map",
        "a map of the world; drag and wheel move it",
        Word("center", EARTHLY, (25.0, 10.0), "the latitude and longitude of its middle"),
        Word("zoom", number(0, CLOSEST), 1.0, "0 is the world in 256 pixels, each one more doubles it"),
        Word("size", SHEET, (600.0, 400.0), "a number, or width height"),
        Word("water", COLOR, named_color("#a8c8dc"), "the colour of the sea"),
        Word("land", COLOR, named_color("#f0ece0"), "the colour of the land"),
        Word("radius", number(0), 10.0, "how round its corners are"),
        BORDER,
        BORDER_COLOR,
        ANCHOR,
    ),
    noun(
        "marker",
        "view",
        "a place on a map, with words beside it",
        Word("at", EARTHLY, (0.0, 0.0), "its latitude and longitude"),
        Word("text", PROSE, "", "what stands beside it"),
        Word("size", DOT, (13.0, 13.0), "its diameter, and the height of its words"),
        paint("#c8324a"),
        LAYER,
        given=(("at",), ("at", "text")),
        needs=("at",),
    ),
    flat(
        "path",
        "an area or a line with curves, as SVG writes it",
        Word("path", OUTLINE, None, "M L H V C S Q T A Z and numbers, from `at`; small letters count from where it is"),
        paint("#5b8def"),
        Word("rule", Choice("nonzero", "evenodd"), "nonzero", "what is inside where it runs around a place twice"),
        BORDER,
        BORDER_COLOR,
        at=(0.0, 0.0),
        given=(("path",),),
        needs=("path",),
    ),
    loose(
        "line",
        "a line from `at` to `to`, or through places",
        Word("to", TIP, None, "where it ends"),
        points(100_000),
        Word("size", number(0), 3.0, "how thick it is, in pixels"),
        paint("#c6cad8"),
        given=(("points",), ("at", "to")),
        needs=("points", "to"),
    ),
    loose(
        "points",
        "many dots",
        points(MOST_POINTS),
        Word("size", number(0), 4.0, "the diameter of each, in pixels"),
        paint("#68cdf5"),
        given=(("points",),),
        needs=("points",),
    ),
    noun(
        "group",
        "either",
        "nothing itself: what is in it moves, turns and scales with it",
        Word("at", ANYWHERE, (0.0, 0.0, 0.0), "where it is"),
        Word("rotate", TURN, (0.0, 0.0, 0.0), "degrees about the vertical axis, or about x y z"),
        LAYER,
    ),
    noun(
        "background",
        "nowhere",
        "what is behind everything",
        paint("#2d3346"),
        Word("floor", TOGGLE, True, "whether solids throw their shadow on a floor"),
        Word("theme", Choice("dark", "light"), "dark", "of windows, and of all that nobody gave a colour"),
        given=(("color",),),
    ),
)
