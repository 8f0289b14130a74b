"""`make env`: .env.example, made from the settings of the four services, so that it cannot say anything else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from ninep.config import Setting, settings

SECTIONS = {
    "Keys and addresses of providers, for llmfs alone": ("llmfs.providers", "ProviderSettings"),
    "llmfs": ("llmfs.config", "Config"),
    "rio": ("rio.config", "Config"),
    "riomux": ("riomux.config", "Config"),
    "voice": ("voice.config", "Config"),
}
HEAD = """\
# What the fleet can be told. Copy this to .env beside it and take away the # of what you change.
# A flag on the command line wins over the environment, and that over .env. Made by `make env`.
"""


def example() -> str:
    """The whole file."""
    os.environ.pop("XDG_STATE_HOME", None)  # the same text on every machine
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    told: set[str] = set()
    for title, (module, name) in SECTIONS.items():
        model = getattr(import_module(module), name)
        new = [setting for setting in settings(model) if not told.intersection(setting.variables)]
        told.update(*(setting.variables for setting in new))
        yield "\n".join([f"# --- {title} ---\n", *map(_lines, new)])


def _lines(setting: Setting) -> str:
    variable, *others = setting.variables
    also = "".join(f" (or {other})" for other in others if other not in setting.description)
    default = setting.default.replace(str(Path.home()), "~")
    return f"# {setting.description}{also}\n#{variable}={default}\n"


if __name__ == "__main__":
    sys.stdout.write(example())
