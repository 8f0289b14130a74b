"""What a service can be told: one model, whose fields are command line flags, environment and `.env` at once.

A service has a subclass with its own prefix and fields:

    class Config(ServiceConfig):
        model_config = SettingsConfigDict(env_prefix="RIO_")
        size: str = Field("1280x720", title="WIDTHxHEIGHT", description="the size of the picture, in pixels")

so `--size 640x480` says the same as `RIO_SIZE=640x480` in the environment or in `.env`; the flag wins over the
environment, and that over `.env`. A variable with the service's prefix that names no field is refused: it is a setting
that somebody believes to hold. A `SecretStr` is never a flag, because every user of a machine can read its command
lines. Help, `.env.example` and the tables of the manual pages are made from `settings(Config)`.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, TypeVar, get_args, get_origin

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, CliPositionalArg, SettingsConfigDict

from ninep.dial import Address
from ninep.logs import complain

POSITIONAL = get_args(CliPositionalArg[str])[1]
"""What marks a field as words without a flag, `CliPositionalArg[Words]`."""


def split_words(value: Any) -> Any:
    """A list as people write it: separated by commas or blanks, or said several times."""
    texts = [value] if isinstance(value, str) else value
    return [word for text in texts for word in re.split(r"[,\s]+", text) if word]


def _check_address(text: str) -> str:
    Address.parse(text)
    return text


Words = Annotated[list[str], BeforeValidator(split_words)]
"""A field of several words."""
Addresses = Annotated[list[Annotated[str, AfterValidator(_check_address)]], BeforeValidator(split_words)]
"""A field of several addresses, kept as they were written."""


class ServiceConfig(BaseSettings):
    """What every service can be told."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True, enable_decoding=False)

    listen: Addresses = Field(
        default_factory=list,
        title="ADDRESS",
        description="serve here, not at a unix socket in the namespace directory; may be said several times",
    )
    tcp: bool = Field(False, description="serve on 127.0.0.1 too; every user of this machine can come in there")
    open_to_network: bool = Field(
        False, description="allow to listen where other machines reach it, without asking who"
    )
    state: Path = Field(title="DIR", description="keep here what must survive a restart")
    log: Literal["text", "json"] = Field("text", validation_alias="log", description="how to log to stderr")

    @classmethod
    def service(cls) -> str:
        """The name of the service, as its environment prefix says it."""
        return cls.model_config.get("env_prefix", "").rstrip("_").lower() or "service"

    @classmethod
    def default_state(cls) -> Path:
        """Where the service keeps its state if it is not told."""
        home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        return Path(home, "peribus", cls.service()).expanduser()

    @model_validator(mode="before")
    @classmethod
    def _fill_in_state(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"state": cls.default_state(), **values}

    @field_validator("state")
    @classmethod
    def _expand(cls, state: Path) -> Path:
        return state.expanduser()

    def make_state(self) -> Path:
        """The state directory, made for this user alone (0700) if it is missing. OSError, in words, if it cannot be."""
        try:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            self.state.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise OSError(f"--state {self.state}: {(error.strerror or str(error)).lower()}") from error
        return self.state


C = TypeVar("C", bound=ServiceConfig)
_OF_A_CLUSTER = re.compile(r"_SERVICE_(HOST|PORT\w*)$|_PORT(_\d+_(TCP|UDP)\w*)?$")
"""What Kubernetes and Docker put into the environment for a service that is called as ours is."""


class Setting(NamedTuple):
    """One field, as a person sees it."""

    name: str
    flag: str  # "" for a secret; the word itself for what has no flag
    metavar: str  # "" for a switch
    variables: tuple[str, ...]  # of the environment; the first that is set counts
    default: str
    description: str
    is_list: bool


def settings(model: type[ServiceConfig]) -> list[Setting]:
    """What the model can be told, in the order of its fields, its own first."""
    own = [name for name in model.model_fields if name not in ServiceConfig.model_fields]
    common = [name for name in model.model_fields if name in ServiceConfig.model_fields]
    return [_setting(model, name, model.model_fields[name]) for name in own + common]


def _setting(model: type[ServiceConfig], name: str, field: FieldInfo) -> Setting:
    default = model.default_state() if name == "state" else field.get_default(call_default_factory=True)
    is_list, metavar = get_origin(field.annotation) is list, _metavar(name, field)
    flag = f"--{name.replace('_', '-')}"
    if _is_secret(field):
        flag = ""
    elif POSITIONAL in field.metadata:
        flag = metavar
    return Setting(
        name, flag, metavar, _variables(model, name, field), _show(default), field.description or "", is_list
    )


def _variables(model: type[ServiceConfig], name: str, field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice).upper() for choice in alias.choices)
    return ((alias if isinstance(alias, str) else model.model_config.get("env_prefix", "") + name).upper(),)


def _metavar(name: str, field: FieldInfo) -> str:
    if field.annotation is bool:
        return ""
    if get_origin(field.annotation) is Literal:
        return "|".join(map(str, get_args(field.annotation)))
    return field.title or name.upper().replace("_", "-")


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _show(default: object) -> str:
    if isinstance(default, list | tuple):
        return " ".join(map(str, default))
    return "" if default is None or default is False else "on" if default is True else str(default)


# The command line.


def read_config(model: type[C], name: str, argv: Sequence[str] | None = None) -> C:
    """The configuration from the command line, the environment and `.env`.

    What is wrong is said in one line each, and the process ends with status 2; `--help` ends it with 0.
    """
    given = _parser(model, name).parse_args(argv)
    if unknown := _unknown_variables(model):
        _refuse(name, *unknown)
    try:
        return model(**{key: value for key, value in vars(given).items() if value is not None and value != []})
    except ValidationError as error:
        _refuse(name, *_complaints(model, error))
    except (OSError, ValueError) as error:
        _refuse(name, f".env: {error}")


def _unknown_variables(model: type[ServiceConfig]) -> list[str]:
    """Complaints about variables that look like settings and are none."""
    prefix = model.model_config.get("env_prefix", "").upper()
    known = [variable for setting in settings(model) for variable in setting.variables]
    known += [setting.name.upper() for setting in settings(model)]
    given = {name.upper() for name in (*os.environ, *_in_dotenv(model)) if prefix}
    strange = sorted(name for name in given - {*known} if name.startswith(prefix) and not _OF_A_CLUSTER.search(name))
    return [_unknown(name, known) for name in strange]


def _unknown(name: str, known: list[str]) -> str:
    likely = difflib.get_close_matches(name, known, 1, cutoff=0.75)
    return f"{name} is not a setting" + (f"; did you mean {likely[0]}?" if likely else "; --help lists what there is")


def _in_dotenv(model: type[ServiceConfig]) -> list[str]:
    """The names in `.env`; what cannot be read of it is complained of where its values are."""
    path = model.model_config.get("env_file")
    if isinstance(path, str):
        with contextlib.suppress(OSError, ValueError):
            return [*dotenv_values(path)]
    return []


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _refuse(self.prog, f"{message}; {self.prog} --help lists what there is")


def _refuse(name: str, *sentences: str) -> NoReturn:
    for sentence in sentences:
        complain(name, sentence)
    sys.exit(2)


def _parser(model: type[ServiceConfig], name: str) -> _Parser:
    parser = _Parser(
        prog=name,
        description=(model.__doc__ or "").partition("\n\n")[0],
        epilog="In the environment or in .env: "
        + " ".join(v for setting in settings(model) for v in setting.variables),
        allow_abbrev=False,
    )
    for setting in settings(model):
        if setting.flag:
            _add(parser, setting)
    return parser


def _add(parser: _Parser, setting: Setting) -> None:
    what = setting.description.replace("%", "%%")
    if setting.default:
        what += f" ({setting.default.replace('%', '%%')})"
    if setting.flag == setting.metavar:
        parser.add_argument(setting.name, nargs="*" if setting.is_list else "?", metavar=setting.metavar, help=what)
    elif not setting.metavar:
        parser.add_argument(setting.flag, action=argparse.BooleanOptionalAction, default=None, help=what)
    else:
        action = "append" if setting.is_list else "store"
        parser.add_argument(setting.flag, action=action, metavar=setting.metavar, help=what)


def _complaints(model: type[ServiceConfig], error: ValidationError) -> list[str]:
    """What pydantic found, in one line each, without the values of secrets."""
    by_name = {key.lower(): setting for setting in settings(model) for key in (setting.name, *setting.variables)}
    lines = []
    for fault in error.errors():
        setting = by_name.get(str(fault["loc"][0]).lower()) if fault["loc"] else None
        where = " or ".join(filter(None, [setting.flag, *setting.variables])) if setting else "the configuration"
        what = fault["msg"].removeprefix("Value error, ")
        got = "" if fault["type"] == "value_error" or (setting and not setting.flag) else f", not {fault['input']!r}"
        lines.append(f"{where}: {what[:1].lower()}{what[1:]}{got}")
    return lines
