"""What rio can be told: flags, environment (`RIO_…`) and `.env` name the same fields."""

import re

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from ninep.service import ServiceConfig

SMALLEST, LARGEST = 64, 8192  # pixels


class Config(ServiceConfig):
    """A display as files: scene programs in, pictures out."""

    model_config = SettingsConfigDict(env_prefix="RIO_")

    size: str = Field("1280x720", title="WIDTHxHEIGHT", description="the size of the picture, in pixels")
    headless: bool = Field(False, description="draw without a window, as where there is no display")
    unsafe: bool = Field(False, description="run scene programs although a wall of their sandbox is missing")

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
