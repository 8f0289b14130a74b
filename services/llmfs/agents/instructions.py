"""What a model is told before the conversation: the system prompt, then the machines and what is on them."""

from __future__ import annotations

import re
from collections.abc import Collection

from llmfs.hive.machine import Machine

EMPTY = "(empty)"
UNKNOWN = "(not known: it cannot be reached now)"

_HEADING = re.compile(r"(^|\r)(?=[ \t]*context for )", re.MULTILINE | re.IGNORECASE)
"""Where a display says something that looks like the heading of another's context."""


def instructions(system: str, machines: Collection[Machine]) -> str:
    """The system prompt as it is if there are no machines; else with how to reach them, and the context for each."""
    return "\n\n".join([steady(system, machines), *map(_context, machines)])


def steady(system: str, machines: Collection[Machine]) -> str:
    """The beginning of the instructions that stays the same while the machines change what they show."""
    return "\n\n".join([*filter(None, [system]), _how_to_act(list(machines))]) if machines else system


def _how_to_act(machines: list[Machine]) -> str:
    names = ", ".join(machine.name for machine in machines)
    return (
        f"You can act on these machines: {names}. Text in a fenced block labelled with a machine's name goes to that "
        f"machine while you write it, for example:\n```{machines[0].name}\n…\n```"
    )


def _context(machine: Machine) -> str:
    """What sketch reads back (providers/sketch/conversation.py). No display speaks for another: what looks like another
    context is a comment in this one."""
    is_unheard = machine.site.trouble and not machine.told
    context = _HEADING.sub(r"\1# ", machine.context.strip())
    if not context:
        context = UNKNOWN if is_unheard else EMPTY
    elif is_unheard:
        context += f"\n# as it was last known: {machine.name} cannot be reached now"
    return f"context for {machine.name}:\n{context}"
