"""What is said leaves in pieces: large data is never copied, and nobody can tell from the bytes."""

from __future__ import annotations

import random
from typing import cast

import trio
import trio.testing

from ninep.codec import encode
from ninep.messages import (
    NOFID,
    OREAD,
    Message,
    Qid,
    Rattach,
    Rerror,
    Ropen,
    Rread,
    Rwalk,
    Tattach,
    Topen,
    Tread,
    Tversion,
    Twalk,
)
from ninep.session import APART, MSIZE, Session
from ninep.testing import memory_connection
from ninep.tree import Dir, Stream, Text


def reading_session() -> Session:
    """One whose client has opened fid 1 for reading, and has heard so."""
    session, qid = Session(), Qid(0, 0, 1)
    hello: list[tuple[Message, Message | None]] = [
        (Tversion(65535, MSIZE, "9P2000"), None),
        (Tattach(1, 0, NOFID, "ada", ""), Rattach(1, qid)),
        (Twalk(1, 0, 1, ()), Rwalk(1, ())),
        (Topen(1, 1, OREAD), Ropen(1, qid, 0)),
    ]
    for message, answer in hello:
        session.receive_data(encode(message))
        for request, _ in filter(None, session.events_received()):
            if answer:
                session.reply(answer)
            else:
                session.drop(request.tag)
    session.data_to_send()
    return session


def asked(session: Session, tags: range) -> None:
    session.receive_data(b"".join(encode(Tread(tag, 1, 0, MSIZE)) for tag in tags))
    assert len(list(session.events_received())) == len(tags)


def test_pieces_are_the_frames_in_their_order() -> None:
    """Whatever sizes come one after another, the pieces together are what encode gives."""
    session, chance = reading_session(), random.Random(5)
    asked(session, range(200))
    sizes = (0, 1, 100, APART - 1, APART, APART + 1)
    replies = [Rread(tag, chance.randbytes(chance.choice(sizes))) for tag in range(200)]
    for reply in replies:
        session.reply(reply)
    whole = b"".join(map(encode, replies))
    assert session.due == len(whole)
    assert b"".join(session.pieces_to_send()) == whole
    assert (session.due, session.pieces_to_send()) == (0, [])


def test_large_data_is_not_copied() -> None:
    """The very bytes that a tree gave are handed to the socket; what is small is joined into one piece."""
    session, data = reading_session(), bytes(64 * 1024)
    asked(session, range(6))
    for tag, some in enumerate((b"a", b"b", data, b"c", data, b"d")):
        session.reply(Rread(tag, some))
    pieces = session.pieces_to_send()
    assert [piece is data for piece in pieces] == [False, True, False, True, False]


async def test_a_slow_reader_gets_every_byte() -> None:
    """Large answers that the socket takes in parts, with small ones between them, arrive whole and in order."""
    body = random.Random(6).randbytes(1 << 20)
    async with memory_connection(Dir(big=Text(lambda: body))) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("big",))), Rwalk)
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
        wanted = [(tag, 4099 * tag, 60_000 if tag % 3 else 7) for tag in range(200)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(talk.send, b"".join(encode(Tread(tag, 1, at, size)) for tag, at, size in wanted))
            await trio.testing.wait_all_tasks_blocked()
            for tag, at, size in wanted:
                assert await talk.hear() == Rread(tag, body[at : at + size])


async def test_large_data_that_is_none_is_one_refusal() -> None:
    """A tree that gives text where bytes belong, and much of it, is told so; its connection lives."""

    class Wrong:
        def read(self, count: int) -> bytes:
            return cast(bytes, "x" * count)

        def close(self) -> None:
            """Nothing is held."""

    async with memory_connection(Dir(wrong=Stream(Wrong))) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("wrong",))), Rwalk)
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
        for tag in (1, 2):
            assert isinstance(await talk.ask(Tread(tag, 1, 0, 60_000)), Rerror)
