"""A namespace to act in, and a toolbox for it, without agents: real 9P over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import trio

from llmfs.agents.settings import Settings
from llmfs.providers import ToolCall
from llmfs.tools.namespace import Namespace
from llmfs.tools.record import How
from llmfs.tools.toolbox import Toolbox
from ninep.dial import close_listener, listen
from ninep.server import serve
from ninep.tree import Dir


@asynccontextmanager
async def open_namespace(
    directory: Path, tree: Dir, scenes: Mapping[str, str] | None = None
) -> AsyncIterator[Namespace]:
    """A tree that is served for as long as the block lasts."""
    address = f"unix!{directory}/mux"
    listener = listen(address)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, tree, [listener])
            yield Namespace(address, scenes or {})
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


class Bench:
    """A toolbox, and what it tells."""

    def __init__(self, namespace: Namespace, rules: str, **limits: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.kept: list[str] = []
        self.limits = Settings("p", "m", **limits)
        self.toolbox = Toolbox(namespace, lambda: self.limits, self.kept.append, self._publish)
        self.toolbox.set_rules(rules)

    def _publish(self, kind: str, **facts: Any) -> None:
        self.events.append({"kind": kind, **facts})

    async def do(self, tool: str, **arguments: Any) -> tuple[How, str]:
        """What a call comes to."""
        return await self.toolbox.do("1.1", call(tool, **arguments))


def call(tool: str, **arguments: Any) -> ToolCall:
    """A call as a model makes it."""
    return ToolCall("c", tool, msgspec.json.encode(arguments).decode())
