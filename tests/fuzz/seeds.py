"""What a fuzzer begins with: conversations, as the bytes that a client says, each message by itself.

They are the scripts of tests/ninep, and the files of corpus/: every message once, sessions of real clients that `ninep
trace` wrote down, and what once broke something (found-*.txt), in the same notation.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from ninep.codec import encode
from ninep.messages import MESSAGES, NOFID, NOTAG, Tattach, Tversion, parse

CORPUS = Path(__file__).parent / "corpus"
SCRIPTS = Path(__file__).parents[1] / "ninep" / "scripts"
HELLO = [encode(Tversion(NOTAG, 8192, "9P2000")), encode(Tattach(0, 0, NOFID, "eve", ""))]


def conversations() -> dict[str, list[bytes]]:
    """By the name of the file."""
    paths = [*sorted(CORPUS.glob("*.txt")), *sorted(SCRIPTS.glob("*.txt"))]
    return {path.stem: list(said(path.read_text())) for path in paths}


def every_message() -> list[bytes]:
    """All 27, whole."""
    frames = list(said((CORPUS / "every_message.txt").read_text()))
    assert [frame[4] for frame in frames] == [kind.number for kind in MESSAGES.values()]
    return frames


def said(text: str) -> Iterator[bytes]:
    """The bytes of a conversation's lines: what is sent, be it a message or not."""
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "hello":
            yield from HELLO
        elif word == "raw":
            yield bytes.fromhex(rest)
        elif word in MESSAGES and not re.search(r"[*]", rest):
            yield encode(parse(line))


def behind(frames: Iterable[bytes], aname: bytes = b"ref") -> list[bytes]:
    """The same conversation with a part of a server's tree: each Tattach that names none names this one."""
    attach, ending = Tattach.number, struct.pack("<H", len(aname)) + aname
    return [
        struct.pack("<I", len(frame) + len(aname)) + frame[4:-2] + ending
        if frame[4:5] == bytes([attach]) and frame.endswith(b"\0\0")
        else frame
        for frame in frames
    ]


def written(frames: list[bytes]) -> str:
    """The inverse of `said`."""
    return "".join(f"raw {frame.hex()}\n" for frame in frames)
