"""What one client can ask for at most, and what a tree can answer at most: nobody else notices either."""

from __future__ import annotations

from typing import Any

import pytest

from ninep import FileError
from ninep.codec import encode
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Rattach,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Tattach,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
)
from ninep.node import Opened
from ninep.session import ERROR_LENGTH, FLUSHES
from ninep.testing import Talk, memory_connection
from ninep.tree import Broadcast, Dir, Each, Stream, Text


async def attach(talk: Talk, msize: int) -> None:
    assert await talk.ask(Tversion(NOTAG, msize, "9P2000")) == Rversion(NOTAG, msize, "9P2000")
    assert isinstance(await talk.ask(Tattach(0, 0, NOFID, "tester", "")), Rattach)


async def open_file(talk: Talk, *names: str, fid: int = 1) -> None:
    assert isinstance(await talk.ask(Twalk(1, 0, fid, names)), Rwalk)
    assert isinstance(await talk.ask(Topen(1, fid, OREAD)), Ropen)


async def test_a_chain_of_flushes_is_answered_to_its_end() -> None:
    """Each flushes the one before it, thousands of them; one more than the bound ends the connection."""
    async with memory_connection(Dir(news=Stream(Broadcast().open))) as talk:
        await talk.attach()
        await open_file(talk, "news")
        await talk.say(Tread(7, 1, 0, 9), *[Tflush(tag, tag - 1) for tag in range(8, 7 + FLUSHES)])
        assert [await talk.hear() for _ in range(8, 7 + FLUSHES)] == [Rflush(tag) for tag in range(8, 7 + FLUSHES)]
        await talk.say(Tread(7, 1, 0, 9), *[Tflush(tag, tag - 1) for tag in range(8, 9 + FLUSHES)])
        assert await talk.hear() is None


async def test_nothing_is_longer_than_msize() -> None:
    """With the least msize that there is, errors are cut, and a stat that does not fit is refused in words."""
    root = Dir({"n" * 100: Text(lambda: "hello")})
    async with memory_connection(root) as talk:
        await attach(talk, 256)
        refused = await talk.ask(Tcreate(1, 0, "a/" + "ü" * 110, 0o644, OREAD))
        assert isinstance(refused, Rerror) and 250 < len(encode(refused)) <= 256
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("n" * 100,))), Rwalk)
        assert isinstance(await talk.ask(Tstat(1, 1)), Rstat)
        root["n" * 210] = root["n" * 100]
        assert isinstance(await talk.ask(Twalk(1, 0, 2, ("n" * 210,))), Rwalk)
        refused = await talk.ask(Tstat(1, 2))
        assert isinstance(refused, Rerror) and "msize" in refused.ename


async def test_an_error_is_a_sentence() -> None:
    """What a tree has to say is cut, and what UTF-8 cannot say is replaced."""

    def get() -> str:
        raise FileError("no \udcff " + "word " * 200)

    async with memory_connection(Dir(file=Text(get))) as talk:
        await talk.attach()
        await talk.ask(Twalk(1, 0, 1, ("file",)))
        refused = await talk.ask(Topen(1, 1, OREAD))
        assert isinstance(refused, Rerror)
        assert refused.ename.startswith("no ? word") and len(refused.ename.encode()) == ERROR_LENGTH


class Broken(Opened):
    """Gives what no file may give."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, count: int, offset: int) -> Any:
        return self.answer


class BrokenFile(Text):
    """A file whose reads give this."""

    def __init__(self, answer: Any) -> None:
        super().__init__(lambda: "")
        self.answer = answer

    def open(self, mode: int) -> Opened:
        return Broken(self.answer)


@pytest.mark.parametrize("answer", [None, "text", bytes(70_000)], ids=["nothing", "text", "more than was asked for"])
async def test_a_tree_that_gives_nonsense_harms_only_itself(answer: Any) -> None:
    """The request gets an Rerror, and the connection goes on."""
    async with memory_connection(Dir(bad=BrokenFile(answer), good=Text(lambda: "fine"))) as talk:
        await talk.attach()
        await open_file(talk, "bad", fid=1)
        await open_file(talk, "good", fid=2)
        assert isinstance(await talk.ask(Tread(1, 1, 0, 9)), Rerror)
        assert await talk.ask(Tread(1, 2, 0, 9)) == Rread(1, b"fine")


async def test_a_name_that_no_stat_can_hold_harms_only_who_asks() -> None:
    """A client may have made it, if the tree let it."""
    names = {"x" * 65_530: ""}
    async with memory_connection(Dir(files=Each(names, lambda text: Text(lambda: text)))) as talk:
        await attach(talk, 131_072)
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("files", "x" * 65_530))), Rwalk)
        assert isinstance(await talk.ask(Tstat(1, 1)), Rerror)
        assert isinstance(await talk.ask(Tstat(1, 0)), Rstat)
