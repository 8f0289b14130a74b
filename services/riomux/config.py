"""What the multiplexer can be told, on its command line or in the environment."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import CliPositionalArg, SettingsConfigDict

from ninep import FileError
from ninep.config import Words
from ninep.dial import Address
from ninep.service import ServiceConfig
from riomux.mounts import check_name


class Config(ServiceConfig):
    """Serve the trees of many 9P servers as one."""

    model_config = SettingsConfigDict(env_prefix="RIOMUX_")

    mounts: CliPositionalArg[Words] = Field(
        default_factory=list,
        title="NAME=ADDRESS",
        description="mount the server at this address under this name; it may be down, and is used when it comes up",
    )

    discover: bool = Field(
        False,
        description="list other multiplexers on the network (mDNS), and announce this one if they can reach it",
    )

    @field_validator("mounts")
    @classmethod
    def _check(cls, mounts: list[str]) -> list[str]:
        names = list[str]()
        for word in mounts:
            name, _, address = word.partition("=")
            if not name or not address:
                raise ValueError(f"{word}: a mount is NAME=ADDRESS, as in rio=unix!/tmp/ns.me/rio")
            if name in names:
                raise ValueError(f"{word}: there is another {name}; each mount needs a name of its own")
            _check_mount(name, address)
            names.append(name)
        return mounts


def _check_mount(name: str, address: str) -> None:
    Address.parse(address)
    try:
        check_name(name)
    except FileError as refusal:
        raise ValueError(str(refusal)) from None
