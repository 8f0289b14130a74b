"""A prompt of words and pictures, as it was written."""

from base64 import b64encode

import pytest
from tests.llmfs.painting import NAMES, painted

from llmfs.prompts.pieces import MOST, NOT_TEXT, TOO_MANY, Pieces
from llmfs.providers import Image
from ninep import FileError

PNG, JPEG = painted("PNG"), painted("JPEG", (30, 20))
CODED = f"data:image/png;base64,{b64encode(PNG).decode()}"


def read(*writes: bytes) -> tuple[str, tuple[Image, ...]]:
    pieces = Pieces()
    for write in writes:
        pieces.feed(write)
    return pieces.finish()


def test_a_question_and_a_photo() -> None:
    """`{ echo 'what is this?'; cat photo.jpg; } > input`: the text says where the picture stood."""
    text, images = read(b"what is this?\n", JPEG[:500], JPEG[500:])
    assert text == "what is this?\n[image 1: JPEG 30x20]"
    assert images == (Image("image/jpeg", JPEG),)


@pytest.mark.parametrize("writes", [(PNG, b"what?"), (PNG + b"what?",), (PNG[:9], PNG[9:], b"\nwhat?")])
def test_a_photo_and_a_question(writes: tuple[bytes, ...]) -> None:
    """The picture ends where its format says, not where a write does."""
    text, images = read(*writes)
    assert text == "[image 1: PNG 64x48]\nwhat?"
    assert images == (Image("image/png", PNG),)


def test_several_in_their_order() -> None:
    """Each has its number and its place."""
    text, images = read(b"this", PNG, b"or that", JPEG, f"or {CODED} there?".encode())
    assert text == ("this\n[image 1: PNG 64x48]\nor that\n[image 2: JPEG 30x20]\nor \n[image 3: PNG 64x48]\n there?")
    assert [image.data for image in images] == [PNG, JPEG, PNG]


def test_written_out_over_several_writes() -> None:
    """A `data:` part is text, and text may be cut anywhere."""
    coded = f"look: {CODED}".encode()
    for at in (1, 8, 20, 500):
        assert read(coded[:at], coded[at:])[0] == "look: \n[image 1: PNG 64x48]"


@pytest.mark.parametrize(
    "text",
    [
        "explain data:image/png;base64,iVBOR… to me",
        "explain data:image/png;base64,iVBORw0KGgo= to me",
        "explain data:image/png;base64,AAAAA to me",
        f"not data:text/plain;base64,{b64encode(PNG).decode()}",
        "GIF89a is a format, and \\x89PNG a magic",
    ],
)
def test_what_is_no_picture_stays_text(text: str) -> None:
    """It is never guessed from a few letters in the middle."""
    assert read(text.encode()) == (text, ())


@pytest.mark.parametrize("form", NAMES)
def test_a_question_and_a_photo_in_one_write(form: str) -> None:
    """A pipe makes one write of what two programs say: `{ echo 'what is this?'; cat photo.jpg; } | ninep write …`."""
    photo = painted(form)
    text, images = read(b"what is this?\n" + photo)
    assert text.startswith("what is this?\n[image 1: ")
    assert [image.data for image in images] == [photo]


def test_two_photos_and_words_between_in_one_write() -> None:
    """Words between them tell the second from what a camera appends to the first."""
    text, images = read(PNG + b" or " + JPEG + b"?")
    assert text == "[image 1: PNG 64x48]\n or \n[image 2: JPEG 30x20]\n?"
    assert [image.data for image in images] == [PNG, JPEG]


def test_zeros_are_no_text() -> None:
    """They are UTF-8, but nobody asks so."""
    with pytest.raises(FileError, match=NOT_TEXT):
        read(bytes(10))


def test_what_a_camera_appends_is_left_out() -> None:
    """A second picture right behind the first, or a film: not sent, and no end of the prompt."""
    text, images = read(JPEG + JPEG[:100], b"\0\xff film" * 50, b"what is this?")
    assert text == "[image 1: JPEG 30x20]\nwhat is this?"
    assert images == (Image("image/jpeg", JPEG),)


def test_half_a_picture_is_refused() -> None:
    """Better no prompt than one about something else than what was meant."""
    with pytest.raises(FileError, match="the PNG picture breaks off before its end"):
        read(b"what?", PNG[:-1])


def test_half_a_letter_before_a_picture_is_no_text() -> None:
    """A letter does not go on behind a picture."""
    with pytest.raises(FileError, match=NOT_TEXT):
        read("ü".encode()[:1], PNG)


def test_too_many() -> None:
    """What a provider would refuse is refused here."""
    assert len(read(*[PNG] * MOST)[1]) == MOST
    with pytest.raises(FileError, match=TOO_MANY):
        read(*[PNG] * (MOST + 1))
