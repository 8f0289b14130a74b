"""The end of the multiplexer: what was asked before gets its reply, what is asked now is refused, nothing is torn."""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.riomux.live import PATIENCE, Shelf, mux, server, talk, until
from tests.riomux.playbook import Event, Playbook, hang_up, heard, opened, say

from ninep import FileError
from ninep.client import open_client
from ninep.messages import (
    NOTAG,
    OWRITE,
    Message,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Rread,
    Rwrite,
    Tattach,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)
from riomux.drain import STOPPING
from riomux.peers import Client, Link

NOTE = Qid(0, 0, 8)


def draining() -> Event:
    """The mux is told to take nothing new."""
    return lambda book: book.splice.drain()


def test_what_was_asked_before(book: Playbook, alice: Client, llm: Link) -> None:
    """Its reply passes as ever, and so do a flush and a clunk, which end things."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 9), Tread(8, 1, 0, 9))
        << say(llm, Tread(0, note, 0, 9), Tread(1, note, 0, 9))
        >> draining()
        >> heard(llm, Rread(0, b"in time"))
        << say(alice, Rread(7, b"in time"))
        >> heard(alice, Tflush(9, 8), Tclunk(10, 1))
        << say(llm, Tflush(0, 1), Tclunk(2, note))
        >> heard(llm, Rflush(0), Rclunk(2))
        << say(alice, Rflush(9), Rclunk(10))
    )
    assert not book.splice.is_waited_for


@pytest.mark.parametrize(
    "request_",
    [
        Tversion(NOTAG, 8192, "9P2000"),
        Tattach(5, 9, 0xFFFFFFFF, "eve", ""),
        Twalk(5, 0, 2, ("llm", "note")),
        Topen(5, 0, 0),
        Tread(5, 1, 0, 9),
        Twrite(5, 1, 0, b"x"),
        Tstat(5, 1),
        Tremove(5, 1),
    ],
    ids=lambda request: type(request).__name__,
)
def test_what_is_asked_now(book: Playbook, alice: Client, llm: Link, request_: Message) -> None:
    """It is refused in words, to those who are there and to those who come."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> draining()
    for client in (alice, book.stranger("late")):
        assert book >> heard(client, request_) << say(client, Rerror(request_.tag, STOPPING))


@pytest.mark.parametrize("frame", [struct.pack("<IBH", 6, 116, 1), struct.pack("<IBHI", 1 << 30, 118, 1, 0)])
def test_nonsense_is_still_nonsense(book: Playbook, alice: Client, frame: bytes) -> None:
    """Who sends it is hung up on."""
    assert book >> draining() >> heard(alice, frame) << hang_up(alice)


def test_a_text_that_was_begun_in_time(book: Playbook, alice: Client, llm: Link) -> None:
    """It is finished by its clunk if all of it went through, and left to the hang-up if a part was refused."""
    whole = opened(book, alice, llm, 1, "whole", qid=NOTE, mode=OWRITE)
    torn = opened(book, alice, llm, 2, "torn", qid=NOTE, mode=OWRITE)
    _ = book >> heard(alice, Twrite(3, 1, 0, b"all"), Twrite(4, 2, 0, b"half"))
    assert (
        book
        << say(llm, Twrite(0, whole, 0, b"all"), Twrite(1, torn, 0, b"half"))
        >> draining()
        >> heard(alice, Twrite(5, 2, 4, b" of it"), Tclunk(6, 1), Tclunk(7, 2))
        << say(llm, Tclunk(2, whole))
        << say(alice, Rerror(5, STOPPING), Rerror(7, STOPPING))
        >> heard(llm, Rwrite(0, 3), Rwrite(1, 4), Rclunk(2))
        << say(alice, Rwrite(3, 3), Rwrite(4, 4), Rclunk(6))
    )


async def test_a_reply_that_is_on_its_way(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for, and then nothing more is; what is said now is refused, also to who comes now."""
    monkeypatch.setattr("riomux.pump.GRACE", PATIENCE)
    monkeypatch.setattr("riomux.pump.CALM", PATIENCE)
    shelf = Shelf("one")
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a") as pump,
        open_client(f"unix!{place}/mux") as root,
        root.open("/one/news") as news,
    ):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_expect, news.read, b"in time")
            await until(lambda: pump.splice.is_waited_for)
            nursery.start_soon(pump.drain)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(FileError, match=STOPPING):
                await root.stat("/one/note")
            late = talk(place)
            assert await late.ask(Tversion(NOTAG, 8192, "9P2000")) == Rerror(NOTAG, STOPPING)
            late.hang_up()
            shelf.news.publish("in time")
        assert not pump.splice.is_waited_for


async def _expect(read: Callable[[], Awaitable[bytes]], data: bytes) -> None:
    assert await read() == data


async def test_a_read_that_blocks(place: Path) -> None:
    """Nobody stops later for it."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place, f"one=unix!{place}/a") as pump,
        open_client(f"unix!{place}/mux") as root,
        root.open("/one/news") as news,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(news.read)
        await until(lambda: pump.splice.is_waited_for)
        with trio.fail_after(PATIENCE):
            await pump.drain()
        assert pump.splice.is_waited_for
        nursery.cancel_scope.cancel()
