"""A backend is restarted under the fids of its clients: what is found again, and what must not be."""

from __future__ import annotations

import msgspec
import pytest
from tests.riomux.playbook import (
    ROOT,
    Playbook,
    cross,
    dial,
    heard,
    lost,
    opened,
    say,
    seen,
)

from ninep.messages import (
    OEXEC,
    ORCLOSE,
    ORDWR,
    OREAD,
    OTRUNC,
    OWRITE,
    QTDIR,
    Qid,
    Rattach,
    Rclunk,
    Rcreate,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rremove,
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
)
from riomux.peers import Client, Link

ADA, NOTE, OTHER = Qid(QTDIR, 0, 7), Qid(0, 3, 8), Qid(0, 0, 99)
HERE = Stat(0, 0, NOTE, 0o644, 1, 2, 1000, "note", "me", "me", "me")
STALE = "i/o error: llm went away; open the file again"


def restarted(book: Playbook, link: Link) -> Link:
    """A backend goes away, and is back."""
    assert book >> lost(link) << dial(link.backend)
    return book.link(link.backend)


# Places.


def test_a_working_directory_survives(book: Playbook, alice: Client, llm: Link) -> None:
    """The first walk from it finds it again by its path; it costs one more round trip, once."""
    cross(book, alice, llm, 1, "agents", "ada", qids=(ADA, ADA))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        >> heard(llm, Rwalk(0, (ADA, ADA)))
        << say(llm, Twalk(0, 1, 2, ("output",)))
        >> heard(llm, Rwalk(0, (NOTE,)))
        << say(alice, Rwalk(5, (seen(llm, NOTE),)))
        >> heard(alice, Twalk(6, 1, 3, ("output",)))
        << say(llm, Twalk(0, 1, 3, ("output",)))
    )


def test_what_is_asked_meanwhile_waits_in_order(book: Playbook, alice: Client, llm: Link) -> None:
    """Whatever it is: it goes on behind the request that began it."""
    cross(book, alice, llm, 1, "note", qids=(NOTE,))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tstat(1, 1), Topen(2, 1, OREAD), Tread(3, 1, 0, 10), Tclunk(4, 1))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (OTHER,)))
        << say(llm, Tstat(0, 1), Topen(1, 1, OREAD), Tread(2, 1, 0, 10), Tclunk(3, 1))
        >> heard(llm, Rstat(0, HERE), Ropen(1, OTHER, 0), Rread(2, b"x"), Rclunk(3))
        << say(alice, Rstat(1, msgspec.structs.replace(HERE, qid=seen(llm, NOTE))))
        << say(alice, Ropen(2, seen(llm, OTHER), 0), Rread(3, b"x"), Rclunk(4))
    )


def test_a_path_of_more_than_sixteen_names(book: Playbook, alice: Client, llm: Link) -> None:
    """It takes several walks, for 16 names are the most of one."""
    names = tuple(f"d{i}" for i in range(33))
    first = cross(book, alice, llm, 1, *names[:15], qids=(ADA,) * 15)
    for part in (names[15:31], names[31:]):
        _ = book >> heard(alice, Twalk(1, 1, 1, part)) << say(llm, Twalk(0, first, first, part))
        _ = book >> heard(llm, Rwalk(0, (ADA,) * len(part))) << say(alice, Rwalk(1, (seen(llm, ADA),) * len(part)))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tstat(5, 1))
        << say(llm, Twalk(0, 0, 1, names[:16]))
        >> heard(llm, Rwalk(0, (ADA,) * 16))
        << say(llm, Twalk(0, 1, 1, names[16:32]))
        >> heard(llm, Rwalk(0, (ADA,) * 16))
        << say(llm, Twalk(0, 1, 1, names[32:]))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(llm, Tstat(0, 1))
    )


def test_a_new_fid_can_be_used_before_its_walk_is_passed_on(book: Playbook, alice: Client, llm: Link) -> None:
    """Who says walk, open and read in one breath need not know that the first has to wait."""
    cross(book, alice, llm, 1, "agents", "ada", qids=(ADA, ADA))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)), Topen(6, 2, OREAD), Tread(7, 2, 0, 10), Tstat(8, 1))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        >> heard(llm, Rwalk(0, (ADA, ADA)))
        << say(llm, Twalk(0, 1, 2, ("output",)), Topen(1, 2, OREAD), Tread(2, 2, 0, 10), Tstat(3, 1))
    )


def test_a_walk_that_waits_and_is_flushed(book: Playbook, alice: Client, llm: Link) -> None:
    """The new fid never was, what waits for it hears that, and its number is free."""
    cross(book, alice, llm, 1, "agents", "ada", qids=(ADA, ADA))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)), Topen(6, 2, OREAD), Tflush(7, 5))
        << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        << say(alice, Rerror(6, "unknown fid"), Rflush(7))
        >> heard(alice, Twalk(8, 1, 2, ()), Twalk(9, 1, 2, ()))
        >> heard(llm, Rwalk(0, (ADA, ADA)))
        << say(llm, Twalk(0, 1, 2, ()))
        << say(alice, Rerror(9, "fid in use"))
    )


def test_as_the_user_it_was(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The new link is entered as whoever the fid belongs to, and one who is not let in any more hears that."""
    _ = book >> heard(alice, Tattach(1, 10, 0xFFFFFFFF, "mallory", "")) >> heard(home, Rattach(0, ROOT))
    assert book << say(home, Tattach(0, 2, 0xFFFFFFFF, "mallory", "")) << say(alice, Rattach(1, book.root))
    _ = book >> heard(alice, Twalk(2, 10, 11, ("llm", "ada"))) << say(llm, Tattach(0, 1, 0xFFFFFFFF, "mallory", ""))
    _ = book >> heard(llm, Rattach(0, ROOT)) << say(llm, Twalk(0, 1, 2, ("ada",))) >> heard(llm, Rwalk(0, (ADA,)))
    assert book << say(alice, Rwalk(2, (llm.backend.root, seen(llm, ADA))))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tstat(3, 11))
        << say(llm, Tattach(0, 1, 0xFFFFFFFF, "mallory", ""))
        >> heard(llm, Rerror(0, "permission denied"))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(3, "llm: permission denied"))
    )


def test_the_root_of_a_backend(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """It has no names to walk, and begins anew at its first entry."""
    _ = book >> heard(alice, Twalk(1, 0, 1, ("llm",)), Topen(2, 1, OREAD)) << say(home, Twalk(0, 0, 2, ("llm",)))
    _ = book >> heard(home, Rwalk(0, (ADA,))) << say(llm, Twalk(0, 0, 1, ())) >> heard(llm, Rwalk(0, ()))
    assert book.take(home) == Tclunk(0, 2)
    _ = book << say(llm, Topen(0, 1, OREAD)) >> heard(llm, Ropen(0, ROOT, 0))
    root = llm.backend.root
    assert book << say(alice, Rwalk(1, (root,)), Ropen(2, root, 0))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tread(3, 1, 0, 500))
        << say(llm, Twalk(0, 0, 1, ()))
        >> heard(llm, Rwalk(0, ()))
        << say(llm, Topen(0, 1, OREAD))
        >> heard(llm, Ropen(0, ROOT, 0))
        << say(llm, Tread(0, 1, 0, 500))
    )


def test_all_fids_of_a_client_share_its_new_link(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """Each is found again when it is needed; those on other links are none the wiser."""
    cross(book, alice, llm, 1, "ada", qids=(ADA,))
    cross(book, alice, llm, 2, "bob", qids=(ADA,))
    scene = cross(book, alice, rio, 3, "scene", qids=(ADA,))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tstat(1, 1), Tstat(2, 2), Tstat(3, 3))
        << say(rio, Tstat(0, scene))
        << say(llm, Twalk(0, 0, 1, ("ada",)), Twalk(1, 0, 2, ("bob",)))
        >> heard(llm, Rwalk(1, (ADA,)))
        << say(llm, Tstat(1, 2))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(llm, Tstat(0, 1))
    )
    assert llm.load == 1


def test_a_place_that_is_not_there(book: Playbook, alice: Client, llm: Link) -> None:
    """The backend's own words say so; once it is there again, so is the fid."""
    cross(book, alice, llm, 1, "agents", "ada", qids=(ADA, ADA))
    llm = restarted(book, llm)
    for reply in (Rwalk(0, (ADA,)), Rerror(0, "file does not exist")):
        _ = book >> heard(alice, Tstat(1, 1), Tstat(2, 1)) << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
        missing = "file does not exist"
        assert book >> heard(llm, reply) << say(alice, Rerror(1, missing), Rerror(2, missing)) << say(llm, Tclunk(0, 1))
        assert book >> heard(llm, Rerror(0, "unknown fid"))
    _ = book >> heard(alice, Tstat(3, 1)) << say(llm, Twalk(0, 0, 1, ("agents", "ada")))
    assert book >> heard(llm, Rwalk(0, (ADA, ADA))) << say(llm, Tstat(0, 1))


def test_remove(book: Playbook, alice: Client, llm: Link) -> None:
    """What a name stands for is removed, and the fid is gone, even if there is nothing to be removed."""
    for fid, reply in ((1, Rwalk(0, (NOTE,))), (2, Rerror(0, "file does not exist"))):
        cross(book, alice, llm, fid, "note", qids=(NOTE,))
        llm = restarted(book, llm)
        _ = book >> heard(alice, Tremove(5, fid), Tstat(6, fid)) << say(llm, Twalk(0, 0, 1, ("note",)))
        _ = book >> heard(llm, reply)
        if isinstance(reply, Rwalk):
            _ = book << say(llm, Tremove(0, 1)) >> heard(llm, Rremove(0))
            assert {book.take(alice), book.take(alice)} == {Rremove(5), Rerror(6, "unknown fid")}
        else:
            _ = book << say(llm, Tclunk(0, 1))
            assert book << say(alice, Rerror(5, "file does not exist"), Rerror(6, "unknown fid"))


# Open files.


@pytest.mark.parametrize("mode", [OREAD, OEXEC])
@pytest.mark.parametrize("qid", [NOTE, OTHER], ids=["same", "other"])
def test_a_file_of_which_nothing_was_read(mode: int, qid: Qid) -> None:
    """It is opened again, whatever is there now, and read from its beginning."""
    book = Playbook()
    alice, llm = book.client("alice"), book.backend("llm")
    opened(book, alice, llm, 1, "note", qid=NOTE, mode=mode)
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tread(1, 1, 0, 10), Tread(2, 1, 10, 10))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (qid,)))
        << say(llm, Topen(0, 1, mode))
        >> heard(llm, Ropen(0, qid, 0))
        << say(llm, Tread(0, 1, 0, 10), Tread(1, 1, 10, 10))
        >> heard(llm, Rread(1, b"later"), Rread(0, b"sooner"))
        << say(alice, Rread(2, b"later"), Rread(1, b"sooner"))
    )


def test_a_beginning_is_the_beginning(book: Playbook, alice: Client, llm: Link) -> None:
    """Of another file under the same name nothing else is given, until it was begun."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tread(1, 1, 10, 10))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (OTHER,)))
        << say(llm, Topen(0, 1, OREAD))
        >> heard(llm, Ropen(0, OTHER, 0))
        << say(alice, Rerror(1, STALE))
        >> heard(alice, Tread(2, 1, 0, 10), Tread(3, 1, 10, 10))
        << say(llm, Tread(0, 1, 0, 10), Tread(1, 1, 10, 10))
    )


def begun(book: Playbook, alice: Client, llm: Link) -> None:
    """Alice has read of her fid 1, the note."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(1, 1, 0, 4)) << say(llm, Tread(0, note, 0, 4))
    assert book >> heard(llm, Rread(0, b"some")) << say(alice, Rread(1, b"some"))


def test_the_same_file_goes_on(book: Playbook, alice: Client, llm: Link) -> None:
    """A file that has a length and the qid it had is read on where it was; its version may have changed."""
    begun(book, alice, llm)
    llm = restarted(book, llm)
    newer = msgspec.structs.replace(NOTE, vers=4)
    assert (
        book
        >> heard(alice, Tread(1, 1, 4, 10), Tread(2, 1, 14, 10))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (newer,)))
        << say(llm, Tstat(0, 1))
        >> heard(llm, Rstat(0, msgspec.structs.replace(HERE, qid=newer)))
        << say(llm, Topen(0, 1, OREAD))
        >> heard(llm, Ropen(0, newer, 0))
        << say(llm, Tread(0, 1, 4, 10), Tread(1, 1, 14, 10))
        >> heard(llm, Rread(0, b"more"), Rread(1, b""))
        << say(alice, Rread(1, b"more"), Rread(2, b""))
    )


@pytest.mark.parametrize(
    "stat",
    [{"length": 0}, {"qid": OTHER}, {"qid": Qid(0x40, 3, 8)}],
    ids=["a stream", "another path", "another kind"],
)
def test_nothing_else_does(stat: dict[str, object]) -> None:
    """What was begun and is a stream, or another file, is broken until it is clunked, and nobody is asked again."""
    book = Playbook()
    alice, llm = book.client("alice"), book.backend("llm")
    begun(book, alice, llm)
    llm = restarted(book, llm)
    there = msgspec.structs.replace(HERE, **stat)
    assert (
        book
        >> heard(alice, Tread(1, 1, 4, 10), Tread(2, 1, 0, 10))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (there.qid,)))
        << say(llm, Tstat(0, 1))
        >> heard(llm, Rstat(0, there))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(1, STALE), Rerror(2, STALE))
        >> heard(alice, Tread(3, 1, 0, 10), Tstat(4, 1), Tclunk(5, 1))
        << say(alice, Rerror(3, STALE), Rerror(4, STALE), Rclunk(5))
    )


def test_a_file_that_becomes_another_while_it_is_opened(book: Playbook, alice: Client, llm: Link) -> None:
    """The qid that counts is the one it was opened with."""
    begun(book, alice, llm)
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tread(1, 1, 4, 10))
        << say(llm, Twalk(0, 0, 1, ("note",)))
        >> heard(llm, Rwalk(0, (NOTE,)))
        << say(llm, Tstat(0, 1))
        >> heard(llm, Rstat(0, HERE))
        << say(llm, Topen(0, 1, OREAD))
        >> heard(llm, Ropen(0, OTHER, 0))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(1, STALE))
    )


def test_a_read_behind_the_open_begins_the_file(book: Playbook, alice: Client, llm: Link) -> None:
    """Though nobody knew yet that it was open."""
    note = cross(book, alice, llm, 1, "note", qids=(NOTE,))
    _ = book >> heard(alice, Topen(1, 1, OREAD), Tread(2, 1, 0, 4))
    _ = book << say(llm, Topen(0, note, OREAD), Tread(1, note, 0, 4))
    _ = book >> heard(llm, Ropen(0, NOTE, 0), Rread(1, b"some"))
    assert book << say(alice, Ropen(1, seen(llm, NOTE), 0), Rread(2, b"some"))
    llm = restarted(book, llm)
    _ = book >> heard(alice, Tread(3, 1, 4, 4)) << say(llm, Twalk(0, 0, 1, ("note",)))
    assert book >> heard(llm, Rwalk(0, (NOTE,))) << say(llm, Tstat(0, 1))


@pytest.mark.parametrize("mode", [OWRITE, ORDWR, OREAD | OTRUNC, OREAD | ORCLOSE])
def test_what_is_open_for_more_than_reading(mode: int) -> None:
    """Half a text must not go on in a new one, nor be opened again in its place: it is broken, and nobody is asked.

    The clunk frees the fid, but with an Rerror: a text that is taken at its clunk is lost, and its writer hears it.
    """
    book = Playbook()
    alice, llm = book.client("alice"), book.backend("llm")
    opened(book, alice, llm, 1, "note", qid=NOTE, mode=mode)
    _ = book >> lost(llm) << dial(llm.backend)
    assert book >> heard(alice, Tread(1, 1, 0, 10)) << say(alice, Rerror(1, STALE))
    book.link(llm.backend)
    assert book >> heard(alice, Tread(1, 1, 0, 10), Tclunk(2, 1)) << say(alice, Rerror(1, STALE), Rerror(2, STALE))
    assert book >> heard(alice, Tstat(3, 1)) << say(alice, Rerror(3, "unknown fid"))


def test_the_clunk_of_a_writer_in_flight(book: Playbook, alice: Client, llm: Link) -> None:
    """Whether its text was taken nobody knows, so it does not hear that it was."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE, mode=OWRITE)
    _ = book >> heard(alice, Tclunk(1, 1)) << say(llm, Tclunk(0, note)) >> lost(llm) << dial(llm.backend)
    assert book << say(alice, Rerror(1, "i/o error: llm went away"))


def test_what_was_made_is_found_where_it_was_made(book: Playbook, alice: Client, llm: Link) -> None:
    """A Tcreate opens, one step further down."""
    agents = cross(book, alice, llm, 1, "agents", qids=(ADA,))
    _ = book >> heard(alice, Tcreate(1, 1, "eva", 0o644, OREAD)) << say(llm, Tcreate(0, agents, "eva", 0o644, OREAD))
    assert book >> heard(llm, Rcreate(0, NOTE, 0)) << say(alice, Rcreate(1, seen(llm, NOTE), 0))
    llm = restarted(book, llm)
    assert book >> heard(alice, Tread(1, 1, 0, 10)) << say(llm, Twalk(0, 0, 1, ("agents", "eva")))


def test_a_directory_is_listed_from_its_beginning(book: Playbook, alice: Client, llm: Link) -> None:
    """Where its middle was, the new server cannot know."""
    agents = opened(book, alice, llm, 1, "agents", qid=ADA)
    _ = book >> heard(alice, Tread(1, 1, 0, 500)) << say(llm, Tread(0, agents, 0, 500))
    assert book >> heard(llm, Rread(0, b"")) << say(alice, Rread(1, b""))
    llm = restarted(book, llm)
    assert (
        book
        >> heard(alice, Tread(1, 1, 300, 500))
        << say(llm, Twalk(0, 0, 1, ("agents",)))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(llm, Topen(0, 1, OREAD))
        >> heard(llm, Ropen(0, ADA, 0))
        << say(alice, Rerror(1, STALE))
        >> heard(alice, Tread(2, 1, 0, 500), Tread(3, 1, 300, 500))
        << say(llm, Tread(0, 1, 0, 500), Tread(1, 1, 300, 500))
    )


def test_a_directory_that_became_a_file(book: Playbook, alice: Client, llm: Link) -> None:
    """It is no such thing any more."""
    opened(book, alice, llm, 1, "agents", qid=ADA)
    llm = restarted(book, llm)
    _ = book >> heard(alice, Tread(1, 1, 0, 500)) << say(llm, Twalk(0, 0, 1, ("agents",)))
    _ = book >> heard(llm, Rwalk(0, (NOTE,))) << say(llm, Topen(0, 1, OREAD)) >> heard(llm, Ropen(0, NOTE, 0))
    assert book << say(alice, Rerror(1, STALE)) << say(llm, Tclunk(0, 1))
