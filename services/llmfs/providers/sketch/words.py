"""What single words mean to sketch: a dictionary, and nothing but. Grammar is in `phrases` and `clauses`."""

from typing import Literal

from msgspec import Struct

Vector = tuple[float, float, float]
Pattern = Literal["row", "column", "circle", "grid", "wall", "stack"]


class Noun(Struct, frozen=True):
    """A shape that a person names. `kind` is its noun in the scene language.

    `size` is what it measures when nobody says: the display's own default, unless `unusual`, when it has to be said.
    """

    kind: str
    size: tuple[float, ...]
    unusual: bool = False
    color: str | None = None
    sides: int = 0

    @property
    def flat(self) -> bool:
        """Whether it is drawn in the view, in pixels, and not in the world."""
        return self.kind in FLAT


FLAT = {"rect", "circle", "polygon", "text", "line"}

_BOX, _SPHERE = Noun("box", (1, 1, 1)), Noun("sphere", (1, 1, 1))
_CYLINDER, _CONE, _RING = Noun("cylinder", (1, 1, 1)), Noun("cone", (1, 1, 1)), Noun("torus", (1, 1, 1))
_PLANE, _FLOOR = Noun("plane", (6, 6)), Noun("plane", (12, 12), unusual=True, color="lightgray")
_TEXT, _TITLE = Noun("text", (24,)), Noun("text", (48,), unusual=True)
_DISC, _LIGHT = Noun("circle", (80, 80)), Noun("light", ())


def _polygon(sides: int) -> Noun:
    return Noun("polygon", (120, 120), sides=sides)


NOUNS: dict[str, Noun] = {
    "box": _BOX, "cube": _BOX, "block": _BOX, "brick": _BOX, "cuboid": _BOX,
    "sphere": _SPHERE, "ball": _SPHERE, "globe": _SPHERE, "orb": _SPHERE,
    "cylinder": _CYLINDER, "tube": _CYLINDER, "pillar": _CYLINDER,
    "cone": _CONE, "torus": _RING, "donut": _RING, "doughnut": _RING,
    "plane": _PLANE, "sheet": _PLANE, "floor": _FLOOR, "ground": _FLOOR,
    "light": _LIGHT, "lamp": _LIGHT,
    "rect": Noun("rect", (120, 80)), "rectangle": Noun("rect", (120, 80)),
    "square": Noun("rect", (100, 100), unusual=True),
    "circle": _DISC, "disc": _DISC, "disk": _DISC, "dot": Noun("circle", (16, 16), unusual=True),
    "ellipse": Noun("circle", (160, 100), unusual=True), "oval": Noun("circle", (160, 100), unusual=True),
    "line": Noun("line", (3,)),
    "polygon": _polygon(5), "triangle": _polygon(3), "pentagon": _polygon(5), "hexagon": _polygon(6),
    "octagon": _polygon(8), "diamond": _polygon(4),
    "text": _TEXT, "label": _TEXT, "words": _TEXT, "word": _TEXT, "title": _TITLE, "heading": _TITLE,
}  # fmt: skip

ANYTHING = {"thing", "object", "shape", "node", "item", "one"}
"""Nouns that stand for whatever was meant."""

_COLORS = """
aliceblue amber antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
darkslateblue darkslategray darkturquoise darkviolet deeppink deepskyblue dimgray dodgerblue firebrick floralwhite
forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo
ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray
lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray lightsteelblue lightyellow lime
limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mint mintcream mistyrose moccasin navajowhite navy
oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff
peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell
sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet
wheat white whitesmoke yellow yellowgreen
"""
COLORS = frozenset(_COLORS.split())
"""The names that CSS and the display know; of two words (`light blue`), they are written together."""

SHADES = {
    "light red": "lightcoral", "dark yellow": "darkgoldenrod", "light orange": "sandybrown", "light purple": "plum",
    "dark purple": "indigo", "dark pink": "mediumvioletred", "light brown": "tan", "dark brown": "saddlebrown",
    "pale blue": "lightblue", "pale yellow": "lightyellow", "pale pink": "lightpink", "dark black": "black",
}  # fmt: skip
"""Shades that people name and CSS does not."""

GROWTH: dict[str, float] = {
    "tiny": 0.25, "small": 0.5, "little": 0.5, "medium": 1, "big": 2, "large": 2, "huge": 3, "giant": 3, "enormous": 4,
    "thick": 2,
}  # fmt: skip
"""Size as an adjective: how many times the usual one."""

PROPORTIONS: dict[str, Vector] = {
    "tall": (1, 2, 1), "high": (1, 2, 1), "short": (1, 0.5, 1), "flat": (1, 0.2, 1), "low": (1, 0.5, 1),
    "wide": (2, 1, 1), "long": (3, 1, 1), "narrow": (0.5, 1, 1), "thin": (0.4, 1, 0.4), "deep": (1, 1, 2),
}  # fmt: skip
"""Shape as an adjective: times width, height, depth."""

COMPARATIVES: dict[str, Vector] = {
    "bigger": (1.5, 1.5, 1.5), "larger": (1.5, 1.5, 1.5), "smaller": (0.5, 0.5, 0.5),
    "taller": (1, 1.5, 1), "higher": (1, 1.5, 1), "shorter": (1, 0.5, 1), "flatter": (1, 0.5, 1), "lower": (1, 0.5, 1),
    "wider": (1.5, 1, 1), "longer": (1.5, 1, 1), "narrower": (0.5, 1, 1), "thinner": (0.5, 1, 0.5),
    "thicker": (1.5, 1, 1.5), "deeper": (1, 1, 1.5),
}  # fmt: skip
"""What an edit multiplies width, height and depth by."""

MEASURES = {"wide": 0, "width": 0, "tall": 1, "high": 1, "height": 1, "deep": 2, "depth": 2}
"""Which of the sizes a number before or after the word is."""

OPACITY: dict[str, float] = {
    "transparent": 0.4, "translucent": 0.4, "see-through": 0.4, "faint": 0.2, "opaque": 1, "solid": 1,
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "another": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "hundred": 100, "dozen": 12, "couple": 2, "pair": 2, "few": 3, "some": 3, "several": 5,
}  # fmt: skip

SHADES_OF_NIGHT = {"dark": "black", "light": "white"}
"""What a background is that is only said to be so."""

ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "last": -1, "newest": -1}

DIRECTIONS: dict[str, Vector] = {
    "left": (-1, 0, 0), "right": (1, 0, 0), "up": (0, 1, 0), "upward": (0, 1, 0), "upwards": (0, 1, 0),
    "down": (0, -1, 0), "downward": (0, -1, 0), "downwards": (0, -1, 0), "forward": (0, 0, 1), "forwards": (0, 0, 1),
    "closer": (0, 0, 1), "nearer": (0, 0, 1), "back": (0, 0, -1), "backward": (0, 0, -1), "backwards": (0, 0, -1),
    "away": (0, 0, -1), "higher": (0, 1, 0), "lower": (0, -1, 0),
}  # fmt: skip
"""Where a move goes: x right, y up, z toward the viewer."""

SPOTS: dict[str, Vector] = {
    "middle": (0, 0, 0), "center": (0, 0, 0), "centre": (0, 0, 0), "origin": (0, 0, 0),
    "left": (-1, 0, 0), "right": (1, 0, 0), "top": (0, 1, 0), "bottom": (0, -1, 0), "front": (0, 0, 1),
    "back": (0, 0, -1), "background": (0, 0, -1), "foreground": (0, 0, 1),
}  # fmt: skip
"""Where in the picture something is put: from its middle."""

SIDES = {"left": "left_of", "right": "right_of", "top": "above", "bottom": "below", "front": "in_front_of",
         "back": "behind"}  # fmt: skip
"""The side of a thing, as the scene language calls the place there."""

PREPOSITIONS: dict[tuple[str, ...], str] = {
    ("in", "front", "of"): "in_front_of", ("on", "top", "of"): "above", ("on", "top"): "above", ("atop",): "above",
    ("above",): "above", ("over",): "above", ("onto",): "above", ("upon",): "above", ("on",): "above",
    ("below",): "below", ("under",): "below", ("beneath",): "below", ("underneath",): "below",
    ("behind",): "behind", ("next", "to"): "right_of", ("beside",): "right_of", ("near",): "right_of",
    ("close", "to"): "right_of",
}  # fmt: skip
"""What stands before a thing to say where it is beside it."""

ARRANGEMENTS: dict[str, Pattern] = {
    "row": "row", "column": "column", "circle": "circle", "ring": "circle", "grid": "grid", "wall": "wall",
    "stack": "stack", "tower": "stack", "pile": "stack",
}  # fmt: skip

PRONOUNS = {"it", "that", "this", "them", "they", "these", "those", "everything", "all", "both"}

DRAW = {"draw", "add", "create", "put", "place", "show", "give", "build", "render", "insert", "make", "want", "need",
        "see", "have", "paint", "set"}  # fmt: skip
REMOVE = {"remove", "delete", "erase", "drop", "kill", "destroy"}
PAINT = {"paint", "color", "colour", "tint", "dye", "recolor", "recolour"}
CHANGE = {"make", "turn", "change", "set", "let", "have", "get", "keep"}
MOVE = {"move", "shift", "slide", "push", "pull", "bring", "put", "place", "set", "drag"}
SPIN = {"spin", "rotate", "turn", "twirl", "whirl", "rotating", "spinning", "turning"}
PACES: dict[str, float] = {"slowly": 30, "slow": 30, "quickly": 270, "fast": 270, "faster": 180, "quick": 270}
"""Degrees a second."""

STOP = {"stop", "halt", "freeze"}
RENAME = {"rename", "call", "name"}
COPY = {"copy", "duplicate", "clone", "repeat"}
SCALE: dict[str, float] = {"enlarge": 1.5, "grow": 1.5, "shrink": 0.5, "double": 2, "triple": 3, "halve": 0.5}
LIFT: dict[str, Vector] = {"lift": (0, 1, 0), "raise": (0, 1, 0), "lower": (0, -1, 0)}

POLITE = {
    "please", "kindly", "now", "just", "also", "then", "ok", "okay", "hey", "so", "and", "can", "could", "would", "you",
    "i", "i'd", "like", "let", "lets", "to", "me", "us", "we", "there", "should", "be", "for", "well", "with", "thanks",
    "actually", "instead", "again", "no", "yes", "rather",
}  # fmt: skip
"""Words before or after a wish that change nothing in it."""

EMPTY = {"nice", "pretty", "beautiful", "lovely", "simple", "new", "more", "single", "plain", "3d", "2d", "coloured",
         "colored", "really", "very", "bright", "different", "same", "perfect", "good", "cool"}  # fmt: skip
"""Adjectives that are allowed, and say nothing that sketch could draw."""


def singular(word: str) -> tuple[str, bool]:
    """The word in the singular if that is a noun we know, and whether it was a plural."""
    if word in NOUNS or word in ANYTHING:
        return word, word == "words"
    for ending in ("es", "s"):
        stem = word.removesuffix(ending)
        if stem != word and (stem in NOUNS or stem in ANYTHING):
            return stem, True
    return word, False
