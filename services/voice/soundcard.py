"""The loudspeaker, by PortAudio (`sounddevice`).

PortAudio may be missing, and a card may come and go while the service runs. So the library is loaded when it is first
asked for, and every question for trouble looks at the machine anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from ninep import FileError
from voice.devices import Playback


class SoundCard:
    """The default output of this machine. Used for one utterance at a time."""

    name = "default"

    async def trouble(self) -> str:
        """Why there is nothing to be heard: no library, no card. PortAudio takes its time to look."""
        return await trio.to_thread.run_sync(_trouble)

    @asynccontextmanager
    async def open(self, rate: int) -> AsyncIterator[Playback]:
        """A stream at this rate; FileError if the card is gone or refuses."""
        sounddevice = _portaudio()
        try:
            stream = sounddevice.RawOutputStream(samplerate=rate, channels=1, dtype="int16")
            stream.start()
        except sounddevice.PortAudioError as error:
            raise FileError(f"the sound card refuses: {error}") from error
        try:
            yield _Stream(stream, sounddevice.PortAudioError)
            await trio.to_thread.run_sync(stream.stop)  # waits until all is heard
        finally:
            stream.abort()  # silence at once, if it was not stopped
            stream.close()

    def close(self) -> None:
        pass


class _Stream:
    """An open stream of PortAudio, whose write blocks its thread while the card's buffer is full."""

    def __init__(self, stream: Any, error: type[Exception]) -> None:
        self._stream = stream
        self._error = error

    async def play(self, block: bytes) -> None:
        try:
            await trio.to_thread.run_sync(self._stream.write, block)
        except self._error as error:
            raise FileError(f"the sound card stopped: {error}") from error


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
