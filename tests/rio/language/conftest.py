"""What all tests of the language begin with."""

from collections.abc import Iterator

import pytest
from tests.rio.language.stages import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """At its end the worker's graph and the display's are the same."""
    stage = Stage()
    yield stage
    stage.scene.flush()
    assert stage.display == stage.scene.graph
