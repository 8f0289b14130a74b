"""STL: triangles and nothing else, as text or in 50 bytes each (3D Systems, StereoLithography Interface, 1989)."""

import numpy as np

from rio.language.models.parts import Part
from rio.scene.surfaces import MOST_FACES
from rio.scene.values import Floats, Refused

HEAD = 84  # bytes before the first triangle; the last four are how many there are
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("places", "<f4", (3, 3)), ("unused", "<u2")])


def read(contents: bytes) -> list[Part]:
    """One part. Places that are the same become one, so that what is round looks round."""
    places = _binary(contents) if _is_binary(contents) else _text(contents)
    unique, faces = np.unique(places, axis=0, return_inverse=True)
    return [Part(unique.astype(np.float32), faces.reshape(-1, 3))]


def _is_binary(contents: bytes) -> bool:
    """Some binary ones begin with `solid` too; but text has no null bytes."""
    return not contents.lstrip().startswith(b"solid") or b"\0" in contents[:HEAD]


def _binary(contents: bytes) -> Floats:
    count = int.from_bytes(contents[HEAD - 4 : HEAD], "little")
    there = max(len(contents) - HEAD, 0) // _TRIANGLE.itemsize
    if there < count:
        raise Refused(f"it is cut off: {there:,} of {count:,} triangles are there")
    if count > MOST_FACES:
        raise Refused(f"{count:,} faces; {MOST_FACES:,} are the most")
    places: Floats = np.frombuffer(contents, _TRIANGLE, count, HEAD)["places"].reshape(-1, 3)
    return places


def _text(contents: bytes) -> Floats:
    rows = []
    for number, line in enumerate(contents.decode(errors="replace").splitlines(), 1):
        word, *numbers = line.split() or [""]
        if word == "vertex":
            try:
                x, y, z = map(float, numbers)
            except ValueError:
                raise Refused(f"line {number}: {line.strip()[:60]!r} is not understood") from None
            rows.append((x, y, z))
        if len(rows) > 3 * MOST_FACES:
            raise Refused(f"{MOST_FACES:,} faces are the most")
    if len(rows) % 3:
        raise Refused("it is cut off in the middle of a triangle")
    return np.array(rows, np.float32).reshape(-1, 3)
