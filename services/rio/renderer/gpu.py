"""The few OpenGL 3.3 objects that the renderer is made of: programs, vertex arrays, off-screen pictures, textures.

Nothing here knows what is drawn. A context must be current; errors of the driver's compiler are `ShaderFailed`, an
ordinary exception with the compiler's own lines. `surface.open_surface` comes before the import of this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ctypes import c_void_p
from typing import Any

import numpy as np
from OpenGL import GL as gl  # type: ignore[import-untyped]  # noqa: N811  # it ships no types; `gl.` is how all write it

from rio.scene.values import Floats

Size = tuple[int, int]


class ShaderFailed(ValueError):  # noqa: N818  # it reads as what happened
    """A shader that does not compile or link, in the driver's words."""


class Program:
    """A shader, with its uniforms by name. It is compiled when it is first used."""

    def __init__(self, vertex: str, fragment: str) -> None:
        self._sources = {gl.GL_VERTEX_SHADER: vertex, gl.GL_FRAGMENT_SHADER: fragment}
        self._id = 0
        self._failure: ShaderFailed | None = None
        self._places: dict[str, int] = {}

    def use(self, **uniforms: Any) -> None:
        """Draw with it from now on. An `int` is one; a list of rows is an array of vectors. May raise ShaderFailed."""
        if not self._id:
            self._compile()
        gl.glUseProgram(self._id)
        for name, value in uniforms.items():
            place = self._places.get(name)
            if place is None:
                place = self._places[name] = gl.glGetUniformLocation(self._id, name)
            if isinstance(value, int):
                gl.glUniform1i(place, value)
                continue
            numbers = np.ascontiguousarray(value, np.float32)
            if numbers.shape == (4, 4):
                gl.glUniformMatrix4fv(place, 1, True, numbers)
            elif numbers.ndim == 2:
                _VECTORS[numbers.shape[1]](place, len(numbers), numbers)
            else:
                _VECTORS[max(numbers.size, 1)](place, 1, numbers)

    def has(self, name: str) -> bool:
        """Whether a uniform of that name makes a difference, once it has been used."""
        return int(gl.glGetUniformLocation(self._id, name)) >= 0

    def delete(self) -> None:
        """Give the memory back."""
        if self._id:
            gl.glDeleteProgram(self._id)

    def _compile(self) -> None:
        if self._failure is None:
            try:
                self._id = _linked(self._sources)
                return
            except ShaderFailed as failure:
                self._failure = failure
        raise self._failure


_VECTORS = {1: gl.glUniform1fv, 2: gl.glUniform2fv, 3: gl.glUniform3fv, 4: gl.glUniform4fv}


class Arrays:
    """Named float32 columns that a program reads, one row a vertex, or one row an instance.

    Each is named, with its location in the shader and its width. `vertices` is how many an indexed mesh has.
    """

    def __init__(
        self, vertex: Mapping[str, tuple[int, int]] = {}, instance: Mapping[str, tuple[int, int]] = {}
    ) -> None:  # the defaults are only read
        self._id = gl.glGenVertexArrays(1)
        self._indices = self.vertices = 0
        self._order = gl.glGenBuffers(1)
        self._instance = dict(instance)
        self._buffers = {name: gl.glGenBuffers(1) for name in (*vertex, *instance)}
        gl.glBindVertexArray(self._id)
        for name, (location, _) in (*vertex.items(), *instance.items()):
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribDivisor(location, int(name in instance))
        self._point(vertex, 0)
        self._point(instance, 0)
        self._row = 0

    def _point(self, columns: Mapping[str, tuple[int, int]], row: int) -> None:
        for name, (location, width) in columns.items():
            gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffers[name])
            gl.glVertexAttribPointer(location, width, gl.GL_FLOAT, False, 0, c_void_p(4 * width * row))

    def upload(self, **arrays: Floats) -> None:
        """New contents for columns; what was there is given back to the driver, which may still be reading it."""
        for name, array in arrays.items():
            array = np.ascontiguousarray(array, np.float32)
            gl.glBindBuffer(gl.GL_ARRAY_BUFFER, self._buffers[name])
            gl.glBufferData(gl.GL_ARRAY_BUFFER, array.nbytes, array, gl.GL_STREAM_DRAW)

    def index(self, triangles: Any) -> None:
        """Which vertices make which triangles: uint32[n, 3]."""
        self._indices, self.vertices = int(triangles.size), int(triangles.max()) + 1
        gl.glBindVertexArray(self._id)
        gl.glBindBuffer(gl.GL_ELEMENT_ARRAY_BUFFER, self._order)
        array = np.ascontiguousarray(triangles, np.uint32)
        gl.glBufferData(gl.GL_ELEMENT_ARRAY_BUFFER, array.nbytes, array, gl.GL_STATIC_DRAW)

    def draw(self, mode: int, count: int, first: int = 0) -> None:
        """Vertices `first` to `first + count`."""
        gl.glBindVertexArray(self._id)
        gl.glDrawArrays(mode, first, count)

    def draw_instances(self, first: int, count: int) -> None:
        """The indexed mesh, or else a strip of four, once for each of `count` instance rows from `first` on."""
        gl.glBindVertexArray(self._id)
        if first != self._row:  # OpenGL 3.3 cannot begin at an instance
            self._point(self._instance, first)
            self._row = first
        if self._indices:
            gl.glDrawElementsInstanced(gl.GL_TRIANGLES, self._indices, gl.GL_UNSIGNED_INT, None, count)
        else:
            gl.glDrawArraysInstanced(gl.GL_TRIANGLE_STRIP, 0, 4, count)

    def delete(self) -> None:
        """Give the memory back."""
        gl.glDeleteVertexArrays(1, [self._id])
        gl.glDeleteBuffers(1 + len(self._buffers), [self._order, *self._buffers.values()])


class Target:
    """An off-screen picture, with samples and depth if asked."""

    def __init__(self, size: Size, samples: int = 0, *, depth: bool = False) -> None:
        self.size = size
        self._id = gl.glGenFramebuffers(1)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        stores = [(gl.GL_COLOR_ATTACHMENT0, gl.GL_RGBA8)]
        if depth:
            stores.append((gl.GL_DEPTH_ATTACHMENT, gl.GL_DEPTH_COMPONENT24))
        self._stores = []
        for attachment, kind in stores:
            store = gl.glGenRenderbuffers(1)
            gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, store)
            gl.glRenderbufferStorageMultisample(gl.GL_RENDERBUFFER, samples, kind, *size)
            gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, attachment, gl.GL_RENDERBUFFER, store)
            self._stores.append(store)

    def begin(self) -> None:
        """Draw into it from now on."""
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glViewport(0, 0, *self.size)

    def copy_to(self, other: "Target | None") -> None:
        """Resolve the samples and copy the colours to another picture of this size, or to the window (None)."""
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._id)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, other._id if other else 0)
        gl.glBlitFramebuffer(0, 0, *self.size, 0, 0, *self.size, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)

    def read(self, into: Any) -> None:
        """The colours as uint8[height, width, 3], or with their opacity [height, width, 4], the bottom row first."""
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._id)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
        gl.glReadPixels(0, 0, *self.size, (gl.GL_RGB, gl.GL_RGBA)[into.shape[2] - 3], gl.GL_UNSIGNED_BYTE, into)

    def pixel(self, x: int, y: int) -> int:
        """One colour as 0xrrggbb; x and y from the top left."""
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._id)
        one = np.zeros(3, np.uint8)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
        gl.glReadPixels(x, self.size[1] - 1 - y, 1, 1, gl.GL_RGB, gl.GL_UNSIGNED_BYTE, one)
        return int.from_bytes(one.tobytes())

    def delete(self) -> None:
        """Give the memory back."""
        gl.glDeleteFramebuffers(1, [self._id])
        gl.glDeleteRenderbuffers(len(self._stores), self._stores)


class DepthMap:
    """A depth picture to be drawn from a lamp and looked up later: the shadows' memory."""

    def __init__(self, side: int) -> None:
        self.side = side
        self._texture = gl.glGenTextures(1)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
        gl.glTexImage2D(
            gl.GL_TEXTURE_2D, 0, gl.GL_DEPTH_COMPONENT24, side, side, 0, gl.GL_DEPTH_COMPONENT, gl.GL_FLOAT, None
        )
        self._samplers = [_sampler(compare=compare) for compare in (False, True)]
        self._id = gl.glGenFramebuffers(1)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_DEPTH_ATTACHMENT, gl.GL_TEXTURE_2D, self._texture, 0)
        gl.glDrawBuffer(gl.GL_NONE)
        gl.glReadBuffer(gl.GL_NONE)

    def begin(self) -> None:
        """Draw into it from now on; it is empty."""
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glViewport(0, 0, self.side, self.side)
        clear()

    def bind(self, unit: int, *, compare: bool) -> None:
        """Let a `sampler2DShadow` of this unit compare with it, or a `sampler2D` read it."""
        _bind(self._texture, unit)
        gl.glBindSampler(unit, self._samplers[compare])


class Mask:
    """A texture of coverage, one byte a pixel, uploaded or drawn."""

    def __init__(self) -> None:
        self._texture = gl.glGenTextures(1)
        self._size = (0, 0)
        self._id = 0
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
        _filter(gl.GL_LINEAR)

    def begin(self, size: Size) -> None:
        """Draw into it from now on."""
        if self._size != size:
            self.upload(np.zeros(size[::-1], np.uint8))
            self._id = gl.glGenFramebuffers(1)
            gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
            gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D, self._texture, 0)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._id)
        gl.glViewport(0, 0, *size)

    def upload(self, coverage: Any) -> None:
        """New contents: uint8[height, width]."""
        height, width = coverage.shape
        self._size = (width, height)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
        pixels = np.ascontiguousarray(coverage)
        gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_R8, width, height, 0, gl.GL_RED, gl.GL_UNSIGNED_BYTE, pixels)

    def bind(self, unit: int) -> None:
        """Let a `sampler2D` of this unit read it."""
        _bind(self._texture, unit)
        gl.glBindSampler(unit, 0)


def blend(on: bool) -> None:
    """Straight alpha over what is there, or not."""
    (gl.glEnable if on else gl.glDisable)(gl.GL_BLEND)
    gl.glBlendFuncSeparate(gl.GL_SRC_ALPHA, gl.GL_ONE_MINUS_SRC_ALPHA, gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)


def multiply() -> None:
    """Colours darken what is there."""
    gl.glEnable(gl.GL_BLEND)
    gl.glBlendFunc(gl.GL_ZERO, gl.GL_SRC_COLOR)


def depth(on: bool, *, write: bool = True) -> None:
    """Hide what is behind, or not; remember what is in front, or not."""
    (gl.glEnable if on else gl.glDisable)(gl.GL_DEPTH_TEST)
    gl.glDepthMask(write)


def cull(on: bool) -> None:
    """Draw only triangles that face the viewer, or all."""
    (gl.glEnable if on else gl.glDisable)(gl.GL_CULL_FACE)


@contextmanager
def sides(away: bool | None) -> Iterator[None]:
    """For the length of a `with`: only triangles that face away, or only those that do not; None: all."""
    culls = bool(gl.glIsEnabled(gl.GL_CULL_FACE))
    cull(away is not None)
    gl.glCullFace(gl.GL_FRONT if away else gl.GL_BACK)
    yield
    gl.glCullFace(gl.GL_BACK)
    cull(culls)


def clear(*, colors: Sequence[float] | None = None) -> None:
    """Empty the depth, and the colours if given one."""
    gl.glDepthMask(True)
    if colors is not None:
        gl.glClearColor(*colors)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
    gl.glClear(gl.GL_DEPTH_BUFFER_BIT)


def finish() -> None:
    """Wait until all is drawn. Without it a free-running headless surface takes ever more memory."""
    gl.glFinish()


def most_samples() -> int:
    """How many samples a pixel may have."""
    return int(gl.glGetIntegerv(gl.GL_MAX_SAMPLES))


def driver() -> str:
    """The name that the graphics driver gives itself."""
    return _text(gl.glGetString(gl.GL_RENDERER))


def allow_sized_points() -> None:
    """Let a vertex shader say how large a point is."""
    gl.glEnable(gl.GL_PROGRAM_POINT_SIZE)


TRIANGLES, POINTS, STRIP = int(gl.GL_TRIANGLES), int(gl.GL_POINTS), int(gl.GL_TRIANGLE_STRIP)


def _linked(sources: Mapping[int, str]) -> int:
    """A program of one shader for each stage."""
    program = int(gl.glCreateProgram())
    for stage, source in sources.items():
        shader = gl.glCreateShader(stage)
        gl.glShaderSource(shader, "#version 330 core\n" + source)
        gl.glCompileShader(shader)
        if not gl.glGetShaderiv(shader, gl.GL_COMPILE_STATUS):
            raise ShaderFailed(_text(gl.glGetShaderInfoLog(shader)))
        gl.glAttachShader(program, shader)
        gl.glDeleteShader(shader)
    gl.glLinkProgram(program)
    if not gl.glGetProgramiv(program, gl.GL_LINK_STATUS):
        raise ShaderFailed(_text(gl.glGetProgramInfoLog(program)))
    return program


def _bind(texture: int, unit: int) -> None:
    gl.glActiveTexture(gl.GL_TEXTURE0 + unit)
    gl.glBindTexture(gl.GL_TEXTURE_2D, texture)


def _sampler(*, compare: bool) -> int:
    """How depths are looked up: outside the map there is nothing, as far away as can be."""
    sampler = int(gl.glGenSamplers(1))
    for name in (gl.GL_TEXTURE_MIN_FILTER, gl.GL_TEXTURE_MAG_FILTER):
        gl.glSamplerParameteri(sampler, name, gl.GL_LINEAR)
    for name in (gl.GL_TEXTURE_WRAP_S, gl.GL_TEXTURE_WRAP_T):
        gl.glSamplerParameteri(sampler, name, gl.GL_CLAMP_TO_BORDER)
    gl.glSamplerParameterfv(sampler, gl.GL_TEXTURE_BORDER_COLOR, np.ones(4, np.float32))
    if compare:
        gl.glSamplerParameteri(sampler, gl.GL_TEXTURE_COMPARE_MODE, gl.GL_COMPARE_REF_TO_TEXTURE)
        gl.glSamplerParameteri(sampler, gl.GL_TEXTURE_COMPARE_FUNC, gl.GL_LEQUAL)
    return sampler


def _filter(how: int) -> None:
    for name in (gl.GL_TEXTURE_MIN_FILTER, gl.GL_TEXTURE_MAG_FILTER):
        gl.glTexParameteri(gl.GL_TEXTURE_2D, name, how)
    for name in (gl.GL_TEXTURE_WRAP_S, gl.GL_TEXTURE_WRAP_T):
        gl.glTexParameteri(gl.GL_TEXTURE_2D, name, gl.GL_CLAMP_TO_EDGE)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace").strip() if isinstance(words, bytes) else str(words)
