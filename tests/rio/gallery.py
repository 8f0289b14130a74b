"""The programs of `examples/`, as they look: a picture of each, always the same, to compare and to show.

    python -m tests.rio.gallery                   draw all into build/gallery, and compare them with tests/rio/golden
    python -m tests.rio.gallery life              one
    python -m tests.rio.gallery --renew [life]    make golden pictures and docs/gallery.md anew

The worker and the renderer are the real ones. Between them stands a `Studio`, which moves time by frames of a thirtieth
of a second and says what a person does, as `takes` tells it for each program.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops
from tests.rio import stepped
from tests.rio.easel import Easel
from tests.rio.takes import ROOMS, TAKES, Act, Click, Drag, Key, Wait
from tests.rio.workers import Worker

from rio.wire import Delta, Deltas, Event, Hello, Input, Message, Output, Reset, Set, Tick

ROOT = Path(__file__).parents[2]
EXAMPLES, PAGE = ROOT / "examples", ROOT / "docs" / "gallery.md"
GOLDEN, BUILD = Path(__file__).parent / "golden", ROOT / "build" / "gallery"
NAMES = [name for names in ROOMS.values() for name in names]

VIEW, SIZE = (1280, 720), (640, 360)
FRAME = 1 / 30
MANY = 200  # changes that are not drawn one by one
ALIKE = 2.5  # mean difference of two pictures of the same thing, of 255: drivers round, and smooth edges, each its way
INTRODUCTION = """
Small programs in the [scene language](scene.md), as a person or a model writes them. Write one to a display and it is
there: `ninep write /rio/scene/parse < examples/clock.py`. What moves is shown at one moment, what is clicked after some
clicks. `make gallery` draws all of them; a test compares them with these pictures.
"""
ELSEWHERE = """
## On several machines

- [Pong for two machines](../examples/two-machine-pong/README.md): one game, each player at a display of their own.
- [Camera here, lamp there](../examples/camera-blink/README.md): what a camera sees on one machine makes a lamp blink on
  another.
"""
FAR, FEW = 48, 0.01  # a pixel that differs by more is another one; so many of those may be


class Studio(Worker):
    """A worker, and a renderer that shows what it makes. `errors` is all that went wrong anywhere."""

    def __init__(self, scratch: Path, easel: Easel) -> None:
        self.errors: list[str] = []
        self._easel = easel
        self._unseen: list[Delta] = []  # what the worker has made since the renderer was told of all
        super().__init__(scratch, program=(stepped.__file__,))
        self.until(Hello)
        easel.draw(Reset())

    def _apply(self, message: Message) -> None:
        super()._apply(message)
        if isinstance(message, Output) and message.error:
            self.errors.append(message.text)
        if isinstance(message, Deltas):
            self._unseen += message.items

    def act(self, act: Act) -> None:
        """Something that a person does, or does not."""
        match act:
            case Wait(seconds):
                for _ in range(round(seconds / FRAME)):
                    self.channel.send(Tick(FRAME))
                self._settle()
            case Key(name, seconds):
                self._do(Input("key_press", value=name))
                self.act(Wait(seconds))
                self._do(Input("key_release", value=name))
            case Click(x, y):
                self.act(Drag((x, y), (x, y)))
            case Drag((x, y), (to_x, to_y)):
                self._do(Input("move", x, y))
                self._do(Input("press", x, y, "left"))
                if (x, y) != (to_x, to_y):
                    self._do(Input("move", to_x, to_y))
                self._do(Input("release", to_x, to_y, "left"))
                self._do(Input("move", 1, 1))

    def _do(self, happened: Input) -> None:
        """Until it is drawn, and the program has answered."""
        self._show()
        easel = self._easel
        easel.send(happened)
        easel.shown(easel.draw())
        events, easel.events = easel.events, []
        for event in events:
            self._tell(event)
        self._settle()

    def _tell(self, event: Event) -> None:
        """As a display does: what a hand changes is changed for all, and the program hears of it."""
        if event.what == "change":
            change = Set(event.id, event.value["word"], event.value["value"])
            self.graph.apply(change)
            self._easel.draw(change)
            self.channel.send(Deltas([change]))
            event = Event(event.id, "change", {"value": self.graph.get(event.id, change.prop)})
        self.channel.send(event)

    def _show(self) -> None:
        """Let the renderer know all that there is: what has changed, or after many changes the whole."""
        unseen, self._unseen = self._unseen, []
        if len(unseen) > MANY:
            unseen = list(self.graph.whole())
        self._easel.draw(*unseen)

    def _settle(self) -> None:
        """Until all that was said is done."""
        self.play("")

    def picture(self) -> Image.Image:
        """What is there now, framed as if it had always been so."""
        self._easel.draw(*self.graph.whole())
        whole = Image.open(io.BytesIO(self._easel.png())).convert("RGB")
        return whole.resize(SIZE, Image.Resampling.BOX)


@contextmanager
def a_studio(easel: Easel) -> Iterator[Studio]:
    """A fresh worker before a renderer."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        studio = Studio(Path(scratch), easel)
        try:
            yield studio
        finally:
            studio.kill()


@contextmanager
def an_easel() -> Iterator[Easel]:
    """One renderer for many programs."""
    easel = Easel(*VIEW)
    try:
        yield easel
    finally:
        easel.close()


def source(name: str) -> str:
    """The program."""
    return (EXAMPLES / f"{name}.py").read_text()


def taken(name: str, easel: Easel) -> Image.Image:
    """Its picture, once it has been played; AssertionError for anything that went wrong meanwhile."""
    with a_studio(easel) as studio:
        easel.failures.clear()
        studio.play(source(name))
        for act in TAKES.get(name, ()):
            studio.act(act)
        picture = studio.picture()
        assert not studio.errors, "".join(studio.errors)
        assert not easel.failures, easel.failures
        return picture


def difference(one: Image.Image, other: Image.Image) -> tuple[float, float, Image.Image]:
    """How far two pictures are apart: the mean of all, the share of far pixels, and a picture of it."""
    apart = ImageChops.difference(one, other)
    values = np.asarray(apart).max(axis=2)
    return float(np.asarray(apart).mean()), float((values > FAR).mean()), apart.point(lambda value: min(4 * value, 255))


def compared(name: str, picture: Image.Image) -> str:
    """What is wrong with it, and where to see that; nothing if it is as it should be."""
    golden = GOLDEN / f"{name}.png"
    if not golden.exists():
        return f"{name} has no golden picture; run python -m tests.rio.gallery --renew {name}"
    mean, far, apart = difference(picture, Image.open(golden).convert("RGB"))
    if mean <= ALIKE and far <= FEW:
        return ""
    BUILD.mkdir(parents=True, exist_ok=True)
    picture.save(BUILD / f"{name}.png")
    apart.save(BUILD / f"{name}-difference.png")
    return f"{name} differs by {mean:.2f} on average, {far:.2%} of it much: see {BUILD / name}-difference.png"


def page() -> str:
    """docs/gallery.md: what each example shows in its first line, its picture, and where it is."""
    lines = ["# Gallery", "", INTRODUCTION.strip(), ""]
    for room, names in ROOMS.items():
        lines += [f"## {room}", ""]
        for name in names:
            says = source(name).split('"""')[1].strip()
            lines += [
                f"### {name.replace('_', ' ').capitalize()}",
                "",
                f"{says} [The program](../examples/{name}.py).",
                "",
            ]
            lines += [f"![{says}](../tests/rio/golden/{name}.png)", ""]
    return "\n".join(lines) + ELSEWHERE


def main(arguments: list[str]) -> int:
    """What the command line says; 1 if a picture is not as it should be."""
    names = [word for word in arguments if not word.startswith("--")] or NAMES
    renew, troubles = "--renew" in arguments, 0
    folder = GOLDEN if renew else BUILD
    folder.mkdir(parents=True, exist_ok=True)
    with an_easel() as easel:
        for name in names:
            picture = taken(name, easel)
            trouble = "" if renew else compared(name, picture)
            picture.save(folder / f"{name}.png", optimize=True)
            troubles += bool(trouble)
            print(trouble or f"{folder / name}.png")
    if renew:
        PAGE.write_text(page())
    return int(troubles > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
