"""The examples of the gallery in their order, and what a person does before the picture of each is taken."""

from dataclasses import dataclass

Spot = tuple[float, float]


@dataclass(frozen=True)
class Wait:
    """Let frames pass."""

    seconds: float


@dataclass(frozen=True)
class Key:
    """Hold a key for so long."""

    name: str
    seconds: float = 1 / 30


@dataclass(frozen=True)
class Click:
    """With the left button, at a place of the view."""

    x: float
    y: float


@dataclass(frozen=True)
class Drag:
    """From here to there."""

    begin: Spot
    end: Spot


Act = Wait | Key | Click | Drag

ROOMS: dict[str, tuple[str, ...]] = {
    "Flat things": ("poster", "stamp", "flowers", "typography", "clock", "bar_race", "image_filters", "silk_road"),
    "Worlds": ("still_life", "city", "solar_system", "particles", "galaxy", "camera_flight", "wave", "chess"),
    "Windows and charts": (
        "charts",
        "dashboard",
        "spreadsheet",
        "form",
        "todo",
        "thermostat",
        "robot_arm",
        "report",
        "curve_editor",
        "files",
        "terminal_clock",
    ),
    "Ideas that move": ("life", "maze", "sorting", "fireworks", "easing", "julia"),
    "Things to play with": ("calculator", "memory", "pong", "snake", "car_game", "piano"),
}
"""The examples, as docs/gallery.md shows them."""

TAKES: dict[str, tuple[Act, ...]] = {
    "bar_race": (Wait(7),),
    "car_game": (Key("up", 0.5), Key("left", 0.2), Wait(0.3)),
    "calculator": (Click(499, 408), Click(593, 408), Click(781, 320), Click(687, 496)),
    "camera_flight": (Wait(2),),
    "city": (Wait(1),),
    "clock": (Wait(0.1),),
    "easing": (Wait(0.9),),
    "files": (Click(95, 268), Click(95, 241)),
    "fireworks": (Wait(2.6),),
    "form": (Click(540, 592),),
    "galaxy": (Wait(1),),
    "life": (Wait(2),),
    "maze": (Wait(4),),
    "memory": (
        Click(370, 180),
        Click(1090, 380),
        Click(550, 180),
        Click(730, 380),
        Click(370, 580),
        Click(730, 580),
        Click(1090, 180),
    ),
    "particles": (Wait(0.5),),
    "piano": (Click(133, 500), Wait(0.2), Click(289, 500), Wait(0.2), Click(445, 500), Key("k")),
    "pong": (Wait(1), Key("down", 0.5), Wait(3), Key("up", 0.6), Wait(1.2)),
    "silk_road": (Wait(6),),
    "snake": (Wait(0.5), Key("up"), Wait(1), Key("left"), Wait(0.5)),
    "solar_system": (Wait(1),),
    "sorting": (Wait(1.0),),
    "terminal_clock": (Wait(2),),
    "thermostat": (Wait(6),),
    "wave": (Wait(0.5),),
}
