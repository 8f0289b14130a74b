"""Pictures as PNG."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from rio.renderer.png import BAND, Encoder, Pixels


def png(pixels: Pixels) -> bytes:
    """By an encoder that has seen nothing before."""
    return Encoder().png(pixels)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (300, 1), (7, 5), (500, 400), (1080, 1920)])
def test_what_is_read_back_is_what_was_drawn(height: int, width: int) -> None:
    """In one band and in several."""
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    image = Image.open(io.BytesIO(png(pixels)))

    assert image.mode == "RGB"
    assert np.array_equal(np.array(image), pixels)


def test_the_bottom_up_picture_of_a_graphics_card_needs_no_copy() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (400, 300, 3), np.uint8)

    assert np.array_equal(np.array(Image.open(io.BytesIO(png(pixels[::-1])))), pixels[::-1])


def test_the_same_picture_is_the_same_bytes() -> None:
    pixels = np.full((600, 600, 3), 7, np.uint8)

    assert png(pixels) == png(pixels.copy())
    assert len(png(pixels)) < 20_000


def test_the_bands_are_one_zlib_stream_with_its_checksum() -> None:
    data = png(np.random.default_rng(1).integers(0, 255, (500, 400, 3), np.uint8))
    start = data.index(b"IDAT") + 4
    length = int.from_bytes(data[start - 8 : start - 4])

    assert len(zlib.decompress(data[start : start + length])) == 500 * (1 + 3 * 400)


def test_pictures_that_follow_one_another_share_nothing_but_what_is_equal() -> None:
    """Whatever changes between two pictures, each is what was drawn, and the bytes a fresh encoder would give."""
    chance, encoder = np.random.default_rng(2), Encoder()
    pixels = chance.integers(0, 255, (3 * BAND + 7, 41, 3), np.uint8)
    for top, bottom in ((0, 0), (5, 6), (0, BAND), (BAND - 1, BAND + 1), (3 * BAND, 3 * BAND + 7), (0, 3 * BAND + 7)):
        pixels[top:bottom, 3:9] = chance.integers(0, 255, (bottom - top, 6, 3), np.uint8)
        data = encoder.png(pixels)

        assert np.array_equal(np.array(Image.open(io.BytesIO(data))), pixels)
        assert data == png(pixels)


def test_a_picture_of_another_size_begins_anew() -> None:
    encoder = Encoder()
    for shape in ((200, 16, 3), (100, 16, 3), (200, 16, 3)):
        pixels = np.zeros(shape, np.uint8)

        assert np.array_equal(np.array(Image.open(io.BytesIO(encoder.png(pixels)))), pixels)


def test_a_picture_may_have_opacity() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (200, 30, 4), np.uint8)
    image = Image.open(io.BytesIO(png(pixels)))

    assert image.mode == "RGBA"
    assert np.array_equal(np.array(image), pixels)
