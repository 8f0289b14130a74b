"""The speaker's promises, in virtual time: a beep for each word, one second each, on a device that keeps the pace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from ninep import FileError
from voice.devices import Null, Pace, Playback
from voice.speaker import BLOCK, LENGTH, QUEUE, Draft, Speaker

WORD = 1.0  # seconds


class Beeps:
    """An engine that takes no time: every word is a second of sound."""

    rate = 1000

    def trouble(self) -> str:
        return ""

    async def check(self, voice: str) -> None:
        if voice != "en":
            raise FileError(f"there is no voice {voice}")

    async def sound(self, phrase: str, voice: str, speed: int) -> bytes:
        if "broken" in phrase:
            raise FileError("the engine broke")
        if "endless" in phrase:
            async with trio.open_nursery() as nursery:  # as one that runs a process has
                nursery.start_soon(trio.sleep_forever)
        return b"\x10\x10" * int(self.rate * WORD * len(phrase.split()))


class Tape(Null):
    """Keeps what was played, and can be out of order."""

    def __init__(self, trouble: str = "") -> None:
        self.pcm = bytearray()
        self.fault = trouble

    async def trouble(self) -> str:
        return self.fault

    @asynccontextmanager
    async def open(self, rate: int) -> AsyncIterator[Playback]:
        yield Pace(rate, self.pcm.extend)

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / Beeps.rate


class Room:
    """A running speaker, its tape, and what it published."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.facts: list[tuple[str, dict[str, Any]]] = []
        self.speaker = Speaker(Beeps(), tape, lambda kind, **facts: self.facts.append((kind, facts)))

    def say(self, text: str) -> None:
        draft = self.speaker.draft()
        assert draft.write(text.encode()) is None
        draft.close()


@pytest.fixture
async def room(nursery: trio.Nursery) -> Room:
    made = Room(Tape())
    nursery.start_soon(made.speaker.run)
    return made


async def test_an_utterance_takes_its_time(autojump_clock: MockClock, room: Room) -> None:
    """Closing does not wait for the speech; state and `spoken` follow it word by word."""
    room.say("one two three. four")
    await trio.sleep(1.5 * WORD)
    assert room.speaker.state() == "speaking one two three.\n"
    assert room.speaker.spoken == "one"
    await trio.sleep(2 * WORD)
    assert room.speaker.state() == "speaking four\n"
    await trio.sleep(WORD)
    assert room.speaker.state() == "idle\n"
    assert room.speaker.spoken == "one two three. four"
    assert room.tape.seconds == pytest.approx(4 * WORD)
    assert room.facts == [("utterance.spoken", {"spoken": "one two three. four"})]


async def test_utterances_queue_and_a_full_queue_refuses(autojump_clock: MockClock, room: Room) -> None:
    """The queue holds QUEUE utterances in their order; the next is refused at its first write, and none is lost."""
    for number in range(QUEUE):
        room.say(f"n{number}")
    with pytest.raises(FileError, match=f"{QUEUE} utterances wait already; try again later, or say stop to ctl"):
        room.speaker.draft().write(b"too much")
    await trio.sleep(WORD / 2)
    assert f"{QUEUE - 1} waiting" in room.speaker.state()
    room.say("last")
    await trio.sleep((QUEUE + 1) * WORD)
    assert [facts["spoken"] for _, facts in room.facts] == [f"n{number}" for number in range(QUEUE)] + ["last"]


async def test_a_draft_holds_its_place(autojump_clock: MockClock, room: Room) -> None:
    """Whoever began to write will be spoken: others cannot take the place; a client that hangs up frees it."""
    drafts = [room.speaker.draft() for _ in range(QUEUE)]
    for draft in drafts:
        draft.write(b"hm")
    with pytest.raises(FileError, match="wait already"):
        room.speaker.draft().write(b"late")
    drafts[0].abort()
    room.say("late")
    for draft in drafts[1:]:
        draft.close()
    await trio.sleep(QUEUE * WORD + 1)
    assert len(room.facts) == QUEUE


async def test_nothing_is_said_for_nothing(autojump_clock: MockClock, room: Room) -> None:
    """Opening and closing, or writing blanks, neither speaks nor uses up a place."""
    for _ in range(2 * QUEUE):
        room.speaker.draft().close()
        room.say(" \n")
    await trio.sleep(WORD)
    assert not room.facts


async def test_an_utterance_may_be_written_in_pieces(autojump_clock: MockClock, room: Room) -> None:
    """A character cut in two by the pieces is whole again; what is not text is spoken as best it can."""
    draft = room.speaker.draft()
    for byte in "süß".encode():
        draft.write(bytes([byte]))
    draft.write(b" \xff")
    draft.close()
    await trio.sleep(3 * WORD)
    assert room.speaker.spoken == "süß \ufffd"


async def test_a_long_text_is_refused_whole(autojump_clock: MockClock, room: Room) -> None:
    """More than LENGTH bytes is refused, stays refused, and its beginning is not spoken."""
    draft = room.speaker.draft()
    draft.write(b"x" * LENGTH)
    for _ in range(2):
        with pytest.raises(FileError, match="an utterance has at most 64 KiB; say it in parts"):
            draft.write(b"x")
    draft.close()
    await trio.sleep(WORD)
    assert not room.facts


async def test_stop_silences_at_once(autojump_clock: MockClock, room: Room) -> None:
    """Not a block more is heard after `stop`, what waited is dropped, and `spoken` is what was heard."""
    room.say("one two three four")
    room.say("never heard")
    await trio.sleep(2.5 * WORD)
    room.speaker.stop()
    await trio.sleep(10)
    assert room.tape.seconds == pytest.approx(2.5 * WORD, abs=2 * BLOCK)
    assert room.speaker.spoken == "one two"
    assert room.speaker.state() == "idle\n"
    assert room.facts == [("utterance.stopped", {"spoken": "one two"})]
    room.say("again")
    await trio.sleep(2 * WORD)
    assert room.speaker.spoken == "again"


async def test_stop_while_the_engine_works(autojump_clock: MockClock, room: Room) -> None:
    """An utterance of which nothing was heard yet is stopped as well, and it is told."""
    room.say("endless")
    await wait_all_tasks_blocked()
    room.speaker.stop()
    await wait_all_tasks_blocked()
    assert room.facts == [("utterance.stopped", {"spoken": ""})]


async def test_stop_in_silence_is_nothing(autojump_clock: MockClock, room: Room) -> None:
    """`stop` does not silence what is said afterwards."""
    room.speaker.stop()
    room.say("hello")
    await trio.sleep(2 * WORD)
    assert room.speaker.spoken == "hello"


async def test_a_failure_is_told_and_the_next_goes_on(autojump_clock: MockClock, room: Room) -> None:
    """An engine that fails ends its utterance with a reason in `state`, not the speaker."""
    room.say("this works. this is broken. unheard")
    await trio.sleep(3 * WORD)
    assert room.speaker.state() == "idle\nfailed: the engine broke\n"
    assert room.facts == [("utterance.failed", {"error": "the engine broke", "spoken": "this works."})]
    room.say("better")
    await trio.sleep(2 * WORD)
    assert room.speaker.state() == "idle\n"


async def test_settings(autojump_clock: MockClock, room: Room) -> None:
    """Settings out of range are refused; the volume holds for what is heard from now on."""
    await room.speaker.set_voice("en")
    with pytest.raises(FileError, match="there is no voice xx"):
        await room.speaker.set_voice("xx")
    with pytest.raises(FileError, match="rate is 80 to 450 words a minute"):
        room.speaker.set_speed(20)
    with pytest.raises(FileError, match="volume is 0 to 100 percent"):
        room.speaker.set_volume(101)
    room.say("loud quiet")
    await trio.sleep(WORD)
    room.speaker.set_volume(0)
    await trio.sleep(2 * WORD)
    half = len(room.tape.pcm) // 2
    assert any(room.tape.pcm[: half - 100]) and not any(room.tape.pcm[half + 100 :])


async def test_trouble_is_told_and_ends(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    """Without a device `state` says why, a write is refused with the reason, and a device that comes back is used."""
    room = Room(Tape(trouble="no device: no sound card"))
    nursery.start_soon(room.speaker.run)
    await room.speaker.look()
    assert room.speaker.state() == "no device: no sound card\n"
    assert room.facts == [("device.changed", {"state": "no device: no sound card"})]
    with pytest.raises(FileError, match="no device: no sound card"):
        await _written(room.speaker.draft(), b"hello")

    room.tape.fault = ""
    draft = room.speaker.draft()
    await _written(draft, b"hello")
    draft.close()
    await wait_all_tasks_blocked()
    assert room.speaker.state() == "speaking hello\n"


async def _written(draft: Draft, data: bytes) -> None:
    waiting = draft.write(data)
    assert waiting is not None
    await waiting
