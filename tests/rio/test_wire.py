"""The codec between the three processes."""

import os
import socket
import struct
from contextlib import suppress
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rio.wire import (
    HEADER,
    LARGEST,
    Channel,
    Deltas,
    Done,
    Event,
    Failed,
    Fork,
    FromRenderer,
    FromWorker,
    Hello,
    Input,
    Message,
    Output,
    Parser,
    Picture,
    ProtocolError,
    Put,
    Ran,
    Remove,
    Reset,
    Run,
    Set,
    Shot,
    Shown,
    Tick,
    Took,
    ToRenderer,
    ToWorker,
    View,
    Want,
    Watch,
    fill,
    frame,
    pair,
    restamp,
)

CHANGES: list[Any] = [
    Put(2, "box", "cube", {"at": [0.0, 1.0, 0.0], "text": "é"}),
    Set(2, "color", "red"),
    Remove(4),
    Reset(),
]
CONVERSATION: list[tuple[Any, Message]] = [
    (FromWorker, Deltas([])),
    (FromWorker, Deltas(CHANGES)),
    (FromWorker, Ran(1, "box()", 3)),
    (FromWorker, Done(1, "no node")),
    (FromWorker, Output(1, "hello\n")),
    (FromWorker, Want(True)),
    (FromWorker, Hello()),
    (FromRenderer, Took(7)),
    (FromRenderer, Shown(7, 123456789012, 0xFF8800, 4.5, True)),
    (FromRenderer, Picture(3, b"\x89PNG", (1.0, 2.0))),
    (FromRenderer, Event(2, "click", {"x": 1.0})),
    (FromRenderer, View({"radius": 2.0})),
    (FromRenderer, Failed("a shader does not compile")),
    (ToWorker, Run(1, "box()", False)),
    (ToWorker, Tick(0.016)),
    (ToWorker, Fork(9)),
    (ToWorker, Deltas(CHANGES)),
    (ToRenderer, Shot(4, 320)),
    (ToRenderer, Watch(10, 20)),
    (ToRenderer, Input("press", 3, 4, "left")),
]


@pytest.mark.parametrize(("accepts", "message"), CONVERSATION)
def test_a_message_arrives_as_it_was_sent(accepts: Any, message: Message) -> None:
    """Every message, in the union of its direction, with its stamp and its own bytes."""
    sent = frame(message, 5)
    [(stamp, received, whole)] = Parser[Any](accepts).feed(sent)

    assert (stamp, received, whole) == (5, message, sent)


def test_frames_come_out_whole_however_the_bytes_arrive() -> None:
    """Byte by byte, and several at once, give the same messages."""
    stream = b"".join(frame(message, i) for i, message in enumerate(CHANGES_AS_MESSAGES))
    one_by_one = Parser[Any](FromWorker)

    slowly = [found for i in range(len(stream)) for found in one_by_one.feed(stream[i : i + 1])]

    assert slowly == list(Parser[Any](FromWorker).feed(stream))
    assert [message for _, message, _ in slowly] == CHANGES_AS_MESSAGES


CHANGES_AS_MESSAGES: list[Message] = [Deltas([change]) for change in CHANGES]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint32, np.uint8])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (0, 2), (2, 3, 4)])
def test_arrays_keep_shape_type_and_numbers(dtype: Any, shape: tuple[int, ...]) -> None:
    """Arrays travel as raw binary, and arrive read-only: they share the frame's memory."""
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    [(_, message, _)] = Parser[Any](FromWorker).feed(frame(Deltas([Set(2, "points", array)])))
    received = message.items[0].value

    assert received.dtype == array.dtype
    assert received.shape == shape
    assert (received == array).all()
    assert not received.flags.writeable


def test_a_fill_is_made_from_plain_sequences() -> None:
    """One row of float32 for each uint32 id."""
    made = fill("at", [2, 4], [(1, 2), (3, 4)])

    assert made.ids.dtype == np.uint32
    assert made.values.dtype == np.float32
    assert made.values.tolist() == [[1, 2], [3, 4]]


def test_what_has_no_place_in_a_scene_is_a_type_error_for_its_sender() -> None:
    with pytest.raises(TypeError, match="object is not a value of a scene"):
        frame(Deltas([Set(2, "color", object())]))


def test_half_a_character_arrives_as_the_sign_for_one_that_is_lost() -> None:
    """As JSON of others may have: it is no reason for anybody's end. Two halves that belong together are one."""
    said = Put(2, "table", "\ud800", {"rows": (("a\ud800", "\ud83d\ude00"),), "tags": ["\udfff"]})
    arrived = Put(2, "table", "\ufffd", {"rows": [["a\ufffd", "😀"]], "tags": ["\ufffd"]})
    [(_, message, _)] = Parser[Any](FromWorker).feed(frame(Deltas([said])))
    assert message == Deltas([arrived])


def test_a_frame_is_forwarded_with_another_stamp_and_the_same_body() -> None:
    """Only the header is new."""
    whole = frame(Deltas(CHANGES), 1)
    forwarded = b"".join(bytes(part) for part in restamp(whole, 99))
    [(stamp, message, _)] = Parser[Any](ToRenderer).feed(forwarded)

    assert stamp == 99
    assert message == Deltas(CHANGES)
    assert forwarded[HEADER.size :] == whole[HEADER.size :]


def _frame_of(body: bytes) -> bytes:
    return HEADER.pack(len(body), 0) + body


def _array(head: bytes) -> bytes:
    return msgspec.msgpack.encode(["deltas", [["fill", "at", msgspec.msgpack.Ext(1, head), []]]])


@pytest.mark.parametrize(
    "garbage",
    [
        HEADER.pack(LARGEST + 1, 0),
        _frame_of(b"\xff"),
        _frame_of(msgspec.msgpack.encode(["run", 1, "x", True])),
        _frame_of(msgspec.msgpack.encode(["deltas", [["fill", "at", 3, 4]]])),
        _frame_of(msgspec.msgpack.encode(["deltas", [["put", "two", "box", "b", {}]]])),
        _frame_of(_array(b"")),
        _frame_of(_array(struct.pack("<c3xI", b"O", 1))),
        _frame_of(_array(struct.pack("<c3xI", b"f", 9))),
        _frame_of(_array(struct.pack("<c3xII", b"f", 1, 1 << 31))),
        _frame_of(msgspec.msgpack.encode(msgspec.msgpack.Ext(7, b"x"))),
    ],
)
def test_what_is_not_a_message_is_a_protocol_error(garbage: bytes) -> None:
    """Wrong length, wrong union, wrong types, wrong arrays."""
    with pytest.raises(ProtocolError):
        list(Parser[Any](FromWorker).feed(garbage))


@given(st.binary(max_size=200))
def test_any_body_is_a_message_or_a_protocol_error(body: bytes) -> None:
    """Never another exception, whatever a worker writes into its pipe."""
    with suppress(ProtocolError):
        list(Parser[Any](FromWorker).feed(_frame_of(body)))


def test_a_deep_body_is_a_protocol_error() -> None:
    """A thousand nested lists do not end the process that reads them."""
    body = msgspec.msgpack.encode(["deltas", []])[:-1] + b"\x91" * 100_000 + b"\x90"
    with pytest.raises(ProtocolError):
        list(Parser[Any](FromWorker).feed(_frame_of(body)))


def test_a_channel_gives_messages_and_descriptors_until_the_other_side_closes() -> None:
    """The blocking end: what children use."""
    ours, theirs = pair()
    channel = Channel[Any](theirs, ToWorker)
    read, write = os.pipe()

    socket.send_fds(ours, [frame(Fork(3), 8)], [write])
    [(stamp, message, _)] = channel.receive()
    [descriptor] = channel.fds
    os.write(descriptor, b"x")
    ours.close()

    assert (stamp, message, os.read(read, 1)) == (8, Fork(3), b"x")
    with pytest.raises(EOFError):
        list(channel.receive())
    theirs.close()
    for fd in (read, write, descriptor):
        os.close(fd)
