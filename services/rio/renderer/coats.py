"""How solids are painted: one pair of sources as two programs, for the solids of the language and for meshes."""

from typing import Any

from rio.renderer import shaders
from rio.renderer.gpu import Program


class Coat:
    """`begin`, then for each draw `use`; the uniforms of `begin` hold for both programs."""

    def __init__(self, sources: tuple[str, str]) -> None:
        self._programs = {False: Program(*sources), True: Program(*shaders.meshed(sources))}
        self._uniforms: dict[str, Any] = {}
        self._is_mesh: bool | None = None  # whose program is in use

    def begin(self, **uniforms: Any) -> None:
        """What all draws from now on have in common."""
        self._uniforms, self._is_mesh = uniforms, None

    def use(self, *, mesh: bool, **uniforms: Any) -> None:
        """Draw with the one or the other from now on. May raise ShaderFailed."""
        if mesh is not self._is_mesh:
            self._is_mesh = mesh
            self._programs[mesh].use(**self._uniforms)
        self._programs[mesh].use(**uniforms)
