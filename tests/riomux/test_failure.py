"""Those who go: clients that hang up, backends that die, are removed, talk nonsense, or were never there."""

from __future__ import annotations

import struct

import pytest
from tests.riomux.playbook import (
    ROOT,
    Playbook,
    cross,
    dial,
    gone,
    hang_up,
    heard,
    lost,
    opened,
    refused,
    say,
    seen,
    unmounted,
)

from ninep.codec import encode
from ninep.messages import (
    OWRITE,
    Garbled,
    Message,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Rread,
    Rversion,
    Rwalk,
    Rwrite,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Twalk,
    Twrite,
)
from riomux.peers import Client, Link

NOTE = Qid(0, 0, 8)
AWAY = "i/o error: llm went away"
STALE = "i/o error: llm went away; open the file again"


# Clients.


def test_a_client_hangs_up(book: Playbook, alice: Client, llm: Link, rio: Link, home: Link) -> None:
    """What it has pending is flushed, then every fid is clunked, on every backend."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    scene = cross(book, alice, rio, 2, "scene", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100))
        << say(llm, Tread(0, note, 0, 100))
        >> gone(alice)
        << say(llm, Tflush(1, 0), Tclunk(2, note))
        << say(rio, Tclunk(0, scene))
        << say(home, Tclunk(0, 1))
        >> heard(llm, Rread(0, b"nobody wants this"), Rflush(1), Rclunk(2))
        >> heard(rio, Rclunk(0))
    )
    assert not llm.pending
    assert llm.load == 0


def test_a_client_hangs_up_in_the_middle_of_a_walk(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The fid that comes of it is clunked, whether it is in one leg or on its way to the next."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)), Twalk(6, 0, 3, ("llm", "bob")))
        << say(llm, Twalk(0, ada, 2, ("output",)), Twalk(1, 0, 3, ("bob",)))
        >> gone(alice)
        << say(llm, Tflush(2, 0), Tflush(3, 1), Tclunk(4, ada))
        << say(home, Tclunk(0, 1))
        >> heard(llm, Rwalk(0, (NOTE,)), Rwalk(1, (ROOT,)), Rflush(2), Rflush(3), Rclunk(4))
        << say(llm, Tclunk(5, 2), Tclunk(6, 3))
        >> heard(llm, Rclunk(5), Rclunk(6))
    )
    assert not llm.pending


def test_other_clients_do_not_notice(book: Playbook, alice: Client, bob: Client, llm: Link, home: Link) -> None:
    """On the same link, with the same numbers of their own."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    note = opened(book, bob, llm, 1, "note", qid=NOTE)
    _ = book >> heard(bob, Tread(7, 1, 0, 100)) << say(llm, Tread(0, note, 0, 100)) >> gone(alice)
    assert book.take(llm) == Tclunk(1, 1)
    assert book.take(home) == Tclunk(0, 1)
    assert (
        book
        >> heard(llm, Rread(0, b"for bob"))
        << say(bob, Rread(7, b"for bob"))
        >> heard(bob, Tread(7, 1, 0, 100))
        << say(llm, Tread(0, note, 0, 100))
    )


# Backends.


def test_a_backend_dies(book: Playbook, alice: Client, bob: Client, llm: Link, rio: Link) -> None:
    """Whatever is pending on it is answered, once, to everybody; the other backend does not notice."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    bobs = opened(book, bob, llm, 1, "note", qid=NOTE)
    scene = cross(book, bob, rio, 2, "scene", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100), Twrite(8, 1, 0, b"x"))
        >> heard(bob, Tread(7, 1, 0, 100), Tstat(9, 2))
        << say(llm, Tread(0, note, 0, 100), Twrite(1, note, 0, b"x"), Tread(2, bobs, 0, 100))
        << say(rio, Tstat(0, scene))
        >> lost(llm)
        << dial(llm.backend)
        << say(alice, Rerror(7, AWAY), Rerror(8, AWAY))
        << say(bob, Rerror(7, AWAY))
        >> heard(rio, Rerror(0, "what?"))
        << say(bob, Rerror(9, "what?"))
    )


def test_stale_fids(book: Playbook, alice: Client, llm: Link) -> None:
    """What was open for writing answers an Rerror whatever is asked, also to the clunk, which frees it."""
    opened(book, alice, llm, 1, "note", qid=NOTE, mode=OWRITE)
    _ = book >> lost(llm) << dial(llm.backend)
    for request in (Tread(1, 1, 0, 9), Twrite(1, 1, 0, b"x"), Tstat(1, 1), Topen(1, 1, 0), Twalk(1, 1, 2, ())):
        refusal = book >> heard(alice, request)
        expected = "the fid is open" if isinstance(request, Twalk) else STALE
        assert refusal << say(alice, Rerror(1, expected))
    assert book >> heard(alice, Tclunk(1, 1)) << say(alice, Rerror(1, STALE))
    assert book >> heard(alice, Tclunk(1, 1)) << say(alice, Rerror(1, "unknown fid"))


def test_remove_of_a_stale_fid(book: Playbook, alice: Client, llm: Link) -> None:
    """It fails, and the fid is gone."""
    opened(book, alice, llm, 1, "note", qid=NOTE, mode=OWRITE)
    _ = book >> lost(llm) << dial(llm.backend)
    assert book >> heard(alice, Tremove(1, 1), Tstat(2, 1)) << say(alice, Rerror(1, STALE), Rerror(2, "unknown fid"))


def test_never_the_data_of_another_file(book: Playbook, alice: Client, bob: Client, llm: Link) -> None:
    """After the backend is back, an old fid stays stale, though its number is another file's now."""
    opened(book, alice, llm, 1, "note", qid=NOTE, mode=OWRITE)
    _ = book >> lost(llm) << dial(llm.backend)
    again = book.link(llm.backend)
    secret = opened(book, bob, again, 1, "secret", qid=Qid(0, 0, 99))
    assert (
        book
        >> heard(alice, Tread(1, 1, 0, 100))
        << say(alice, Rerror(1, STALE))
        >> heard(alice, Twalk(2, 0, 2, ("llm", "note")))
        << say(again, Twalk(0, 0, secret + 1, ("note",)))
    )


def test_a_clunk_in_flight_when_the_backend_dies(book: Playbook, alice: Client, llm: Link) -> None:
    """The fid is gone, which is all that a clunk wants; a remove has failed."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    ada = cross(book, alice, llm, 2, "ada", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Tclunk(7, 1), Tremove(8, 2))
        << say(llm, Tclunk(0, note), Tremove(1, ada))
        >> lost(llm)
        << dial(llm.backend)
        << say(alice, Rclunk(7), Rerror(8, AWAY))
    )


def test_a_walk_in_flight_when_the_backend_dies(book: Playbook, alice: Client, llm: Link) -> None:
    """Its fid does not exist; a walk across the splice says in words what happened."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Twalk(5, 1, 2, ("output",)), Twalk(6, 0, 3, ("llm", "bob")), Twalk(7, 1, 1, ("turns",)))
        << say(llm, Twalk(0, ada, 2, ("output",)), Twalk(1, 0, 3, ("bob",)), Twalk(2, ada, ada, ("turns",)))
        >> lost(llm)
        << dial(llm.backend)
        << say(alice, Rerror(5, AWAY), Rerror(6, AWAY), Rerror(7, AWAY))
        >> heard(alice, Tstat(8, 2), Tstat(9, 3))
        << say(alice, Rerror(8, "unknown fid"), Rerror(9, "unknown fid"))
    )


def test_new_walks_after_it_is_back(book: Playbook, alice: Client, llm: Link) -> None:
    """Who comes while it is dialled waits for it; the qids are what they were."""
    note = Qid(0, 0, 8)
    cross(book, alice, llm, 1, "note", qids=(note,))
    _ = book >> lost(llm) << dial(llm.backend) >> heard(alice, Twalk(5, 0, 2, ("llm", "note")))
    again = book.link(llm.backend)
    assert (
        book
        << say(again, Twalk(0, 0, 1, ("note",)))
        >> heard(again, Rwalk(0, (note,)))
        << say(alice, Rwalk(5, (llm.backend.root, seen(llm, note))))
    )


def test_a_backend_is_removed(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Pending requests are answered, its links are closed, and its name is a name like any other."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    why = "i/o error: llm was removed"
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100))
        << say(llm, Tread(0, note, 0, 100))
        >> unmounted(llm.backend)
        << dial(llm.backend)
        << hang_up(llm)
        << say(alice, Rerror(7, why))
        >> heard(alice, Twalk(8, 0, 2, ("llm", "note")))
        << say(home, Twalk(0, 1, 2, ("llm", "note")))
    )


def test_a_removed_backend_keeps_nobody_waiting(book: Playbook, alice: Client) -> None:
    """Who waits for its first link is refused."""
    rio = book.splice.mount("rio")
    assert (
        book
        << dial(rio)
        >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")))
        >> unmounted(rio)
        << say(alice, Rerror(1, "rio was removed"))
    )


# Nonsense.


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack("<IBH", 3, 117, 0),
        struct.pack("<IBH", 1 << 31, 117, 0),
        encode(Rread(9, b"nobody asked")),
        encode(Rerror(9, "a storm")) * 1000,
        encode(Rwrite(0, 3)),
        encode(Rwalk(0, ())),
        encode(Tread(0, 1, 0, 1)),
        struct.pack("<IBHI", 11, 117, 0, 77),
        struct.pack("<IBHH", 9, 107, 0, 5),
        encode(Rversion(0, 8192, "9P2000")),
    ],
    ids=str,
)
def test_a_backend_talks_nonsense(book: Playbook, alice: Client, llm: Link, nonsense: bytes) -> None:
    """It is given up at once; what it said before that counts, and all else is answered."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100), Tread(8, 1, 0, 100), Tread(9, 1, 0, 100))
    for _tag in (0, 1, 2):
        assert book.take(llm)
    why = "i/o error: llm does not speak 9P"
    assert (
        book
        >> heard(llm, Rread(1, b"sense"), nonsense)
        << hang_up(llm)
        >> lost(llm, "does not speak 9P")
        << dial(llm.backend)
        << say(alice, Rread(8, b"sense"))
    ) is not None
    assert {book.take(alice), book.take(alice)} == {Rerror(7, why), Rerror(9, why)}
    assert book


def test_a_reply_after_its_rflush(book: Playbook, alice: Client, llm: Link) -> None:
    """Nobody gets it, and who sends that is given up."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 9), Tflush(8, 7)) << say(llm, Tread(0, note, 0, 9), Tflush(1, 0))
    assert book >> heard(llm, Rflush(1)) << say(alice, Rflush(8)) >> heard(llm, Rread(0, b"late")) << hang_up(llm)


@pytest.mark.parametrize("size", [9, 21, 22, 23])
def test_replies_of_the_wrong_size(book: Playbook, alice: Client, llm: Link, size: int) -> None:
    """What would be edited is looked at first."""
    cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    wrong: list[tuple[Message, bytes]] = [
        (Twalk(1, 1, 2, ("output",)), struct.pack("<IBHH", size, 111, 0, 1) + bytes(size - 9)),
        (Topen(1, 1, 0), struct.pack("<IBH", size, 113, 0) + bytes(size - 7)),
        (Tstat(1, 1), struct.pack("<IBHH", size, 125, 0, 40) + bytes(size - 9)),
    ]
    for request, reply in wrong:
        if size == 22 and isinstance(request, Twalk):
            continue  # that is the right size
        other = Playbook()
        eve, rio = other.client("eve"), other.backend("llm")
        cross(other, eve, rio, 1, "ada", qids=(ROOT,))
        _ = other >> heard(eve, request)
        assert other.take(rio)
        assert other >> heard(rio, reply) << hang_up(rio)


def test_words_that_are_not_utf8(book: Playbook, alice: Client, llm: Link) -> None:
    """Servers of other times say what they say; the mux passes it on."""
    cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    _ = book >> heard(alice, Topen(1, 1, 0))
    assert book.take(llm)
    words = encode(Rerror(0, "xxxxx")).replace(b"xxxxx", b"d\xe9j\xe0!")
    _ = book >> heard(llm, words)
    got = book.take(alice)
    assert isinstance(got, Garbled)
    assert got.tag == 1


# Many.


def test_links_are_shared_by_a_few(book: Playbook, llm: Link) -> None:
    """The ninth client gets a link of its own as soon as there is one; until then it need not wait."""
    clients = [book.client(f"c{i}") for i in range(8)]
    for client in clients:
        cross(book, client, llm, 1, "ada", qids=(ROOT,))
    ninth = book.client("ninth")
    assert (
        book >> heard(ninth, Twalk(1, 0, 1, ("llm", "ada"))) << say(llm, Twalk(0, 0, 9, ("ada",))) << dial(llm.backend)
    )
    second = book.link(llm.backend)
    cross(book, book.client("tenth"), second, 1, "ada", qids=(ROOT,))


def test_a_link_that_nobody_uses(book: Playbook, llm: Link, home: Link) -> None:
    """It is closed when its last client goes, if there is another."""
    second = book.link(llm.backend)
    alice, bob = book.client("alice"), book.client("bob")
    cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    cross(book, bob, second, 1, "ada", qids=(ROOT,))
    _ = book >> gone(alice) << say(llm, Tclunk(0, 1)) << say(home, Tclunk(0, 1)) << hang_up(llm)
    assert book >> gone(bob) << say(second, Tclunk(0, 1)) << say(home, Tclunk(1, 2))
    assert llm.backend.links == [second]


def test_a_crowd_waits_for_a_second_link(book: Playbook, llm: Link) -> None:
    """Sixteen is the most; the next one waits for the dial, and hears if that fails."""
    for i in range(16):
        client = book.client(f"c{i}")
        _ = book >> heard(client, Twalk(1, 0, 1, ("llm", "ada")))
        request, reply = book.take(llm), Rwalk(1, (llm.backend.root, seen(llm, ROOT)))
        assert request
        _ = book >> heard(llm, Rwalk(request.tag, (ROOT,))) << say(client, reply)
        if i == 8:
            _ = book << dial(llm.backend)
    last = book.client("last")
    why = "i/o error: llm takes no more connections: too many"
    assert (
        book
        >> heard(last, Twalk(1, 0, 1, ("llm", "ada")))
        >> refused(llm.backend, "too many")
        << say(last, Rerror(1, why))
        >> heard(last, Twalk(1, 0, 1, ("llm", "ada")))
        << dial(llm.backend)
    )
    second = book.link(llm.backend)
    assert book << say(second, Twalk(0, 0, 1, ("ada",)))


def test_seventy_thousand_reads_beside_a_blocked_one(book: Playbook, alice: Client, llm: Link) -> None:
    """Tags are free or in use, never counted past: the blocked read is answered in the end."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(1, 1, 0, 5)) << say(llm, Tread(0, note, 0, 5))
    for _ in range(700):
        _ = book >> heard(alice, *[Tread(2 + i, 1, i, 1) for i in range(100)])
        asked = [book.take(llm) for _ in range(100)]
        assert not any(m is None or m.tag == 0 for m in asked)
        _ = book >> heard(llm, *[Rread(m.tag, b"x") for m in asked if m])
        assert {book.take(alice) for _ in range(100)} == {Rread(2 + i, b"x") for i in range(100)}
        book.transcript.clear()
    assert book >> heard(llm, Rread(0, b"woken")) << say(alice, Rread(1, b"woken"))


def test_stopping_answers_everybody(book: Playbook, alice: Client, llm: Link) -> None:
    """Whatever waits is told why it ends."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100))
    assert book.take(llm)
    book.splice.stop()
    assert book << say(alice, Rerror(7, "the multiplexer is stopping; try again when it is back"))


def test_stopping_answers_a_flush_with_rflush(book: Playbook, alice: Client, llm: Link) -> None:
    """There is no other answer to it, flush(5)."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> heard(alice, Tread(7, 1, 0, 100), Tflush(8, 7))
    assert [book.take(llm), book.take(llm)]
    book.splice.stop()
    stopping = Rerror(7, "the multiplexer is stopping; try again when it is back")
    assert book << say(alice, stopping, Rflush(8))
