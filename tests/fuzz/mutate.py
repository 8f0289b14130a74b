"""Damage: a conversation in, one that nobody meant out.

Half of it knows where the fields of a message lie, and puts there what is at the edge of something; the other half
knows bytes. Messages are doubled, dropped, exchanged and taken from other conversations, for most of what can go wrong
is between them.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence

EDGES = (0, 1, 2, 7, 16, 17, 255, 256, 4096, 8168, 8181, 8192, 0x7FFF, 0xFFFE, 0xFFFF)
WIDE = (0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
NAMES = (
    b"",
    b".",
    b"..",
    b"/",
    b"a/b",
    b"\0",
    b"\xff\xfe",
    b"block",
    b"pipe",
    b"files",
    b"note",
    b"x" * 256,
    b"x" * 4000,
)
MOST = 60  # messages of a conversation


class Mutator:
    """Damages conversations; the same seed does the same damage."""

    def __init__(self, corpus: Sequence[list[bytes]], seed: int) -> None:
        self._corpus, self._dice = corpus, random.Random(seed)

    def conversation(self) -> list[bytes]:
        """One of the corpus, damaged a few times."""
        frames = [*self._dice.choice(self._corpus)]
        for _ in range(self._dice.choice((1, 1, 2, 3, 5, 8))):
            self._damage(frames)
        return frames[:MOST]

    def cuts(self, size: int) -> list[int]:
        """Where a stream of so many bytes falls apart into segments."""
        return sorted(self._dice.randrange(size + 1) for _ in range(self._dice.choice((0, 0, 1, 3, 9))))

    def _damage(self, frames: list[bytes]) -> None:
        dice = self._dice
        if not frames or dice.random() < 0.2:
            at = dice.randrange(len(frames) + 1)
            frames[at:at] = self._excerpt()
            return
        at = dice.randrange(len(frames))
        if dice.random() < 0.25:
            dice.choice((self._double, self._drop, self._swap, self._repeat))(frames, at)
        else:
            change: Callable[[bytearray], None] = dice.choice(
                (self._edge, self._edge, self._tag, self._rename, self._flip, self._resize, self._cut, self._noise)
            )
            frame = bytearray(frames[at])
            change(frame)
            frames[at] = bytes(frame)

    # Messages.

    def _excerpt(self) -> list[bytes]:
        other = self._dice.choice(self._corpus)
        begin = self._dice.randrange(len(other) + 1)
        return other[begin : begin + self._dice.randrange(1, 6)]

    def _double(self, frames: list[bytes], at: int) -> None:
        frames.insert(at, frames[at])

    def _drop(self, frames: list[bytes], at: int) -> None:
        del frames[at]

    def _swap(self, frames: list[bytes], at: int) -> None:
        other = self._dice.randrange(len(frames))
        frames[at], frames[other] = frames[other], frames[at]

    def _repeat(self, frames: list[bytes], at: int) -> None:
        """The same request under one tag after the other."""
        frame = frames[at]
        if len(frame) >= 7:
            frames[at:at] = [frame[:5] + struct.pack("<H", tag) + frame[7:] for tag in range(self._dice.randrange(40))]

    # Bytes.

    def _edge(self, frame: bytearray) -> None:
        """A field, or what lies where another message has one, becomes a number that is at the edge of something."""
        width = self._dice.choice((1, 2, 4, 8))
        if len(frame) >= 7 + width:
            at = self._dice.randrange(7, len(frame) - width + 1)
            number = self._dice.choice(EDGES + WIDE) % (1 << 8 * width)
            frame[at : at + width] = number.to_bytes(width, "little")

    def _tag(self, frame: bytearray) -> None:
        if len(frame) >= 7:
            frame[5:7] = struct.pack("<H", self._dice.choice((*range(12), 0xFFFF)))

    def _rename(self, frame: bytearray) -> None:
        """Something like a string gets another text, and the size of the frame follows."""
        at = self._dice.randrange(7, max(8, len(frame)))
        (length,) = struct.unpack_from("<H", frame, at) if len(frame) >= at + 2 else (0,)
        name = self._dice.choice(NAMES)
        frame[at : at + 2 + (length if length < 64 else 0)] = struct.pack("<H", len(name)) + name
        self._fit(frame)

    def _flip(self, frame: bytearray) -> None:
        if frame:
            frame[self._dice.randrange(len(frame))] ^= 1 << self._dice.randrange(8)

    def _resize(self, frame: bytearray) -> None:
        """A size that is not true."""
        frame[:4] = struct.pack(
            "<I", self._dice.choice((*range(8), len(frame) - 1, len(frame) + 1, 8193, 1 << 31)) % (1 << 32)
        )

    def _cut(self, frame: bytearray) -> None:
        del frame[self._dice.randrange(len(frame) + 1) :]
        if self._dice.random() < 0.8:
            self._fit(frame)

    def _noise(self, frame: bytearray) -> None:
        frame[self._dice.randrange(len(frame) + 1) :] = self._dice.randbytes(self._dice.randrange(30))

    def _fit(self, frame: bytearray) -> None:
        if len(frame) >= 4:
            frame[:4] = struct.pack("<I", len(frame))
