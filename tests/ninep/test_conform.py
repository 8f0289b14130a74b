"""The 60 rules hold for our server, and for a multiplexer in front of it; and they can be broken."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from msgspec.structs import replace
from tests.ninep.liar import Lie, serve_liar
from tests.riomux.live import mux, server

from ninep.conform import report
from ninep.conform.reference import reference
from ninep.conform.rules import RULES, Broken
from ninep.conform.runner import Result, conform
from ninep.dial import close_listener, listen
from ninep.export import exported
from ninep.memory import Folder
from ninep.messages import (
    DMDIR,
    Message,
    Qid,
    Rclunk,
    Rcreate,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Rwstat,
)

REASONS = {
    11: "a server behind a multiplexer that may be killed",  # tests/riomux/test_failure.py kills one
    56: "a server behind a multiplexer that may be killed",
}
WAITING = {16, 17, 19, 41, 53, 54, 59}  # the rules that need a file whose reads wait
PATIENCE = 0.4  # seconds: a liar is not waited for


async def results(address: str, only: Collection[int] = (), patience: float = 20.0) -> dict[int, Result]:
    """How it went, by rule."""
    return {result.rule.number: result async for result in conform(address, only=only, patience=patience)}


def check_all(found: dict[int, Result]) -> None:
    """All 60 were tried; none is broken, and those that were skipped have a reason that we know."""
    broken = ["\n".join(report.lines(result)) for result in found.values() if result.verdict == "FAIL"]
    assert not broken, "\n".join(broken)
    for number, result in found.items():
        assert result.verdict == "ok" or REASONS[number] in result.why, f"{number}: {result.why}"
    assert list(found) == list(range(1, 61))


async def test_our_server(place: Path) -> None:
    """It keeps every rule."""
    async with server(f"unix!{place}/reference", reference):
        check_all(await results(f"unix!{place}/reference"))


async def test_a_multiplexer(place: Path) -> None:
    """A tree behind riomux keeps every rule that the tree alone does."""
    async with server(f"unix!{place}/reference", reference), mux(place, f"ref=unix!{place}/reference"):
        check_all(await results(f"unix!{place}/mux/ref"))


async def test_a_multiplexer_at_depth(place: Path) -> None:
    """So does a tree behind two of them, and all of the outer one that is above it does no harm."""
    async with (
        server(f"unix!{place}/reference", reference),
        mux(place, f"ref=unix!{place}/reference", name="inner"),
        mux(place, f"deep=unix!{place}/inner", name="outer"),
    ):
        check_all(await results(f"unix!{place}/outer/deep/ref"))


@asynccontextmanager
async def served_directory(place: Path) -> AsyncIterator[Path]:
    """A real directory, served at PLACE/disk."""
    directory = place / "directory"
    (directory / "nested" / "deeper").mkdir(parents=True)
    (directory / "hello").write_text("All the world is a file.\n" * 40)
    (directory / "nested" / "deeper" / "leaf").write_text("a leaf\n")
    with exported(directory) as root:
        async with server(f"unix!{place}/disk", lambda: root):
            yield directory


@pytest.mark.parametrize("is_behind", [False, True], ids=["alone", "behind a multiplexer"])
async def test_a_real_directory(is_behind: bool, place: Path) -> None:
    """What `ninep serve` exports keeps every rule but those of files whose reads wait, and nothing is left in it."""
    async with served_directory(place) as directory, mux(place, f"disk=unix!{place}/disk"):
        before = sorted(directory.rglob("*"))
        found = await results(f"unix!{place}/mux/disk" if is_behind else f"unix!{place}/disk")
        assert sorted(directory.rglob("*")) == before
    assert not [report.lines(result) for result in found.values() if result.verdict == "FAIL"]
    skipped = {number for number, result in found.items() if result.verdict == "skipped"}
    assert skipped == {11, 56} | WAITING


async def test_it_leaves_nothing(place: Path) -> None:
    """What the rules made is gone afterwards."""
    tree = reference()
    before = set(tree)
    async with server(f"unix!{place}/reference", lambda: tree):
        await results(f"unix!{place}/reference", {18, 33, 34, 39, 40, 46, 47, 48, 58})
    files = tree["files"]
    assert isinstance(files, Folder)
    assert set(tree) == before and not files


QID = Qid(0, 0, 1)


def instead(wrong: type[Message], make: Callable[[Any], Message], *, text: str = "") -> Lie:
    """A lie about replies of one kind, or about refusals with this text."""
    return lambda reply: [make(reply) if type(reply) is wrong and text in str(reply) else reply]


def late(reply: Message) -> list[Message]:
    """A read is answered after its Rflush."""
    return [reply, Rread(5, b"late")] if isinstance(reply, Rflush) else [reply]


def silent(reply: Message) -> list[Message]:
    """A refusal is not said."""
    return [] if isinstance(reply, Rerror) else [reply]


LIES: dict[str, tuple[Lie, set[int]]] = {
    "agrees to any version": (instead(Rversion, lambda r: replace(r, version="9P2000")), {3}),
    "has words of its own": (instead(Rerror, lambda r: replace(r, ename="oops")), {60}),
    "calls its root by a name": (instead(Rstat, lambda r: replace(r, stat=replace(r.stat, name="root"))), {43, 44}),
    "calls each file a directory": (
        instead(Rstat, lambda r: replace(r, stat=replace(r.stat, mode=r.stat.mode | DMDIR | 1 << 30))),
        {45},
    ),
    "promises too much": (instead(Ropen, lambda r: replace(r, iounit=1 << 24)), {36}),
    "answers what was flushed": (late, {52}),
    "refuses a flush": (instead(Rflush, lambda r: Rerror(r.tag, "no")), {30, 51, 52, 55}),
    "does not refuse": (silent, {14, 16, 22, 24, 57}),
    "walks to nowhere": (instead(Rerror, lambda r: Rwalk(r.tag, ()), text="not exist"), {23}),
    "walks 17 names": (instead(Rerror, lambda r: Rwalk(r.tag, ()), text="too many names"), {24}),
    "takes a clunk of nothing": (instead(Rerror, lambda r: Rclunk(r.tag), text="unknown fid"), {57}),
    "reads a directory anywhere": (instead(Rerror, lambda r: Rread(r.tag, b"x"), text="bad offset"), {38}),
    "makes what exists": (instead(Rerror, lambda r: Rcreate(r.tag, QID, 0), text="already exists"), {34}),
    "reads what is not open": (instead(Rerror, lambda r: Rread(r.tag, b"x"), text="not open"), {31}),
}


@asynccontextmanager
async def liar(address: str, lie: Lie) -> AsyncIterator[None]:
    """A server of the reference tree that lies."""
    listener = listen(address)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve_liar, reference(), listener, lie)
            yield
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


@pytest.mark.parametrize(("lie", "rules"), LIES.values(), ids=LIES)
async def test_a_lie_is_found(lie: Lie, rules: set[int], place: Path) -> None:
    """A server that is wrong in one thing breaks the rules about it."""
    async with liar(f"unix!{place}/liar", lie):
        found = await results(f"unix!{place}/liar", rules, PATIENCE)
    assert {number for number, result in found.items() if result.verdict == "FAIL"} == rules


LIBERTIES: dict[str, tuple[Lie, int]] = {
    "ends a directory where no entry begins": (instead(Rerror, lambda r: Rread(r.tag, b""), text="bad offset"), 38),
    "lets nobody change a stat": (instead(Rwstat, lambda r: Rerror(r.tag, "wstat prohibited")), 46),
}


@pytest.mark.parametrize(("liberty", "number"), LIBERTIES.values(), ids=LIBERTIES)
async def test_a_liberty_is_no_fault(liberty: Lie, number: int, place: Path) -> None:
    """What the manual leaves open is told, with the reason, and not held against the server."""
    async with liar(f"unix!{place}/liar", liberty):
        (result,) = (await results(f"unix!{place}/liar", {number}, PATIENCE)).values()
    assert result.verdict == "differs"
    assert [line.split()[0] for line in report.lines(result)] == [str(number), "said", "expected", "and"]


async def test_a_server_that_is_gone(place: Path) -> None:
    """Who was brought down by one rule is not blamed for the rest."""
    found = list[Result]()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server(f"unix!{place}/reference", reference))
        async for result in conform(f"unix!{place}/reference", only={3, 5, 13}):
            found.append(result)
            await stack.aclose()
    assert [result.verdict for result in found] == ["ok", "skipped", "skipped"]
    assert {result.why for result in found[1:]} == {"the server is gone since rule 3"}


async def test_without_lies(place: Path) -> None:
    """What finds the lies finds nothing where there are none."""
    rules = set().union(*[rules for _, rules in LIES.values()])
    async with liar(f"unix!{place}/liar", lambda reply: [reply]):
        found = await results(f"unix!{place}/liar", rules)
    assert {result.verdict for result in found.values()} == {"ok"}


async def test_no_server_of_9p(place: Path) -> None:
    """Who says nothing, or nothing sensible, is not waited for."""
    async with liar(f"unix!{place}/mute", lambda reply: []):
        with pytest.raises(Broken, match=r"nothing for 0\.4 s; expected a reply to Tversion"):
            await results(f"unix!{place}/mute", patience=PATIENCE)
    with pytest.raises(ConnectionError, match="is the server started"):
        await results(f"unix!{place}/nobody")


def test_each_rule_is_a_promise() -> None:
    """60 rules, each with its page of the manual."""
    assert sorted(RULES) == list(range(1, 61))
    assert all(rule.promise.endswith(".") and rule.page.endswith("(5)") for rule in RULES.values())


async def test_the_command(place: Path) -> None:
    """`ninep conform` prints a line for each rule and their sum; its status says whether all are kept."""
    command = [sys.executable, "-c", "from ninep.cli import main; main()", "conform", "--rule", "3", "--rule", "11"]
    async with server(f"unix!{place}/reference", reference):
        done = await trio.run_process([*command, f"unix!{place}/reference"], capture_stdout=True)
    lines = done.stdout.decode().splitlines()
    assert (
        lines[0].startswith(" 3  ok")
        and lines[1].startswith("11  skipped")
        and lines[-1] == "1 ok, 0 differ, 0 failed, 1 skipped"
    )
    async with liar(f"unix!{place}/liar", LIES["agrees to any version"][0]):
        done = await trio.run_process([*command, f"unix!{place}/liar"], capture_stdout=True, check=False)
    assert done.returncode == 1 and b" 3  FAIL" in done.stdout
    assert b"said      Rversion tag NOTAG msize 8192 version 9P2000 to version 'foo'" in done.stdout
