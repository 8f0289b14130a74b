"""Walks: within a backend, into it, out of it, and across several. Rules 21 to 30 of the acceptance list."""

from __future__ import annotations

import pytest

from ninep.messages import (
    OREAD,
    QTDIR,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Rstat,
    Rwalk,
    Tattach,
    Rattach,
    NOFID,
    Tclunk,
    Tflush,
    Tstat,
    Twalk,
    Topen,
    Ropen,
)
from riomux.peers import Client, Link
from tests.riomux.playbook import ROOT, Playbook, dial, heard, lost, refused, say, seen

ADA = Qid(QTDIR, 0, 7)
OUTPUT = Qid(0, 0, 8)


def test_into_a_backend_takes_one_round_trip(book: Playbook, alice: Client, llm: Link) -> None:
    """A walk across the splice asks its backend once, from the root, and answers a qid for each name."""
    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "ada", "output")))
        << say(llm, Twalk(0, 0, 1, ("ada", "output")))
        >> heard(llm, Rwalk(0, (ADA, OUTPUT)))
        << say(alice, Rwalk(1, (llm.backend.root, seen(llm, ADA), seen(llm, OUTPUT))))
    )


def at_ada(book: Playbook, client: Client, llm: Link, fid: int) -> int:
    """Have a client's fid stand at /llm/ada; gives its number on the link."""
    assert book >> heard(client, Twalk(99, 0, fid, ("llm", "ada")))
    request = book.take(llm)
    assert isinstance(request, Twalk)
    assert book >> heard(llm, Rwalk(request.tag, (ADA,))) << say(client, Rwalk(99, (llm.backend.root, seen(llm, ADA))))
    return request.newfid
