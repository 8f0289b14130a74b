"""Pictures on the graphics card that change: uploaded sixty times a second, or drawn."""

from typing import Any

import numpy as np
from OpenGL import GL as gl  # type: ignore[import-untyped]  # noqa: N811  # as in `gpu`

from rio.renderer.gpu import Size

_LOADING = 15  # a texture unit that nobody draws with


class Texture:
    """A picture of RGBA pixels, filtered; seen from afar it is averaged, which costs a moment when that begins.

    It is uploaded or drawn; `name` is what OpenGL calls it.
    """

    def __init__(self, *, repeats: bool = False) -> None:
        """With `repeats` it goes on beyond its edges from the other side; else the edges do."""
        self.name = int(gl.glGenTextures(1))
        self._size, self._frame = (0, 0), 0
        self._has_levels = False
        self._hold()
        for name in (gl.GL_TEXTURE_MIN_FILTER, gl.GL_TEXTURE_MAG_FILTER):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, name, gl.GL_LINEAR)
        for name in (gl.GL_TEXTURE_WRAP_S, gl.GL_TEXTURE_WRAP_T):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, name, gl.GL_REPEAT if repeats else gl.GL_CLAMP_TO_EDGE)

    def upload(self, pixels: Any) -> None:
        """New contents: uint8[height, width, 4]. Nothing else that is bound is disturbed."""
        height, width = pixels.shape[:2]
        self._hold()
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
        if self._size == (width, height):
            gl.glTexSubImage2D(gl.GL_TEXTURE_2D, 0, 0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels)
        else:
            self._size = (width, height)
            gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA8, width, height, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels)
        self._has_levels = False

    def begin(self, size: Size) -> None:
        """Draw into it from now on; it is empty. Its lowest row is drawn on top, as that of any picture is."""
        if not self._frame:
            self._frame = int(gl.glGenFramebuffers(1))
        if self._size != size:
            self.upload(np.zeros((size[1], size[0], 4), np.uint8))
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._frame)
        gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, self.name, 0)
        gl.glViewport(0, 0, *size)
        self._has_levels = False

    def bind(self, unit: int, *, small: bool = False) -> None:
        """Let a `sampler2D` of this unit read it; `small` if it is drawn smaller than it is."""
        gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.name)
        gl.glBindSampler(unit, 0)
        if small and not self._has_levels:
            gl.glGenerateMipmap(gl.GL_TEXTURE_2D)
            self._has_levels = True
        how = gl.GL_LINEAR_MIPMAP_LINEAR if small else gl.GL_LINEAR
        gl.glTexParameteri(gl.GL_TEXTURE_2D, gl.GL_TEXTURE_MIN_FILTER, how)

    def delete(self) -> None:
        """Give the memory back."""
        gl.glDeleteTextures(1, [self.name])
        if self._frame:
            gl.glDeleteFramebuffers(1, [self._frame])

    def _hold(self) -> None:
        """Let what follows be done to it, without disturbing what is bound to be drawn with."""
        gl.glActiveTexture(gl.GL_TEXTURE0 + _LOADING)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.name)
