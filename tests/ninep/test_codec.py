"""Bytes and messages, held against frames written by hand from the manual."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ninep.test_messages import messages

from ninep import ProtocolError
from ninep.codec import Frames, encode, read_stat, write_stat
from ninep.messages import Garbled, Message, Qid, Rread, Stat, parse

TABLE = {
    "Tversion tag NOTAG msize 8192 version 9P2000": "13000000 64 ffff 00200000 0600 395032303030",
    "Tauth tag 1 afid 5 uname eve aname ''": "12000000 66 0100 05000000 0300 657665 0000",
    "Tattach tag 1 fid 0 afid NOFID uname eve aname x": "17000000 68 0100 00000000 ffffffff 0300 657665 0100 78",
    "Rattach tag 1 qid 80.2.3": "14000000 69 0100 80 02000000 0300000000000000",
    "Rerror tag 1 ename no": "0b000000 6b 0100 0200 6e6f",
    "Tflush tag 2 oldtag 1": "09000000 6c 0200 0100",
    "Rflush tag 2": "07000000 6d 0200",
    "Twalk tag 1 fid 0 newfid 1 wname [ a bc ]": "18000000 6e 0100 00000000 01000000 0200 0100 61 0200 6263",
    "Rwalk tag 1 wqid [ 0.0.1 ]": "16000000 6f 0100 0100 00 00000000 0100000000000000",
    "Topen tag 1 fid 2 mode ORDWR|OTRUNC": "0c000000 70 0100 02000000 12",
    "Tread tag 1 fid 2 offset 3 count 4": "17000000 74 0100 02000000 0300000000000000 04000000",
    "Rread tag 1 data hi": "0d000000 75 0100 02000000 6869",
    "Twrite tag 1 fid 2 offset 3 data hi": "19000000 76 0100 02000000 0300000000000000 02000000 6869",
    "Rwrite tag 1 count 2": "0b000000 77 0100 02000000",
    "Tclunk tag 1 fid 2": "0b000000 78 0100 02000000",
    "Rstat tag 1 stat [ type 0 dev 0 qid 0.1.2 mode 0o644 atime 3 mtime 4 length 5 name n uid u gid g muid m ]": (
        "3e000000 7d 0100 3500 3300 0000 00000000 00 01000000 0200000000000000 a4010000 03000000 04000000"
        "0500000000000000 0100 6e 0100 75 0100 67 0100 6d"
    ),
}


@pytest.mark.parametrize(("text", "frame"), TABLE.items(), ids=[text.split()[0] for text in TABLE])
def test_a_message_and_its_frame(text: str, frame: str) -> None:
    """Both ways: whole, byte by byte, and with the beginning of another behind it."""
    message, data = parse(text), bytes.fromhex(frame)
    assert encode(message) == data
    assert cut([data]) == [message]
    assert cut(data[i : i + 1] for i in range(len(data))) == [message]
    assert cut([data + data[:5], data[5:]]) == [message, message]


def cut(parts: Iterable[bytes], limit: int = 1 << 20) -> list[Message]:
    """What Frames makes of a stream that comes in these parts."""
    frames, found = Frames(limit), list[Message]()
    for part in parts:
        frames.feed(part)
        found += frames
    return found


@given(st.lists(messages, max_size=6), st.data())
def test_any_messages_in_any_parts(sent: list[Message], data: st.DataObject) -> None:
    """What was encoded is decoded, wherever the stream was cut."""
    stream = b"".join(map(encode, sent))
    ends = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parts = [stream[a:b] for a, b in zip([0, *ends], [*ends, len(stream)], strict=True)]
    assert cut(parts) == sent


@given(messages, st.data())
def test_a_message_cut_short_is_garbled(message: Message, data: st.DataObject) -> None:
    """With its size corrected, what is left of a message is no message, keeps its tag, and spoils nothing behind it."""
    whole = encode(message)
    end = data.draw(st.integers(7, len(whole) - 1)) if len(whole) > 7 else 7
    short = struct.pack("<I", end) + whole[4:end]
    first, second = cut([short + whole])
    assert first.tag == message.tag
    assert isinstance(first, Garbled) or encode(first) == short
    assert second == message


@pytest.mark.parametrize("size", [0, 1, 6, 257, 1 << 31, (1 << 32) - 1])
def test_a_frame_of_an_absurd_size_ends_the_stream(size: int) -> None:
    """ProtocolError before any of it is gathered."""
    with pytest.raises(ProtocolError):
        cut([struct.pack("<IBH", size, 116, 1)], limit=256)


def test_stats_in_a_row_are_read_one_by_one() -> None:
    """As a directory holds them."""
    stats = [Stat(0, 0, Qid(0, 0, i), 0o644, 0, 0, i, f"file{i}", "u", "g", "m") for i in range(3)]
    data, at, read = b"".join(map(write_stat, stats)), 0, list[Stat]()
    while at < len(data):
        stat, at = read_stat(data, at)
        read.append(stat)
    assert read == stats


def test_who_reads_can_ask_for_the_rest_of_a_frame() -> None:
    """So that the next one begins where a read begins, and large ones need not be gathered from parts."""
    frame, frames = encode(Rread(1, b"x" * 100)), Frames(1000)
    assert frames.missing == 0
    for size, missing in ((3, 4), (10, len(frame) - 10), (len(frame), 0)):
        frames = Frames(1000)
        frames.feed(frame[:size])
        assert len(list(frames)) == (size == len(frame))
        assert frames.missing == missing
    frames.feed(frame + frame[:50])
    assert len(list(frames)) == 1
    assert frames.missing == len(frame) - 50
    frames.feed(frame[50:60])
    assert frames.missing == len(frame) - 60
