"""`coder` and `master`: agents that are ready by one verb; the routes that carry a coder's blocks to the machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.llmfs.namespaces import Screen, following, hive, namespace, server, until
from tests.llmfs.scripted import Scripted, World, ended, open_world

from llmfs.agents.roles import Roles
from llmfs.agents.template import NO_PAGE
from llmfs.records.rows import RouteRow
from ninep import FileError
from ninep.client import Client

BLOCKS = "A clock and a knob.\n```A\nclock()\n```\n```B\nknob()\n```\n"


async def ways(root: Client) -> list[str]:
    """The routes there are."""
    return sorted(line.partition("  #")[0] for line in (await root.read("/routes")).decode().splitlines())


async def settled(world: World) -> None:
    """Return when all routes are as they should be."""
    await until(lambda: not world.fleet.carrying._has_work())


async def test_a_prompt_to_a_coder_draws(place: Path) -> None:
    """One verb, one prompt: each machine runs its own block. A machine that comes later is drawn on too."""
    a, b, c, model = Screen(), Screen(), Screen(), Scripted()
    async with hive(place, model, A=a, B=b) as (world, root), server(f"unix!{place}/C", c.tree):
        await until(lambda: len(world.fleet.sites) == 2)
        said = await Roles(world.fleet).coder("bob")
        assert said == "bob uses scripted one: the first provider that is ready; it draws on A B"
        assert await ways(root) == ["/llm/bob/A -> /A/scene/parse", "/llm/bob/B -> /B/scene/parse"]
        model.play(BLOCKS)
        await root.write("/llm/bob/input", "a clock on A, a knob on B")
        await until(lambda: (a.programs, b.programs) == ([b"clock()\n"], [b"knob()\n"]))
        await root.write("/ctl", f"add C unix!{place}/C")
        await until(lambda: "C" in world.fleet.sites)
        await settled(world)
        model.play("```C\nlamp()\n```")
        await root.write("/llm/bob/input", "a lamp on C")
        await until(lambda: c.programs == [b"lamp()\n"])
        assert len(await ways(root)) == 3


async def test_routes_go_with_agents_and_machines(place: Path) -> None:
    """With `remove`, with `routes off`, and with the machine; what a person ended is not made again."""
    async with hive(place, A=Screen(), B=Screen()) as (world, root):
        await until(lambda: len(world.fleet.sites) == 2)
        for name in ("bob", "eve"):
            await Roles(world.fleet).coder(name)
        await root.write("/routes", "-/llm/eve/A")
        world.agent("ada").set_one("routes", "on")
        await settled(world)
        assert len(await ways(root)) == 5
        world.fleet.remove("bob")
        await settled(world)
        assert len(await ways(root)) == 3
        await root.write("/ctl", "remove B")
        await until(lambda: [*world.fleet.sites] == ["A"])
        await settled(world)
        assert await ways(root) == ["/llm/ada/A -> /A/scene/parse"]
        world.agent("ada").set_one("routes", "off")
        await settled(world)
        assert await ways(root) == []
        await world.store.settle()
        assert [row.agent for row in world.store.rows(RouteRow)] == ["eve"]


async def test_what_the_multiplexer_did_not_hear_is_told_when_it_is_back(place: Path) -> None:
    """Agents that are made and removed while it is down, also by an llmfs that is started anew meanwhile."""
    async with open_world(place / "state") as world:
        world.fleet.machine("add", "A")
        assert (await Roles(world.fleet).coder("bob")).endswith(
            "; nothing carries its blocks to machines, for llmfs is in no namespace"
        )
        async with namespace(place, world, A=Screen()) as root, following(world, place):
            await settled(world)
            assert await ways(root) == ["/llm/bob/A -> /A/scene/parse"]
        async with following(world, place):
            world.fleet.remove("bob")
            assert (await Roles(world.fleet).coder("eve")).endswith("; it draws on A when the multiplexer is there")
    async with hive(place, A=Screen()) as (world, root):
        await settled(world)
        assert await ways(root) == ["/llm/eve/A -> /A/scene/parse"]


async def test_a_route_that_is_refused_is_told(place: Path) -> None:
    """It stands in the agent's errors, and is not asked for again and again."""
    async with hive(place, A=Screen()) as (world, root):
        await until(lambda: "A" in world.fleet.sites)
        await root.write("/routes", "".join(f"/x/{number} -> /y\n" for number in range(256)))
        await Roles(world.fleet).coder("bob")
        await settled(world)
        assert "there is no route to A: too many routes; 256 is the most" in world.agent("bob").errors.text()


async def test_a_coder_is_told_the_language(place: Path) -> None:
    """Its system prompt has the page that the display serves, as it is when the prompt is asked."""
    model = Scripted()
    async with open_world(place / "state", model) as world:
        await Roles(world.fleet).coder("bob")
        assert "{scene}" in world.agent("bob").system
        world.agent("bob").ask("?")
        await ended(world.agent("bob"))
        assert NO_PAGE in model.requests[0].system
        async with (
            namespace(place, world, A=Screen("a cube", language="# box() makes a box\n")),
            following(world, place),
        ):
            await until(lambda: "A" in world.fleet.sites and world.fleet.sites["A"].scene == "a cube")
            world.agent("bob").ask("?")
            await ended(world.agent("bob"), 2)
            assert "\n# box() makes a box\n" in model.requests[1].system
            assert model.requests[1].system.endswith("context for A:\na cube")


async def test_templates_are_written_and_reset(place: Path) -> None:
    """What is written holds for agents that are made then, over restarts; writing nothing is the first text again."""
    async with hive(place) as (world, root):
        first = await root.read("/llm/templates/coder")
        assert b"{scene}" in first
        assert b"{scene}" in await root.read("/llm/templates/master")
        await root.write("/llm/templates/coder", "Draw in red.")
    async with hive(place) as (world, root):
        assert await root.read("/llm/templates/coder") == b"Draw in red."
        await root.write("/llm/ctl", "coder bob\nmaster ada")
        assert await root.read("/llm/bob/system") == b"Draw in red."
        assert (await root.read("/llm/ada/system")).startswith(b"You lead other agents")
        assert b"\nroutes on\n" in await root.read("/llm/bob/config")
        assert b"\nroutes off\n" in await root.read("/llm/ada/config")
        await root.write("/llm/templates/coder", "")
        assert await root.read("/llm/templates/coder") == first
        with pytest.raises(FileError, match="agent bob exists"):
            await root.write("/llm/ctl", "coder bob")
        assert world.agent("bob").system == "Draw in red."
