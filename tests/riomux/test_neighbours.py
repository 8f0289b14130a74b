"""Clients share connections inside the mux. What one of them holds is not taken from the others."""

from __future__ import annotations

from pathlib import Path

from tests.riomux.live import mux, talk, until

from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Message,
    Rattach,
    Ropen,
    Rread,
    Rversion,
    Rwalk,
    Tattach,
    Topen,
    Tread,
    Tversion,
    Twalk,
)
from ninep.session import FIDS, OUTSTANDING

HELD = FIDS - 10


async def test_a_client_that_holds_all_it_may(place: Path) -> None:
    """As many fids of the mux's own tree, and waiting reads of `events`, as a client may have: nobody notices."""
    async with mux(place) as pump:
        greedy, modest = talk(place), talk(place)
        await greedy.attach()
        await modest.attach()
        await greedy.ask(Twalk(0, 0, 1, ("events",)))
        assert isinstance(await greedy.ask(Topen(0, 1, OREAD)), Ropen)
        for fid in range(2, HELD):
            assert isinstance(await greedy.ask(Tattach(0, fid, NOFID, "greedy", "")), Rattach)
        await greedy.say(*(Tread(tag, 1, 0, 100) for tag in range(OUTSTANDING)))
        await until(lambda: sum(len(client.tags) for client in pump.splice.clients) == OUTSTANDING)
        replies = list[Message]()
        for request in (
            Twalk(0, 0, 1, ("ctl",)),
            Topen(0, 1, OREAD),
            Tread(0, 1, 0, 100),
            *(Tattach(0, fid, NOFID, "modest", "") for fid in range(2, 40)),
        ):
            replies.append(await modest.ask(request))
        assert [type(reply) for reply in replies] == [Rwalk, Ropen, Rread, *[Rattach] * 38]
        assert isinstance(await modest.ask(Tversion(NOTAG, 8192, "9P2000")), Rversion)
        greedy.hang_up()
        modest.hang_up()
