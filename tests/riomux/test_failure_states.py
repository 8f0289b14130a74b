"""States in which something can go wrong that the other tests do not come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.riomux.live import Shelf, mux, server
from tests.riomux.playbook import (
    ROOT,
    Playbook,
    cross,
    dial,
    gone,
    hang_up,
    heard,
    opened,
    say,
    seen,
    unmounted,
    version,
)

from ninep.client import open_client
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    OWRITE,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rwalk,
    Rwrite,
    Tattach,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.session import MSIZE
from riomux.peers import Client, Link

NOTE = Qid(0, 0, 8)
SIZES = (256, 8192, MSIZE, 1 << 20)


# On the way in as another user.


@pytest.fixture
def mallory(book: Playbook, alice: Client, llm: Link, home: Link) -> Client:
    """Alice, who walks into a backend as mallory, and waits for the backend to let that user in."""
    _ = book >> heard(alice, Tattach(1, 10, NOFID, "mallory", "")) << say(home, Tattach(0, 2, NOFID, "mallory", ""))
    _ = book >> heard(home, Rattach(0, ROOT)) << say(alice, Rattach(1, book.root))
    _ = book >> heard(alice, Twalk(2, 10, 11, ("llm", "ada")))
    assert book << say(llm, Tattach(0, 1, NOFID, "mallory", ""))
    return alice


def test_a_flush_at_the_door(book: Playbook, mallory: Client, llm: Link) -> None:
    """It is answered at once; whoever comes next as that user finds the door open."""
    assert (
        book
        >> heard(mallory, Tflush(3, 2))
        << say(mallory, Rflush(3))
        >> heard(llm, Rattach(0, ROOT))
        >> heard(mallory, Twalk(4, 10, 11, ("llm", "ada")))
        << say(llm, Twalk(0, 1, 2, ("ada",)))
    )


def test_a_client_that_goes_at_the_door(book: Playbook, mallory: Client, llm: Link, home: Link) -> None:
    """Nothing is walked for it."""
    _ = book >> gone(mallory) << say(home, Tclunk(0, 1), Tclunk(1, 2))
    assert book >> heard(llm, Rattach(0, ROOT))
    assert not llm.pending


def test_a_version_at_the_door(book: Playbook, mallory: Client, llm: Link, home: Link) -> None:
    """The walk is forgotten."""
    _ = book >> heard(mallory, Tversion(NOTAG, 8192, "9P2000")) << say(home, Tclunk(0, 1), Tclunk(1, 2))
    assert book << say(mallory, version(8192)) >> heard(llm, Rattach(0, ROOT))


# Tversion in the middle of things.


def test_a_version_while_dialling(book: Playbook, alice: Client, home: Link) -> None:
    """What waits for a link is forgotten, and so is what waits for that."""
    rio = book.splice.mount("rio")
    _ = book << dial(rio) >> heard(alice, Twalk(1, 0, 1, ("rio", "scene")), Tread(2, 1, 0, 10))
    _ = book >> heard(alice, Tversion(NOTAG, 8192, "9P2000")) << say(home, Tclunk(0, 1)) << say(alice, version(8192))
    book.link(rio)
    assert book


def test_a_version_while_a_flush_is_under_way(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """Neither the Rflush nor what was flushed comes after it."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    assert (
        book
        >> heard(alice, Tread(7, 1, 0, 100), Tflush(8, 7), Tversion(NOTAG, 8192, "9P2000"))
        << say(llm, Tread(0, note, 0, 100), Tflush(1, 0), Tflush(2, 0), Tclunk(3, note))
        << say(home, Tclunk(0, 1))
        << say(alice, version(8192))
        >> heard(llm, Rread(0, b"late"), Rflush(1), Rflush(2), Rclunk(3))
    )
    assert not llm.pending


def test_a_version_while_a_fid_moves(book: Playbook, alice: Client, llm: Link, home: Link) -> None:
    """The fid is clunked behind its walk, and what waited for it is forgotten."""
    ada = cross(book, alice, llm, 1, "ada", qids=(ROOT,))
    assert (
        book
        >> heard(alice, Twalk(7, 1, 1, ("output",)), Tread(8, 1, 0, 9), Tversion(NOTAG, 8192, "9P2000"))
        << say(llm, Twalk(0, ada, ada, ("output",)), Tflush(1, 0), Tclunk(2, ada))
        << say(home, Tclunk(0, 1))
        << say(alice, version(8192))
        >> heard(llm, Rwalk(0, (NOTE,)), Rflush(1), Rclunk(2))
    )
    assert not llm.pending


# Long ways.


def test_sixteen_names_in_and_out_and_in_again(book: Playbook, alice: Client, llm: Link, rio: Link) -> None:
    """Each backend is asked for its own part, one after the other, and every name has its qid."""
    names = ("llm", "a", "b", "..", "..", "..", "rio", "c", "..", "..", "llm", "a", "..", "..", "rio", "d")
    there, up = book.root, (llm.backend.root, rio.backend.root)
    assert len(names) == 16
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, names))
        << say(llm, Twalk(0, 0, 1, ("a", "b", "..", "..")))
        >> heard(llm, Rwalk(0, (ROOT, NOTE, ROOT, ROOT)))
        << say(llm, Tclunk(0, 1))
        << say(rio, Twalk(0, 0, 1, ("c", "..")))
        >> heard(rio, Rwalk(0, (ROOT, ROOT)))
        << say(rio, Tclunk(0, 1))
        << say(llm, Twalk(1, 0, 2, ("a", "..")))
        >> heard(llm, Rclunk(0), Rwalk(1, (ROOT, ROOT)))
        << say(llm, Tclunk(1, 2))
        << say(rio, Twalk(1, 0, 2, ("d",)))
        >> heard(rio, Rclunk(0), Rwalk(1, (NOTE,)))
        << say(
            alice,
            Rwalk(
                1,
                (
                    *(up[0], seen(llm, ROOT), seen(llm, NOTE), seen(llm, ROOT), up[0], there),
                    *(up[1], seen(rio, ROOT), up[1], there),
                    *(up[0], seen(llm, ROOT), up[0], there),
                    *(up[1], seen(rio, NOTE)),
                ),
            ),
        )
    )


async def test_three_muxes_deep(place: Path) -> None:
    """Names, data and `..` find their way down and up again; a part of a part of a tree can be mounted."""
    shelf = Shelf("one")
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a", name="x"),
        mux(place, f"x=unix!{place}/x", name="y"),
        mux(place, f"y=unix!{place}/y", f"part=unix!{place}/y/x/one/below", name="z"),
        open_client(f"unix!{place}/z") as root,
    ):
        assert await root.read("/y/x/one/note") == b"the note of one\n"
        assert await root.read("/part/deeper/name") == b"one"
        around = "/y/x/one/below/deeper/../../../../../part/deeper/../../y/x/one"
        assert await root.read(f"{around}/below/deeper/name") == b"one"
        data = bytes(range(256)) * 4096
        await root.write("/y/x/one/book", data)
        assert await root.read("/y/x/one/book") == data
        paths = [entry.qid.path for path in ("/", "/y", "/y/x", "/y/x/one") for entry in await root.ls(path)]
        assert len(set(paths)) == len(paths)
        assert max(paths) < 1 << 56


# Sizes that differ.


@pytest.mark.parametrize("theirs", SIZES[:3])
@pytest.mark.parametrize("ours", SIZES)
def test_no_message_is_longer_than_its_receiver_takes(book: Playbook, ours: int, theirs: int) -> None:
    """Whatever client and backend agreed on: counts are cut on the way there, and the iounit says so."""
    client, link = book.client("client", msize=ours), book.backend("small", msize=theirs)
    least = min(ours, theirs, MSIZE)
    number = cross(book, client, link, 1, "note", qids=(NOTE,))
    given = 0 if theirs >= min(ours, MSIZE) else least - 24
    assert book >> heard(client, Topen(1, 1, OREAD)) << say(link, Topen(0, number, OREAD))
    assert book >> heard(link, Ropen(0, NOTE, 0)) << say(client, Ropen(1, seen(link, NOTE), given))
    assert book >> heard(client, Tread(2, 1, 0, 1 << 31)) << say(link, Tread(0, number, 0, least - 11))
    assert book >> heard(link, Rread(0, bytes(least - 11))) << say(client, Rread(2, bytes(least - 11)))
    sink = opened(book, client, link, 3, "sink", qid=NOTE, mode=OWRITE)
    most = bytes(min(ours, MSIZE) - 23)
    assert book >> heard(client, Twrite(4, 3, 0, most)) << say(link, Twrite(0, sink, 0, most[: theirs - 23]))
    taken = min(len(most), theirs - 23)
    assert book >> heard(link, Rwrite(0, taken)) << say(client, Rwrite(4, taken))


# Many at once.


def test_a_storm_of_walks_before_there_is_a_link(book: Playbook) -> None:
    """One dial is made for all of them; each gets a fid of its own, in its order."""
    clients = [book.client(name) for name in ("alice", "bob", "carol")]
    rio = book.splice.mount("rio")
    _ = book << dial(rio)
    for client in clients:
        assert book >> heard(client, *[Twalk(tag, 0, tag, ("rio", f"n{tag}")) for tag in range(1, 17)])
    link = book.link(rio)
    asked = [request for _ in range(48) if isinstance(request := book.take(link), Twalk)]
    assert [request.wname for request in asked] == [(f"n{tag}",) for _ in clients for tag in range(1, 17)]
    assert len({request.newfid for request in asked}) == 48
    _ = book >> heard(link, *[Rwalk(request.tag, (NOTE,)) for request in asked])
    for client in clients:
        _ = book << say(client, *[Rwalk(tag, (rio.root, seen(link, NOTE))) for tag in range(1, 17)])
    assert book


def test_another_server_under_the_same_name(book: Playbook, alice: Client, llm: Link) -> None:
    """Who used the old one is not served by it any more, and does not get the new one's files for the old ones."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    _ = book >> unmounted(llm.backend) << dial(llm.backend) << hang_up(llm)
    new = book.backend("llm")
    _ = book >> heard(alice, Tread(7, 1, 0, 9))
    reply = book.take(alice)
    assert isinstance(reply, Rerror)
    assert "llm" in reply.ename
    assert cross(book, alice, new, 2, "note", qids=(NOTE,)) == 1
