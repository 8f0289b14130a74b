"""Conversations that nobody meant, for codec, session, server and multiplexer. `make fuzz MINUTES=60` says more."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fuzz import fuzzer, seeds, targets

from ninep.codec import encode
from ninep.conform.reference import reference
from ninep.messages import MESSAGES, Rerror, Rstat, Tstat
from ninep.testing import Talk, memory_connection

CONVERSATIONS = seeds.conversations()


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_the_corpus_breaks_nothing(name: str, tmp_path: Path) -> None:
    """Whole, message by message and byte by byte; among them what was once found."""
    frames = CONVERSATIONS[name]
    stream = b"".join(frames)
    async with targets.served() as server, targets.muxed() as mux:
        for target in (targets.codec, targets.session, server):
            await fuzzer.attempt(target, [stream], tmp_path)
            await fuzzer.attempt(target, frames, tmp_path)
        for target in (targets.codec, targets.session):
            await fuzzer.attempt(target, [stream[i : i + 1] for i in range(len(stream))], tmp_path)
        await fuzzer.attempt(mux, seeds.behind(frames), tmp_path)


async def test_damage_breaks_nothing(tmp_path: Path) -> None:
    """A few hundred conversations, the same each time."""
    assert await fuzzer.fuzz(1, 400, keep=tmp_path) == 400


async def still_there(*talks: Talk) -> None:
    """Each gets its stat."""
    for talk in talks:
        assert isinstance(await talk.ask(Tstat(1, 0)), Rstat)


async def test_every_message_cut_at_every_byte() -> None:
    """With its size corrected: one reply under its tag, and neither its own client nor another notices more."""
    async with memory_connection(reference()) as bad, memory_connection(reference()) as good:
        await bad.attach()
        await good.attach()
        for short in cut_messages():
            await bad.send(short)
            reply = await bad.hear()
            assert reply is not None and reply.tag == 77, f"{reply} to {short.hex()}"
            if short[4] == 100:
                await bad.attach()  # a Tversion that is still one
            await still_there(bad, good)


def cut_messages() -> Iterator[bytes]:
    """What is left of each message of the corpus, under tag 77."""
    for frame in seeds.every_message():
        for end in range(7, len(frame)):
            yield struct.pack("<IBH", end, frame[4], 77) + frame[7:end]


async def test_every_message_broken_off_at_every_byte() -> None:
    """With the size that it was to have, and then the client hangs up: the server has lost a client, and no more."""
    async with targets.served() as server:
        for frame in seeds.every_message():
            for end in range(1, len(frame)):
                await server([b"".join(seeds.HELLO), frame[:end]])


async def test_every_type_that_is_none() -> None:
    """Each of the numbers that no T-message has is refused under its tag, and the connection lives."""
    requests = {kind.number for name, kind in MESSAGES.items() if name[0] == "T"}
    async with memory_connection(reference()) as bad, memory_connection(reference()) as good:
        await bad.attach()
        await good.attach()
        for number in set(range(256)) - requests:
            for body in (b"", bytes(40)):
                await bad.send(struct.pack("<IBH", 7 + len(body), number, 77) + body)
                reply = await bad.hear()
                assert isinstance(reply, Rerror) and reply.tag == 77
        await still_there(bad, good)


@pytest.mark.parametrize("size", [*range(7), 8193, 1 << 17, 1 << 31, (1 << 32) - 1])
async def test_every_size_that_is_none(size: int) -> None:
    """Less than a header, more than msize: that connection ends at once, whatever follows, and no other does."""
    async with memory_connection(reference()) as bad, memory_connection(reference()) as good:
        await good.attach()
        for frame in seeds.HELLO:
            await bad.send(frame)
            await bad.hear()
        await bad.send(struct.pack("<IBH", size, 124, 1) + encode(Tstat(2, 0)))
        assert await bad.hear() is None
        await still_there(good)
