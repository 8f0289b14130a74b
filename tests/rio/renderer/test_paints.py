"""Shaders of programs in a real renderer: what they see, what is said of a wrong one, what an endless one costs."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.rio.easel import Easel

from rio.renderer.paints import MOST, explained
from rio.wire import Event, Input, Message, Picture, Put, Set, Shot, Shown, Trying, Without

PLAIN = "vec4 color(vec2 at) { return vec4(1.0, 0.0, 0.0, 1.0); }"
GREEN = "vec4 color(vec2 at) { return vec4(0.0, 1.0, 0.0, 1.0); }"
# Mesa's software renderer leaves a pixel's loops after 65,535 rounds in all: what it does in one of them must be much,
# and there must be many pixels. So this is endless to whoever waits for a few seconds, and minutes in truth.
ENDLESS = """vec4 color(vec2 at) {
    float x = at.x;
    for (int i = 0; i < 2000000000; ++i)
        for (int j = 0; j < 2000000000; ++j)
            for (int k = 0; k < 2000000000; ++k) {
                x += sin(x + cos(x + sin(x + cos(x + sin(x + cos(x + sin(x + float(i + j + k))))))));
                x += cos(x + sin(x + cos(x + sin(x + cos(x + sin(x + cos(x + float(i - j - k))))))));
            }
    return vec4(x);
}"""


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all that do not end it."""
    easel = Easel()
    try:
        yield easel
    finally:
        easel.close()


def test_it_sees_where_it_paints_and_what_it_is_given(easel: Easel) -> None:
    """`at` from the top left, `size` in pixels, and `values`, which change at no cost."""
    where = "vec4 color(vec2 at) { return vec4(at, size.x / 400.0, values[1]); }"
    easel.scene(("shader", {"source": where, "at": (200, 100), "size": (200, 100), "values": (0, 1)}))
    seen = easel.look()
    assert np.abs(seen[51, 101] - (2, 4, 127)).max() <= 1
    assert np.abs(seen[148, 298] - (253, 251, 127)).max() <= 1
    easel.draw(Set(2, "values", (0, 0)))
    assert easel.look()[148, 298, 0] < 100


def test_it_lies_among_the_others_with_their_words(easel: Easel) -> None:
    """Border, round corners, opacity, layer."""
    easel.scene(
        (
            "shader",
            {"source": PLAIN, "at": (100, 100), "size": 100, "radius": 50, "border": 10, "border_color": "blue"},
        ),
        ("shader", {"source": PLAIN, "at": (300, 100), "size": 100, "layer": 1}),
        ("rect", {"at": (300, 100), "size": 50, "color": "white"}),
        ("rect", {"at": (500, 100), "size": 100, "color": (0, 0, 1)}),
        ("shader", {"source": PLAIN, "at": (500, 100), "size": 50, "opacity": 0.5}),
    )
    seen = easel.look()
    assert tuple(seen[100, 100]) == (255, 0, 0)
    assert seen[100, 54, 0] < 150
    assert tuple(seen[54, 54]) != (255, 0, 0)
    assert tuple(seen[100, 300]) == (255, 0, 0)
    assert np.abs(seen[100, 500] - (128, 0, 127)).max() <= 1


def test_a_mistake_is_told_with_the_programs_own_line(easel: Easel) -> None:
    """A pattern stands in its place, the others stand, and the right one is drawn as soon as it comes."""
    easel.failures.clear()
    easel.scene(
        ("shader", {"source": "vec4 color(vec2 at) {\n  float x = at;\n  return vec4(x); }", "at": (100, 100)}),
        ("rect", {"at": (500, 100), "color": (1, 1, 1)}),
    )
    seen = easel.look()
    assert tuple(seen[100, 500]) == (255, 255, 255)
    assert len(np.unique(seen[60:140, 60:140].reshape(-1, 3), axis=0)) == 2
    assert len(easel.failures) == 1
    assert easel.failures[0].startswith("n2: line 2: ")
    easel.draw(Set(2, "source", GREEN))
    assert tuple(easel.look()[100, 100]) == (0, 255, 0)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("0:12(5): error: `x' undeclared", "line 12: error: `x' undeclared"),
        ("0(3) : error C1008: undefined variable", "line 3: error C1008: undefined variable"),
        ("ERROR: 0:7: 'x' : undeclared", "line 7: 'x' : undeclared"),
        ("0:100005(8): error: no function with name 'color'", "vec4 color(vec2 at) is missing"),
    ],
)
def test_compilers_of_all_makers_are_understood(said: str, told: str) -> None:
    assert explained(said) == told


def test_its_names_are_its_own(easel: Easel) -> None:
    """What the renderer calls `local`, `paint` or `shape`, a program may call so too."""
    easel.failures.clear()
    own = "float shape = 1.0; vec2 local; vec4 paint, rim, how; vec4 pixel; vec4 filled() { return vec4(shape); }\n"
    easel.scene(("shader", {"source": f"{own}vec4 color(vec2 at) {{ return filled(); }}", "at": (100, 100)}))
    assert tuple(easel.look()[100, 100]) == (255, 255, 255)
    assert easel.failures == []


def test_one_that_uses_the_time_keeps_the_picture_moving(easel: Easel) -> None:
    """Though nobody says anything; and when it is gone, the picture rests."""
    clock = "vec4 color(vec2 at) { return vec4(fract(time), 0.0, 0.0, 1.0); }"
    stamp = easel.draw(Put(2, "shader", "n2", {"source": clock, "at": (100, 100)}))
    easel.shown(stamp)
    frames = [easel.next(Shown) for _ in range(10)]
    assert frames[-1].ns - frames[0].ns < 5e9
    easel.scene(("shader", {"source": PLAIN}))
    easel.look()
    easel.send(Shot(999))
    assert isinstance(easel.next(Message, lambda message: isinstance(message, Shown | Picture)), Picture)


def test_one_that_uses_the_pointer_follows_it(easel: Easel) -> None:
    """From 0 to 1 within it."""
    follows = "vec4 color(vec2 at) { return vec4(mouse, 0.0, 1.0); }"
    easel.scene(("shader", {"source": follows, "at": (200, 100), "size": (200, 100), "anchor": "left"}))
    easel.look()
    easel.send(Input("move", 300, 75))
    easel.next(Event, lambda event: event.what == "move")
    assert np.abs(easel.look()[100, 300] - (128, 64, 0)).max() <= 1


def test_only_so_many_are_drawn(easel: Easel) -> None:
    """The others are a pattern, and it is said."""
    easel.failures.clear()
    easel.scene(*[("shader", {"source": PLAIN, "size": 4, "at": (5 * i + 5, 50)}) for i in range(MOST + 1)])
    seen = easel.look()
    assert tuple(seen[50, 5 * MOST]) == (255, 0, 0)
    assert tuple(seen[50, 5 * MOST + 5]) != (255, 0, 0)
    assert f"{MOST} shaders are the most" in easel.failures[0]


def test_an_endless_one_ends_its_renderer_which_says_so_before() -> None:
    """And another renderer that is told of it draws all but that."""
    easel = Easel(hasty=True)
    try:
        easel.draw(
            Put(2, "shader", "n2", {"source": ENDLESS, "size": (640, 360)}), Put(4, "rect", "n4", {"at": (20, 20)})
        )
        assert easel.next(Trying).nodes == [2]
        assert easel.next(Trying).nodes == [2]
        assert easel.process.wait(30) == 4
    finally:
        easel.close()
    easel = Easel()
    try:
        easel.send(Without([ENDLESS]))
        easel.scene(("shader", {"source": ENDLESS, "at": (320, 180)}), ("rect", {"at": (20, 20), "color": (1, 1, 1)}))
        assert tuple(easel.look()[20, 20]) == (255, 255, 255)
        easel.draw(Set(2, "source", GREEN))
        assert tuple(easel.look()[180, 320]) == (0, 255, 0)
    finally:
        easel.close()
