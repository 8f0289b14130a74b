"""The loudspeaker, by PortAudio (`sounddevice`).

PortAudio may be missing, and a card may come and go while the service runs. So the library is loaded when it is first
asked for, and every question for trouble looks at the machine anew.

Sound is handed over in PortAudio's own thread, which calls for it when it is due: its blocking write damages memory
where the sound server is JACK (PortAudio 19.6).
"""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock
from typing import Any

import trio

from ninep import FileError
from voice.devices import Playback
from voice.speech import SAMPLE

AHEAD = 0.1  # seconds of sound that wait for the card: what a pause of our process may last unheard
PATIENCE = 3.0  # seconds without being asked for sound after which the card is taken to be gone


class SoundCard:
    """The default output of this machine. Used for one utterance at a time."""

    name = "default"

    async def trouble(self) -> str:
        """Why there is nothing to be heard: no library, no card. PortAudio takes its time to look."""
        return await trio.to_thread.run_sync(_trouble)

    @asynccontextmanager
    async def open(self, rate: int) -> AsyncIterator[Playback]:
        """A stream for sound of this rate; FileError if the card is gone or refuses."""
        sounddevice = _portaudio()
        try:
            taken = _rate(sounddevice, rate)
            playing = _Playing(rate, taken)
            stream = sounddevice.RawOutputStream(samplerate=taken, channels=1, dtype="int16", callback=playing.fill)
            stream.start()
        except sounddevice.PortAudioError as error:
            raise FileError(f"the sound card refuses: {error}") from error
        try:
            yield playing
            await playing.drain()
            await trio.sleep(stream.latency)
        finally:
            stream.abort()  # silence at once, whatever is left
            stream.close()

    def close(self) -> None:
        pass


class _Playing:
    """An open stream: sound waits here until PortAudio's thread calls for it."""

    def __init__(self, rate: int, taken: int) -> None:
        self._resampler = Resampler(rate, taken)
        self._most = round(AHEAD * taken) * SAMPLE
        self._waiting = bytearray()
        self._lock = Lock()  # for _waiting, which two threads change
        self._was_called = trio.Event()
        self._trio = trio.lowlevel.current_trio_token()

    async def play(self, block: bytes) -> None:
        sound = self._resampler.convert(block)
        with self._lock:
            self._waiting += sound
        await self._until_at_most(self._most)

    async def drain(self) -> None:
        """Wait until the card has it all."""
        await self._until_at_most(0)

    def fill(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """PortAudio's thread wants so many bytes as `out` is long: what is missing is silence."""
        with self._lock:
            sound = bytes(self._waiting[: len(out)])
            del self._waiting[: len(out)]
        out[:] = sound.ljust(len(out), b"\0")
        self._trio.run_sync_soon(self._called, idempotent=True)

    def _called(self) -> None:
        self._was_called.set()

    async def _until_at_most(self, size: int) -> None:
        while len(self._waiting) > size:
            self._was_called = trio.Event()
            with trio.move_on_after(PATIENCE) as patience:
                await self._was_called.wait()
            if patience.cancelled_caught:
                raise FileError("the sound card has stopped; is it still plugged in?")


class Resampler:
    """Sound of one rate as sound of another, block by block, by straight lines from sample to sample."""

    def __init__(self, rate: int, wanted: int) -> None:
        self._step = rate / wanted
        self._at = 0.0  # where the next sample lies, counted from the last one of the block before
        self._last = 0

    def convert(self, block: bytes) -> bytes:
        """The next block."""
        if self._step == 1:
            return block
        samples = array("h", [self._last])
        samples.frombytes(block)
        wanted = array("h")
        end = len(samples) - 1
        while self._at < end:
            left = int(self._at)
            rise = samples[left + 1] - samples[left]
            wanted.append(samples[left] + round(rise * (self._at - left)))
            self._at += self._step
        self._at -= end
        self._last = samples[-1]
        return wanted.tobytes()


def _portaudio() -> Any:
    """The library; OSError where PortAudio itself is not installed. A failed import is tried again the next time."""
    import sounddevice  # type: ignore[import-untyped]  # it carries no types; all that we call of it is in this file

    return sounddevice


def _trouble() -> str:
    try:
        sounddevice = _portaudio()
    except OSError:
        return "no device: PortAudio is missing; install the package libportaudio2"
    try:
        _look_again(sounddevice)
        sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError):
        return "no device: no sound card that can play; plug one in, or start with --device null"
    return ""


def _look_again(sounddevice: Any) -> None:
    """PortAudio lists the cards once, as it starts; starting it again, while no stream is open, is its only way."""
    sounddevice._terminate()
    sounddevice._initialize()


def _rate(sounddevice: Any, rate: int) -> int:
    """This rate, if the card takes it, else its own (JACK and bare hardware take no other)."""
    try:
        sounddevice.check_output_settings(samplerate=rate, channels=1, dtype="int16")
    except sounddevice.PortAudioError:
        return int(sounddevice.query_devices(kind="output")["default_samplerate"])
    return rate
