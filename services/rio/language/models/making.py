"""The verb `model`: a file becomes a `mesh` that stands where any other solid would."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import numpy as np

from rio.language.assets import Assets, picture
from rio.language.handles import Handle
from rio.language.models import formats
from rio.language.nouns import Nouns
from rio.scene.kinds import KINDS
from rio.scene.pixels import PIXELS, Bytes
from rio.scene.values import Refused

_ADDRESSES = ("https://", "http://")
_MOST_TOLD = 8  # files that are not there

_UNSAID = {  # what another model, that bore the name before, may have said and this one does not
    "normals": np.zeros((0, 3)),
    "colors": np.zeros((0, 4)),
    "uv": np.zeros((0, 2)),
    "image": np.full((1, 1, 4), 255, np.uint8),
}


class Models:
    """Models in one scene."""

    def __init__(self, nouns: Nouns) -> None:
        self._nouns = nouns

    def model(self, file: Any, **words: Any) -> Handle:
        """`model("car.glb", name="car")`: a mesh of what is in a file (OBJ, glTF, STL, PLY), in bytes or at an address.

        Without `at` it stands on the ground, in the row of the solids. What is said here is stronger than the file.
        """
        nouns, mesh = self._nouns, KINDS["mesh"]
        for word in words:
            if word != "name":
                mesh.word(word)
        words.setdefault("name", nouns.free_name("model"))
        there = _UNSAID if words["name"] in nouns.scene.graph.ids else {}
        words = {**there, **read(nouns.assets, file), **words}
        return nouns.make(mesh, (), words) if "at" in words else nouns.stand(mesh, words)


def read(assets: Assets, file: Any) -> dict[str, Any]:
    """The words of a mesh that a file, its bytes or an address say. Refused, saying which file and why.

    What it can be shown without, colours and pictures beside it that cannot be had, is told on `stderr`.
    """
    what, contents = assets.contents(file)
    missing: dict[str, None] = {}

    def beside(name: str) -> bytes | None:
        """What lies beside the file; None if it is not there, or nobody knows where that would be."""
        try:
            if isinstance(file, str) and file.startswith(_ADDRESSES):
                return assets.contents(urljoin(file, name))[1]
            is_path = isinstance(file, str | os.PathLike) and not str(file).startswith("data:")
            if is_path:
                return assets.contents(Path(file).parent / unquote(name))[1]
        except Refused:
            pass  # as if nobody knew where that is
        missing[name] = None
        return None

    try:
        words = formats.words(contents, what, beside, _decoded)
    except Refused as refusal:
        raise Refused(f"{what}: {refusal}") from None
    for name in list(missing)[:_MOST_TOLD]:
        sys.stderr.write(f"{what}: {name!r:.80}, which lies beside it, cannot be had; it is shown without\n")
    return words


def _decoded(contents: bytes) -> Bytes:
    return PIXELS.of(picture(contents, "a picture in it"))
