"""What one agent may do, and the doing of it: rules judge a call, a person is asked if they say so, limits end it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from llmfs.agents.settings import Settings
from llmfs.mcp_client.servers import Servers
from llmfs.providers import Tool, ToolCall
from llmfs.tools import acts, rules
from llmfs.tools.acts import ACTS, Reply
from llmfs.tools.namespace import Namespace
from llmfs.tools.pending import Pending
from llmfs.tools.perform import perform
from llmfs.tools.record import How
from llmfs.tools.rules import Right, Rules
from ninep import FileError


class Wish(Struct, frozen=True):
    """What a model wants: what rules judge of it, what a person is shown of it, and the doing of it."""

    right: Right
    path: str
    arguments: Any
    do: Callable[[Reply, float], Awaitable[tuple[How, str]]]


class Toolbox:
    """An agent's tools. `keep` stores its rules, `publish` tells of a call that waits for a person, `limits` are the
    agent's settings as they are now."""

    def __init__(
        self,
        namespace: Namespace,
        limits: Callable[[], Settings],
        keep: Callable[[str], None],
        publish: Callable[..., None],
        servers: Servers | None = None,
    ) -> None:
        self.rules, self.pending = Rules(), Pending()
        self._namespace, self._limits, self._keep, self._publish = namespace, limits, keep, publish
        self._servers = Servers() if servers is None else servers

    # The rules.

    def text(self) -> str:
        """The rules, a line for each."""
        return self.rules.text()

    def set_rules(self, text: str) -> None:
        """These rules instead of those that were."""
        self.rules = rules.parse(text)
        self._keep(self.rules.text())

    def rule(self, *words: str) -> str:
        """One rule more, or `none` for none at all."""
        text = "" if words == ("none",) else f"{self.rules.text()}{rules.rule(words)}\n"
        self.set_rules(text)
        return self.rules.text() or "no tools"

    # For the model.

    async def prepare(self) -> list[str]:
        """Have those servers started whose tools may be used; why some cannot be, in words."""
        return await self._servers.prepare(self.rules) if self._limits().tool_calls else []

    def offered(self) -> tuple[Tool, ...]:
        """The tools that could be of any use: those whose right a rule gives, somewhere, and those of servers."""
        if not self._limits().tool_calls:
            return ()
        rights = self.rules.rights
        ours = [acts.tool(name, kind) for name, kind in ACTS.items() if kind.right in rights]
        return (*ours, *self._servers.offered(self.rules))

    async def do(self, id: str, call: ToolCall) -> tuple[How, str]:
        """Do what a model asks for, if it may; how it went, and what the model is told. Cancelled, it ends at once."""
        try:
            wish = self._understood(call)
        except FileError as refusal:
            return "failed", str(refusal)
        how, text = await self._judge(id, call.name, wish)
        self._publish("tool.called", call=id, tool=call.name, path=wish.path, how=how)
        return how, text

    def _understood(self, call: ToolCall) -> Wish:
        """What a model asks for. FileError, for it to read, if it cannot be understood."""
        if used := self._servers.wish(call.name, call.arguments):
            return Wish("use", used.path, used.arguments, used.perform)
        act = acts.understood(call.name, call.arguments)
        path = act.path(self._namespace.scenes)
        return Wish(act.right, path, msgspec.to_builtins(act), partial(perform, self._namespace, act, path))

    async def _judge(self, id: str, tool: str, wish: Wish) -> tuple[How, str]:
        """Do it if a rule allows it, or a person whom a rule has asked."""
        verdict = self.rules.judge(wish.right, wish.path)
        if verdict == "ask":
            self._publish("tool.waits", call=id, tool=tool, path=wish.path)
            if refusal := await self.pending.wait(id, tool, wish.arguments):
                return "denied", refusal
            verdict = self.rules.judge(wish.right, wish.path)  # as it is by now
        if verdict == "deny":
            return "refused", f"no rule lets you {wish.right} {wish.path}"
        return await self._do(wish)

    async def _do(self, wish: Wish) -> tuple[How, str]:
        limits = self._limits()
        reply = Reply(limits.tool_bytes)
        how, trouble = await wish.do(reply, limits.tool_seconds)
        try:
            return how, trouble or reply.text()
        except FileError as no_text:
            return "failed", str(no_text)
