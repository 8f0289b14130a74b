"""Backends that are there no more and hang up on nobody: when they are asked, given up, and tried again."""

from __future__ import annotations

import pytest
from tests.riomux.playbook import (
    ROOT,
    Playbook,
    dial,
    gone,
    hang_up,
    heard,
    opened,
    passed,
    refused,
    say,
    seen,
    unmounted,
)

from ninep.messages import (
    NOTAG,
    Message,
    Qid,
    Rerror,
    Rflush,
    Rread,
    Rwalk,
    Tclunk,
    Tflush,
    Tread,
    Tstat,
    Twalk,
)
from riomux.peers import Client, Link
from riomux.pulse import ANSWER, IDLE, QUIET

NOTE = Qid(0, 0, 8)
SILENT = "i/o error: llm does not answer"
DOWN = "i/o error: llm is down: does not answer"


def test_a_black_hole(book: Playbook, alice: Client, llm: Link) -> None:
    """It is asked when a request has waited for some seconds, and given up when it does not answer that either."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    assert (
        book >> passed(1) >> heard(alice, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100)) >> passed(QUIET - 1)
    )
    assert book >> passed(1) << say(llm, Tflush(1, NOTAG))
    assert book >> passed(ANSWER - 1)
    assert book >> passed(1) << hang_up(llm) << dial(llm.backend) << say(alice, Rerror(7, SILENT))


@pytest.mark.parametrize("answer", [Rflush(1), Rerror(1, "what is a flush?")], ids=str)
def test_a_read_that_blocks_by_right(book: Playbook, alice: Client, llm: Link, answer: Message) -> None:
    """For a day, on a server that says that it is there: it costs a question every few seconds and nothing else."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100))
    asked = 0
    for _ in range(3600):
        _ = book >> passed(1)
        if question := book.take(llm):
            assert question == Tflush(1, NOTAG)
            asked += 1
            _ = book >> heard(llm, answer)
        book.transcript.clear()
    assert 3600 // (QUIET + 2) < asked < 3600 // QUIET
    assert book >> heard(llm, Rread(0, b"woken")) << say(alice, Rread(7, b"woken"))
    assert not llm.pending


def test_other_signs_of_life(book: Playbook, alice: Client, llm: Link) -> None:
    """Whatever is heard of a link counts, be it for another request, or part of a message."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100), Tread(8, 1, 0, 100))
    _ = book << say(llm, Tread(0, note, 0, 100), Tread(1, note, 0, 100))
    _ = book >> passed(QUIET + 1) << say(llm, Tflush(2, NOTAG)) >> passed(ANSWER - 1)
    assert book >> heard(llm, Rread(1, b"x")) << say(alice, Rread(8, b"x")) >> passed(ANSWER)
    assert book >> heard(llm, b"\x0c\0\0") >> passed(ANSWER)
    assert book >> passed(1) << hang_up(llm) << dial(llm.backend) << say(alice, Rerror(7, SILENT))


def test_a_flush_is_a_question(book: Playbook, alice: Client, llm: Link) -> None:
    """Who flushes what waits in a black hole has the answer in the time that an answer may take."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100)) >> passed(2)
    _ = book >> heard(alice, Tflush(8, 7)) << say(llm, Tflush(1, 0)) >> passed(3) << say(llm, Tflush(2, NOTAG))
    assert book >> passed(ANSWER - 4)
    assert book >> passed(1) << hang_up(llm) << dial(llm.backend) << say(alice, Rerror(7, SILENT), Rflush(8))


def test_an_idle_link(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """It is asked now and then too, so that who comes next meets a link that works, or an error at once."""
    assert book >> passed(IDLE - 1)
    assert book >> passed(1) << say(llm, Tflush(0, NOTAG)) >> heard(llm, Rflush(0))
    assert book >> passed(IDLE) >> passed(1) << say(llm, Tflush(0, NOTAG)) >> passed(ANSWER - 1)
    assert book >> passed(1) << hang_up(llm) << dial(llm.backend)
    assert book >> heard(alice, Twalk(1, 0, 1, ("llm", "note"))) << say(alice, Rerror(1, DOWN))


def test_an_open_circuit(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Once a link went silent, whoever comes is refused at once, and only the keeper tries; a no in words closes that.

    What the mux knows by itself, it says as ever: the name in the listing, and its stat.
    """
    _ = book >> passed(IDLE + ANSWER) << say(llm, Tflush(0, NOTAG)) << hang_up(llm) << dial(llm.backend)
    for tag in range(100):
        assert book >> heard(alice, Twalk(tag, 0, 1, ("llm", "note"))) << say(alice, Rerror(tag, DOWN))
        book.transcript.clear()
    assert book >> heard(alice, Twalk(1, 0, 1, ("llm",))) << say(home, Twalk(0, 0, 2, ("llm",)))
    assert book >> heard(home, Rwalk(0, (ROOT,))) << say(alice, Rwalk(1, (llm.backend.root,)))
    assert book >> heard(alice, Tstat(2, 1)) << say(home, Tstat(0, 2))
    assert (
        book
        >> refused(llm.backend, "no route to host", is_quick=False)
        >> heard(alice, Twalk(3, 0, 2, ("llm", "note")))
        << dial(llm.backend)
        << say(alice, Rerror(3, "i/o error: llm is down: no route to host"))
        >> refused(llm.backend, "it is not started")
        >> heard(alice, Twalk(4, 0, 2, ("llm", "note")))
        << dial(llm.backend)
    )
    again = book.link(llm.backend)
    assert book << say(again, Twalk(0, 0, 1, ("note",))) >> passed(1)


def test_who_waits_for_another_link(book: Playbook, llm: Link) -> None:
    """Is refused in the moment in which the only link is found dead, not when the dial has failed too."""
    clients = [book.client(f"c{i}") for i in range(17)]
    for client in clients[:16]:
        _ = book >> heard(client, Twalk(1, 0, 1, ("llm", "ada")))
        request, reply = book.take(llm), Rwalk(1, (llm.backend.root, seen(llm, ROOT)))
        assert request
        _ = book >> heard(llm, Rwalk(request.tag, (ROOT,))) << say(client, reply)
    _ = book << dial(llm.backend) >> heard(clients[16], Twalk(1, 0, 1, ("llm", "ada"))) >> passed(IDLE + 1)
    _ = book << say(llm, Tflush(0, NOTAG)) >> passed(ANSWER) << hang_up(llm)
    assert book << say(clients[16], Rerror(1, DOWN))


def test_all_links_of_a_backend(book: Playbook, llm: Link, rio: Link) -> None:
    """They are asked together, and found dead together: who lost one does not wait for the next. Others live on."""
    second = book.link(llm.backend)
    alice, bob, carol = book.client("alice"), book.client("bob"), book.client("carol")
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    opened(book, bob, second, 1, "note", qid=NOTE)
    scene = opened(book, carol, rio, 1, "scene", qid=NOTE)
    _ = book >> passed(1) >> heard(alice, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100))
    _ = book >> heard(carol, Tread(7, 1, 0, 100)) << say(rio, Tread(0, scene, 0, 100)) >> passed(QUIET)
    _ = book << say(llm, Tflush(1, NOTAG)) << say(second, Tflush(0, NOTAG)) << say(rio, Tflush(1, NOTAG))
    assert (
        book
        >> heard(rio, Rflush(1))
        >> passed(ANSWER)
        << say(rio, Tflush(1, NOTAG))
        << hang_up(llm)
        << hang_up(second)
        << dial(llm.backend)
        << say(alice, Rerror(7, SILENT))
        >> heard(rio, Rread(0, b"as ever"))
        << say(carol, Rread(7, b"as ever"))
    )


def test_one_dead_link_of_two(book: Playbook, llm: Link) -> None:
    """A connection may be cut off alone: what waits on the other goes on, and the backend is not down."""
    second = book.link(llm.backend)
    alice, bob = book.client("alice"), book.client("bob")
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    bobs = opened(book, bob, second, 1, "note", qid=NOTE)
    _ = book >> passed(1) >> heard(alice, Tread(7, 1, 0, 9)) << say(llm, Tread(0, note, 0, 9)) >> passed(QUIET)
    _ = book << say(llm, Tflush(1, NOTAG)) << say(second, Tflush(0, NOTAG)) >> heard(second, Rflush(0))
    assert book >> passed(ANSWER) << hang_up(llm) << say(alice, Rerror(7, SILENT))
    assert llm.backend.down is None
    assert book >> heard(bob, Tread(7, 1, 0, 9)) << say(second, Tread(0, bobs, 0, 9))
    assert book >> heard(alice, Twalk(8, 0, 2, ("llm", "note"))) << say(second, Twalk(1, 0, 2, ("note",)))


def test_a_question_whose_link_goes_otherwise(book: Playbook, alice: Client, llm: Link) -> None:
    """By hanging up, or with its mount: nobody is told of the question, and nobody is asked again."""
    _ = book >> passed(IDLE + 1) << say(llm, Tflush(0, NOTAG))
    assert book >> unmounted(llm.backend) << hang_up(llm) << dial(llm.backend) >> passed(IDLE * 2)


def test_a_client_that_goes_while_its_backend_is_silent(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Its flush and clunks go where all goes, and the link is given up for not answering them."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> passed(1) >> heard(alice, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100)) >> gone(alice)
    _ = book << say(llm, Tflush(1, 0), Tclunk(2, note)) << say(home, Tclunk(0, 1)) >> passed(ANSWER - 1)
    assert book << say(llm, Tflush(3, NOTAG))
    assert book >> passed(1) << hang_up(llm) << dial(llm.backend)
