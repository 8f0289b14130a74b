"""What is written as a prompt, cut into its text and its pictures.

What begins like a picture begins one, at the start of a write or behind text: the first bytes of one never are text.
It goes on to its own end, over as many writes as that takes. So `{ echo 'what is this?'; cat photo.jpg; } > input` is a
question and a photo, and so it is behind a pipe, which makes one write of both. In text, `data:image/png;base64,…` is
a picture too, if it is one. Where a picture stood, the text says `[image 1: PNG 640x480]`.
"""

from __future__ import annotations

import codecs
import re
from base64 import b64decode
from typing import TypeAlias

from llmfs.prompts.formats import Found, Growing, NoPictureError, measure, next_picture
from llmfs.providers import Image
from ninep import FileError

MOST = 20  # pictures in a prompt
NOT_TEXT = "a prompt is UTF-8 text, and this is not"
NUL = "\0"  # is UTF-8, and no text
TOO_MANY = f"a prompt holds at most {MOST} pictures"

_DATA = re.compile(r"data:image/[a-z]+;base64,([A-Za-z0-9+/]+={0,2})")
_Label: TypeAlias = tuple[str, Found]


class Pieces:
    """Takes what is written, write by write. FileErrors say what is wrong with it."""

    def __init__(self) -> None:
        self.has_pictures = False  # so far
        self._parts: list[list[str] | tuple[Image, _Label]] = [[]]
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._growing: Growing | None = None
        self._is_trailing = False  # what comes is behind a picture, and may still be a part of its file

    def feed(self, data: bytes) -> None:
        """One write."""
        is_start = True
        while data:
            data = self._grow(self._growing, data) if self._growing else self._read(data, is_start)
            is_start = False

    def finish(self) -> tuple[str, tuple[Image, ...]]:
        """That was all: the text, and the pictures in the order of their numbers in it."""
        if self._growing is not None:
            raise FileError(f"the {self._growing.form.name} picture breaks off before its end")
        self._end_text()
        numbered = _Numbered()
        for part in self._parts:
            if isinstance(part, list):
                numbered.add_text("".join(part))
            else:
                numbered.add_picture(*part)
        return "".join(numbered.text), tuple(numbered.images)

    def _grow(self, picture: Growing, data: bytes) -> bytes:
        """More of a picture; what follows it."""
        try:
            rest = picture.feed(data)
        except NoPictureError as error:
            raise FileError(f"this begins like a picture and is none: {error}") from None
        if picture.found is None:
            return b""
        image = Image(picture.form.media_type, bytes(picture.data))
        self._parts += [(image, (picture.form.name, picture.found)), []]
        self._growing, self._is_trailing = None, True
        return rest

    def _read(self, data: bytes, is_start: bool) -> bytes:
        """Text, up to the next picture; what is left. Behind a picture, what is no text is left out, and so is what
        follows it in that write: cameras append things of their own to theirs, pictures too."""
        form, at = next_picture(data)
        is_appended = not at and not is_start
        if is_appended or not self._take(data[:at]):
            return b""
        if form:
            self._end_text()
            self._growing, self.has_pictures = Growing(form), True
        return data[at:]

    def _take(self, data: bytes) -> bool:
        """More of the text; False if this is none, behind a picture."""
        try:
            text = self._decoder.decode(data)
        except UnicodeDecodeError:
            text = NUL
        if NUL in text:
            self._decoder.reset()
            if self._is_trailing:
                return False
            raise FileError(NOT_TEXT)
        self._is_trailing = False
        assert isinstance(self._parts[-1], list)
        self._parts[-1].append(text)
        return True

    def _end_text(self) -> None:
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise FileError(NOT_TEXT) from None


class _Numbered:
    """Text and pictures in their order, each picture with its number in the text, on a line of its own."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.images: list[Image] = []
        self._owes_line_end = False

    def add_text(self, text: str) -> None:
        """Text, and the pictures that are written out in it."""
        at = 0
        for match in _DATA.finditer(text):
            if picture := _written_out(match[1]):
                self._say(text[at : match.start()])
                self.add_picture(*picture)
                at = match.end()
        self._say(text[at:])

    def add_picture(self, image: Image, label: _Label) -> None:
        """A picture."""
        if len(self.images) == MOST:
            raise FileError(TOO_MANY)
        self.images.append(image)
        name, found = label
        if self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")
        self.text.append(f"[image {len(self.images)}: {name} {found.width}x{found.height}]")
        self._owes_line_end = True

    def _say(self, text: str) -> None:
        if text:
            if self._owes_line_end and not text.startswith("\n"):
                self.text.append("\n")
            self.text.append(text)
            self._owes_line_end = False


def _written_out(coded: str) -> tuple[Image, _Label] | None:
    """The picture in base64, if that is what it is; what follows its end is left out."""
    try:
        data = b64decode(coded, validate=True)
    except ValueError:
        return None
    known = measure(data)
    return (Image(known[0].media_type, data[: known[1].end]), (known[0].name, known[1])) if known else None
