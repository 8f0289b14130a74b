"""Where a picture begins, where it ends, and how large it is."""

import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.llmfs.painting import NAMES, animated, painted

from llmfs.prompts import formats
from llmfs.prompts.formats import Found, Growing, NoPictureError, format_of, measure

PICTURES = {
    **{name: painted(name) for name in NAMES},
    "PNG in grey": painted("PNG", (3, 200), bits=1),
    "JPEG in scans": painted("JPEG", (65, 33), progressive=True, quality=95),
    "JPEG with restarts": painted("JPEG", (64, 64), restart_marker_blocks=1, comment=b"\xff\xd9 is no end in here"),
    "WebP without loss": painted("WebP", (77, 5), lossless=True),
    "WebP with more": painted("WebP", (31, 300), exif=b"Exif\0\0 of a camera"),
    "GIF that moves": animated(),
}
SIZES = {"PNG in grey": (3, 200), "JPEG in scans": (65, 33), "JPEG with restarts": (64, 64)}
SIZES |= {"WebP without loss": (77, 5), "WebP with more": (31, 300), "GIF that moves": (20, 10)}


@pytest.mark.parametrize("kind", PICTURES)
def test_its_end_and_its_size(kind: str) -> None:
    """The end is the last byte of the file, whatever follows; the size is that of the picture."""
    data = PICTURES[kind]
    known = measure(data + b"and words")
    assert known
    form, found = known
    assert form.name == kind.split()[0]
    assert found == Found(len(data), *SIZES.get(kind, (64, 48)))


@pytest.mark.parametrize("kind", PICTURES)
def test_it_may_come_in_any_pieces(kind: str) -> None:
    """Byte by byte it ends at the same byte, and never before."""
    data = PICTURES[kind]
    form = format_of(data)
    assert form
    picture = Growing(form)
    for at in range(len(data)):
        assert picture.found is None, at
        assert picture.feed(data[at : at + 1]) == b""
    assert picture.found and picture.found.end == len(data)


@given(st.sampled_from(sorted(PICTURES)), st.lists(st.integers(1, 4000), max_size=6))
def test_what_follows_comes_back(kind: str, cuts: list[int]) -> None:
    """Cut anywhere, all that is not the picture is handed back, once."""
    data = PICTURES[kind] + b"what is this?"
    form = format_of(data)
    assert form
    picture, rest = Growing(form), b""
    for begin, end in pairwise(sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})):
        piece = data[begin:end]
        rest += piece if picture.found else picture.feed(piece)
    assert bytes(picture.data) + rest == data
    assert rest == b"what is this?"


@pytest.mark.parametrize(
    "text",
    [
        "GIF89a is a format of pictures",
        "GIF87a",
        "RIFF and WEBP are chunks",
        "RIFF    WEBP",
        "PNG",
        "JFIF",
        "",
    ],
)
def test_text_is_no_picture(text: str) -> None:
    """Words about pictures are words."""
    assert format_of(text.encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe0\0\x10" + b"\0" * 40,
        b"GIF89a\1\0\1\0\0\0\0" + b"?" * 40,
        b"RIFF\x20\0\0\0WEBPVP9 " + b"\0" * 40,
    ],
)
def test_what_only_begins_like_one(data: bytes) -> None:
    """It is said at once, and not when the whole prompt is there."""
    form = format_of(data)
    assert form
    with pytest.raises(NoPictureError):
        Growing(form).feed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 300_000,
        b"GIF89a\1\0\1\0\0\0\0" + b"\x21\xfe" + b"\1x" * 200_000,
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sII5x4x", 13, b"IHDR", 1, 1)
        + struct.pack(">I4s4x", 0, b"tEXt") * 120_000,
    ],
)
def test_more_parts_than_any_picture_has(data: bytes) -> None:
    """Nobody is kept busy by counting them."""
    form = format_of(data)
    assert form
    with pytest.raises(NoPictureError, match=f"more than {formats.PARTS} parts"):
        Growing(form).feed(data)


@given(st.sampled_from(sorted(PICTURES)), st.data())
def test_a_damaged_picture_is_no_fault(kind: str, damage: st.DataObject) -> None:
    """Any byte may be any other: it is a picture, half of one, or none, and nothing else is raised."""
    data = bytearray(PICTURES[kind])
    for _ in range(damage.draw(st.integers(1, 4))):
        data[damage.draw(st.integers(0, len(data) - 1))] = damage.draw(st.integers(0, 255))
    measure(bytes(data))
