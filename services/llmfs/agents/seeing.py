"""What an agent sees: with `see A`, each prompt goes to the model with a picture of what is on A at that moment.

The picture is no part of the prompt as it is kept, and of no later one: what was on a display yesterday is in its
versions, and pictures are dear.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import trio

from llmfs.hive.machine import Machine, Site
from llmfs.hive.namespace import GONE
from llmfs.prompts.formats import format_of
from llmfs.providers import Image
from ninep import FileError

OFF = "off"
PATIENCE = 2.0  # seconds that a prompt waits for a picture


def check(changes: Mapping[str, Any], machines: Collection[str]) -> None:
    """Refuse to look at what is not there."""
    if (name := changes.get("see", OFF)) != OFF and name not in machines:
        raise FileError(f"no machine {name}; there are: {' '.join(machines) or 'none yet'}")


async def look_at_screen(machine: Machine | None) -> Image:
    """What is on a machine now. FileError, in words, if that cannot be seen."""
    if machine is None:
        raise FileError("there is no such machine any more")
    with trio.move_on_after(PATIENCE):
        data = await _screen(machine.site)
        form = format_of(data)
        if form is None:
            raise FileError(f"{machine.site.path}/screen is no picture")
        return Image(form.media_type, data)
    raise FileError(f"it has not shown itself within {PATIENCE:g} s")


async def _screen(site: Site) -> bytes:
    if site.show is None:
        raise FileError(site.trouble or "nobody has reached it yet")
    try:
        return await site.show()
    except GONE as trouble:
        raise FileError(str(trouble)) from None


def caption(machine: str) -> str:
    """What the model is told of the picture, after the prompt."""
    return f"\n\n(The last picture is the screen of {machine}, as it is now.)"
