"""What rio can be told: flags, environment (`RIO_…`) and `.env` name the same fields."""

import re
from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from ninep.dial import Address
from ninep.service import ServiceConfig
from rio.grants import granted
from rio.grants.granted import Grants
from rio.grants.tree import NOWHERE
from rio.sizes import LARGEST, SMALLEST

LEAST_MEMORY = 512  # MiB of address space


class Config(ServiceConfig):
    """A display as files: scene programs in, pictures out."""

    model_config = SettingsConfigDict(env_prefix="RIO_")

    size: str = Field("1280x720", title="WIDTHxHEIGHT", description="the size of the picture, in pixels")
    scale: float = Field(
        1.0, ge=0.5, le=4, title="NUMBER", description="real pixels for one of these, each way; a window has its own"
    )
    headless: bool = Field(False, description="draw without a window, as where there is no display")
    unsafe: bool = Field(False, description="run scene programs although a wall of their sandbox is missing")
    patience: float = Field(
        30, ge=0, title="SECONDS", description="how long a statement, or a function, may run; 0 is for ever"
    )
    memory: int = Field(
        0, ge=0, title="MIB", description="memory of scene programs; 0 is 4096, but no more than half of the machine's"
    )

    @field_validator("memory")
    @classmethod
    def _check_memory(cls, memory: int) -> int:
        if 0 < memory < LEAST_MEMORY:
            raise ValueError(f"memory is {LEAST_MEMORY} MiB or more; Python and numpy alone need most of that")
        return memory

    grants: Path | None = Field(
        None, title="FILE", description="what scene programs may have of the world: a grant a line, see the manual"
    )
    namespace: str | None = Field(
        None,
        title="ADDRESS",
        description="the multiplexer whose files programs may be granted, or none; default: its socket in the "
        "namespace directory",
    )

    @model_validator(mode="after")
    def _check_scale(self) -> Self:
        if max(self.pixels) * self.scale > LARGEST:
            raise ValueError(f"{self.size} times {self.scale:g} is more than {LARGEST} pixels to a side")
        return self

    _granted: Grants = PrivateAttr(default_factory=Grants)

    @field_validator("namespace")
    @classmethod
    def _check_namespace(cls, namespace: str | None) -> str | None:
        if namespace and namespace != NOWHERE:
            Address.parse(namespace)
        return namespace or None

    @model_validator(mode="after")
    def _read_grants(self) -> Self:
        """A grant is wrong at the start or never."""
        try:
            self._granted = granted.read(self.grants)
        except ValueError as error:
            raise ValueError(f"--grants {error}") from None
        return self

    @property
    def granted(self) -> Grants:
        """What the file grants."""
        return self._granted

    @field_validator("size")
    @classmethod
    def _check_size(cls, size: str) -> str:
        if not (found := re.fullmatch(r"(\d{2,5})x(\d{2,5})", size)):
            raise ValueError(f"a size is WIDTHxHEIGHT, as 1280x720, not {size!r}")
        if not all(SMALLEST <= int(number) <= LARGEST for number in found.groups()):
            raise ValueError(f"width and height are {SMALLEST} to {LARGEST} pixels, not {size}")
        return size

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height."""
        width, height = self.size.split("x")
        return int(width), int(height)
