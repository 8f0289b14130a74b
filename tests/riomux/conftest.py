"""The cast of the plays: alice, two backends, and a book."""

from __future__ import annotations

import pytest

from riomux.peers import Client, Link
from tests.riomux.playbook import Playbook


@pytest.fixture
def book() -> Playbook:
    """A mux with nobody there yet but its own tree."""
    return Playbook()


@pytest.fixture
def alice(book: Playbook) -> Client:
    """A client at the root of the tree (fid 0)."""
    return book.client("alice")


@pytest.fixture
def bob(book: Playbook) -> Client:
    """Another one."""
    return book.client("bob")


@pytest.fixture
def llm(book: Playbook) -> Link:
    """A backend."""
    return book.backend("llm")


@pytest.fixture
def rio(book: Playbook) -> Link:
    """Another one."""
    return book.backend("rio")


@pytest.fixture
def home(book: Playbook) -> Link:
    """The mux's own tree."""
    return book.home
