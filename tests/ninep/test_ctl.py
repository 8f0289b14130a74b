"""Control files: what a line says, and what it costs the others."""

from __future__ import annotations

import inspect
from types import CoroutineType

import pytest
import trio

from ninep import FileError
from ninep.ctl import LOOK, QUOTED, Ctl, Rest
from ninep.messages import OWRITE


class Garage:
    """What was driven into it, and how."""

    def __init__(self) -> None:
        self.said = list[tuple[str, int, bool, bool]]()

    def park(self, car: str, place: int = 0, *, locked: bool = False, lights_on: bool = False) -> None:
        """Put a car in."""
        self.said.append((car, place, locked, lights_on))


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("park beetle", ("beetle", 0, False, False)),
        ("park -locked beetle 3", ("beetle", 3, True, False)),
        ("park -lights-on -locked  beetle", ("beetle", 0, True, True)),
        ("park beetle 3  # -locked", ("beetle", 3, False, False)),
        ("park '-locked'", ("-locked", 0, False, False)),
    ],
)
def test_a_flag_stands_before_the_words(line: str, heard: tuple[str, int, bool, bool]) -> None:
    """In any order; a word in quotes is a word."""
    garage = Garage()
    Ctl(park=garage.park).run(line)
    assert garage.said == [heard]


@pytest.mark.parametrize("line", ["park", "park -locked", "park -open beetle 3", "park beetle 3 -locked"])
def test_usage_shows_the_flags(line: str) -> None:
    """A flag that is none, or one in the wrong place, is answered with what can be said."""
    with pytest.raises(FileError) as refusal:
        Ctl(park=Garage().park).run(line)
    assert str(refusal.value) == "usage: park [-locked] [-lights-on] CAR [PLACE]"


class Voice:
    """What was said to it."""

    def __init__(self) -> None:
        self.said = list[object]()

    def say(self, text: Rest) -> None:
        """All of a line."""
        self.said.append(text)

    def name(self, name: str) -> None:
        """One word."""
        self.said.append(name)

    def volume(self, level: float) -> None:
        """A number."""
        self.said.append(level)


@pytest.fixture
def voice() -> Voice:
    return Voice()


def ctl_of(voice: Voice) -> Ctl:
    return Ctl(say=voice.say, name=voice.name, volume=voice.volume)


def test_only_a_newline_ends_a_line(voice: Voice) -> None:
    """What else ends a line in some text or other is part of it: nobody's words become a command."""
    text = "one\u2028name two\x85name three\x0cname four\rname five"
    written = f"say {text}\r\n\n# a comment\nname six".encode()
    assert ctl_of(voice).open(OWRITE).write(written, 0) == len(written)
    assert voice.said == [text, "six"]


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "1e999", "much"])
def test_a_number_is_one_that_has_a_size(word: str, voice: Voice) -> None:
    """Anything else would get past the bounds that a verb checks."""
    with pytest.raises(FileError, match=f"volume: LEVEL is a number, not '{word}'"):
        ctl_of(voice).run(f"volume {word}")


async def test_many_commands_let_others_have_their_turn(voice: Voice) -> None:
    """However many are in one write; each is done, in its order, or the first refusal ends them."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await trio.lowlevel.checkpoint()

    written = b"".join(b"name %d\n\n" % n for n in range(50 * LOOK))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(others)
        writing = ctl_of(voice).open(OWRITE).write(written, 0)
        assert isinstance(writing, CoroutineType)
        assert len(voice.said) <= LOOK
        assert await writing == len(written)
        nursery.cancel_scope.cancel()
    assert voice.said == [str(n) for n in range(50 * LOOK)]
    assert turns >= 50


def test_the_signature_is_looked_at_once(voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs more than all the rest of a command."""
    ctl, looks, look = ctl_of(voice), list[object](), inspect.signature

    def counted(function: object, **how: bool) -> object:
        looks.append(function)
        return look(function, **how)  # type: ignore[arg-type]  # it is one that can be called

    monkeypatch.setattr(inspect, "signature", counted)
    for _ in range(10):
        ctl.run("name ada")
    assert looks == [voice.name]


def test_a_long_line(voice: Voice) -> None:
    """A word may be as long as a write; where quotes must be taken apart there is a bound, and a sentence for it."""
    ctl = ctl_of(voice)
    ctl.run("name " + "a" * 100_000)
    ctl.run("say " + "'" * 100_000)
    ctl.run("name '" + "a" * (QUOTED - 2) + "'")
    assert [len(str(said)) for said in voice.said] == [100_000, 100_000, QUOTED - 2]
    with pytest.raises(FileError, match="too long: a line with quotes has at most 4096 characters"):
        ctl.run("name '" + "a" * 100_000 + "'")
