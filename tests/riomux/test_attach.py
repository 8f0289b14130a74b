"""A Tattach whose aname leads into a backend."""

from __future__ import annotations

from tests.riomux.playbook import ROOT, Playbook, cross, dial, gone, heard, lost, refused, say, seen

from ninep.messages import (
    NOFID,
    QTDIR,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Rwalk,
    Tattach,
    Tclunk,
    Tflush,
    Tstat,
    Twalk,
)
from riomux.peers import Client, Link

ADA = Qid(QTDIR, 0, 7)
ATTACH = Tattach(5, 1, NOFID, "eve", "/llm/agents/ada/")


def test_into_a_backend(book: Playbook, alice: Client, llm: Link) -> None:
    """It is walked to, in one round trip; what is asked of the fid meanwhile waits."""
    assert (
        book
        >> heard(alice, ATTACH, Tstat(6, 1))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        >> heard(llm, Rwalk(0, (ROOT, ADA)))
        << say(alice, Rattach(5, seen(llm, ADA)))
        << say(llm, Tstat(0, 1))
    )


def test_as_somebody_else(book: Playbook, alice: Client, llm: Link) -> None:
    """The backend is entered as the user of the Tattach, and may refuse."""
    assert (
        book
        >> heard(alice, Tattach(5, 1, NOFID, "mallory", "llm/agents"))
        << say(llm, Tattach(0, 1, NOFID, "mallory", ""))
        >> heard(llm, Rerror(0, "permission denied"))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(5, "llm: permission denied"))
    )


def test_a_path_that_is_not_there(book: Playbook, alice: Client, llm: Link) -> None:
    """The fid does not exist, and its number can be used again."""
    assert (
        book
        >> heard(alice, ATTACH, Tstat(6, 1))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(5, "file does not exist"), Rerror(6, "unknown fid"))
        >> heard(llm, Rerror(0, "unknown fid"))
    )
    cross(book, alice, llm, 1, "ada", qids=(ADA,))


def test_a_backend_that_is_down(book: Playbook, alice: Client, llm: Link) -> None:
    """The refusal says so."""
    assert (
        book
        >> lost(llm)
        << dial(llm.backend)
        >> heard(alice, ATTACH)
        >> refused(llm.backend, "nobody answers there")
        << say(alice, Rerror(5, "i/o error: llm is down: nobody answers there"))
    )


def test_no_way_around(book: Playbook, alice: Client) -> None:
    """An aname leads down."""
    book.backend("llm")
    assert (
        book
        >> heard(alice, Tattach(5, 1, NOFID, "eve", "llm/../ctl"))
        << say(alice, Rerror(5, "an aname is a path down from the root, with no .."))
        >> heard(alice, Tstat(6, 1))
        << say(alice, Rerror(6, "unknown fid"))
    )


def test_a_flush(book: Playbook, alice: Client, llm: Link) -> None:
    """It is answered at once; the fid never was, and what the backend makes of it is clunked."""
    assert (
        book
        >> heard(alice, ATTACH, Tstat(6, 1), Tflush(7, 5))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")), Tflush(1, 0))
        << say(alice, Rerror(6, "unknown fid"), Rflush(7))
        >> heard(llm, Rwalk(0, (ROOT, ADA)))
        << say(llm, Tclunk(2, 1))
    )


def test_a_client_that_hangs_up(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Nothing is left behind."""
    assert (
        book
        >> heard(alice, ATTACH)
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        >> gone(alice)
        << say(home, Tclunk(0, 1))
        << say(llm, Tflush(1, 0))
        >> heard(llm, Rwalk(0, (ROOT, ADA)))
        << say(llm, Tclunk(2, 1))
        >> heard(llm, Rflush(1), Rclunk(2))
    )
    assert not llm.pending


def test_a_restart(book: Playbook, alice: Client, llm: Link) -> None:
    """A subtree that was attached to is found again like any other place."""
    test_into_a_backend(book, alice, llm)
    _ = book >> lost(llm) << dial(llm.backend)
    assert book.take(alice)
    again = book.link(llm.backend)
    assert (
        book
        >> heard(alice, Twalk(8, 1, 2, ("output",)))
        << say(again, Twalk(0, 0, 1, ("agents", "ada")))
        >> heard(again, Rwalk(0, (ROOT, ADA)))
        << say(again, Twalk(0, 1, 2, ("output",)))
    )
