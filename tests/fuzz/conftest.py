"""What the tests of this folder share."""

from tests.ninep.conftest import no_mistake_of_ours

__all__ = ["no_mistake_of_ours"]
