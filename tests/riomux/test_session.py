"""What the mux promises to each client by itself: version, tags, fids, and that nothing malformed goes further."""

from __future__ import annotations

import struct

import pytest
from tests.riomux.playbook import ROOT, Playbook, cross, hang_up, heard, opened, say, version

from ninep.codec import encode
from ninep.messages import (
    NOFID,
    NOTAG,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Rread,
    Rversion,
    Rwalk,
    Tattach,
    Tauth,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.session import FIDS, MSIZE, OUTSTANDING
from riomux.peers import Client, Link

OUTPUT = Qid(0, 0, 8)


# Version.


@pytest.mark.parametrize("first", [Tattach(0, 0, NOFID, "eve", ""), Tread(0, 0, 0, 1), Tflush(0, 1)])
def test_version_comes_first(book: Playbook, first: Tread) -> None:
    """Who begins with anything else is hung up on."""
    bob = book.stranger("bob")
    assert book >> heard(bob, first) << hang_up(bob)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("9P2000", "9P2000"), ("9P2000.u", "9P2000"), ("9P2000.L", "9P2000"), ("9P1999", "unknown"), ("", "unknown")],
)
def test_versions(book: Playbook, asked: str, answered: str) -> None:
    """What begins with 9P2000 is 9P2000; nothing else is known, and that is no Rerror."""
    bob = book.stranger("bob")
    assert book >> heard(bob, Tversion(NOTAG, 8192, asked)) << say(bob, Rversion(NOTAG, 8192, answered))


def test_msize(book: Playbook) -> None:
    """The smaller of what was asked and what backends take; less than 256 is refused."""
    bob = book.stranger("bob")
    assert (
        book
        >> heard(bob, Tversion(NOTAG, 1 << 30, "9P2000"))
        << say(bob, version(MSIZE))
        >> heard(bob, Tversion(NOTAG, 256, "9P2000"))
        << say(bob, version(256))
        >> heard(bob, Tversion(NOTAG, 255, "9P2000"))
        << say(bob, Rerror(NOTAG, "msize 255 is too small; 256 is the least"))
    )


def test_a_second_version_ends_all(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """It flushes what is pending and clunks every fid, on every backend; nothing comes under an old tag after it."""
    output = opened(book, alice, llm, 1, "output", qid=OUTPUT)
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100), Tversion(NOTAG, 8192, "9P2000"))
        << say(llm, Tread(0, output, 0, 100), Tflush(1, 0), Tclunk(2, output))
        << say(home, Tclunk(0, 1))
        << say(alice, version(8192))
        >> heard(llm, Rread(0, b"too late"), Rflush(1), Rclunk(2))
        >> heard(home, Rclunk(0))
        >> heard(alice, Tread(7, 1, 0, 100))
        << say(alice, Rerror(7, "unknown fid"))
    )


# Attach.


def test_several_attaches(book: Playbook, alice: Client, home: Link) -> None:
    """Each is a root of its own."""
    assert (
        book
        >> heard(alice, Tattach(1, 5, NOFID, "bob", ""))
        << say(home, Tattach(0, 2, NOFID, "bob", ""))
        >> heard(home, Rattach(0, ROOT))
        << say(alice, Rattach(1, book.root))
        >> heard(alice, Tclunk(2, 5))
        << say(home, Tclunk(0, 2))
        >> heard(home, Rclunk(0))
        << say(alice, Rclunk(2))
        >> heard(alice, Tstat(3, 0))
        << say(home, Tstat(0, 1))
    )


def test_attach_where_a_backend_is_mounted(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """An aname is a path; a walk from there goes into the backend."""
    assert (
        book
        >> heard(alice, Tattach(1, 5, NOFID, "eve", "llm"))
        << say(home, Tattach(0, 2, NOFID, "eve", "llm"))
        >> heard(home, Rattach(0, Qid(0x80, 0, 44)))
        << say(alice, Rattach(1, llm.backend.root))
        >> heard(alice, Twalk(2, 5, 6, ("ada",)))
        << say(llm, Twalk(0, 0, 1, ("ada",)))
    )


def test_an_attach_that_fails(book: Playbook, alice: Client, home: Link) -> None:
    """The fid does not exist, and its number can be used again."""
    assert (
        book
        >> heard(alice, Tattach(1, 5, NOFID, "eve", "nowhere"))
        << say(home, Tattach(0, 2, NOFID, "eve", "nowhere"))
        >> heard(home, Rerror(0, "file does not exist"))
        << say(alice, Rerror(1, "file does not exist"))
        >> heard(alice, Tattach(2, 5, NOFID, "eve", ""))
        << say(home, Tattach(0, 2, NOFID, "eve", ""))
    )


def test_attaches_that_are_refused(book: Playbook, alice: Client) -> None:
    """A fid in use, no fid, and authentication, of which there is none."""
    assert (
        book
        >> heard(alice, Tattach(1, 0, NOFID, "eve", ""))
        << say(alice, Rerror(1, "fid in use"))
        >> heard(alice, Tattach(1, NOFID, NOFID, "eve", ""))
        << say(alice, Rerror(1, "fid in use"))
        >> heard(alice, Tattach(1, 9, 3, "eve", ""))
        << say(alice, Rerror(1, "no authentication is needed here; attach with afid NOFID"))
        >> heard(alice, Tauth(1, 9, "eve", ""))
        << say(alice, Rerror(1, "authentication not required"))
    )


# Tags and fids.


def test_a_tag_in_use(book: Playbook, alice: Client, llm: Link) -> None:
    """The second is refused, the first is answered all the same."""
    output = opened(book, alice, llm, 1, "output", qid=OUTPUT)
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100), Tread(7, 1, 100, 100))
        << say(llm, Tread(0, output, 0, 100))
        << say(alice, Rerror(7, "duplicate tag"))
        >> heard(llm, Rread(0, b"hello"))
        << say(alice, Rread(7, b"hello"))
    )


def test_an_unknown_fid(book: Playbook, alice: Client) -> None:
    """Whatever is asked of it is refused here."""
    requests = [
        Topen(1, 9, 0),
        Tcreate(1, 9, "x", 0, 0),
        Tread(1, 9, 0, 1),
        Twrite(1, 9, 0, b"x"),
        Tclunk(1, 9),
        Tremove(1, 9),
        Tstat(1, 9),
        Twalk(1, 9, 10, ()),
    ]
    for request in requests:
        assert book >> heard(alice, request) << say(alice, Rerror(1, "unknown fid"))


def test_too_many_requests(book: Playbook, alice: Client, llm: Link) -> None:
    """After 256 that wait, more are refused; a Tflush and a Tclunk are heard."""
    output = opened(book, alice, llm, 1, "output", qid=OUTPUT)
    reads = [Tread(tag, 1, 0, 100) for tag in range(OUTSTANDING)]
    _ = book >> heard(alice, *reads)
    for tag in range(OUTSTANDING):
        assert book.take(llm) == Tread(tag, output, 0, 100)
    assert (
        book
        >> heard(alice, Tread(400, 1, 0, 100), Tflush(401, 3), Tclunk(402, 1))
        << say(alice, Rerror(400, "too many requests wait on this connection"))
        << say(llm, Tflush(256, 3), Tclunk(257, output))
    )


def test_too_many_fids(book: Playbook, alice: Client, llm: Link) -> None:
    """4096 are enough for anybody; one that is clunked makes room."""
    cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    for fid in range(2, FIDS):
        _ = book >> heard(alice, Twalk(1, 1, fid, ()))
        request = book.take(llm)
        assert request
        _ = book >> heard(llm, Rwalk(request.tag, ())) << say(alice, Rwalk(1, ()))
    refusal = Rerror(1, "too many fids; 4096 is the most of one connection")
    assert book >> heard(alice, Twalk(1, 1, FIDS, ())) << say(alice, refusal)
    _ = book >> heard(alice, Tclunk(1, 2))
    assert book.take(llm)
    _ = book >> heard(alice, Twalk(2, 1, FIDS, ()))
    assert isinstance(book.take(llm), Twalk)


def test_a_clunk(book: Playbook, alice: Client, llm: Link) -> None:
    """The fid is gone with the request, even if the reply is an Rerror; its number on the link with the reply."""
    output = opened(book, alice, llm, 1, "output", qid=OUTPUT)
    assert (
        book
        >> heard(alice, Tclunk(1, 1), Tclunk(2, 1), Twalk(3, 0, 1, ("llm", "ada")))
        << say(alice, Rerror(2, "unknown fid"))
        << say(llm, Tclunk(0, output), Twalk(1, 0, output + 1, ("ada",)))
        >> heard(llm, Rerror(0, "the agent could not be saved"))
        << say(alice, Rerror(1, "the agent could not be saved"))
        >> heard(alice, Twalk(4, 0, 2, ("llm", "bob")))
        << say(llm, Twalk(0, 0, output, ("bob",)))
    )


def test_what_the_mux_does_not_let_be_removed(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The place where a backend is mounted is refused by the mux's own tree, and the fid is gone."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm",)))
        << say(home, Twalk(0, 0, 2, ("llm",)))
        >> heard(home, Rwalk(0, (ROOT,)))
        << say(alice, Rwalk(1, (llm.backend.root,)))
        >> heard(alice, Tremove(2, 1))
        << say(home, Tremove(0, 2))
        >> heard(home, Rerror(0, "permission denied"))
        << say(alice, Rerror(2, "permission denied"))
        >> heard(alice, Tstat(3, 1))
        << say(alice, Rerror(3, "unknown fid"))
    )


# Garbage.


@pytest.mark.parametrize("size", [0, 1, 6, MSIZE + 1, 0xFFFFFFFF])
def test_sizes_that_cannot_be(book: Playbook, alice: Client, bob: Client, size: int) -> None:
    """The client is hung up on as soon as the size is seen; the next one does not notice."""
    assert book >> heard(alice, struct.pack("<IBH", size, 116, 1)) << hang_up(alice)
    assert book >> heard(bob, Tclunk(1, 77)) << say(bob, Rerror(1, "unknown fid"))


def test_a_whole_frame_longer_than_the_msize(book: Playbook) -> None:
    """A client that agreed on 256 bytes does not send more."""
    bob = book.client("bob", msize=256)
    assert book >> heard(bob, Twrite(1, 0, 0, bytes(300))) << hang_up(bob)


@pytest.mark.parametrize("kind", [0, 80, 98, 99, 105, 106, 107, 117, 128, 255])
def test_types_that_are_no_requests(book: Playbook, alice: Client, kind: int) -> None:
    """They get an Rerror, and the conversation goes on."""
    frame = struct.pack("<IBHI", 11, kind, 5, 0)
    assert book >> heard(alice, frame) << say(alice, Rerror(5, f"unknown message type {kind}"))
    assert book >> heard(alice, Tclunk(1, 77)) << say(alice, Rerror(1, "unknown fid"))


def test_bodies_that_contradict_their_size(book: Playbook, alice: Client, llm: Link) -> None:
    """Every request cut short or with something behind it is refused; none of them reaches the backend."""
    opened(book, alice, llm, 1, "output", qid=OUTPUT)
    requests = [
        Tauth(5, 2, "eve", "x"),
        Tattach(5, 2, NOFID, "eve", "x"),
        Tflush(5, 1),
        Twalk(5, 0, 2, ("llm", "ada")),
        Topen(5, 1, 0),
        Tcreate(5, 1, "name", 0, 0),
        Tread(5, 1, 0, 10),
        Twrite(5, 1, 0, b"words"),
        Tclunk(5, 1),
        Tremove(5, 1),
        Tstat(5, 1),
    ]
    for request in requests:
        frame = encode(request)
        for wrong in [frame + b"!", *[frame[:size] for size in range(7, len(frame))]]:
            _ = book >> heard(alice, struct.pack("<I", len(wrong)) + wrong[4:])
            refusal = book.take(alice)
            assert isinstance(refusal, Rerror), book.story(f"{request} as {wrong.hex()}")
            assert refusal.tag == 5
            assert refusal.ename.startswith("malformed message")
            assert book
