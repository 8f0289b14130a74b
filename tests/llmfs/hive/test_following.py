"""llmfs follows the multiplexer: machines are found, what is on them is known, and nothing waits for any of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from pydantic import ValidationError
from tests.llmfs.namespaces import Screen, following, hive, mux, namespace, server, until
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.riomux.live import Shelf

from llmfs.config import Config
from llmfs.hive import namespace as names
from llmfs.hive.namespace import open_namespace
from ninep.client import open_client
from ninep.dial import Address


async def test_what_is_mounted_with_a_scene_is_a_machine(place: Path) -> None:
    """At /NAME/scene, or behind another multiplexer; whatever else is mounted is none, and no more is a removed one."""
    near, far = Screen(), Screen()
    async with (
        hive(place, A=near) as (world, root),
        server(f"unix!{place}/shelf", Shelf("shelf").tree),
        server(f"unix!{place}/rio", far.tree),
        mux(place, f"rio=unix!{place}/rio", name="other"),
    ):
        sites = world.fleet.sites
        await root.write("/ctl", f"add shelf unix!{place}/shelf\nadd truck unix!{place}/other")
        await until(lambda: [*sites] == ["A", "truck"])
        assert [site.path for site in sites.values()] == ["/A/scene", "/truck/rio/scene"]
        assert "machine add truck /truck/rio/scene  # found\n" in world.fleet.status()
        await root.write("/ctl", "rename truck lorry")
        await until(lambda: [*sites] == ["A", "lorry"])
        await root.write("/ctl", "remove lorry")
        await until(lambda: [*sites] == ["A"])


async def test_a_machine_that_is_down_stays(place: Path) -> None:
    """Its agents know what was on it, and that they cannot reach it; when it is back, what is on it then."""
    screen, model = Screen("a red cube"), Scripted()
    async with (
        open_world(place / "state", model) as world,
        mux(place, f"A=unix!{place}/A"),
        following(world, place),
    ):
        ada = world.agent()
        async with server(f"unix!{place}/A", screen.tree):
            await until(lambda: "A" in ada.machines and ada.machines["A"].context == "a red cube")
        await until(lambda: world.fleet.sites["A"].look is None)
        ada.ask("what is there?")
        await ended(ada)
        assert "context for A:\na red cube\n# as it was last known: A cannot" in model.requests[0].system
        screen.scene = "a blue cube"
        async with server(f"unix!{place}/A", screen.tree):
            await until(lambda: ada.machines["A"].context == "a blue cube")
            assert world.fleet.sites["A"].trouble == ""


async def test_who_draws_and_then_asks_is_answered_by_it(place: Path) -> None:
    """Each prompt looks once more: also before the news of a change are here."""
    screen, model = Screen("a red cube"), Scripted()
    async with hive(place, model, A=screen) as (world, _):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and world.fleet.sites["A"].look is not None)
        screen.scene = "a green cube"  # and nobody is told
        ada.ask("what is there?")
        await ended(ada)
        assert model.requests[0].system.endswith("context for A:\na green cube")
        assert ada.machines["A"].context == "a green cube"


async def test_a_display_that_does_not_answer_holds_no_prompt_up(place: Path) -> None:
    """It has a quarter of a second, once; then prompts go without asking it for a while."""
    screen, model = Screen("a red cube"), Scripted()
    async with hive(place, model, A=screen) as (world, _):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and world.fleet.sites["A"].look is not None)
        screen.gate = trio.Event()
        for number in (1, 2, 3):
            ada.ask("what is there?")
            await ended(ada, number)
        assert screen.looks == 2  # the first one of all, and that of the first prompt
        assert "a red cube" in model.requests[0].system


async def test_what_a_person_wrote_holds_until_the_scene_changes(place: Path) -> None:
    """And writing nothing gives the word back to the display."""
    screen = Screen("a red cube")
    async with hive(place, A=screen) as (world, _):
        ada, bob = world.agent("ada"), world.agent("bob")
        await until(lambda: "A" in ada.machines and ada.machines["A"].context == "a red cube")
        ada.machines["A"].tell("nothing of interest")
        assert (ada.machines["A"].context, bob.machines["A"].context) == ("nothing of interest", "a red cube")
        ada.machines["A"].tell("")
        assert ada.machines["A"].context == "a red cube"
        ada.machines["A"].tell("nothing of interest")
        screen.draw("a blue cube")
        await until(lambda: ada.machines["A"].context == "a blue cube")


async def test_what_a_person_removed_is_not_found_again(place: Path) -> None:
    """Not by the next event, and not after a restart; an `add` has it back, and it is that person's then."""
    screen = Screen()
    async with namespace(place, A=screen, B=Screen()) as root:
        async with open_world(place / "state") as world:
            async with following(world, place):
                await until(lambda: len(world.fleet.sites) == 2)
                world.fleet.machine("remove", "A")
            assert "# machine A was removed, and is not found again until it is added\n" in world.fleet.status()
        async with open_world(place / "state") as world, following(world, place):
            assert [*world.fleet.sites] == ["B"]  # as it was
            await root.write("/ctl", "rename B C")
            await until(lambda: [*world.fleet.sites] == ["C"])
            world.fleet.machine("add", "A")
            world.fleet.machine("add", "C")
            assert "machine add A /A/scene\n" in world.fleet.status()
            await root.write("/ctl", "remove A\nremove C\n")
            await until(lambda: "does not exist" in world.fleet.sites["C"].trouble)
            assert [*world.fleet.sites] == ["C", "A"]


async def test_what_went_while_nobody_looked_is_gone(place: Path) -> None:
    """A mount that was removed while llmfs was down is no machine when it is back; one that is added then is."""
    async with namespace(place, A=Screen()) as root:
        async with open_world(place / "state") as world, following(world, place):
            await until(lambda: [*world.fleet.sites] == ["A"])
        await root.write("/ctl", f"rename A B\nadd C unix!{place}/A")
        async with open_world(place / "state") as world, following(world, place):
            await until(lambda: {*world.fleet.sites} == {"B", "C"})


async def test_names_that_no_machine_can_have_are_passed_over(place: Path) -> None:
    """A mount that is called like a file of an agent, or like another machine but for case, is none."""
    screen = Screen()
    async with hive(place, A=screen) as (world, root):
        await until(lambda: [*world.fleet.sites] == ["A"])
        before = screen.looks
        await root.write("/ctl", "".join(f"add {name} unix!{place}/A\n" for name in ("output", "a", "last")))
        await until(lambda: screen.looks > before and "last" in world.fleet.sites)
        assert [*world.fleet.sites] == ["A", "last"]


async def test_llmfs_is_no_machine_of_its_own(place: Path) -> None:
    """Its own mount is known by its address, whatever its agents are called."""
    assert names.own_name("add llm unix!/ns/llm  # up\nadd x unix!/ns/x\n", [Address.parse("unix!/ns/llm")]) == "llm"
    assert names.own_name("add -lazy agents host:5640  # up\n", [Address.parse("tcp!host!5640")]) == "agents"
    assert names.own_name("add x tls!later!1\n", [Address.parse("unix!/ns/llm")]) == ""
    screen = Screen()
    async with hive(place, llm=screen, A=Screen()) as (world, _):
        await until(lambda: [*world.fleet.sites] == ["A"])
        assert screen.looks == 0


async def test_a_scene_too_long_is_cut(place: Path) -> None:
    """And says so; nobody's memory or purse is for a machine to fill."""
    screen = Screen("box()\n" * 100_000)
    async with hive(place, A=screen) as (world, _):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and bool(ada.machines["A"].context))
        context = ada.machines["A"].context
        assert len(context) < 263_000
        assert context.endswith("# … and 337856 bytes more\n")


async def test_nothing_waits_for_a_namespace_that_is_not_there(place: Path) -> None:
    """Agents answer; and when the multiplexer comes, its machines are found."""
    async with open_world(place / "state") as world, following(world, place):
        world.fleet.machine("add", "mine", "/mine/scene")
        ada = world.agent()
        ada.ask("hello")
        assert await ended(ada) == "done"
        await until(lambda: "there is no such socket" in world.fleet.sites["mine"].trouble)
        async with namespace(place, A=Screen("a cube")):
            await until(lambda: "A" in ada.machines and ada.machines["A"].context == "a cube")
        async with namespace(place, B=Screen("a ball")), open_client(f"unix!{place}/mux"):
            await until(lambda: {*world.fleet.sites} == {"mine", "B"})


def test_which_namespace_it_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was told of; else the multiplexer of this user, running or not; `none` is none."""
    monkeypatch.setenv("NAMESPACE", str(place))
    told = open_namespace("tcp!host!1234")
    assert told
    assert str(told.address) == "tcp!host!1234"
    own = open_namespace(None)
    assert own
    assert str(own.address) == f"unix!{place}/mux"
    assert open_namespace("none") is None
    place.chmod(0o755)
    assert open_namespace(None) is None  # whoever can put a socket there could be whom we talk to
    with pytest.raises(ValidationError, match="no address"):
        Config(state=place, namespace="no address")


async def test_a_machine_that_goes_as_it_is_asked_holds_nobody_up(place: Path) -> None:
    """Its last word is what the prompt is told."""
    screen, model = Screen("a red cube"), Scripted()
    async with hive(place, model, A=screen) as (world, root):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and world.fleet.sites["A"].look is not None)
        site, screen.gate = world.fleet.sites["A"], trio.Event()
        ada.ask("what is there?")
        site.look = None
        await root.write("/ctl", "remove A")
        assert await ended(ada) == "done"
