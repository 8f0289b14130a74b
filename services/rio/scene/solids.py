"""The nouns of the world: solids, and the light and the camera they are seen by."""

from rio.scene.noun import SHADOW, Kind, Word, noun, paint
from rio.scene.pixels import PIXELS
from rio.scene.surfaces import DIRECTIONS, FACES, PAINTS, SPREADS, VERTICES
from rio.scene.values import AREA, EXTENT, PLACE, TURN, number

MIDDLE = Word("at", PLACE, (0.0, 0.0, 0.0), "its middle: x right, y up, z toward you")
SIZED = Word("size", EXTENT, (1.0, 1.0, 1.0), "a number, or width height depth")


def solid(
    name: str,
    about: str,
    *words: Word,
    at: Word = MIDDLE,
    size: Word = SIZED,
    color: str = "#5b8def",
    given: tuple[tuple[str, ...], ...] = (),
    needs: tuple[str, ...] = (),
) -> Kind:
    """A noun that stands in the world."""
    return noun(
        name,
        "world",
        about,
        *words,
        at,
        size,
        paint(color),
        Word("rotate", TURN, (0.0, 0.0, 0.0), "degrees about the vertical axis, or about x y z"),
        SHADOW,
        given=given,
        needs=needs,
    )


SOLIDS = (
    solid("box", "a box with softened edges"),
    solid("sphere", "a ball; `size` is its diameter"),
    solid("cylinder", "a cylinder that stands; `size` is its width, height and depth"),
    solid("cone", "a cone that stands; `size` is its width, height and depth"),
    solid("torus", "a ring that lies; `size` is its width, its thickness three tenths of it, and depth"),
    solid("plane", "a thin sheet that lies", size=Word("size", AREA, (6.0, 6.0), "a number, or width depth")),
    solid(
        "mesh",
        "a surface of triangles; `color` tints its own `colors` and `image`",
        Word("points", VERTICES, None, "its places, x y z each, from `at`"),
        Word("faces", FACES, None, "which three places make each triangle; without it, each three that follow"),
        Word("colors", PAINTS, None, "a colour for each place"),
        Word("normals", DIRECTIONS, None, "which way each place faces; without it, as the triangles lie"),
        Word("uv", SPREADS, None, "where on `image` each place lies: 0 0 is its lower left, 1 1 its upper right"),
        Word("image", PIXELS, None, "the picture that it is covered with"),
        at=Word("at", PLACE, (0.0, 0.0, 0.0), "where its places are counted from"),
        size=Word("size", EXTENT, (0.0, 0.0, 0.0), "the box that it is fitted into, as it is; 0: its own"),
        color="white",
        given=(("points",), ("points", "faces")),
        needs=("points",),
    ),
    noun(
        "light",
        "nowhere",
        "a lamp; the first one takes the place of the studio's own",
        Word("at", PLACE, (-4.0, 8.0, 7.0), "where it is"),
        Word("target", PLACE, (0.0, 0.0, 0.0), "the place it shines at"),
        paint("#fff4e4"),
        Word("brightness", number(0, 100), 1.0, "how bright it is; the studio's own is 1"),
        SHADOW,
        given=(("at",),),
    ),
    noun(
        "camera",
        "nowhere",
        "the eye; without one the picture frames what is there",
        Word("at", PLACE, (3.0, 2.2, 4.3), "where it is"),
        Word("target", PLACE, (0.0, 0.0, 0.0), "the place it looks at"),
        Word("fov", number(1, 150), 32.0, "degrees from the bottom of the picture to its top"),
        given=(("at",), ("at", "target")),
    ),
)
