"""Walks: within a backend, into it, out of it, and across several."""

from __future__ import annotations

import msgspec
from tests.riomux.playbook import ROOT, Playbook, cross, dial, heard, lost, opened, refused, say, seen

from ninep.messages import (
    NOFID,
    QTDIR,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Rread,
    Rstat,
    Rwalk,
    Stat,
    Tattach,
    Tclunk,
    Tflush,
    Tread,
    Tstat,
    Twalk,
)
from riomux.peers import Client, Link

ADA, OUTPUT, SCENE = Qid(QTDIR, 0, 7), Qid(0, 0, 8), Qid(QTDIR, 3, 7)
CTL = Qid(0, 0, 2)


# Into a backend.


def test_a_walk_across_the_splice_takes_one_round_trip(book: Playbook, alice: Client, llm: Link) -> None:
    """Its backend is asked once, from the root, and the client gets a qid for each name."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "ada", "output")))
        << say(llm, Twalk(0, 0, 1, ("ada", "output")))
        >> heard(llm, Rwalk(0, (ADA, OUTPUT)))
        << say(alice, Rwalk(1, (llm.backend.root, seen(llm, ADA), seen(llm, OUTPUT))))
    )


def test_the_first_name_in_the_backend_fails(book: Playbook, alice: Client, llm: Link) -> None:
    """The mount point was walked, so this is a partial walk, and the new fid does not exist."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "eva")))
        << say(llm, Twalk(0, 0, 1, ("eva",)))
        >> heard(llm, Rerror(0, "file does not exist"))
        << say(alice, Rwalk(1, (llm.backend.root,)))
        >> heard(alice, Tstat(2, 1))
        << say(alice, Rerror(2, "unknown fid"))
    )


def test_a_later_name_fails(book: Playbook, alice: Client, llm: Link) -> None:
    """The qids of what was walked are joined, and the number that was meant for the fid is used again."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "ada", "nothing")))
        << say(llm, Twalk(0, 0, 1, ("ada", "nothing")))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(1, (llm.backend.root, seen(llm, ADA))))
        >> heard(alice, Twalk(2, 0, 1, ("llm", "ada")))
        << say(llm, Twalk(0, 0, 1, ("ada",)))
    )


def test_to_where_a_backend_is_mounted(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """A walk that ends at a mount point asks the mux's own tree alone: it works while the backend is down."""
    assert (
        book
        >> lost(llm)
        << dial(llm.backend)
        >> heard(alice, Twalk(1, 0, 1, ("llm",)))
        << say(home, Twalk(0, 0, 2, ("llm",)))
        >> heard(home, Rwalk(0, (Qid(QTDIR, 0, 40),)))
        << say(alice, Rwalk(1, (llm.backend.root,)))
        >> heard(alice, Tstat(2, 1))
        << say(home, Tstat(0, 2))
    )


def test_on_from_where_a_backend_is_mounted(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """From a fid at a mount point a walk goes into the backend."""
    stand_at_mount(book, alice, llm, home, fid=1)
    assert (
        book
        >> heard(alice, Twalk(2, 1, 2, ("ada",)))
        << say(llm, Twalk(0, 0, 1, ("ada",)))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(2, (seen(llm, ADA),)))
    )


def test_as_another_user(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The mux goes into a backend as the user the client attached as, and not as itself."""
    assert (
        book
        >> heard(alice, Tattach(1, 10, NOFID, "mallory", ""))
        << say(home, Tattach(0, 2, NOFID, "mallory", ""))
        >> heard(home, Rattach(0, ROOT))
        << say(alice, Rattach(1, book.root))
        >> heard(alice, Twalk(2, 10, 11, ("llm", "ada")))
        << say(llm, Tattach(0, 1, NOFID, "mallory", ""))
        >> heard(llm, Rattach(0, ROOT))
        << say(llm, Twalk(0, 1, 2, ("ada",)))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(2, (llm.backend.root, seen(llm, ADA))))
    )


def test_a_user_whom_the_backend_does_not_let_in(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Its words reach the user."""
    _ = book >> heard(alice, Tattach(1, 10, NOFID, "mallory", "")) >> heard(home, Rattach(0, ROOT))
    assert (
        book
        << say(home, Tattach(0, 2, NOFID, "mallory", ""))
        << say(alice, Rattach(1, book.root))
        >> heard(alice, Twalk(2, 10, 11, ("llm", "ada")))
        << say(llm, Tattach(0, 1, NOFID, "mallory", ""))
        >> heard(llm, Rerror(0, "permission denied"))
        << say(llm, Tclunk(0, 1))
        << say(alice, Rerror(2, "llm: permission denied"))
    )


def test_into_a_subtree(book: Playbook, alice: Client, home: Link) -> None:
    """A mount of a part of a server's tree begins there for every user."""
    rio = book.backend("rio")
    rio.backend.tree = ("rio", "left")
    rio.entered.clear()
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")))
        << say(rio, Tattach(0, 1, NOFID, "eve", ""))
        >> heard(rio, Rattach(0, ROOT))
        << say(rio, Twalk(0, 1, 1, ("rio", "left")))
        >> heard(rio, Rwalk(0, (ADA, ADA)))
        << say(rio, Twalk(0, 1, 2, ("scene",)))
        >> heard(rio, Rwalk(0, (SCENE,)))
        << say(alice, Rwalk(1, (rio.backend.root, seen(rio, SCENE))))
    )


# Within a backend.


def test_within_a_backend(book: Playbook, alice: Client, llm: Link) -> None:
    """A walk that stays is passed on as it is, and the new fid can be used before it is answered."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)), Tstat(6, 2))
        << say(llm, Twalk(0, ada, 2, ("output",)), Tstat(1, 2))
        >> heard(llm, Rwalk(0, (OUTPUT,)))
        << say(alice, Rwalk(5, (seen(llm, OUTPUT),)))
    )


def test_a_clone(book: Playbook, alice: Client, llm: Link) -> None:
    """No names: the same file under a new fid."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ()))
        << say(llm, Twalk(0, ada, 2, ()))
        >> heard(llm, Rwalk(0, ()))
        << say(alice, Rwalk(5, ()))
    )


def test_a_fid_that_moves_holds_up_what_is_asked_of_it(book: Playbook, alice: Client, llm: Link) -> None:
    """Where it stands is known when the walk has been answered, and `..` depends on it."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 1, ("turns", "1")), Twalk(6, 1, 1, ("..", "..", "output")))
        << say(llm, Twalk(0, ada, ada, ("turns", "1")))
        >> heard(llm, Rwalk(0, (ADA, ADA)))
        << say(alice, Rwalk(5, (seen(llm, ADA),) * 2))
        << say(llm, Twalk(0, ada, ada, ("..", "..", "output")))
        >> heard(llm, Rwalk(0, (ADA, ADA, OUTPUT)))
        << say(alice, Rwalk(6, (seen(llm, ADA), seen(llm, ADA), seen(llm, OUTPUT))))
    )


def test_a_fid_that_could_not_move(book: Playbook, alice: Client, llm: Link) -> None:
    """After a partial walk in place it stands where it stood."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 1, ("turns", "99")))
        << say(llm, Twalk(0, ada, ada, ("turns", "99")))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(5, (seen(llm, ADA),)))
        >> heard(alice, Twalk(6, 1, 2, ("..", "bob")))
        << say(llm, Twalk(0, ada, 2, ("..", "bob")))
    )


def test_up_to_the_root_and_down_again_in_one_walk(book: Playbook, alice: Client, llm: Link) -> None:
    """A dip to the backend's root stays one message; the root has the qid that it has everywhere."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "bob")))
        << say(llm, Twalk(0, ada, 2, ("..", "bob")))
        >> heard(llm, Rwalk(0, (ROOT, Qid(QTDIR, 0, 9))))
        << say(alice, Rwalk(5, (llm.backend.root, seen(llm, Qid(QTDIR, 0, 9)))))
    )


# Out of a backend.


def test_out_of_a_backend(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """`..` at a backend's root leads to the root of the mux, which answers for itself."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..")))
        << say(llm, Twalk(0, ada, 2, ("..",)))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 2))
        << say(home, Twalk(0, 0, 2, ()))
        >> heard(llm, Rclunk(0))
        >> heard(home, Rwalk(0, ()))
        << say(alice, Rwalk(5, (llm.backend.root, book.root)))
    )


def test_above_the_root(book: Playbook, alice: Client, home: Link) -> None:
    """`..` at the root of the mux is the root."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("..", "..", "..")))
        << say(home, Twalk(0, 0, 2, ()))
        >> heard(home, Rwalk(0, ()))
        << say(alice, Rwalk(1, (book.root,) * 3))
    )


def test_from_one_backend_into_another(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """`../../rio/scene`: the way up is asked of the one, the rest of the other; a qid for each element."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..", "rio", "scene")))
        << say(llm, Twalk(0, ada, 2, ("..",)))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 2))
        << say(rio, Twalk(0, 0, 1, ("scene",)))
        >> heard(llm, Rclunk(0))
        >> heard(rio, Rwalk(0, (SCENE,)))
        << say(alice, Rwalk(5, (llm.backend.root, book.root, rio.backend.root, seen(rio, SCENE))))
    )


def test_out_and_into_the_same_backend_again(book: Playbook, alice: Client, llm: Link) -> None:
    """What the mux knows by itself stands between two walks in one backend: the qids keep their order."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    root = llm.backend.root
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..", "llm", "bob")))
        << say(llm, Twalk(0, ada, 2, ("..",)))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 2), Twalk(1, 0, 3, ("bob",)))
        >> heard(llm, Rwalk(1, (OUTPUT,)))
        << say(alice, Rwalk(5, (root, book.root, root, seen(llm, OUTPUT))))
    )


def test_in_the_middle_of_a_walk(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """`llm/../rio/scene` needs nothing of llm, for the mux knows that it is there."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "..", "rio", "scene")))
        << say(rio, Twalk(0, 0, 1, ("scene",)))
        >> heard(rio, Rwalk(0, (SCENE,)))
        << say(alice, Rwalk(1, (llm.backend.root, book.root, rio.backend.root, seen(rio, SCENE))))
    )


def test_a_fid_that_moves_from_one_backend_to_another(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """newfid == fid across a splice: the fid has a new home, and the old number is clunked."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 1, ("..", "..", "rio", "scene")), Tstat(6, 1))
        << say(llm, Twalk(0, ada, 2, ("..",)))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 2))
        << say(rio, Twalk(0, 0, 1, ("scene",)))
        >> heard(rio, Rwalk(0, (SCENE,)))
        << say(alice, Rwalk(5, (llm.backend.root, book.root, rio.backend.root, seen(rio, SCENE))))
        << say(llm, Tclunk(1, ada))
        << say(rio, Tstat(0, 1))
    )


def test_the_way_up_is_no_directory(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """A file has no `..`, whatever its path looks like."""
    note = cross(book, alice, llm, 1, "note", qids=(OUTPUT,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..", "ctl")))
        << say(llm, Twalk(0, note, 2, ("..",)))
        >> heard(llm, Rerror(0, "not a directory"))
        << say(alice, Rerror(5, "not a directory"))
    )


def test_the_second_backend_fails(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """A partial walk over two backends, and nothing is left behind in either."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..", "rio", "nothing")))
        << say(llm, Twalk(0, ada, 2, ("..",)))
        >> heard(llm, Rwalk(0, (ROOT,)))
        << say(llm, Tclunk(0, 2))
        << say(rio, Twalk(0, 0, 1, ("nothing",)))
        >> heard(rio, Rerror(0, "file does not exist"))
        << say(alice, Rwalk(5, (llm.backend.root, book.root, rio.backend.root)))
    )


# What is refused.


def test_sixteen_names_and_seventeen(book: Playbook, alice: Client, llm: Link) -> None:
    """Sixteen are walked, whatever of them the mux itself consumes; seventeen are refused."""
    names = tuple(f"n{i}" for i in range(15))
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", *names)))
        << say(llm, Twalk(0, 0, 1, names))
        >> heard(llm, Rwalk(0, (ADA,) * 15))
        << say(alice, Rwalk(1, (llm.backend.root, *[seen(llm, ADA)] * 15)))
        >> heard(alice, Twalk(2, 1, 2, (*names, "x", "y")))
        << say(alice, Rerror(2, "too many names in a walk; 16 is the most"))
    )


def test_a_new_fid_in_use(book: Playbook, alice: Client, llm: Link) -> None:
    """It is refused, and both fids are what they were."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    cross(book, alice, llm, 2, "bob", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)))
        << say(alice, Rerror(5, "fid in use"))
        >> heard(alice, Twalk(6, 1, NOFID, ()))
        << say(alice, Rerror(6, "fid in use"))
        >> heard(alice, Tstat(7, 1))
        << say(llm, Tstat(0, ada))
    )


def test_from_an_open_fid(book: Playbook, alice: Client, llm: Link) -> None:
    """An open file is not a place to walk from."""
    opened(book, alice, llm, 1, "output", qid=OUTPUT)
    assert book >> heard(alice, Twalk(5, 1, 2, ())) << say(alice, Rerror(5, "the fid is open"))


def test_names_that_are_none(book: Playbook, alice: Client, llm: Link) -> None:
    """A slash, nothing, or what is no text never reaches a backend, which might hang up on all its clients."""
    walk = bytes.fromhex("160000006e0100000000000100000001000300") + b"a\xffb"
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "a/b")))
        << say(alice, Rerror(1, "a name has no slash and is not empty"))
        >> heard(alice, Twalk(1, 0, 1, ("llm", "")))
        << say(alice, Rerror(1, "a name has no slash and is not empty"))
        >> heard(alice, walk)
    ) is not None
    refusal = book.take(alice)
    assert isinstance(refusal, Rerror)
    assert refusal.ename.startswith("malformed message")


# Waiting.


def test_a_walk_waits_while_its_backend_is_dialled(book: Playbook, alice: Client) -> None:
    """What is asked of the new fid waits too, and all goes on in order."""
    rio = book.splice.mount("rio")
    _ = book << dial(rio) >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")), Tread(2, 1, 0, 10), Tclunk(3, 1))
    assert book
    link = book.link(rio)
    assert (
        book
        << say(link, Twalk(0, 0, 1, ("scene",)))
        >> heard(link, Rwalk(0, (SCENE,)))
        << say(alice, Rwalk(1, (rio.root, seen(link, SCENE))))
        << say(link, Tread(0, 1, 0, 10), Tclunk(1, 1))
        >> heard(link, Rread(0, b"x"), Rclunk(1))
        << say(alice, Rread(2, b"x"), Rclunk(3))
    )


def test_a_flush_while_dialling(book: Playbook, alice: Client) -> None:
    """It is answered at once, the walk never; what waited for its fid is refused."""
    rio = book.splice.mount("rio")
    assert (
        book
        << dial(rio)
        >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")), Tread(2, 1, 0, 10), Tflush(3, 1))
        << say(alice, Rerror(2, "unknown fid"), Rflush(3))
    )
    book.link(rio)
    assert book


def test_a_dial_that_fails(book: Playbook, alice: Client) -> None:
    """Who waits is refused with the reason, which is worth more to a person than a partial walk."""
    rio = book.splice.mount("rio")
    why = "i/o error: rio is down: nobody answers there"
    assert (
        book
        << dial(rio)
        >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")))
        >> refused(rio, "nobody answers there")
        << say(alice, Rerror(1, why))
        >> heard(alice, Twalk(2, 0, 1, ("rio", "scene")))
        << dial(rio)
        >> refused(rio, "nobody answers there", is_quick=False)
        << say(alice, Rerror(2, why))
        >> heard(alice, Twalk(3, 0, 1, ("rio", "scene")))
        << say(alice, Rerror(3, why))
        << dial(rio)
    )


def test_a_flush_between_two_legs(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """The walk is given up: Rflush at once, and the fid that the leg in flight makes is clunked."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("..", "..", "rio", "scene")), Tflush(6, 5))
        << say(llm, Twalk(0, ada, 2, ("..",)), Tflush(1, 0))
        << say(alice, Rflush(6))
        >> heard(llm, Rwalk(0, (ROOT,)), Rflush(1))
        << say(llm, Tclunk(2, 2))
        >> heard(alice, Tstat(7, 2))
        << say(alice, Rerror(7, "unknown fid"))
    )


# Names.


def test_the_root_of_a_backend_is_called_as_it_is_mounted(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Rstat of a mount point is the mux's own, with the qid that the backend's root has in every walk."""
    stand_at_mount(book, alice, llm, home, fid=1)
    entry = Stat(0, 0, Qid(QTDIR, 0, 40), 0o20000000555, 1, 2, 0, "llm", "me", "me", "me")
    assert (
        book
        >> heard(alice, Tstat(2, 1))
        << say(home, Tstat(0, 2))
        >> heard(home, Rstat(0, entry))
        << say(alice, Rstat(2, msgspec.structs.replace(entry, qid=llm.backend.root)))
    )


def stand_at_mount(book: Playbook, client: Client, link: Link, home: Link, fid: int) -> None:
    """Have a client stand where a backend is mounted; on home's link that is number 2."""
    assert (
        book
        >> heard(client, Twalk(1, 0, fid, (link.backend.name,)))
        << say(home, Twalk(0, 0, 2, (link.backend.name,)))
        >> heard(home, Rwalk(0, (Qid(QTDIR, 0, 40),)))
        << say(client, Rwalk(1, (link.backend.root,)))
    )
