"""What a program may say for a picture: a file, an address, bytes, an array. In a real worker where that matters."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.workers import started

from rio.language.assets import Assets
from rio.scene.pixels import MOST_PIXELS, PIXELS
from rio.scene.values import COLOR, Refused

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def encoded(format: str, size: tuple[int, int] = (6, 4), mode: str = "RGB", **how: Any) -> bytes:
    """A picture that is red."""
    page = io.BytesIO()
    Image.new("RGB", size, (255, 0, 0)).convert(mode).save(page, format, **how)
    return page.getvalue()


@pytest.mark.parametrize("format", FORMATS)
def test_a_worker_reads_pictures_within_its_walls(tmp_path: Path, format: str) -> None:
    """From its scratch directory, of all formats that people have."""
    (tmp_path / "red").write_bytes(encoded(format))
    worker = started(tmp_path)
    try:
        assert worker.play('image("red", name="it")').err == ""
        pixels = worker.graph.nodes[worker.graph.ids["it"]].get("image")
        assert pixels.shape == (4, 6, 4)
        assert pixels[2, 3, 0] > 250
        assert "No such file" in str(worker.play('image("/etc/none.png")').error)
        assert "Permission denied" in str(worker.play('image("/etc/hostname")').error)
    finally:
        worker.kill()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_sort_of_pixel_becomes_rgba(mode: str) -> None:
    """White stays white: also of sixteen bits, which would be cut off."""
    page = io.BytesIO()
    white = np.full((2, 2), 65535, np.uint16) if mode == "I;16" else np.full((2, 2), 255, np.uint8)
    image = Image.fromarray(white)
    (image if mode == "I;16" else image.convert(mode)).save(page, "PNG")
    assert (Assets().taken(PIXELS, page.getvalue()) == 255).all()


def test_a_photo_stands_upright() -> None:
    """As its camera was held (EXIF 274)."""
    exif = Image.Exif()
    exif[274] = 6
    assert Assets().taken(PIXELS, encoded("JPEG", exif=exif)).shape == (6, 4, 4)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_what_is_too_large_is_made_smaller(format: str) -> None:
    """In its own proportion."""
    height, width, _ = Assets().taken(PIXELS, encoded(format, (6000, 3000))).shape
    assert MOST_PIXELS * 0.95 < width * height <= MOST_PIXELS
    assert width / height == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (encoded("PNG", (20_000, 20_000), "1"), "the most|exceeds limit"),
        (b"", "no PNG"),
        (b"GIF89a", "no PNG|decoded"),
        (encoded("PNG")[:50], "decoded"),
        (encoded("JPEG", (64, 64))[:400], "decoded"),
        ("data:image/png", "comma"),
        ("data:image/png;base64,&", "base64"),
        ("https://example.org/a.png", "needs a grant"),
        ("a\0b", "null"),
        ("/dev", "directory"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_had_is_refused_in_words(given: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        Assets().taken(PIXELS, given)


def test_an_address_is_asked_of_who_may() -> None:
    """The hook is the only way out."""
    assert Assets(fetch=lambda url: encoded("PNG")).taken(PIXELS, "https://example.org/a.png").shape == (4, 6, 4)


def test_bytes_and_data_need_no_file() -> None:
    png = encoded("PNG")
    assets = Assets()
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    assert (assets.taken(PIXELS, url) == assets.taken(PIXELS, png)).all()


def test_other_words_are_left_alone() -> None:
    """A colour named by a string is no file."""
    assert Assets().taken(COLOR, "red") == "red"
