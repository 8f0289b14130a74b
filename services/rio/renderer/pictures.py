"""The pictures of nodes as textures, one for each node that shows one, uploaded when they change and no sooner.

Who draws asks for a texture whenever it draws: by the node and the picture that the graph has. Pictures of the graph
are never written into, so another array is another picture, and the same array is the same one.
"""

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from rio.renderer.textures import Texture
from rio.scene.pixels import Bytes

SMALL = 0.6  # pixels of the screen for one of the picture, below which several are averaged
_OPAQUE = 0xFF000000


@dataclass
class _Shown:
    pixels: Bytes
    texture: Texture


class Pictures:
    """By the numbers of the nodes."""

    def __init__(self, *, multiplied: bool = True) -> None:
        """Not `multiplied` for who multiplies colours with their opacity while drawing."""
        self._is_multiplied = multiplied
        self._shown: dict[int, _Shown] = {}

    def texture(self, id: int, pixels: Bytes) -> Texture:
        """The node's texture; `.name` is what OpenGL calls it, and stays while the node is there.

        Its colours are multiplied with their opacity, unless told otherwise: what is transparent has none to bleed.
        """
        shown = self._shown.get(id)
        if shown is None:
            shown = self._shown[id] = _Shown(np.zeros((0, 0, 4), np.uint8), Texture())
        if shown.pixels is not pixels:
            shown.texture.upload(_multiplied(pixels) if self._is_multiplied else pixels)
            shown.pixels = pixels
        return shown.texture

    def keep(self, nodes: Container[int]) -> None:
        """Let go of what belonged to nodes that are no longer there."""
        for id in [id for id in self._shown if id not in nodes]:
            self._shown.pop(id).texture.delete()


def _multiplied(pixels: Bytes) -> Bytes:
    """Straight alpha to premultiplied. Nearly all pictures are opaque, which a look at whole pixels tells soonest."""
    words = pixels.view(np.uint32)
    if int(np.bitwise_and.reduce(words, axis=None)) & _OPAQUE == _OPAQUE:
        return pixels
    opacity = pixels[:, :, 3:].astype(np.uint16)
    multiplied = pixels.copy()
    multiplied[:, :, :3] = (pixels[:, :, :3] * opacity + 127) // 255
    return multiplied
