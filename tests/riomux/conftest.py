"""What the tests of this folder share: the cast of the plays, and a place for sockets."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.riomux.playbook import Playbook

from riomux.peers import Client, Link


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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory of ours alone, fit for sockets."""
    tmp_path.chmod(0o700)
    return tmp_path
