"""Any bytes give messages or a ProtocolError, and a server that hears them serves everybody else as before."""

from __future__ import annotations

import random

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ninep.fleet import Fleet, tree
from tests.ninep.test_messages import messages

from ninep import ProtocolError
from ninep.codec import Frames, encode
from ninep.messages import NOFID, NOTAG, Message, Rstat, Tattach, Tstat, Tversion
from ninep.session import Session
from ninep.testing import memory_connection

HELLO = encode(Tversion(NOTAG, 8192, "9P2000")) + encode(Tattach(0, 0, NOFID, "eve", ""))


def spoilt(stream: bytes, dice: random.Random) -> bytes:
    """A stream with a few bytes changed, lost or added."""
    data = bytearray(stream)
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(data) + 1)
        data[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(4))
    return bytes(data)


hostile = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda sent, seed: spoilt(b"".join(map(encode, sent)), random.Random(seed)),
        st.lists(messages, max_size=8),
        st.integers(),
    ),
)


@given(st.lists(hostile, max_size=5))
def test_the_codec_gives_messages_or_ends_the_stream(parts: list[bytes]) -> None:
    """Nothing but messages and ProtocolError comes out of any bytes."""
    frames = Frames(4096)
    try:
        for part in parts:
            frames.feed(part)
            assert all(isinstance(message, Message) for message in frames)
    except ProtocolError:
        pass


@given(st.lists(hostile, max_size=5))
def test_the_session_answers_or_ends(parts: list[bytes]) -> None:
    """What the session says to any bytes is whole frames, and its tables keep their bounds."""
    session, frames = Session(), Frames(1 << 20)
    try:
        for part in [HELLO, *parts]:
            session.receive_data(part)
            for request, _ in filter(None, session.events_received()):
                session.drop(request.tag)
    except ProtocolError:
        pass
    frames.feed(session.data_to_send())
    assert all(type(message).__name__.startswith("R") for message in frames)
    assert not frames.is_partial
    assert len(session.fids) <= 4096


@settings(max_examples=60)
@given(st.lists(hostile, min_size=1, max_size=6))
def test_a_server_survives_any_client(parts: list[bytes]) -> None:
    """A second client's request is answered as before, while the first says what it likes and goes."""

    async def converse() -> None:
        fleet = Fleet()
        root = tree(fleet)
        async with memory_connection(root) as good, memory_connection(root) as bad:
            await good.attach()
            await bad.send(HELLO)
            for part in parts:
                bad.is_backed_up(part)
                assert isinstance(await good.ask(Tstat(1, 0)), Rstat)
            bad.hang_up()
            assert isinstance(await good.ask(Tstat(1, 0)), Rstat)
        assert not any(len(agent.output) for agent in fleet.agents.values())

    trio.run(converse)
