"""Which nouns there are, and which words each takes: the one table behind the scene language, `nodes/` and the checks.

Places: in the world x goes right, y up, z toward the viewer, in units of your choice. In the view x goes right and y
down from the top left, in logical pixels. `at` is the middle of a node, in both.
"""

from collections.abc import Mapping

from rio.scene.flats import FLATS
from rio.scene.noun import Kind
from rio.scene.solids import SOLIDS
from rio.scene.sounds import SOUNDS
from rio.scene.values import Refused, nearest
from rio.scene.widgets import WIDGETS


def kind(name: str) -> Kind:
    """The noun of that name; Refused, naming the nearest, if there is none."""
    try:
        return KINDS[name]
    except KeyError:
        raise Refused(f"no noun {name}{nearest(name, KINDS) or '; there are ' + ' '.join(KINDS)}") from None


KINDS: Mapping[str, Kind] = {each.name: each for each in (*SOLIDS, *FLATS, *WIDGETS, *SOUNDS)}
