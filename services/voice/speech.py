"""Text to speech, whatever speaks: what an engine is, and how a text is cut into phrases that can be taken back.

A long text is spoken phrase by phrase. So the first word is heard at once, memory holds one phrase, and when somebody
interrupts we know to a word what was heard.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from itertools import accumulate
from typing import Protocol

SAMPLE = 2  # bytes: all sound in this service is mono, signed, 16 bit, little endian
PHRASE = 400  # characters; half a minute of speech, about 1.3 MB of sound

_SENTENCE = re.compile(r"(?<=[.!?…;:])\s+|(?<=[。！？])|\n\s*\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # engines take some of them for commands


class Engine(Protocol):
    """What turns text into sound."""

    rate: int  # samples a second of all its sound

    def trouble(self) -> str:
        """Why it cannot speak here, as a sentence that says what to do; empty if it can."""
        ...

    async def check(self, voice: str) -> None:
        """FileError if there is no such voice."""
        ...

    async def sound(self, phrase: str, voice: str, speed: int) -> bytes:
        """A phrase, spoken by a voice at `speed` words a minute, as samples. FileError if the engine fails."""
        ...


def phrases(text: str) -> Iterator[str]:
    """The sentences of a text, none longer than PHRASE characters, without control characters."""
    for sentence in _SENTENCE.split(_CONTROL.sub(" ", text)):
        rest = sentence.strip()
        while len(rest) > PHRASE:
            cut = rest.rfind(" ", 1, PHRASE + 1)
            cut = cut if cut > 0 else PHRASE
            yield rest[:cut]
            rest = rest[cut:].lstrip()
        if rest:
            yield rest


def heard(phrase: str, share: float) -> str:
    """The words of a phrase that had been said when this share of its sound was played.

    >>> heard("red green blue", 0.5)
    'red'
    """
    words = re.findall(r"\S+\s*", phrase)
    ends = accumulate(len(word) for word in words)
    return "".join(word for word, end in zip(words, ends, strict=True) if end <= share * len(phrase)).rstrip()


def blocks(pcm: bytes, rate: int, seconds: float) -> Iterator[bytes]:
    """Samples in pieces of so many seconds; the last may be shorter."""
    step = max(1, round(rate * seconds)) * SAMPLE
    return (pcm[at : at + step] for at in range(0, len(pcm), step))


def louder(pcm: bytes, percent: int) -> bytes:
    """The same sound at this percentage of its loudness, at most 100."""
    if percent == 100:
        return pcm
    return array("h", (sample * percent // 100 for sample in array("h", pcm))).tobytes()
