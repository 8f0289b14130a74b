"""What a noun is: the words it takes, and for each its form, the value it has when nobody says, and a line of help.

Words whose name is in `COLUMNS` are kept as float32 rows of the graph, so that thousands of nodes change in one
assignment; all others are kept in the node's dictionary.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rio.scene.colors import rgba
from rio.scene.meant import word_for
from rio.scene.values import COLOR, LINK, SCALE, TAGS, TOGGLE, Choice, Form, Numeric, Refused, number

COLUMNS: Mapping[str, int] = {"at": 3, "size": 3, "color": 4, "rotate": 3, "scale": 3, "opacity": 1}

ANCHORS: Mapping[str, tuple[float, float]] = {  # which part of a flat node lies on `at`, from its middle in halves
    "center": (0, 0),
    "left": (-1, 0),
    "right": (1, 0),
    "top": (0, -1),
    "bottom": (0, 1),
    "top left": (-1, -1),
    "top right": (1, -1),
    "bottom left": (-1, 1),
    "bottom right": (1, 1),
}
MIDDLE = (640.0, 360.0)  # of a view of the default size


@dataclass(frozen=True)
class Word:
    """One property of a noun. `default` is a kept value, or None where there is none until somebody says."""

    name: str
    form: Form
    default: Any
    about: str

    @property
    def is_column(self) -> bool:
        """Whether the value is a row of a column."""
        return self.name in COLUMNS


@dataclass(frozen=True)
class Kind:
    """One noun. `space` says where it is drawn: `world`, `view`, `panel`, `either` (by its coordinates) or `nowhere`.

    `given` are the words that a program may leave unsaid, `line(a, b)` instead of `line(at=a, to=b)`: the first row
    that is as long as what was given. Of `needs` one must be said, or a new node is nothing.
    """

    name: str
    space: str
    about: str
    words: Mapping[str, Word]
    given: tuple[tuple[str, ...], ...] = ()
    needs: tuple[str, ...] = ()
    rows: Mapping[str, tuple[float, ...]] = field(init=False)  # what each column holds for a new node

    def __post_init__(self) -> None:
        rows = {column: (0.0,) * width for column, width in COLUMNS.items()}
        rows |= {"color": (1.0,) * 4, "scale": (1.0,) * 3, "opacity": (1.0,)}
        for word in self.words.values():
            if word.is_column:
                given = word.default if isinstance(word.default, tuple) else (word.default,)
                rows[word.name] = (*given, *rows[word.name][len(given) :])
        object.__setattr__(self, "rows", rows)

    def word(self, name: str) -> Word:
        """The word of that name; Refused, naming the nearest right one, if this noun does not take it."""
        try:
            return self.words[name]
        except KeyError:
            hint = word_for(name, self.words)
            raise Refused(f"{self.name} has no word {name}{hint or '; it takes ' + ' '.join(self.words)}") from None

    def numeric(self, name: str) -> Numeric:
        """The form of a word that is kept in a column; Refused if the word is not."""
        form = self.word(name).form
        if name not in COLUMNS or not isinstance(form, Numeric):
            raise Refused(f"{name} of {self.name} is not kept as numbers")
        return form


def named_color(name: str) -> Any:
    """A colour as it is kept."""
    return COLOR.of(rgba(name))


VISIBLE = Word("visible", TOGGLE, True, "whether it is drawn")
TAGGED = Word("tags", TAGS, (), "words to find it by")
PARENT = Word("parent", LINK, 0, "the node it moves, turns, scales, hides and is removed with")
LAYER = Word("layer", number(-1000, 1000, whole=True), 0, "higher is in front; within a layer, later is in front")
OPACITY = Word("opacity", number(0, 1), 1.0, "0 is invisible, 1 is solid")
SCALED = Word("scale", SCALE, (1.0, 1.0, 1.0), "how many times its size")
SHADOW = Word("shadow", TOGGLE, True, "whether it casts a shadow")
ANCHOR = Word("anchor", Choice(*ANCHORS), "center", "which part of it lies on `at`")
BORDER = Word("border", number(0), 0.0, "the width of its outline, in pixels")
BORDER_COLOR = Word("border_color", COLOR, named_color("white"), "the colour of its outline")


def noun(
    name: str,
    space: str,
    about: str,
    *words: Word,
    given: tuple[tuple[str, ...], ...] = (),
    needs: tuple[str, ...] = (),
) -> Kind:
    """A noun with these words, and those that every node has."""
    every = (*words, SCALED, OPACITY, VISIBLE, PARENT, TAGGED) if space != "nowhere" else (*words, VISIBLE, TAGGED)
    return Kind(name, space, about, {word.name: word for word in every}, given, needs)


def paint(name: str) -> Word:
    """The word `color`, and the colour that a new node has."""
    return Word("color", COLOR, named_color(name), "a CSS name, #rrggbb, or r g b")
