"""The speaker: utterances wait in a queue, and one is spoken at a time; at any moment it can be silenced.

A full queue refuses the next utterance at its first word; nothing is dropped, except by `stop`, which is asked for.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Protocol

import trio

from ninep import FileError
from voice.devices import Device, Playback
from voice.speech import Engine, blocks, heard, louder, phrases

QUEUE = 16  # utterances that wait
LENGTH = 64 * 1024  # bytes of one utterance: an hour of speech
BLOCK = 0.02  # seconds of sound between two looks at the world
SPEED = range(80, 451)  # words a minute that espeak-ng makes intelligible
VOLUME = range(101)  # percent


class Publish(Protocol):
    """Where facts are told: `Events.publish`."""

    def __call__(self, kind: str, **facts: object) -> None:
        """One fact."""
        ...


class Speaker:
    """One engine, one device, one queue. `run` must be running."""

    def __init__(self, engine: Engine, device: Device, publish: Publish) -> None:
        self.voice = "en"
        self.speed = 175  # words a minute
        self.volume = 100  # percent
        self.trouble = ""  # why nobody can be heard now
        self.failure = ""  # why the last utterance broke off
        self.phrase = ""  # what is being said now
        self.spoken = ""  # what was heard of the utterance that is running, or was the last
        self._engine = engine
        self._device = device
        self._publish = publish
        self._free = QUEUE
        self._send, self._queue = trio.open_memory_channel[str](QUEUE)
        self._turn = trio.CancelScope()
        self._alone = trio.Lock()  # a device is played on, or looked at

    # What a person sets.

    async def set_voice(self, name: str) -> None:
        """Another voice, from the next phrase on."""
        await self._engine.check(name)
        self.voice = name

    def set_speed(self, words: int) -> None:
        """So many words a minute, from the next phrase on."""
        self.speed = _within(SPEED, words, "rate", "words a minute")

    def set_volume(self, percent: int) -> None:
        """Another loudness, at once."""
        self.volume = _within(VOLUME, percent, "volume", "percent")

    def stop(self) -> None:
        """Silence, now: the utterance that runs is broken off, and those that wait are dropped."""
        while self.waiting:
            self._next_nowait()
        self._turn.cancel()

    # What a person sees.

    @property
    def waiting(self) -> int:
        """How many utterances are in the queue."""
        return self._queue.statistics().current_buffer_used

    def state(self) -> str:
        """A line for what it does, one for what waits, one for what went wrong last."""
        doing = f"speaking {self.phrase}" if self.phrase else self.trouble or "idle"
        waiting = f"{self.waiting} waiting" if self.waiting else ""
        return "".join(f"{line}\n" for line in (doing, waiting, self.failure) if line)

    async def look(self) -> None:
        """Find out whether anything can be heard: a package may have come, a card may have gone."""
        if self.phrase:
            return
        async with self._alone:
            found = self._engine.trouble() or await self._device.trouble()
        if found != self.trouble:
            self._publish("device.changed", state=found or "ok")
        self.trouble = found

    # Speaking.

    def draft(self) -> Draft:
        """An utterance that somebody begins to write."""
        return Draft(self)

    def hold(self) -> None:
        """Take a place in the queue; FileError if there is none."""
        if not self._free:
            raise FileError(f"{QUEUE} utterances wait already; try again later, or say stop to ctl")
        self._free -= 1

    def give_back(self) -> None:
        """A place that was taken is not used."""
        self._free += 1

    def enqueue(self, text: str) -> None:
        """To be spoken when all before it is; the caller holds a place."""
        self._send.send_nowait(text)

    async def run(self) -> None:
        """Speak what comes, for ever."""
        while True:
            text = await self._queue.receive()
            self.give_back()
            with trio.CancelScope() as self._turn:
                await self._utter(text)
            if self._turn.cancelled_caught:
                self._publish("utterance.stopped", spoken=self.spoken)
            if self.failure:
                await self.look()  # perhaps the card is gone

    def _next_nowait(self) -> None:
        self._queue.receive_nowait()
        self.give_back()

    async def _utter(self, text: str) -> None:
        self.spoken = self.failure = ""
        try:
            async with self._alone, self._device.open(self._engine.rate) as playback:
                for phrase in phrases(text):
                    self.phrase = phrase
                    await self._say(phrase, playback)
            self._publish("utterance.spoken", spoken=self.spoken)
        except (FileError, OSError) as error:  # an engine or a device, or a disk that is full
            self.failure = f"failed: {error}"
            self._publish("utterance.failed", error=str(error), spoken=self.spoken)
        finally:
            self.phrase = ""

    async def _say(self, phrase: str, playback: Playback) -> None:
        pcm = await self._engine.sound(phrase, self.voice, self.speed)
        before, played = self.spoken, 0
        for block in blocks(pcm, self._engine.rate, BLOCK):
            await playback.play(louder(block, self.volume))
            played += len(block)
            self.spoken = f"{before} {heard(phrase, played / len(pcm))}".strip()


class Draft:
    """An utterance as it is written. It holds a place in the queue from its first byte: its end is never refused."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._text = bytearray()
        self._is_held = False
        self._is_refused = False

    def write(self, data: bytes) -> Coroutine[object, object, None] | None:
        """More of it. FileError if nobody would hear it, the queue is full, or it is too long."""
        if self._speaker.trouble:
            return self._look_and_write(data)
        self._take(data)
        return None

    def close(self) -> None:
        """It is complete: let it be spoken."""
        text = self._text.decode(errors="replace").strip()
        if self._is_held and text:
            self._is_held = False  # the place is the text's now
            self._speaker.enqueue(text)
        self.abort()

    def abort(self) -> None:
        """It will not be spoken."""
        if self._is_held:
            self._is_held = False
            self._speaker.give_back()

    async def _look_and_write(self, data: bytes) -> None:
        await self._speaker.look()
        if self._speaker.trouble:
            raise FileError(self._speaker.trouble)
        self._take(data)

    def _take(self, data: bytes) -> None:
        if self._is_refused or len(self._text) + len(data) > LENGTH:
            self._is_refused = True
            self.abort()
            raise FileError(f"an utterance has at most {LENGTH // 1024} KiB; say it in parts")
        if not self._is_held:
            self._speaker.hold()
            self._is_held = True
        self._text += data


def _within(limits: range, value: int, name: str, unit: str) -> int:
    if value not in limits:
        raise FileError(f"{name} is {limits[0]} to {limits[-1]} {unit}")
    return value
