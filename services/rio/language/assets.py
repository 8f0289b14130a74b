"""What a program says instead of an array: a picture by its file, its address or its bytes. Read and decoded here.

Only the worker opens what a program names, within its walls, and only arrays go to the others. A word whose form has a
reader takes a path, `https://…`, `data:…`, bytes, or what the form itself takes.
"""

import base64
import io
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

from rio.scene.pixels import LONGEST_SIDE, MOST_PIXELS, Pixels
from rio.scene.sounds import Waves, samples_of
from rio.scene.values import Floats, Form, Refused

LARGEST = 64 << 20  # bytes of one file
MOST_DECODED = 100_000_000  # pixels of a picture before it is made smaller
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")

Fetch = Callable[[str], bytes]
Reader = Callable[[bytes, str], Any]


class Assets:
    """`fetch` gets what is at an address, if a program may."""

    def __init__(self, fetch: Fetch | None = None) -> None:
        self.fetch = fetch or _refuse

    def taken(self, form: Form, value: Any) -> Any:
        """The value as it is kept, if its form has a reader: also what the file holds that it names; else as it is.

        Refused, saying which file, if that cannot be had.
        """
        if (reader := READERS.get(type(form))) is None:
            return value
        if not isinstance(value, str | bytes | bytearray | os.PathLike):
            return form.of(value)
        what, contents = self.contents(value)
        try:
            return form.of(reader(contents, what))
        except Refused as refusal:
            raise Refused(f"{what}: {refusal}") from None

    def contents(self, value: Any) -> tuple[str, bytes]:
        """(what to call it, its bytes). Refused if it names nothing that can be had."""
        if not isinstance(value, str | bytes | bytearray | os.PathLike):
            raise Refused(f"{value!r:.80} is neither a file nor an address, nor bytes")
        if isinstance(value, bytes | bytearray):
            return "those bytes", bytes(value)
        if isinstance(value, str) and value.startswith(("https://", "http://")):
            return value, self.fetch(value)
        if isinstance(value, str) and value.startswith("data:"):
            return value[:40], _embedded(value)
        return str(value), _read(Path(value))


def _refuse(url: str) -> bytes:
    raise Refused(f"{url} needs a grant of the network; this display's `sandbox` says what it has")


def _embedded(url: str) -> bytes:
    """The bytes in a `data:` URL (RFC 2397)."""
    head, comma, body = url.partition(",")
    if not comma:
        raise Refused("a data: URL has a comma before its data")
    try:
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except ValueError:
        raise Refused("the data is not base64") from None


def _read(path: Path) -> bytes:
    """A file, if it is one and not too long."""
    try:
        with path.open("rb") as file:
            contents = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise Refused(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if len(contents) > LARGEST:
        raise Refused(f"{path}: larger than {LARGEST >> 20} MiB")
    return contents


def picture(contents: bytes, what: str) -> NDArray[np.uint8]:
    """uint8[height, width, 4] of a PNG, JPEG, GIF, WebP or BMP, upright, made smaller if it is too large."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # here, for most programs draw no pictures, and it is 30 ms

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(contents), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MOST_DECODED:
                raise Refused(f"a picture of {width:,} × {height:,}; {MOST_DECODED:,} pixels are the most")
            image.draft(image.mode, _bound(width, height))  # a JPEG is decoded smaller at once
            upright = ImageOps.exif_transpose(_colored(image))
            upright.thumbnail(_bound(*upright.size))
            return np.asarray(upright)
    except UnidentifiedImageError:
        raise Refused("it is no PNG, JPEG, GIF, WebP or BMP") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Refused(f"it cannot be decoded: {error}") from None


def _bound(width: int, height: int) -> tuple[int, int]:
    """(width, height) that a picture may have, in the same proportion."""
    shrink = min(1.0, (MOST_PIXELS / max(width * height, 1)) ** 0.5, LONGEST_SIDE / max(width, height, 1))
    return max(int(width * shrink), 1), max(int(height * shrink), 1)


def _colored(image: Any) -> Any:
    """In RGBA; what has 16 bits is brought to 8, which Pillow would cut off."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 257).convert("L")
    return image.convert("RGBA")


def sound(contents: bytes, what: str) -> Floats:
    """float32[n] of a WAV file."""
    return samples_of(contents)


READERS: dict[type, Reader] = {Pixels: picture, Waves: sound}
