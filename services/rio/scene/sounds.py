"""The noun `sound`, and the forms of what it sounds like: a pitch, or samples.

A form is asked in all three processes, so it opens no file. What a program names is read in the worker, see
`language.assets`; as text a sound is the WAV file of its samples, and nothing else is understood here.
"""

import base64
import io
import re
import wave
from typing import Any

import numpy as np

from rio.scene.noun import TAGGED, Kind, Word
from rio.scene.values import TOGGLE, Floats, Numeric, Refused, number

RATE = 44_100  # samples in a second
LONGEST = 60.0  # seconds of one sound
LONGEST_TONE = 10.0  # seconds; the renderer makes them
MOST = int(RATE * LONGEST)
PREFIX = "data:audio/wav;base64,"
_STEPS = 1 << 15  # from silence to the loudest: what 16 bits hold
_NOTE = re.compile(r"([A-Ga-g])([#♯b♭]?)(-?\d)")
_HALF_TONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}


def hertz(note: str) -> float | None:
    """The pitch of a note in equal temperament, `C4 F#3 Bb5`, where A4 is 440; None for what is none."""
    if not (found := _NOTE.fullmatch(note.strip())):
        return None
    letter, sign, octave = found.groups()
    shift = 1 if sign in ("#", "♯") else -1 if sign else 0
    half_tones = _HALF_TONES[letter.lower()] + shift + 12 * (int(octave) - 4) - 9
    return float(440.0 * 2 ** (half_tones / 12))


class Pitch(Numeric):
    """So many swings in a second, or the name of a note."""

    def __init__(self) -> None:
        super().__init__("a pitch: hertz from 1 to 20000, or a note as C4, F#3, Bb5", {1: (0,)}, 1, 20_000)

    def of(self, value: Any) -> Any:
        """Hertz."""
        if isinstance(value, str) and (pitch := hertz(value)) is not None:
            value = pitch
        return super().of(value)

    def parse(self, text: str) -> Any:
        """A number, or a note."""
        return self.of(text) if hertz(text) is not None else super().parse(text)


class Waves:
    """float32[n] from -1 to 1, 44,100 of them in a second, in steps of 16 bits; two channels become one."""

    says = "samples: an array of numbers from -1 to 1, 44100 for each second"

    @np.errstate(over="ignore")  # what has no room in a float32 is infinite, and refused in words
    def of(self, value: Any) -> Floats:
        """An array of its own, read-only."""
        if isinstance(value, str):
            return self.parse(value)
        if not isinstance(value, np.ndarray | list | tuple) or len(value) > MOST:
            raise Refused(f"that is not {self.says}, of {LONGEST:g} seconds at most")
        try:
            samples = np.array(value, np.float32)
        except (TypeError, ValueError):
            raise Refused(f"that is not {self.says}") from None
        if samples.ndim == 2 and samples.shape[1] in (1, 2):
            samples = samples.mean(axis=1, dtype=np.float32)
        if samples.ndim != 1:
            raise Refused(f"an array of shape {samples.shape} is not {self.says}")
        if not (np.abs(samples) <= 1 + 1e-4).all():  # also for what is not a number
            raise Refused("a sample is out of range; they go from -1 to 1")
        kept = _stepped(samples) / np.float32(_STEPS)
        kept.flags.writeable = False
        return kept

    def parse(self, text: str) -> Floats:
        """What `show` gave."""
        text = text.strip()
        if not text.startswith(PREFIX) or len(text) > 4 * MOST:
            raise Refused(f"{text[:40]!r} is not {PREFIX}… of {LONGEST:g} seconds at most")
        try:
            return self.of(samples_of(base64.b64decode(text[len(PREFIX) :], validate=True)))
        except ValueError as error:
            raise Refused(f"the sound cannot be read: {error}") from None

    def show(self, kept: Floats) -> str:
        """A URL that holds the sound."""
        page = io.BytesIO()
        with wave.open(page, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(_stepped(kept).astype("<i2").tobytes())
        return PREFIX + base64.b64encode(page.getvalue()).decode()


def _stepped(samples: Floats) -> Floats:
    """Whole numbers, as 16 bits hold them."""
    whole: Floats = np.rint(samples * np.float32(_STEPS)).clip(-_STEPS, _STEPS - 1).astype(np.float32)
    return whole


def samples_of(contents: bytes) -> Floats:
    """The samples of a WAV file of 8, 16, 24 or 32 bits, at our rate. Refused if it is none, or too long."""
    try:
        with wave.open(io.BytesIO(contents)) as file:
            channels, width, rate, frames, *_ = file.getparams()
            if not rate or width > 4 or channels > 8 or frames / rate > LONGEST:
                raise Refused(f"a sound has {LONGEST:g} seconds, 8 channels and 32 bits at most")
            data = file.readframes(frames)
    except (wave.Error, EOFError, RuntimeError) as error:
        raise Refused(f"it is no WAV file: {error}") from None
    samples = _numbers(data, width)
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    times = np.arange(int(len(mono) * RATE / rate)) * (rate / RATE)
    return np.interp(times, np.arange(len(mono)), mono).astype(np.float32) if len(mono) else np.zeros(0, np.float32)


def _numbers(data: bytes, width: int) -> Floats:
    """Whole numbers of so many bytes as floats from -1 to 1."""
    data = data[: len(data) // width * width]
    if width == 1:
        return np.frombuffer(data, np.uint8).astype(np.float32) / np.float32(128) - np.float32(1)
    padded = np.zeros((len(data) // width, 4), np.uint8)
    padded[:, 4 - width :] = np.frombuffer(data, np.uint8).reshape(-1, width)
    return padded.view("<i4")[:, 0].astype(np.float32) / np.float32(1 << 31)


PITCH, WAVES = Pitch(), Waves()

SOUNDS = (
    Kind(
        "sound",
        "heard",
        "something to be heard: a pitch for some seconds, or samples; `.play()` plays it",
        {
            word.name: word
            for word in (
                Word("samples", WAVES, None, "-1 to 1, 44100 a second; or a WAV file by path, address or bytes"),
                Word("pitch", PITCH, 440.0, "without samples: hertz, or a note as C4"),
                Word("seconds", number(0.01, LONGEST_TONE), 0.4, "without samples: how long"),
                Word("volume", number(0, 1), 0.5, "0 is silent, 1 as loud as it goes"),
                Word("loop", TOGGLE, False, "whether it begins again at its end"),
                Word("plays", number(0, 1e9, whole=True), 0.0, "how often it was played; one more plays it, 0 ends it"),
                TAGGED,
            )
        },
        given=(("samples",),),
    ),
)
