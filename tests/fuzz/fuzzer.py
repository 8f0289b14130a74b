"""The loop: damage a conversation, say it to a target, keep what breaks it.

What broke something is written to corpus/found-*.txt, in the notation of the scripts; commit it with the mending, and
every `make test` tries it again.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from tests.fuzz import seeds, targets
from tests.fuzz.mutate import Mutator
from tests.fuzz.targets import Target

ROUND = 200  # conversations that one server hears, before there is a new one


class FoundError(AssertionError):
    """A conversation that breaks a promise, and where it was written down."""


async def fuzz(seed: int, conversations: int, *, until: float = float("inf"), keep: Path = seeds.CORPUS) -> int:
    """So many conversations, each with all targets; fewer if `time.monotonic()` is past `until`.

    Gives how many there were. Raises FoundError with the first that breaks a promise.
    """
    mutator, done = Mutator(list(seeds.conversations().values()), seed), 0
    while done < conversations and time.monotonic() < until:
        done += await one_round(mutator, min(ROUND, conversations - done), until, keep)
    return done


async def one_round(mutator: Mutator, conversations: int, until: float, keep: Path) -> int:
    """As many as one server hears, and one multiplexer."""
    done, found = 0, None
    async with targets.served() as server, targets.muxed() as mux:
        while done < conversations and not found and time.monotonic() < until:
            frames = mutator.conversation()
            try:
                segments = list(cut(b"".join(frames), mutator))
                for target in (targets.codec, targets.session, server):
                    await attempt(target, segments, keep)
                await attempt(mux, list(cut(b"".join(seeds.behind(frames)), mutator)), keep)
            except FoundError as error:
                found = error
            done += 1
    if found:
        raise found
    return done


def cut(stream: bytes, mutator: Mutator) -> Iterator[bytes]:
    """A stream in segments, none of them empty."""
    for begin, end in pairwise([0, *mutator.cuts(len(stream)), len(stream)]):
        if begin < end:
            yield stream[begin:end]


async def attempt(target: Target, segments: Sequence[bytes], keep: Path) -> None:
    """Say it. What breaks a promise is written down."""
    try:
        await target(segments)
    except Exception as error:  # whatever it is, it is what we look for
        text = seeds.written(list(segments))
        path = keep / f"found-{zlib.crc32(text.encode()):08x}.txt"
        path.write_text(f"# {type(error).__name__}: {' '.join(str(error).split())[:200]}\n{text}")
        raise FoundError(f"{getattr(target, '__name__', type(target).__name__)}: see {path}") from error
