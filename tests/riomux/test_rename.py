"""A mount gets another name: what stands in it, or where it is, goes along."""

from __future__ import annotations

from tests.riomux.playbook import Playbook, cross, heard, opened, renamed, say, seen

from ninep.messages import (
    QTDIR,
    Qid,
    Rclunk,
    Rerror,
    Rread,
    Rwalk,
    Tclunk,
    Tread,
    Twalk,
)
from riomux.peers import Client, Link
from riomux.qids import NUMBERS, number_of

ADA, NOTE = Qid(QTDIR, 0, 2), Qid(0, 0, 3)


def test_what_is_open_goes_on(book: Playbook, alice: Client, llm: Link) -> None:
    """A read that waits is answered, the next one is passed on, and walks from within find their way."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    ada = cross(book, alice, llm, 2, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Tread(5, 1, 0, 100))
        << say(llm, Tread(0, note, 0, 100))
        >> renamed(llm.backend, "oracle")
        >> heard(llm, Rread(0, b"hello"))
        << say(alice, Rread(5, b"hello"))
        >> heard(alice, Twalk(6, 2, 3, ("note",)))
        << say(llm, Twalk(0, ada, 3, ("note",)))
        >> heard(llm, Rwalk(0, (NOTE,)))
        << say(alice, Rwalk(6, (seen(llm, NOTE),)))
    )


def test_who_stands_at_its_door_still_does(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """A shell's working directory, say: the walk from there leads in, and `..` leads to the root."""
    _ = book >> heard(alice, Twalk(5, 0, 1, ("llm",)))
    request = book.take(home)
    assert isinstance(request, Twalk)
    assert book >> heard(home, Rwalk(request.tag, (ADA,))) << say(alice, Rwalk(5, (llm.backend.root,)))
    _ = book >> renamed(llm.backend, "oracle") >> heard(alice, Twalk(6, 1, 2, ("ada",)))
    request = book.take(llm)
    assert isinstance(request, Twalk)
    assert request.wname == ("ada",)
    assert book >> heard(llm, Rwalk(request.tag, (ADA,))) << say(alice, Rwalk(6, (seen(llm, ADA),)))


def test_the_old_name_is_free(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Nothing is found under it; the next mount of that name is another, with qids of its own."""
    number = llm.backend.number
    _ = book >> renamed(llm.backend, "oracle") >> heard(alice, Twalk(5, 0, 1, ("llm", "ada")))
    request = book.take(home)
    assert isinstance(request, Twalk)
    assert request.wname[0] == "llm"
    assert (
        book >> heard(home, Rerror(request.tag, "file does not exist")) << say(alice, Rerror(5, "file does not exist"))
    )
    other = book.backend("llm").backend
    assert llm.backend.number == number == number_of("llm")
    assert other.number == 1 + number % (NUMBERS - 1)
    assert list(book.splice.mounts) == ["oracle", "llm"]


def test_a_number_that_was_kept_is_given_again(book: Playbook) -> None:
    """If it is free, and is one."""
    numbers = [book.splice.mount(name, number=number).number for name, number in (("a", 7), ("b", 7), ("c", 999))]
    book.splice.wishes.clear()
    assert numbers == [7, number_of("b"), number_of("c")]


def test_the_door_can_be_clunked_after_all(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The mux's own tree knows the fid by its number, not by its name."""
    _ = book >> heard(alice, Twalk(5, 0, 1, ("llm",)))
    request = book.take(home)
    assert isinstance(request, Twalk)
    _ = book >> heard(home, Rwalk(request.tag, (ADA,))) << say(alice, Rwalk(5, (llm.backend.root,)))
    _ = book >> renamed(llm.backend, "oracle") >> heard(alice, Tclunk(6, 1))
    clunk = book.take(home)
    assert clunk == Tclunk(clunk.tag if clunk else 0, request.newfid)
    assert book >> heard(home, Rclunk(request.tag)) << say(alice, Rclunk(6))
