"""Pictures as values: what is taken, what is refused, and the one text that says them."""

import base64
import io
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rio.scene.graph import Graph
from rio.scene.kinds import kind
from rio.scene.layout import half_of
from rio.scene.pixels import MOST_PIXELS, PIXELS, PREFIX, extent
from rio.scene.values import Refused
from rio.wire import Put

NOISE = np.random.default_rng(1).integers(0, 256, (5, 7, 4), np.uint8)


@pytest.mark.parametrize(
    ("given", "first"),
    [
        (NOISE, tuple(NOISE[0, 0])),
        (NOISE[:, :, :3], (*NOISE[0, 0, :3], 255)),
        (NOISE[:, :, 0], (*[NOISE[0, 0, 0]] * 3, 255)),
        (np.full((2, 2), 0.5), (128, 128, 128, 255)),
        (np.full((2, 2, 4), 1.0, np.float32), (255, 255, 255, 255)),
        (np.full((2, 2), 200), (200, 200, 200, 255)),
        (np.ones((2, 2), bool), (255, 255, 255, 255)),
    ],
)
def test_arrays_of_all_kinds_are_kept_as_rgba(given: Any, first: tuple[int, ...]) -> None:
    """uint8[height, width, 4], read-only, and its own: whoever gave it may write on in theirs."""
    kept = PIXELS.of(given)
    assert kept.dtype == np.uint8
    assert kept.shape == (*given.shape[:2], 4)
    assert tuple(kept[0, 0]) == first
    assert not kept.flags.writeable
    assert not np.shares_memory(kept, given)


def test_what_is_kept_already_is_left_as_it_is() -> None:
    """A picture is checked in three processes, and copied in none of them twice."""
    kept = PIXELS.of(NOISE)
    assert PIXELS.of(kept) is kept


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        5,
        [[1, 2], [3, 4]],
        b"\x89PNG",
        "photo.png",
        PREFIX,
        PREFIX + "!",
        np.zeros((0, 4), np.uint8),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((2, 2), complex),
        np.full((2, 2), np.nan),
        np.full((2, 2), 1.5),
        np.full((2, 2), 256),
        np.broadcast_to(np.uint8(0), (100_000, 100_000, 3)),
        np.broadcast_to(np.uint8(0), (1, 9000)),
    ],
    ids=str,
)
def test_what_is_no_picture_is_refused_in_words(hostile: Any) -> None:
    """Before memory is asked for."""
    with pytest.raises(Refused):
        PIXELS.of(hostile)


def test_the_text_of_a_picture_gives_it_back() -> None:
    """It is a PNG that others read as well."""
    text = PIXELS.show(PIXELS.of(NOISE))
    assert (PIXELS.parse(text + "\n") == NOISE).all()
    assert (np.asarray(Image.open(io.BytesIO(base64.b64decode(text.removeprefix(PREFIX))))) == NOISE).all()


def _png(width: int, height: int, rows: bytes, *, bits: int = 8) -> str:
    """A PNG with right checksums and whatever inside."""
    parts = [(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes((bits, 6, 0, 0, 0)))]
    parts += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = [len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4) for kind, body in parts]
    return PREFIX + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_png(1, 1, b"\0" * 5), ""),
        (_png(1, 1, b"\0" * 4), "cut off"),
        (_png(1, 1, b"\1" + b"\0" * 4), "filtered"),
        (_png(1, 1, b"\0" * 5, bits=16), "8 bits"),
        (_png(100_000, 100_000, b"\0" * 50_000_000), "the most"),
        (_png(0, 0, b""), "empty"),
        (_png(1, 1, b"\0" * 5)[:-20], "no PNG of the sort"),
    ],
)
def test_a_text_that_lies_is_refused(text: str, why: str) -> None:
    """A bomb is known by its size before it is unpacked."""
    if not why:
        assert PIXELS.parse(text).shape == (1, 1, 4)
        return
    with pytest.raises(Refused, match=why):
        PIXELS.parse(text)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 90))
def test_any_bytes_are_a_picture_or_refused(noise: bytes, at: int) -> None:
    """Also those that begin as a picture does."""
    whole = base64.b64decode(PIXELS.show(PIXELS.of(NOISE)).removeprefix(PREFIX))
    spoiled = whole[:at] + noise + whole[at + len(noise) :]
    try:
        assert PIXELS.parse(PREFIX + base64.b64encode(spoiled).decode()).shape[2] == 4
    except Refused:
        assert spoiled != whole


@pytest.mark.parametrize(
    ("size", "drawn"),
    [((0, 0), (300, 200)), ((150, 0), (150, 100)), ((0, 100), (150, 100)), ((10, 90), (10, 90))],
)
def test_what_a_size_leaves_open_follows_from_the_picture(size: Any, drawn: Any) -> None:
    assert extent(size, np.zeros((200, 300, 4), np.uint8)) == drawn
    assert half_of(kind("image"), size, words={"image": np.zeros((200, 300, 4), np.uint8)})[:2] == tuple(
        side / 2 for side in drawn
    )


def test_a_picture_in_a_graph_is_bounded() -> None:
    """By its pixels, whatever its shape."""
    graph = Graph()
    graph.apply(Put(2, "image", "it", {"image": np.zeros((1000, 8000), np.uint8)}))
    with pytest.raises(Refused, match="the most"):
        graph.apply(Put(4, "image", "other", {"image": np.zeros((1001, 8000), np.uint8)}))
    assert graph.nodes[2].get("image").nbytes == 4 * MOST_PIXELS
