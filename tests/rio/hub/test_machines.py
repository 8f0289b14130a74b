"""Two displays and a real multiplexer between them: the examples of `examples/` for two machines, played."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from tests.rio.devices.films import a_film
from tests.rio.displays import a_display, run
from tests.riomux.live import mux, server

from ninep.service import Metrics
from rio.grants.granted import Grants, parse
from rio.hub.display import Display
from rio.tree import display_tree

EXAMPLES = Path(__file__).parents[3] / "examples"


def example(name: str) -> str:
    return (EXAMPLES / name).read_text()


@asynccontextmanager
async def a_machine(place: Path, name: str, grants: Grants) -> AsyncIterator[Display]:
    """A display with grants in the namespace of a multiplexer at PLACE/mux, which has it under its name."""
    async with (
        a_display(grants=grants, namespace=f"unix!{place}/mux") as display,
        server(f"unix!{place}/{name}", partial(display_tree, display, Metrics())),
    ):
        yield display


@asynccontextmanager
async def two_machines(place: Path, one: str, other: str, *grants: str) -> AsyncIterator[tuple[Display, Display]]:
    """Both, and what is between them."""
    async with (
        a_machine(place, one, parse(grants[0])) as first,
        a_machine(place, other, parse(grants[1])) as second,
        mux(place, f"{one}=unix!{place}/{one}", f"{other}=unix!{place}/{other}"),
    ):
        yield first, second


async def until(display: Display, true: Callable[[], bool]) -> None:
    """Until something is so; looked at whenever the picture changes."""
    with trio.fail_after(40):
        while not true():
            await trio.sleep(0.01)


async def test_a_camera_on_one_machine_makes_a_lamp_blink_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A video gets bright, A's program writes to B over 9P, B's program switches its pin; dark again, and it rests."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    film = a_film(tmp_path / "film.avi", [(9, 9, 9)] * 5 + [(250, 250, 250)] * 30 + [(9, 9, 9)] * 90)
    camera = example("camera-blink/a.grants").replace("/dev/video0", str(film))
    async with two_machines(tmp_path, "a", "b", camera, example("camera-blink/b.grants")) as (a, b):
        await run(b, example("camera-blink/b.py"))
        await run(b, "said = []\n@pin.on_data\ndef hear(value):\n    said.append(value)\n    print('pin', *said)\n")
        await run(a, example("camera-blink/a.py"))
        await until(b, lambda: "pin 1 0 1" in b.stage.out.text())
        await until(b, lambda: b.graph.named("blink").get("value") is False)
        await until(a, lambda: "B rests" in a.graph.named("word").get("text"))


async def test_pong_is_one_game_on_two_machines(tmp_path: Path) -> None:
    """The ball flies on both, comes back from the left paddle, and rests at one place; the right one came first."""
    grants = [example(f"two-machine-pong/{side}.grants") for side in ("left", "right")]
    async with two_machines(tmp_path, "left", "right", *grants) as (left, right):
        await run(right, example("two-machine-pong/right.py"))
        await run(left, example("two-machine-pong/left.py"))
        seen: set[tuple[float, ...]] = set()

        def place(display: Display, name: str) -> tuple[float, ...]:
            return tuple(display.graph.get(display.graph.ids[name], "at"))

        def are_one(name: str) -> bool:
            return place(left, name) == place(right, name)

        def has_crossed() -> bool:
            seen.add(place(right, "ball"))
            return min(x for x, *_ in seen) < 200 and max(x for x, *_ in seen) > 650

        await until(right, has_crossed)
        assert len(seen) > 20
        await run(left, "stop(play)")
        await run(right, "stop(play)")
        for name in ("ball", "left", "right"):
            await until(right, partial(are_one, name))
