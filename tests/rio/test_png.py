"""Pictures as PNG."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from rio.png import png


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
