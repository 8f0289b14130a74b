"""What the tests of this folder share."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_mistake_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A server outlives its own mistakes, so a test must look for them."""
    yield
    assert "connection.failed" not in caplog.text


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory of ours alone, fit for sockets."""
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The directory that is exported; what lies beside it is out of bounds."""
    (tmp_path / "secret").write_text("outside")
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"
