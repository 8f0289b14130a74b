"""Many sounds as one: blocks of samples, mixed by numpy. No device and no clock; whoever plays asks for what is next.

Sounds begin and end without a click, and together they never go beyond what a loudspeaker takes.
"""

from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rio.scene.sounds import RATE
from rio.scene.values import Floats

Samples = NDArray[np.float32]

MOST = 16  # sounds at once; the oldest gives way
ATTACK = 64  # samples over which a sound begins
RELEASE = 441  # samples over which one ends, by itself or by being stopped
_KNEE = 0.8  # what is louder is pressed together


@dataclass(eq=False)
class _Voice:
    """One sound that is heard. `end` is where it is silent again, if it ends."""

    node: int
    samples: Samples
    volume: float
    loop: bool
    place: int = 0
    end: int | None = None
    gain: float = 0.0  # the volume as it was at the end of the last block

    def next(self, count: int) -> Samples:
        """What is heard of it in the next block."""
        places = np.arange(self.place, self.place + count)
        heard = self.samples[places % len(self.samples)]
        loud = np.minimum(places / ATTACK, 1)
        if self.end is not None:
            loud = np.minimum(loud, ((self.end - places) / RELEASE).clip(0, 1))
        gains = np.linspace(self.gain, self.volume, count) if self.place else np.full(count, self.volume)
        self.place, self.gain = self.place + count, self.volume
        return np.asarray(heard * loud * gains, np.float32)

    def stop(self) -> None:
        """It ends soon, if it does not end sooner."""
        soon = self.place + RELEASE
        self.end = min(self.end, soon) if self.end is not None else soon


class Mixer:
    """The sounds that are heard now. May be asked from one thread and told from another."""

    def __init__(self) -> None:
        self._voices: list[_Voice] = []
        self._lock = Lock()

    def __len__(self) -> int:
        """How many sounds are heard."""
        return len(self._voices)

    def play(self, node: int, samples: Samples, volume: float, *, loop: bool) -> None:
        """One more; a node's looping sound takes the place of its own."""
        if not len(samples):
            return
        with self._lock:
            for voice in self._voices:
                if voice.node == node and voice.loop:
                    voice.stop()
            going = [voice for voice in self._voices if voice.end is None or voice.end > voice.place + RELEASE]
            for oldest in going[: max(len(going) - MOST + 1, 0)]:
                oldest.stop()
            self._voices.append(_Voice(node, samples, volume, loop, end=None if loop else len(samples)))
            del self._voices[: -2 * MOST]

    def adjust(self, node: int, volume: float, *, loop: bool) -> None:
        """A node's words have changed: what is heard of it follows."""
        with self._lock:
            for voice in self._voices:
                if voice.node == node:
                    voice.volume = volume
                    if voice.loop and not loop:
                        voice.end = (voice.place // len(voice.samples) + 1) * len(voice.samples)
                        voice.loop = False

    def stop(self, node: int | None = None) -> None:
        """What is heard of a node ends, or everything."""
        with self._lock:
            for voice in self._voices:
                if node in (None, voice.node):
                    voice.stop()

    def clear(self) -> None:
        """Nobody listens: forget everything."""
        with self._lock:
            self._voices.clear()

    def nodes(self) -> set[int]:
        """Whose sounds are heard."""
        with self._lock:
            return {voice.node for voice in self._voices}

    def block(self, count: int) -> Samples:
        """The next samples, float32[count] from -1 to 1."""
        with self._lock:
            mixed = np.zeros(count, np.float32)
            for voice in self._voices:
                mixed += voice.next(count)
            self._voices = [voice for voice in self._voices if voice.end is None or voice.place < voice.end]
        return limited(mixed)


def limited(mixed: Samples) -> Samples:
    """Loud samples pressed together, softly, so that none is beyond 1."""
    over = np.abs(mixed) - _KNEE
    pressed = np.sign(mixed) * (_KNEE + (1 - _KNEE) * np.tanh(over.clip(0) / (1 - _KNEE)))
    return np.where(over > 0, pressed, mixed).astype(np.float32)


def tone(pitch: float, seconds: float) -> Floats:
    """A soft note that fades as a struck string does: its pitch, and a little of the octave and the fifth above."""
    times = np.arange(max(int(seconds * RATE), 1)) / RATE
    parts = sum(
        loud * np.sin(2 * np.pi * pitch * times * part)
        for part, loud in ((1, 0.7), (2, 0.2), (3, 0.1))
        if pitch * part < RATE / 2
    )
    return np.asarray(parts * np.exp(-3 * times / seconds), np.float32)
