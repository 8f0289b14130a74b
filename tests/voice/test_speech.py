from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninep import FileError
from voice.espeak import PROGRAM, Espeak
from voice.soundcard import Resampler
from voice.speech import PHRASE, blocks, heard, louder, phrases


def test_phrases_are_sentences() -> None:
    """A text is spoken sentence by sentence, whatever separates them."""
    assert list(phrases("Hello there. It is late! Is it?\n\nYes; go\nhome")) == [
        "Hello there.",
        "It is late!",
        "Is it?",
        "Yes;",
        "go\nhome",
    ]
    assert list(phrases("你好。再见。")) == ["你好。", "再见。"]


@given(st.text(max_size=3 * PHRASE))
def test_phrases_lose_nothing(text: str) -> None:
    """No phrase is long, none is empty, and none of the text is left out but blanks and control characters."""
    parts = list(phrases(text))
    assert all(0 < len(part) <= PHRASE for part in parts)
    printable = "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in text)
    assert "".join("".join(parts).split()) == "".join(printable.split())


def test_heard_counts_whole_words() -> None:
    """A word has been heard when its end was played."""
    assert heard("one two three", 0.0) == ""
    assert heard("one two three", 0.5) == "one"
    assert heard("one two three", 0.99) == "one two"
    assert heard("one two three", 1.0) == "one two three"


def test_blocks_and_loudness() -> None:
    """Blocks join to the sound they were cut from; half as loud halves each sample."""
    pcm = array("h", range(-500, 500)).tobytes()
    assert b"".join(blocks(pcm, rate=100, seconds=0.5)) == pcm
    assert len(next(blocks(pcm, rate=100, seconds=0.5))) == 100
    assert louder(pcm, 100) == pcm
    assert array("h", louder(pcm, 50))[0] == -250
    assert not any(louder(pcm, 0))


@given(st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_resampling_keeps_the_tone(sizes: list[int]) -> None:
    """However it is cut into blocks, a sine at 22050 samples a second is the same sine at 48000."""
    total = sum(sizes)
    sine = array("h", (round(10000 * math.sin(2 * math.pi * 440 * n / 22050)) for n in range(total)))
    resampler, got, at = Resampler(22050, 48000), array("h"), 0
    for size in sizes:
        got.frombytes(resampler.convert(sine[at : at + size].tobytes()))
        at += size
    assert abs(len(got) - total * 48000 / 22050) <= 2
    # Our first sample lies between nothing and the first one given: one sample late.
    wanted = [10000 * math.sin(2 * math.pi * 440 * (n / 48000 - 1 / 22050)) for n in range(len(got))]
    assert all(abs(a - b) < 60 for a, b in zip(got[3:], wanted[3:], strict=True))


async def test_espeak_speaks() -> None:
    """A second of speech for some words, in any script, and nothing in the text is an option."""
    engine = Espeak()
    assert not engine.trouble()
    for text in ("hello world", "Grüße aus Köln", "-v de --help", "你好"):
        pcm = await engine.sound(text, "en", 175)
        assert 0.2 < len(pcm) / 2 / engine.rate < 6
        assert max(array("h", pcm)) > 1000
    slow = await engine.sound("hello world", "en", 80)
    assert len(slow) > 1.5 * len(await engine.sound("hello world", "en", 300))


async def test_voices_are_checked() -> None:
    """A voice that espeak-ng does not have, or that is a path, is refused with a way out."""
    engine = Espeak()
    await engine.check("de")
    await engine.check("en-us+f3")
    for wrong in ("nobody-speaks-this", "/etc/passwd", "../../x", "-w"):
        with pytest.raises(FileError, match=f"there is no voice {wrong}; try en-us"):
            await engine.check(wrong)


async def test_without_espeak(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where espeak-ng is missing, the refusal names the package."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert Espeak().trouble() == f"no speech: {PROGRAM} is missing; install the package espeak-ng"
    with pytest.raises(FileError, match="install the package espeak-ng"):
        await Espeak().sound("hello", "en", 175)
