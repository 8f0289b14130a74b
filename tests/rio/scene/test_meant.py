"""Errors that name the right word, for what people and models say who have learned another library."""

from contextlib import nullcontext

import pytest

from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene import meant
from rio.scene.kinds import KINDS
from rio.scene.values import Refused

WORDS = {word for noun in KINDS.values() for word in noun.words}


@pytest.mark.parametrize(
    ("noun", "said", "hint"),
    [
        ("rect", "width", "say size"),
        ("rect", "x", "say at"),
        ("rect", "border_radius", "say radius"),
        ("rect", "stroke", "say border"),
        ("rect", "fill", "say color"),
        ("line", "stroke", "say color"),
        ("line", "end", "say to"),
        ("circle", "r", "say size"),
        ("sphere", "radius", "say size"),
        ("box", "hide", "say visible"),
        ("box", "delete", "say remove()"),
        ("box", "duration", "say animate(…, seconds=2)"),
        ("sound", "duration", "say seconds"),
        ("sound", "stop", "say stop(node)"),
        ("text", "bold", "say font"),
        ("text", "align", "say anchor"),
        ("plot", "linewidth", "say thickness"),
        ("plot", "y", "say points"),
        ("slider", "min", "say low"),
        ("slider", "max", "say high"),
        ("choice", "items", "say options"),
        ("table", "headers", "say columns"),
        ("table", "data", "say rows"),
        ("entry", "placeholder", "say hint"),
        ("checkbox", "checked", "say value"),
        ("window", "title", "say text"),
        ("image", "src", "say image"),
        ("button", "on_click", "say @node.on_click above a function"),
        ("camera", "look_at", "say target"),
        ("box", "colr", "did you mean color?"),
    ],
)
def test_a_word_of_another_library_is_understood(noun: str, said: str, hint: str) -> None:
    """And refused all the same: there is one way to say it."""
    with pytest.raises(Refused) as refusal:
        KINDS[noun].word(said)
    assert str(refusal.value) == f"{noun} has no word {said}; {hint}"


@pytest.mark.parametrize("noun", KINDS)
def test_no_hint_names_what_the_noun_has_not(noun: str) -> None:
    """Whatever is said, what is named is a word of that noun, or a phrase that can be written."""
    words = KINDS[noun].words
    for said in meant._WORDS:
        hint = meant.word_for(said, words).removeprefix("; say ").removeprefix("; did you mean ").removesuffix("?")
        assert not hint or hint in words or not hint.isidentifier(), said


def test_what_is_meant_is_there() -> None:
    """The tables name words and names that the language has."""
    names = set(Language(Nouns(Scene(lambda deltas: None, nullcontext()), Timers())).names())
    meanings = {part for found in meant._WORDS.values() for part in found.split(" | ")}
    assert {part for part in meanings if part.isidentifier()} <= WORDS
    assert {name for name in meant._NAMES.values() if name.isidentifier()} <= names


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("cube", "; say box"),
        ("sleep", "; say after(seconds, function)"),
        ("remove", "; say node.remove()"),
        ("on_top_of", "; say above(thing)"),
        ("play", "; say sound('C4').play()"),
        ("sphre", "; did you mean sphere?"),
        ("qqq", ""),
    ],
)
def test_a_name_of_another_library_is_understood(said: str, hint: str) -> None:
    """A name that nobody has given is most often a noun's other name."""
    assert meant.name_for(said, KINDS) == hint
