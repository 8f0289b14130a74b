import pytest

from llmfs.prompt import PromptWriter, of_bytes
from ninep import FileError


class Desk:
    """Takes prompts, as long as it has places."""

    def __init__(self, places: int = 1) -> None:
        self.places, self.asked = places, list[str]()

    def reserve(self) -> None:
        if not self.places:
            raise FileError("busy")
        self.places -= 1

    def release(self) -> None:
        self.places += 1

    def ask(self, prompt: str) -> None:
        self.asked.append(prompt)


def test_it_is_put_together_at_the_clunk() -> None:
    """However it was cut, within a letter too, it is one prompt."""
    desk = Desk()
    writer = PromptWriter(desk)
    for byte in "grün\n".encode():
        writer.write(bytes([byte]))
    assert (desk.places, desk.asked) == (0, [])
    writer.close()
    assert (desk.places, desk.asked) == (1, ["grün\n"])


def test_nothing_written_is_no_prompt() -> None:
    """Open and clunk alone take no place and ask nothing."""
    desk = Desk()
    PromptWriter(desk).close()
    assert (desk.places, desk.asked) == (1, [])


def test_a_refused_place_can_be_asked_for_again() -> None:
    """The first write hears that there is no room; a later one may find some."""
    desk = Desk(0)
    writer = PromptWriter(desk)
    with pytest.raises(FileError, match="busy"):
        writer.write(b"hello")
    desk.places = 1
    writer.write(b"hello")
    writer.close()
    assert (desk.places, desk.asked) == (1, ["hello"])


@pytest.mark.parametrize(("data", "why"), [(b"\x89PNG", "UTF-8"), (b"x" * (16 * 1024 * 1024 + 1), "16 MiB")])
def test_what_is_refused_is_not_asked_in_part(data: bytes, why: str) -> None:
    """After a refusal nothing of the prompt is handed over, and the place is free again."""
    desk = Desk()
    writer = PromptWriter(desk)
    writer.write(b"begin ")
    for more in (data, b"the end"):
        with pytest.raises(FileError, match=why):
            writer.write(more)
    writer.close()
    assert (desk.places, desk.asked) == (1, [])


def test_half_a_letter_at_the_end_is_no_text() -> None:
    """A prompt that breaks off within a letter is refused at the clunk."""
    desk = Desk()
    writer = PromptWriter(desk)
    writer.write("ü".encode()[:1])
    with pytest.raises(FileError, match="UTF-8"):
        writer.close()
    assert (desk.places, desk.asked) == (1, [])
    with pytest.raises(FileError, match="UTF-8"):
        of_bytes(b"\xff")
