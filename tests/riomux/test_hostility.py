"""Those who go to the limits: clients that ask for too much, servers that answer late, or in another order."""

from __future__ import annotations

import struct

import msgspec
import pytest
from tests.riomux.playbook import ROOT, Playbook, cross, dial, gone, heard, lost, opened, refused, say, seen
from tests.riomux.test_files import test_open_where_a_backend_is_mounted

from ninep.codec import encode
from ninep.messages import (
    NOFID,
    QTDIR,
    Message,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Rstat,
    Rwalk,
    Stat,
    Tattach,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Twalk,
    Twstat,
)
from riomux import peers
from riomux.peers import Client, Link
from riomux.replies import Flushing
from riomux.requests import MOST

ADA, NOTE = Qid(QTDIR, 0, 7), Qid(0, 0, 8)


# Numbers of fids, when a server does several things at a time.


def test_a_clunk_that_overtakes_its_walk(book: Playbook, alice: Client, llm: Link) -> None:
    """The number is free when both are answered. Else the walk, when it is done, takes it from another client."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(7, 1, 2, ("output",)), Tclunk(8, 2))
        << say(llm, Twalk(0, ada, 2, ("output",)), Tclunk(1, 2))
        >> heard(llm, Rerror(1, "unknown fid"))
        << say(alice, Rerror(8, "unknown fid"))
        >> heard(alice, Twalk(9, 1, 3, ()))
        << say(llm, Twalk(1, ada, 3, ()))
        >> heard(llm, Rwalk(0, (NOTE,)))
        << say(llm, Tclunk(0, 2))
        << say(alice, Rwalk(7, (seen(llm, NOTE),)))
        >> heard(llm, Rclunk(0))
        >> heard(alice, Twalk(10, 1, 4, ()))
        << say(llm, Twalk(0, ada, 2, ()))
    )


def test_a_clunk_that_overtakes_a_walk_that_fails(book: Playbook, alice: Client, llm: Link) -> None:
    """Then there is nothing to clunk."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(7, 1, 2, ("output",)), Tclunk(8, 2))
        << say(llm, Twalk(0, ada, 2, ("output",)), Tclunk(1, 2))
        >> heard(llm, Rerror(1, "unknown fid"), Rerror(0, "file does not exist"))
        << say(llm, Tclunk(0, 2))
        << say(alice, Rerror(8, "unknown fid"), Rerror(7, "file does not exist"))
        >> heard(llm, Rerror(0, "unknown fid"))
        >> heard(alice, Twalk(10, 1, 4, ()))
        << say(llm, Twalk(0, ada, 2, ()))
    )


def test_a_hang_up_that_overtakes_a_walk(book: Playbook, alice: Client, bob: Client, llm: Link) -> None:
    """What the walk makes is clunked when it has been made, and its number is nobody else's until then."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    bobs = cross(book, bob, llm, 1, "ada", qids=(ADA,))
    _ = book >> heard(alice, Twalk(7, 1, 2, ())) << say(llm, Twalk(0, ada, 3, ())) >> gone(alice)
    _ = book << say(llm, Tflush(1, 0), Tclunk(2, ada)) >> heard(llm, Rclunk(2))
    assert book.take(book.home) == Tclunk(0, 1)
    assert (
        book
        >> heard(bob, Twalk(7, 1, 2, ()))
        << say(llm, Twalk(2, bobs, ada, ()))
        >> heard(bob, Twalk(8, 1, 3, ()))
        << say(llm, Twalk(3, bobs, 4, ()))
        >> heard(llm, Rwalk(0, ()), Rflush(1))
        << say(llm, Tclunk(4, 3))
    )


def test_a_walk_that_fails_before_what_was_sent_behind_it(
    book: Playbook, alice: Client, bob: Client, llm: Link
) -> None:
    """A Topen of a fid that never was must not find the fid of somebody else."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    bobs = cross(book, bob, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(7, 1, 2, ("nothing",)), Topen(8, 2, 1))
        << say(llm, Twalk(0, ada, 3, ("nothing",)), Topen(1, 3, 1))
        >> heard(llm, Rerror(0, "file does not exist"))
        << say(llm, Tclunk(0, 3))
        << say(alice, Rerror(7, "file does not exist"))
        >> heard(bob, Twalk(9, 1, 2, ()))
        << say(llm, Twalk(2, bobs, 4, ()))
        >> heard(llm, Rerror(1, "unknown fid"), Rerror(0, "unknown fid"))
        << say(alice, Rerror(8, "unknown fid"))
        >> heard(bob, Twalk(10, 1, 3, ()))
        << say(llm, Twalk(0, bobs, 3, ()))
    )


def test_a_fid_that_has_moved_on_when_its_attach_is_refused(
    book: Playbook, alice: Client, llm: Link, home: Link
) -> None:
    """Its old number is free on the old link, once; its new one stays as it is."""
    assert (
        book
        >> heard(alice, Tattach(5, 5, NOFID, "eve", ""), Twalk(6, 5, 5, ("llm", "ada")))
        << say(home, Tattach(0, 2, NOFID, "eve", ""))
        << say(llm, Twalk(0, 0, 1, ("ada",)))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(6, (llm.backend.root, seen(llm, ADA))))
        >> heard(home, Rattach(0, ROOT))
        << say(home, Tclunk(0, 2))
        << say(alice, Rattach(5, book.root))
        >> heard(alice, Tstat(7, 5))
        << say(llm, Tstat(0, 1))
    )


def test_a_remove_of_a_root_that_overtakes_its_attach(book: Playbook, alice: Client, home: Link) -> None:
    """A root is not removed, but the fid is gone."""
    assert (
        book
        >> heard(alice, Tattach(5, 5, NOFID, "eve", ""), Tremove(6, 5))
        << say(home, Tattach(0, 2, NOFID, "eve", ""))
        << say(alice, Rerror(6, "permission denied"))
        >> heard(home, Rattach(0, ROOT))
        << say(home, Tclunk(0, 2))
        << say(alice, Rattach(5, book.root))
    )


# Flushes without end.


def test_flushes_of_flushes(book: Playbook, alice: Client, llm: Link) -> None:
    """A Tflush forgets what it flushed when it is answered: a chain of them would be freed by recursion, in C."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(1, 1, 0, 100))
    newest, asked = 1, [book.take(llm)]
    for i in range(30):
        _ = book >> heard(alice, Tflush(2 + i % 3, newest))
        newest, asked = 2 + i % 3, [*asked, book.take(llm)]
        if i:
            flush = asked.pop(1)
            assert flush
            _ = book >> heard(llm, Rflush(flush.tag))
            book.take(alice)
    flushing = alice.tags[newest]
    assert isinstance(flushing, Flushing)
    assert isinstance(flushing.old, Flushing)
    assert flushing.old.old is None


def test_flushed_walks_leave_the_line(book: Playbook, alice: Client) -> None:
    """Nobody stands in the line of those who wait for a connection, or to be let in, but who still wants to."""
    rio = book.splice.mount("rio")
    _ = book << dial(rio)
    for _ in range(3):
        _ = book >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")), Tflush(2, 1)) << say(alice, Rflush(2))
    assert not rio.entrants
    link = book.link(rio)
    link.entered.clear()
    _ = book >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")), Tflush(2, 1)) << say(alice, Rflush(2))
    assert book << say(link, Tattach(0, 1, NOFID, "eve", ""))
    assert link.entered == {"eve": []}


def test_flushed_walks_are_flushed_in_the_backend(book: Playbook, alice: Client, llm: Link) -> None:
    """So that nothing of them is left there, nor here."""
    for _ in range(3):
        assert (
            book
            >> heard(alice, Twalk(1, 0, 1, ("llm", "ada")), Tflush(2, 1))
            << say(llm, Twalk(0, 0, 1, ("ada",)), Tflush(1, 0))
            << say(alice, Rflush(2))
            >> heard(llm, Rflush(1))
            << say(llm, Tclunk(0, 1))
            >> heard(llm, Rclunk(0))
        )
        link_tags = llm.free[-2:]
        assert sorted(link_tags) == [0, 1]
        llm.free[-2:] = [1, 0]
    assert not llm.pending


def test_a_backend_that_answers_nothing(
    book: Playbook, alice: Client, llm: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walks and their flushes do not gather for ever: then the next is refused."""
    monkeypatch.setattr(peers, "TAGS_OF_CLIENTS", 20)
    for _ in range(10):
        _ = book >> heard(alice, Twalk(1, 0, 1, ("llm", "ada")), Tflush(2, 1)) << say(alice, Rflush(2))
    _ = book >> heard(alice, Twalk(1, 0, 1, ("llm", "ada")))
    assert book.take(alice) == Rerror(1, "too many requests wait for llm")


def test_clunks_of_a_fid_on_its_way(book: Playbook, alice: Client) -> None:
    """There are no more of them than a client may have fids, and flushes."""
    rio = book.splice.mount("rio")
    _ = book << dial(rio) >> heard(alice, Twalk(0, 0, 1, ("rio", "scene")))
    _ = book >> heard(alice, *[Tclunk(tag, 1) for tag in range(1, MOST + 10)])
    assert len(alice.tags) == MOST
    assert book.take(alice) == Rerror(MOST, "too many requests wait on this connection")


def test_a_link_that_is_lost_with_more_to_ask_than_it_has_tags(
    book: Playbook, llm: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not asked yet is answered too."""
    monkeypatch.setattr(peers, "TAGS_OF_CLUNKS", 2)
    answers = list[Message]()
    for number in range(5):
        llm.ask(Tclunk(0, number), answers.append)
    book.splice.lost(llm, "went away")
    assert answers == [Rerror(0, "i/o error: llm went away")] * 5


def test_a_link_that_is_lost_while_somebody_is_let_in(book: Playbook, alice: Client, llm: Link) -> None:
    """It is said once whose fault that is."""
    llm.entered.clear()
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "ada")))
        << say(llm, Tattach(0, 1, NOFID, "eve", ""))
        >> lost(llm)
        << dial(llm.backend)
        << say(alice, Rerror(1, "i/o error: llm went away"))
    )


# What does not fit.


@pytest.mark.parametrize(
    "request_",
    [
        Twalk(5, 1, 2, ("n" * 250,)),
        Tcreate(5, 1, "n" * 300, 0o644, 0),
        Twstat(5, 1, Stat(0, 0, ROOT, 0, 0, 0, 0, "n" * 300, "", "", "")),
    ],
    ids=lambda request_: type(request_).__name__,
)
def test_more_than_a_backend_takes_in_one_message(book: Playbook, alice: Client, request_: Message) -> None:
    """It is refused here: a server that hangs up on it would hang up on all who share the connection."""
    small = book.backend("small", msize=256)
    cross(book, alice, small, 1, "below", qids=(ADA,))
    _ = book >> heard(alice, request_)
    refusal = book.take(alice)
    assert isinstance(refusal, Rerror)
    assert "small takes no message of" in refusal.ename
    assert book
    assert not small.pending


def test_a_walk_across_the_splice_that_a_backend_does_not_take(book: Playbook, alice: Client) -> None:
    """It ends where the backend begins."""
    small = book.backend("small", msize=256)
    assert book >> heard(alice, Twalk(5, 0, 2, ("small", "n" * 250))) << say(alice, Rwalk(5, (small.backend.root,)))


def test_a_user_with_a_long_name(book: Playbook, alice: Client, home: Link) -> None:
    """A backend that cannot even be told who comes is not entered."""
    small = book.backend("small", msize=256)
    _ = book >> heard(alice, Tattach(5, 5, NOFID, "u" * 300, ""))
    _ = book >> heard(home, Rattach(0, ROOT))
    assert book.take(home)
    assert book.take(alice)
    _ = book >> heard(alice, Twalk(6, 5, 6, ("small", "below")))
    assert book << say(alice, Rerror(6, "small: small takes no message of 319 bytes")) << say(small, Tclunk(0, 1))
    assert "u" * 300 not in small.entered


def test_a_refusal_has_room(book: Playbook) -> None:
    """However long the reason: a client gets nothing larger than its msize."""
    alice, rio = book.client("alice", msize=256), book.splice.mount("rio")
    _ = book << dial(rio) >> heard(alice, Twalk(1, 0, 1, ("rio", "scene"))) >> refused(rio, "no " * 100)
    refusal = book.take(alice)
    assert isinstance(refusal, Rerror)
    assert len(encode(refusal)) == 256


# Words in other encodings.


def latin_error(tag: int) -> bytes:
    """An Rerror that is no UTF-8."""
    words = "Datei fehlt: Größe".encode("latin-1")
    size = 9 + len(words)
    return struct.pack("<IBHH", size, Rerror.number, tag, len(words)) + words


def test_an_error_in_another_encoding(book: Playbook, alice: Client, llm: Link) -> None:
    """It is no reason to hang up on the server, which has others to serve."""
    _ = book >> heard(alice, Twalk(5, 0, 2, ("llm", "ada"))) << say(llm, Twalk(0, 0, 1, ("ada",)))
    _ = book >> heard(llm, latin_error(0))
    assert book.take(alice) == Rwalk(5, (llm.backend.root,))
    assert book


def test_a_root_that_belongs_to_somebody_with_an_odd_name(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Its stat passes as it is, but for the name and the qid."""
    test_open_where_a_backend_is_mounted(book, alice, llm, home)
    _ = book >> heard(alice, Tstat(5, 1)) << say(llm, Tstat(1, 1))
    stat = Stat(0, 0, ROOT, 0o20000000755, 1, 2, 0, "/", "m_e", "staff", "")
    data = encode(Rstat(1, stat)).replace(b"m_e", b"m\xfce")
    book.splice.buffer[: len(data)] = data
    assert book.splice.heard(llm, len(data)) == len(data)
    expected = encode(Rstat(5, msgspec.structs.replace(stat, name="llm", qid=llm.backend.root)))
    assert b"".join(alice.take()) == expected.replace(b"m_e", b"m\xfce")
