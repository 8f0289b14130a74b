"""From a change of the scene to a sound that is heard, in a real renderer."""

import sys
import time
from collections.abc import Callable, Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel

from rio.renderer.mixer import Mixer
from rio.renderer.sounds import Speaker
from rio.wire import Heard, Message, Put, Remove, Reset, Set, Shown


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    easel = Easel(64, 64)
    yield easel
    easel.close()


def beeps(easel: Easel, *changes: Put | Set | Remove | Reset) -> list[int]:
    """The nodes that are heard while these changes are made, up to the picture that shows them."""
    stamp = easel.draw(*changes)
    heard: list[int] = []
    while True:
        message = easel.next(Message, lambda message: isinstance(message, Heard | Shown))
        if isinstance(message, Heard):
            heard.append(message.node)
        elif isinstance(message, Shown) and message.stamp >= stamp:
            return heard


def test_a_sound_is_heard_when_its_count_grows(easel: Easel) -> None:
    """Each time; not when it is made, nor when the count goes back or is said again."""
    assert beeps(easel, Reset(), Put(2, "sound", "ping", {})) == []
    assert beeps(easel, Set(2, "plays", 1)) == [2]
    assert beeps(easel, Set(2, "plays", 2), Set(2, "plays", 3)) == [2, 2]
    assert beeps(easel, Set(2, "plays", 3), Set(2, "plays", 1), Set(2, "volume", 0.1), Set(2, "loop", True)) == []
    assert beeps(easel, Set(2, "plays", 0), Set(2, "plays", 1)) == [2]


def test_a_scene_that_is_shown_anew_is_silent(easel: Easel) -> None:
    """After undo, or to another renderer, with its counts as they are; then it counts on."""
    assert beeps(easel, Reset(), Put(2, "sound", "ping", {"plays": 7})) == []
    assert beeps(easel, Set(2, "plays", 7)) == []
    assert beeps(easel, Set(2, "plays", 8)) == [2]


def test_samples_and_removed_sounds_do_no_harm(easel: Easel) -> None:
    """A node may go while it is heard, and its number may come back as something else."""
    samples = np.zeros(100, np.float32)
    assert beeps(easel, Reset(), Put(4, "sound", "s", {"samples": samples}), Set(4, "plays", 1)) == [4]
    assert beeps(easel, Remove(4), Put(4, "rect", "s", {})) == []
    assert not easel.failures


def test_a_flood_of_sounds_does_not_hold_up_the_picture(easel: Easel) -> None:
    """Twenty thousand plays of a long tone: what does not fit into a fifth of the time is not played."""
    flood = [Set(2, "plays", 1 + count) for count in range(2000)]
    beeps(easel, Reset(), Put(2, "sound", "ping", {"seconds": 10}))
    began = time.monotonic()
    heard = sum(len(beeps(easel, Set(2, "plays", 0), *flood)) for _ in range(10))
    assert heard > 0
    assert time.monotonic() - began < 30


class Device:
    """What `sounddevice` has, without a loudspeaker. `block` is what that would ask for."""

    def __init__(self) -> None:
        self.opened, self.closed = Event(), Event()
        self.block: Callable[..., None] = lambda *_: None

    def as_module(self) -> Any:
        return SimpleNamespace(OutputStream=self.open, query_devices=lambda kind: {"name": "a loudspeaker"})

    def open(self, rate: int, *, channels: int, dtype: str, callback: Callable[..., None]) -> "Device":
        self.block = callback
        return self

    def __enter__(self) -> None:
        self.opened.set()

    def __exit__(self, *error: object) -> None:
        self.closed.set()


def test_a_loudspeaker_is_given_back_when_all_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while something is heard, however long; who plays after that gets another."""
    device, mixer, block = Device(), Mixer(), np.zeros((1000, 1), np.float32)
    monkeypatch.setitem(sys.modules, "sounddevice", device.as_module())
    mixer.play(2, np.ones(100, np.float32), 0.5, loop=True)
    speaker = Speaker(mixer, quiet=0.05)
    assert device.opened.wait(10)
    assert not device.closed.wait(0.3)
    assert speaker.stay()
    device.block(block, 1000, None, None)
    assert block.any()
    mixer.clear()
    assert device.closed.wait(10)
    assert not speaker.stay()
    assert not speaker.is_silent
