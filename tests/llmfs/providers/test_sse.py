"""Payloads of events are the same however the stream was cut, and whatever kind of line ends it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmfs.providers import sse
from llmfs.providers.sse import Payloads

CASES = [
    (b"", []),
    (b"data: a\n\n", [b"a"]),
    (b"data:a\n\ndata: b\n\n", [b"a", b"b"]),
    (b"event: x\ndata: a\nid: 1\nretry: 5\n\n", [b"a"]),
    (b"data: a\ndata: b\n\n", [b"a\nb"]),
    (b"data:  two blanks\n\n", [b" two blanks"]),
    (b": a comment\n\ndata: a\n\n", [b"a"]),
    (b"\n\n\ndata: a\n\n\n\n", [b"a"]),
    (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
    (b"data: a\r\rdata: b\r\r", [b"a"]),  # the last return may yet be half of a line end
    (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
    (b"data: \xf0\x9f\x9f\xa5\n\n", ["🟥".encode()]),
    (b"data: a\n\ndata: cut off", [b"a"]),
    (b"data: a\n\ndata: cut off\n", [b"a"]),
    (b"database: no\n\n", []),
    (b"data\n\n", []),
]


def fed(*pieces: bytes) -> list[bytes]:
    """All payloads of a stream that came in these pieces."""
    payloads = Payloads()
    return [payload for piece in pieces for payload in payloads.feed(piece)]


@pytest.mark.parametrize(("stream", "payloads"), CASES)
def test_a_stream(stream: bytes, payloads: list[bytes]) -> None:
    """Whole, byte by byte, and cut in two at every place."""
    assert fed(stream) == payloads
    assert fed(*(bytes([byte]) for byte in stream)) == payloads
    for at in range(len(stream)):
        assert fed(stream[:at], stream[at:]) == payloads


@given(
    st.lists(st.sampled_from([b"data: ", b"x", b"\n", b"\r", b"\r\n", b":", b"event: y", b"\xef\xbb\xbf"])), st.data()
)
def test_any_cuts_of_anything(parts: list[bytes], data: st.DataObject) -> None:
    """Any bytes, cut anywhere, give the payloads of the whole, and no exception."""
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert fed(*pieces) == fed(stream)


def test_an_endless_event_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one endless line nor endless lines of one event are gathered."""
    monkeypatch.setattr(sse, "LONGEST", 100)

    with pytest.raises(ValueError, match="an event of more than 100 bytes"):
        fed(b"data: " + b"x" * 101)
    with pytest.raises(ValueError, match="an event of more than 100 bytes"):
        fed(*[b"data: x\n"] * 20)
