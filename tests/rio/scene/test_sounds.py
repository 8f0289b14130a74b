"""What a sound is made of: notes, and samples from files, arrays and text."""

import io
import wave

import numpy as np
import pytest

from rio.scene.sounds import MOST, PITCH, PREFIX, RATE, WAVES, hertz, samples_of
from rio.scene.values import Refused


def wav(samples: np.ndarray, width: int = 2, channels: int = 1, rate: int = RATE) -> bytes:
    """A WAV file of samples from -1 to 1."""
    whole = np.rint(samples * (2 ** (8 * width - 1) - 1)).astype("<i4")
    data = (whole + 128).astype(np.uint8) if width == 1 else whole.view(np.uint8).reshape(-1, 4)[:, :width]
    page = io.BytesIO()
    with wave.open(page, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(data.tobytes())
    return page.getvalue()


@pytest.mark.parametrize(
    ("note", "pitch"), [("A4", 440), ("a5", 880), ("C4", 261.626), ("F#3", 184.997), ("Bb5", 932.328), ("C-1", 8.176)]
)
def test_notes_are_pitches(note: str, pitch: float) -> None:
    """In equal temperament."""
    assert hertz(note) == pytest.approx(pitch, abs=0.001)
    assert PITCH.parse(note) == PITCH.of(note) == pytest.approx(pitch, abs=0.001)


@pytest.mark.parametrize("value", ["H4", "C", "", "C44", 0, -5, 1e6, float("nan"), None])
def test_what_is_no_pitch_is_refused(value: object) -> None:
    """In words."""
    with pytest.raises(Refused, match="hertz"):
        PITCH.of(value)


def test_samples_are_kept_in_steps_of_sixteen_bits() -> None:
    """So that text says them exactly; two channels become one; nothing at all is a sound, too."""
    samples = WAVES.of(np.sin(np.arange(1000) / 9))
    assert samples.dtype == np.float32
    assert not samples.flags.writeable
    text = WAVES.show(samples)
    assert text.startswith(PREFIX)
    assert np.array_equal(WAVES.parse(text), samples)
    assert np.array_equal(WAVES.of(samples), samples)
    assert WAVES.of([[1, 0], [0, 0]]).tolist() == pytest.approx([0.5, 0], abs=1e-4)
    assert len(WAVES.of([])) == 0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([2.0], "from -1 to 1"),
        ([float("nan")], "from -1 to 1"),
        (np.zeros(MOST + 1), "60 seconds at most"),
        (np.zeros((3, 5)), "shape"),
        (["a"], "an array of numbers"),
        (3, "an array of numbers"),
        ("ping.wav", "data:audio/wav"),
        (PREFIX + "?", "cannot be read"),
        (PREFIX + "AAAA", "cannot be read"),
    ],
)
def test_what_is_no_sound_is_refused(value: object, says: str) -> None:
    """Whatever anybody gives."""
    with pytest.raises(Refused, match=says):
        WAVES.of(value)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_files_of_all_widths_are_read(width: int) -> None:
    """To the precision that they have."""
    samples = np.sin(np.arange(500) / 7) * 0.9
    assert samples_of(wav(samples, width)) == pytest.approx(samples, abs=2.5 / 2 ** (8 * width - 1) + 1e-6)


def test_files_of_other_rates_and_channels_become_ours() -> None:
    """As long as they were, in the middle of their channels."""
    both = np.repeat(np.linspace(0, 1, 8000), 2)
    samples = samples_of(wav(both, channels=2, rate=8000))
    assert len(samples) == RATE
    assert samples[RATE // 2] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("contents", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"x" * 100, wav(np.zeros(10))[:30]])
def test_what_is_no_file_of_sound_is_refused(contents: bytes) -> None:
    """Cut off, empty, or something else; too long by its own head."""
    with pytest.raises(Refused, match="no WAV file"):
        samples_of(contents)


def test_a_file_that_is_too_long_is_refused() -> None:
    """Before it is decoded."""
    with pytest.raises(Refused, match="60 seconds"):
        samples_of(wav(np.zeros(61 * 1000), rate=1000))
