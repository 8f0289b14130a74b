"""Messages are values, and their text is a second way to write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninep.messages import MESSAGES, NOFID, NOTAG, Field, Message, Qid, Stat, Tclunk, Tread, Tremove, Twalk, parse

BITS = {"1": 8, "2": 16, "4": 32, "8": 64}


def values(field: Field) -> st.SearchStrategy[Any]:
    """Any value of a field."""
    if field.many:
        return st.lists(values(field._replace(many=False)), max_size=4).map(tuple)
    match field.kind:
        case "s":
            return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
        case "count":
            return st.binary(max_size=40)
        case "13":
            return st.builds(Qid, *[values(part) for part in Qid.layout])
        case "n":
            return st.builds(Stat, *[values(part) for part in Stat.layout])
    return st.integers(0, (1 << BITS[field.kind]) - 1)


messages = st.sampled_from(sorted(MESSAGES)).flatmap(
    lambda name: st.builds(MESSAGES[name], *[values(field) for field in MESSAGES[name].layout])
)


@given(messages)
def test_text_and_message_are_inverses(message: Message) -> None:
    """parse(str(m)) is m, whatever m is."""
    assert parse(str(message)) == message


def test_text_is_what_a_person_would_write() -> None:
    """Names for the special numbers, bare words where they can be, quotes where they must."""
    assert str(Twalk(1, 0, NOFID, ("agents", "a b"))) == "Twalk tag 1 fid 0 newfid NOFID wname [ agents 'a b' ]"
    assert str(Tread(NOTAG, 1, 0, 8192)) == "Tread tag NOTAG fid 1 offset 0 count 8192"
    assert str(parse("Topen tag 1 fid 2 mode ORDWR|OTRUNC")) == "Topen tag 1 fid 2 mode ORDWR|OTRUNC"
    assert str(parse("Rread tag 1 data 'a\\x0ab'")) == "Rread tag 1 data 'a\\x0ab'"


@pytest.mark.parametrize(
    "text", ["", "Tfoo tag 1", "Tread tag 1", "Tread fid 1 tag 2", "Tread tag x fid 1 offset 0 count 1"]
)
def test_what_is_no_message_is_refused(text: str) -> None:
    """A ValueError, not another message."""
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


def test_messages_of_two_kinds_are_never_equal() -> None:
    """Though their fields are."""
    clunk: Message = Tclunk(1, 2)
    remove: Message = Tremove(1, 2)
    assert clunk != remove
