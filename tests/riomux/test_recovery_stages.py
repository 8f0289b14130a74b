"""A fid on its way back to its file: flushes, hang-ups and losses at each stage."""

from __future__ import annotations

import pytest
from tests.riomux.playbook import Playbook, dial, gone, heard, lost, refused, say, unmounted, version
from tests.riomux.test_recovery import HERE, NOTE, begun

from ninep.messages import (
    NOTAG,
    OREAD,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rstat,
    Rwalk,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
)
from riomux.peers import Client, Link

AWAY = "i/o error: llm went away"
REMOVED = "i/o error: llm is down: it was removed"
STAGES = ("dialling", "walking", "looking", "opening")


def on_the_way(book: Playbook, alice: Client, llm: Link, stage: str) -> Link:
    """Alice's Tread (tag 1) and Tstat (tag 2) of the note wait until it is found again, which has come this far."""
    begun(book, alice, llm)
    _ = book >> lost(llm) << dial(llm.backend) >> heard(alice, Tread(1, 1, 4, 10), Tstat(2, 1))
    if stage == "dialling":
        return llm
    llm = book.link(llm.backend)
    _ = book << say(llm, Twalk(0, 0, 1, ("note",)))
    if stage != "walking":
        _ = book >> heard(llm, Rwalk(0, (NOTE,))) << say(llm, Tstat(0, 1))
    if stage == "opening":
        _ = book >> heard(llm, Rstat(0, HERE)) << say(llm, Topen(0, 1, OREAD))
    assert book
    return llm


def answer(book: Playbook, llm: Link, stage: str) -> None:
    """The backend answers what it was asked last."""
    _ = book >> heard(llm, {"walking": Rwalk(0, (NOTE,)), "looking": Rstat(0, HERE)}.get(stage, Ropen(0, NOTE, 0)))


@pytest.mark.parametrize("stage", STAGES)
def test_a_flush(book: Playbook, alice: Client, llm: Link, stage: str) -> None:
    """It is answered at once, and the search goes on for the next who waits."""
    llm = on_the_way(book, alice, llm, stage)
    _ = book >> heard(alice, Tflush(3, 1)) << say(alice, Rflush(3))
    if stage == "dialling":
        llm = book.link(llm.backend)
        assert book << say(llm, Twalk(0, 0, 1, ("note",)))
    elif stage == "opening":
        answer(book, llm, stage)
        assert book << say(llm, Tstat(0, 1))
    assert book


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_flush_of_all_that_waits(book: Playbook, alice: Client, llm: Link, stage: str) -> None:
    """The file is found for who comes next."""
    llm = on_the_way(book, alice, llm, stage)
    assert book >> heard(alice, Tflush(3, 1), Tflush(4, 2)) << say(alice, Rflush(3), Rflush(4))
    for due, request in (("walking", Tstat(0, 1)), ("looking", Topen(0, 1, OREAD))):
        if STAGES.index(stage) <= STAGES.index(due):
            answer(book, llm, due)
            assert book << say(llm, request)
    answer(book, llm, "opening")
    assert book >> heard(alice, Tread(5, 1, 4, 10)) << say(llm, Tread(0, 1, 4, 10))


@pytest.mark.parametrize("stage", STAGES)
def test_a_flush_of_one_that_waits_behind(book: Playbook, alice: Client, llm: Link, stage: str) -> None:
    """The first is not held up by it."""
    llm = on_the_way(book, alice, llm, stage)
    assert book >> heard(alice, Tflush(3, 2)) << say(alice, Rflush(3))
    if stage == "opening":
        answer(book, llm, stage)
        assert book << say(llm, Tread(0, 1, 4, 10))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("ends_by", ["hang-up", "version"])
def test_a_client_that_has_done_with_it(book: Playbook, alice: Client, llm: Link, stage: str, ends_by: str) -> None:
    """Nothing is left behind, and nothing is said to it."""
    llm = on_the_way(book, alice, llm, stage)
    if ends_by == "hang-up":
        _ = book >> gone(alice)
    else:
        _ = book >> heard(alice, Tversion(NOTAG, 8192, "9P2000")) << say(alice, version(8192))
    assert book.take(book.home) == Tclunk(0, 1)
    if stage == "dialling":
        llm = book.link(llm.backend)
    else:
        answer(book, llm, stage)
        _ = book << say(llm, Tclunk(0, 1)) >> heard(llm, Rclunk(0))
    assert book
    assert not llm.pending
    assert not alice.tags
    assert ends_by == "version" or not llm.load


@pytest.mark.parametrize("stage", STAGES[1:])
def test_the_backend_is_lost_again(book: Playbook, alice: Client, llm: Link, stage: str) -> None:
    """What waits is refused, each once; what comes later finds the file on the third link."""
    llm = on_the_way(book, alice, llm, stage)
    _ = book >> lost(llm) << say(alice, Rerror(1, AWAY), Rerror(2, AWAY)) << dial(llm.backend)
    assert book
    llm = book.link(llm.backend)
    assert book >> heard(alice, Tread(3, 1, 4, 10)) << say(llm, Twalk(0, 0, 1, ("note",)))


def test_the_backend_stays_down(book: Playbook, alice: Client, llm: Link) -> None:
    """What waits is refused with the reason; if finding out took long, the next is refused at once."""
    on_the_way(book, alice, llm, "dialling")
    why = "i/o error: llm is down: no route to host"
    assert (
        book
        >> refused(llm.backend, "no route to host", is_quick=False)
        << say(alice, Rerror(1, why), Rerror(2, why))
        >> heard(alice, Tread(3, 1, 4, 10))
        << say(alice, Rerror(3, why))
        << dial(llm.backend)
    )
    llm = book.link(llm.backend)
    assert book >> heard(alice, Tread(4, 1, 4, 10)) << say(llm, Twalk(0, 0, 1, ("note",)))


@pytest.mark.parametrize("stage", STAGES)
def test_the_mount_is_removed(book: Playbook, alice: Client, llm: Link, stage: str) -> None:
    """What waits is refused, and so is what comes later, though another may have the name by then."""
    llm = on_the_way(book, alice, llm, stage)
    why = "llm was removed" if stage == "dialling" else "i/o error: llm was removed"
    _ = book >> unmounted(llm.backend) << say(alice, Rerror(1, why), Rerror(2, why))
    book.splice.wishes.clear()
    book.take_dial(llm.backend)
    book.take_hangup(llm)
    assert book
    again = book.backend("llm")
    assert book >> heard(alice, Tread(3, 1, 4, 10), Tclunk(4, 1)) << say(alice, Rerror(3, REMOVED), Rclunk(4))
    book.take_dial(llm.backend)
    assert again.load == 0


def test_a_clunk_that_waits(book: Playbook, alice: Client, llm: Link) -> None:
    """It succeeds, whatever becomes of the search, and the number is free for what comes behind it."""
    begun(book, alice, llm)
    _ = book >> lost(llm) << dial(llm.backend)
    _ = book >> heard(alice, Tread(1, 1, 4, 10), Tclunk(2, 1), Twalk(3, 0, 1, ("llm", "note")))
    why = "i/o error: llm is down: nobody answers there"
    _ = book >> refused(llm.backend, "nobody answers there")
    assert book.take(alice) == Rerror(3, "fid in use")
    assert book << say(alice, Rerror(1, why), Rclunk(2))


def test_a_backend_that_answers_nonsense(book: Playbook, alice: Client, llm: Link) -> None:
    """It is hung up on like any other, and what waits is answered."""
    llm = on_the_way(book, alice, llm, "walking")
    _ = book >> heard(llm, Rwalk(0, (NOTE, NOTE)))
    assert book.take_hangup(llm)
    why = "i/o error: llm does not speak 9P"
    assert book >> lost(llm, "does not speak 9P") << say(alice, Rerror(1, why), Rerror(2, why)) << dial(llm.backend)
