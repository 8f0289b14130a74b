"""Where sound goes: a device is opened for an utterance, and takes its sound no faster than it can be heard.

`null` and `file:` keep the pace of real sound without a sound card, so that a host without one, and a test, behave as a
room with a loudspeaker does: the next phrase waits, an interruption cuts off what was not heard yet.
"""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import structlog
import trio

from ninep import FileError
from voice.speech import SAMPLE

log = structlog.get_logger("voice")


class Playback(Protocol):
    """An open device."""

    async def play(self, block: bytes) -> None:
        """Returns when there is room for the next block: the pace of sound."""
        ...


class Device(Protocol):
    """What can be heard, or written down."""

    name: str

    async def trouble(self) -> str:
        """Why nothing can be played now, as a sentence that says what to do; empty if all is well."""
        ...

    def open(self, rate: int) -> AbstractAsyncContextManager[Playback]:
        """For one utterance. Leaving waits until all is heard; being cancelled, or an error, silences at once."""
        ...

    def close(self) -> None:
        """The service ends."""
        ...


class Pace:
    """Takes blocks as fast as they would be heard."""

    def __init__(self, rate: int, take: Callable[[bytes], None]) -> None:
        self._rate = rate
        self._take = take
        self._heard_at = trio.current_time()  # when all that was taken will have been heard

    async def play(self, block: bytes) -> None:
        self._take(block)
        self._heard_at += len(block) / SAMPLE / self._rate
        await trio.sleep_until(self._heard_at)


class Null:
    """Nobody hears it, in real time."""

    name = "null"

    async def trouble(self) -> str:
        return ""

    @asynccontextmanager
    async def open(self, rate: int) -> AsyncIterator[Playback]:
        yield Pace(rate, lambda block: None)

    def close(self) -> None:
        pass


class WavFile:
    """A WAV file, in real time. It begins anew with the first utterance, and is whole after every block."""

    def __init__(self, path: Path) -> None:
        self.name = f"file:{path}"
        self._path = path
        self._file: wave.Wave_write | None = None

    async def trouble(self) -> str:
        folder = self._path.parent
        if not folder.is_dir():
            return f"no device: there is no directory {folder} for {self._path.name}"
        return ""

    @asynccontextmanager
    async def open(self, rate: int) -> AsyncIterator[Playback]:
        yield Pace(rate, self._wave(rate).writeframes)  # which puts the length into the header too

    def close(self) -> None:
        if self._file:
            try:
                self._file.close()
            except OSError as error:  # a full disk: whoever spoke was told, and the service must end all the same
                log.warning("recording.incomplete", file=str(self._path), error=str(error))

    def _wave(self, rate: int) -> wave.Wave_write:
        if self._file is None:
            self._file = _new_wave(self._path, rate)
        elif self._file.getframerate() != rate:
            raise FileError(f"{self._path} has {self._file.getframerate()} samples a second; this voice speaks {rate}")
        return self._file


def _new_wave(path: Path, rate: int) -> wave.Wave_write:
    try:
        path.write_bytes(b"")  # wave.open leaves a half-made object behind where it fails
    except OSError as error:
        raise FileError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from error
    file = wave.open(str(path), "wb")  # noqa: SIM115 - open for as long as the service runs
    file.setnchannels(1)
    file.setsampwidth(SAMPLE)
    file.setframerate(rate)
    return file
