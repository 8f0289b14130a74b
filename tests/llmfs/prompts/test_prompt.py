import pytest
from tests.llmfs.painting import painted

from llmfs.prompts.prompt import PromptWriter, of_bytes
from llmfs.providers import Image
from ninep import FileError


class Desk:
    """Takes prompts, as long as it has places."""

    def __init__(self, places: int = 1) -> None:
        self.places, self.asked = places, list[str]()
        self.sees, self.images = True, list[Image]()
        self.notes = list[str]()

    def reserve(self) -> None:
        if not self.places:
            raise FileError("busy")
        self.places -= 1

    def release(self) -> None:
        self.places += 1

    def check_sees(self) -> None:
        if not self.sees:
            raise FileError("blind")

    def ask(self, prompt: str, images: tuple[Image, ...] = ()) -> None:
        self.asked.append(prompt)
        self.images += images


def test_it_is_put_together_at_the_clunk() -> None:
    """However it was cut, within a letter too, it is one prompt."""
    desk = Desk()
    writer = PromptWriter(desk, desk.notes.append)
    for byte in "grün\n".encode():
        writer.write(bytes([byte]))
    assert (desk.places, desk.asked) == (0, [])
    writer.close()
    assert (desk.places, desk.asked) == (1, ["grün\n"])


def test_nothing_written_is_no_prompt() -> None:
    """Open and clunk alone take no place and ask nothing."""
    desk = Desk()
    PromptWriter(desk, desk.notes.append).close()
    assert (desk.places, desk.asked) == (1, [])


def test_a_refused_place_can_be_asked_for_again() -> None:
    """The first write hears that there is no room; a later one may find some."""
    desk = Desk(0)
    writer = PromptWriter(desk, desk.notes.append)
    with pytest.raises(FileError, match="busy"):
        writer.write(b"hello")
    desk.places = 1
    writer.write(b"hello")
    writer.close()
    assert (desk.places, desk.asked) == (1, ["hello"])


@pytest.mark.parametrize(("data", "why"), [(b"\x89PN?", "UTF-8"), (b"x" * (16 * 1024 * 1024 + 1), "16 MiB")])
def test_what_is_refused_is_not_asked_in_part(data: bytes, why: str) -> None:
    """After a refusal nothing of the prompt is handed over, and the place is free again."""
    desk = Desk()
    writer = PromptWriter(desk, desk.notes.append)
    writer.write(b"begin ")
    for more in (data, b"the end"):
        with pytest.raises(FileError, match=why):
            writer.write(more)
    writer.close()
    assert (desk.places, desk.asked) == (1, [])


def test_half_a_letter_at_the_end_is_no_text() -> None:
    """A prompt that breaks off within a letter is refused at the clunk, and that is noted: no shell hears it."""
    desk = Desk()
    writer = PromptWriter(desk, desk.notes.append)
    writer.write("ü".encode()[:1])
    with pytest.raises(FileError, match="UTF-8"):
        writer.close()
    assert (desk.places, desk.asked) == (1, [])
    assert desk.notes == ["input: a prompt is UTF-8 text, and this is not"]
    with pytest.raises(FileError, match="UTF-8"):
        of_bytes(b"\xff")


def test_a_picture_is_handed_over_with_the_words() -> None:
    """Written in pieces, as `cat` does."""
    desk, picture = Desk(), painted()
    writer = PromptWriter(desk, desk.notes.append)
    for at in range(0, len(picture), 1000):
        writer.write(picture[at : at + 1000])
    writer.write(b"what is this?")
    writer.close()
    assert desk.asked == ["[image 1: PNG 64x48]\nwhat is this?"]
    assert desk.images == [Image("image/png", picture)]


def test_a_picture_for_the_blind_is_refused_at_its_first_write() -> None:
    """Before megabytes were sent, and where a shell hears it."""
    desk = Desk()
    desk.sees = False
    writer = PromptWriter(desk, desk.notes.append)
    writer.write(b"what is this?")
    for more in (painted(), b"the end"):
        with pytest.raises(FileError, match="blind"):
            writer.write(more)
    writer.close()
    assert (desk.places, desk.asked) == (1, [])


def test_half_a_picture_at_the_end_is_no_prompt() -> None:
    """It is refused at the clunk, and the place is free again."""
    desk = Desk()
    writer = PromptWriter(desk, desk.notes.append)
    writer.write(painted()[:-1])
    with pytest.raises(FileError, match="breaks off"):
        writer.close()
    assert (desk.places, desk.asked) == (1, [])
