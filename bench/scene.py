"""A display under load: how many pictures a second of things that move, and how long a picture takes as a file."""

from __future__ import annotations

import time
from functools import partial

import trio

from bench.product import headless, quantiles
from bench.programs import load
from bench.results import Figure, Table
from ninep.client import Client
from rio.hub.display import Display
from rio.hub.frames import resident

SOLIDS = """
import math
kinds = [box, sphere, cylinder]
things = [kinds[i % 3](size=0.5, color=(0.1 + 0.8 * (i % 7) / 6, 0.5, 0.9 - 0.8 * (i % 5) / 4)) for i in range(1000)]
time = 0.0

@on_frame
def move(dt):
    global time
    time += dt
    for i, thing in enumerate(things):
        x, z = i % 32 - 16, i // 32 - 16
        thing.at = (x, 1.5 * math.sin(time + 0.3 * x + 0.2 * z), z)
"""

SHAPES = """
import math
shapes = [rect(size=(8, 6), color=(0.1 + 0.8 * (i % 7) / 6, 0.5, 0.9 - 0.8 * (i % 5) / 4)) for i in range(10_000)]
time = 0.0

@on_frame
def move(dt):
    global time
    time += dt
    for i, shape in enumerate(shapes):
        shape.at = (12 * (i % 100) + 40, 7 * (i // 100) + 20 * math.sin(time + 0.1 * i))
"""

POINTS = """
import numpy as np
x, y = np.random.default_rng(1).uniform((0, 0), (1280, 720), (100_000, 2)).T
cloud = points(np.column_stack((x, y)), size=2, color="gold")
time = 0.0

@on_frame
def move(dt):
    global time
    time += dt
    cloud.points = np.column_stack((x, y + 20 * np.sin(time + 0.01 * x)))
"""

WAVE = """
import numpy as np
x, z = np.meshgrid(np.linspace(-3, 3, 100), np.linspace(-3, 3, 100))
i = np.arange(10_000).reshape(100, 100)
faces = np.stack((i[:-1, :-1], i[1:, :-1], i[1:, 1:], i[:-1, 1:]), -1).reshape(-1, 4)
sea = mesh(np.column_stack((x.ravel(), 0 * x.ravel(), z.ravel())), faces, color="teal")
time = 0.0

@on_frame
def move(dt):
    global time
    time += dt
    y = 0.4 * np.sin(2 * x + time) * np.cos(2 * z + time)
    sea.points = np.column_stack((x.ravel(), y.ravel(), z.ravel()))
"""

CHANGING = """
import numpy as np
card = rect(at=(200, 200))
words = text("0", at=(600, 200))
photo = image(np.zeros((40, 40)), at=(900, 200), size=(200, 200))
cube = box()
with window("Panel", at=(1100, 500)):
    said = text("0")
count = 0

@on_frame
def move(dt):
    global count
    count += 1
    card.rotate = cube.rotate = count
    words.size = 10 + count % 97 / 2
    words.text = said.text = "".join(chr(0x21 + (count * 31 + i * 17) % 0x500) for i in range(12))
    photo.image = np.full((20 + count % 30, 40), count % 256, np.uint8)
"""

MOVING = (
    ("1,000 lit solids", SOLIDS, 15.0),
    ("10,000 shapes", SHAPES, 20.0),
    ("100,000 points", POINTS, 20.0),
    ("the 10,000 places of a mesh", WAVE, 15.0),
)
FRAMES = 300  # after which a renderer has met what it keeps; then three times as many are looked at
SCREENS = (
    ("2D", 'rect(name="it", at=(960, 540), size=(1400, 900))\ntext("Peribus", at=(960, 540), size=200)'),
    ("3D", 'box(name="it", size=2)\nsphere(at=(2, 0, 0), color="gold")'),
)
WARM = 2.0  # seconds before frames are counted: a driver compiles, caches fill


def scene(rounds: int, seconds: float) -> Table:
    """What a display does without a GPU while much moves, and how fast its picture is read."""
    table = Table(
        "scenes",
        about="Frames a second at 1280 × 720 on two cores without a GPU (llvmpipe), where the program that moves the "
        "things, the display and the renderer share them: whatever else runs shows here first. `screen` is read over "
        "9P at 1920 × 1080, once when a change of colour has been drawn in full, and again at once. Round trips are "
        "those of a C client that reads `version` while 10,000 shapes move. The renderer's memory is looked at while "
        "letters and pictures that were never there before come in each frame; `make soak` does it for 10,000 frames.",
    )
    for name, program, target in MOVING:
        frames, trips = trio.run(_moving, program, max(3.0, 6 * seconds))
        table.figures.append(Figure(f"{name} that move", frames, "fps", target=target))
        if program is SHAPES:
            for what, limit in (("p50", 1.0), ("p99", None)):
                took = trips[f"{what}_us"] / 1e3
                table.figures.append(Figure(f"round trip meanwhile, {what}", took, "ms", "lower", target=limit))
    for name, program in SCREENS:
        fresh, again = trio.run(_screens, program, 4 * rounds)
        table.figures.append(Figure(f"`screen`, {name}, p50", quantiles(fresh)[0], "ms", "lower", target=15.0))
        table.figures.append(Figure(f"`screen`, {name}, again, p50", quantiles(again)[0], "ms", "lower", target=15.0))
    more = trio.run(_memory, FRAMES if rounds > 1 else FRAMES // 10)
    table.figures.append(Figure("memory of the renderer, more after 900 frames", more, "MiB", "lower", target=24.0))
    return table


async def _memory(frames: int) -> float:
    """MiB that a renderer has more after three times as many frames as it was given to warm up."""
    async with headless() as (display, root, _):
        await root.write("/scene/parse", CHANGING)
        taken = []
        for count in (frames, 3 * frames):
            until = display.screen.frames + count
            while display.screen.frames < until:
                await display.screen.shown.wait()
            taken.append(resident(display.screen.pid))
    return (taken[1] - taken[0]) / (1 << 20)


async def _moving(program: str, seconds: float) -> tuple[float, dict[str, float]]:
    """Frames a second that show something new, and round trips of somebody else."""
    async with headless() as (display, root, address):
        await root.write("/scene/parse", program)
        await trio.sleep(WARM)
        frames = await _frames(display, seconds)
        trips = await trio.to_thread.run_sync(partial(load, address, "rtt", "-f", "version", seconds=seconds))
    return frames, trips


async def _frames(display: Display, seconds: float) -> float:
    began, stamps = time.monotonic(), set[int]()
    with trio.move_on_after(seconds):
        while True:
            await display.screen.shown.wait()
            stamps.add(display.screen.last_shown.stamp)
    return len(stamps) / (time.monotonic() - began)


async def _screens(program: str, rounds: int) -> tuple[list[float], list[float]]:
    """Times in ms to read the picture after a change, and to read it once more."""
    fresh, again = list[float](), list[float]()
    async with headless("1920x1080") as (display, root, _):
        await root.write("/scene/parse", program)
        await root.read("/screen")
        for number in range(rounds):
            frames, color = display.screen.frames, ("red", "lime", "blue", "gold")[number % 4]
            await root.write("/scene/parse", f'find("it").color = "{color}"')
            while display.screen.frames == frames or display.screen.last_shown.draft:
                await display.screen.shown.wait()
            for took in (fresh, again):
                took.append(await _timed_read(root, "/screen"))
    return fresh, again


async def _timed_read(root: Client, path: str) -> float:
    began = time.perf_counter()
    await root.read(path)
    return 1e3 * (time.perf_counter() - began)
