"""The tools of `llmfs mcp`, and the calling of one: rules judge it, it is done, and shown as what it is.

It knows the protocol's words and nothing of how they come here.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import trio
from msgspec import Struct

from llmfs.mcp_server.sights import EVERYTHING, Screenshot, Wait
from llmfs.prompts.formats import format_of
from llmfs.tools import acts
from llmfs.tools.acts import Act, Reply, Run
from llmfs.tools.namespace import Namespace
from llmfs.tools.perform import TROUBLE, perform
from llmfs.tools.rules import PROGRAM, Rules, plain
from ninep import FileError

if TYPE_CHECKING:
    from mcp.server import Server
    from mcp.types import CallToolResult, Tool

INSTRUCTIONS = """\
The files of a Peribus namespace. Everything is a file: /llm/NAME is an agent (write its input, wait for its output),
/MACHINE/scene a display (run scene code there, see it with screenshot; /MACHINE/help is its manual). A help file stands
in the root of each service. A file in capitals, an output or events gives something when it happens: wait for it."""


class Offer(Struct, frozen=True):
    """A namespace, what may be done in it, and the bounds of one call."""

    namespace: Namespace
    rules: Rules
    bytes: int
    seconds: float

    def tools(self) -> list[Tool]:
        """The tools that could be of any use: those whose right a rule allows, somewhere."""
        rights = self.rules.rights
        return [_tool(name, kind) for name, kind in EVERYTHING.items() if kind.right in rights]

    async def call(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Do what a client asks for; a refusal is a result that says so. Cancelled, it ends at once."""
        reply = Reply(self.bytes)
        try:
            act = acts.understood(name, arguments, EVERYTHING)
            path = act.path(await self._scenes(act))
            if self.rules.judge(act.right, path) != "allow":
                raise FileError(f"no rule of llmfs mcp lets you {act.right} {path}; its user can --allow it")
            seconds = act.seconds if isinstance(act, Wait) else self.seconds
            how, trouble = await perform(self.namespace, act, path, reply, seconds)
            return _said(trouble, is_error=True) if how != "done" else _shown(reply)
        except TROUBLE as trouble:
            return _said(str(trouble), is_error=True)

    async def _scenes(self, act: Act) -> dict[str, str]:
        """Where the scene of the machine is that is meant; nothing, if none is."""
        if not isinstance(act, Run | Screenshot):
            return {}
        name = plain(act.machine).removeprefix("/")
        if "/" in name:
            raise FileError(f"a machine's name is one name, not {name}")
        with trio.move_on_after(self.seconds):
            return {act.machine: await self._scene(name)}
        raise FileError(f"the namespace did not answer within {self.seconds:g} s")

    async def _scene(self, name: str) -> str:
        """The path of a display's scene. FileError if there is none."""
        async with self.namespace.open() as root:
            for scene in (f"/{name}/scene", f"/{name}/rio/scene"):
                try:
                    await root.stat(f"{scene}/{PROGRAM}")
                except FileError:
                    continue
                return scene
        raise FileError(
            f"there is no display at /{name}: no /{name}/scene/{PROGRAM}, and no /{name}/rio/scene/{PROGRAM}"
        )


def server(offer: Offer) -> Server[Any]:
    """A server of the SDK for it."""
    from mcp.server import Server
    from mcp.types import CallToolRequestParams, ListToolsResult, PaginatedRequestParams

    async def list_tools(context: object, asked: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=offer.tools())

    async def call_tool(context: object, asked: CallToolRequestParams) -> CallToolResult:
        return await offer.call(asked.name, asked.arguments or {})

    return Server("peribus", instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


def _tool(name: str, kind: type[Act]) -> Tool:
    from mcp.types import Tool, ToolAnnotations

    told = acts.tool(name, kind)
    notes = ToolAnnotations(read_only_hint=kind.right == "read", open_world_hint=False)
    return Tool(name=told.name, description=told.description, input_schema=dict(told.schema), annotations=notes)


def _shown(reply: Reply) -> CallToolResult:
    """What came: a picture as one, all else as text."""
    from mcp.types import CallToolResult, ImageContent

    form = format_of(bytes(reply.data[:64]))
    if not form or reply.note:
        try:
            return _said(reply.text())
        except FileError as no_text:
            return _said(str(no_text), is_error=True)
    picture = ImageContent(type="image", data=b64encode(reply.data).decode(), mime_type=form.media_type)
    return CallToolResult(content=[picture])


def _said(text: str, *, is_error: bool = False) -> CallToolResult:
    from mcp.types import CallToolResult, TextContent

    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=is_error)
