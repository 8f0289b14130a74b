"""Bytes arrive as they please. Invariant: however they are cut, every play of this folder goes the same way."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.riomux import (
    test_attach,
    test_failure,
    test_files,
    test_flush,
    test_recovery,
    test_session,
    test_walk,
)
from tests.riomux.playbook import Playbook

CAST = {"book", "alice", "bob", "llm", "rio", "home", "small"}
ABOUT_PIECES = {"test_reads_and_writes_pass_in_one_run"}
LONG = {"test_seventy_thousand_reads_beside_a_blocked_one", "test_too_many_fids"}
Play = Callable[..., None]


def plays(*modules: ModuleType) -> Iterator[Play]:
    """The tests that are a dialogue with the usual cast."""
    for module in modules:
        for name, play in vars(module).items():
            is_test = name.startswith("test_") and name not in ABOUT_PIECES | LONG
            if is_test and inspect.isfunction(play) and CAST.issuperset(inspect.signature(play).parameters):
                yield play


PLAYS = list(plays(test_session, test_attach, test_walk, test_files, test_flush, test_failure, test_recovery))


def stage(play: Play, cuts: Iterator[int]) -> None:
    """Play it with bytes cut like this."""
    book = Playbook(cuts)
    makers: dict[str, Callable[[], Any]] = {
        "book": lambda: book,
        "alice": lambda: book.client("alice"),
        "bob": lambda: book.client("bob"),
        "llm": lambda: book.backend("llm"),
        "rio": lambda: book.backend("rio"),
        "home": lambda: book.home,
        "small": lambda: book.backend("small", msize=8192),
    }
    play(**{name: makers[name]() for name in inspect.signature(play).parameters})


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_byte_by_byte(play: Play) -> None:
    """Every message is cut between all of its bytes."""
    stage(play, repeat(1))


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
@settings(max_examples=10)
@given(cuts=st.lists(st.integers(1, 60), max_size=40))
def test_cut_at_random(play: Play, cuts: list[int]) -> None:
    """Pieces of any size, with ends of one message and beginnings of the next together."""
    stage(play, chain(cuts, repeat(1 << 30)))


def test_that_there_are_plays() -> None:
    """A folder that was renamed would make the tests above pass by doing nothing."""
    assert len(PLAYS) > 80
