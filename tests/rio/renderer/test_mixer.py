"""What is heard, as numbers."""

import numpy as np
import pytest

from rio.renderer.mixer import ATTACK, MOST, RELEASE, Mixer, limited, tone
from rio.scene.sounds import RATE

FLAT = np.ones(2000, np.float32)
QUICK = 1.01 / ATTACK  # what a sample may differ from the next where something begins


def heard(mixer: Mixer, *counts: int) -> np.ndarray:
    """Some blocks, one after another."""
    return np.concatenate([mixer.block(count) for count in counts])


def test_a_sound_is_heard_once_however_blocks_are_cut() -> None:
    """As loud as it was told, then silence."""
    whole, pieces = Mixer(), Mixer()
    for mixer in (whole, pieces):
        mixer.play(2, FLAT, 0.5, loop=False)
    one, many = heard(whole, 3000), heard(pieces, *[7] * 400, 200)
    assert one == pytest.approx(many, abs=1e-6)
    assert one[1000] == pytest.approx(0.5)
    assert not one[2000:].any()
    assert len(whole) == 0


def test_nothing_clicks() -> None:
    """Where a sound begins, ends, is stopped, or is made louder, samples follow each other closely."""
    mixer = Mixer()
    mixer.play(2, FLAT, 0.7, loop=True)
    parts = [mixer.block(500)]
    mixer.adjust(2, 0.1, loop=True)
    parts.append(mixer.block(500))
    mixer.stop(2)
    parts.append(mixer.block(1000))
    mixer.play(2, FLAT, 0.7, loop=False)
    parts.append(mixer.block(3000))
    assert np.abs(np.diff(np.concatenate(parts))).max() < QUICK
    assert not parts[-1][-1]


def test_a_loop_goes_on_until_it_is_told() -> None:
    """Without a gap; told to loop no more, it plays to its end."""
    mixer = Mixer()
    mixer.play(2, FLAT, 0.5, loop=True)
    assert heard(mixer, 9000)[ATTACK:] == pytest.approx(0.5)
    mixer.adjust(2, 0.5, loop=False)
    rest = heard(mixer, 3000)
    assert rest[900 - RELEASE - 1 :].any()
    assert not rest[1000:].any()


def test_a_looping_sound_that_is_played_again_begins_again() -> None:
    """It is not heard twice."""
    mixer = Mixer()
    for _ in range(3):
        mixer.play(2, FLAT, 0.5, loop=True)
        mixer.block(1000)
    assert len(mixer) == 1


def test_many_sounds_together_stay_within_what_can_be_heard() -> None:
    """Sixteen of them; the oldest give way, and loud ones are pressed together."""
    mixer = Mixer()
    for node in range(100):
        mixer.play(node, FLAT, 1.0, loop=True)
    mixed = heard(mixer, 2000)
    assert np.abs(mixed).max() <= 1
    assert len(mixer) == MOST
    assert mixer.nodes() == set(range(84, 100))
    quiet = np.linspace(-0.8, 0.8, 99, dtype=np.float32)
    assert np.array_equal(limited(quiet), quiet)


def test_stopping_everything_is_soon_silent() -> None:
    """After a few milliseconds."""
    mixer = Mixer()
    for node in range(5):
        mixer.play(node, FLAT, 1.0, loop=True)
    mixer.block(100)
    mixer.stop()
    assert not heard(mixer, 2 * RELEASE)[RELEASE:].any()
    mixer.play(1, FLAT, 1.0, loop=True)
    mixer.clear()
    assert not mixer.block(10).any()
    mixer.play(1, FLAT[:0], 1.0, loop=True)
    assert len(mixer) == 0


def test_a_tone_has_its_pitch() -> None:
    """And as many samples as its time; it fades, and is never too loud."""
    samples = tone(440, 1)
    assert len(samples) == RATE
    assert np.abs(np.fft.rfft(samples)).argmax() == 440
    assert np.abs(samples).max() <= 1
    assert np.abs(samples[-1000:]).max() < 0.1
    assert np.abs(tone(20_000, 0.01)).max() <= 1
