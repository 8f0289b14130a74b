"""A picture to be drawn into and then drawn with: a texture with a framebuffer of its own."""

from OpenGL import GL as gl  # type: ignore[import-untyped]  # noqa: N811  # it ships no types; `gl.` is how all write it

from rio.renderer.gpu import Size


class Sheet:
    """`name` is what OpenGL calls the texture; its first row is the lowest."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.name = int(gl.glGenTextures(1))
        gl.glActiveTexture(gl.GL_TEXTURE0)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.name)
        gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA8, *size, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, None)
        for side in (gl.GL_TEXTURE_WRAP_S, gl.GL_TEXTURE_WRAP_T):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, side, gl.GL_CLAMP_TO_EDGE)
        for way in (gl.GL_TEXTURE_MIN_FILTER, gl.GL_TEXTURE_MAG_FILTER):
            gl.glTexParameteri(gl.GL_TEXTURE_2D, way, gl.GL_LINEAR)
        self._id = gl.glGenFramebuffers(1)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, self.name, 0)

    def begin(self, color: tuple[float, ...]) -> None:
        """Draw into it from now on, on this ground."""
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glViewport(0, 0, *self.size)
        gl.glClearColor(*color)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)

    def delete(self) -> None:
        """Give the memory back."""
        gl.glDeleteFramebuffers(1, [self._id])
        gl.glDeleteTextures(1, [self.name])
