"""Making a connection to a backend: how long it may take."""

from __future__ import annotations

import socket

import pytest
import trio

from ninep.dial import Address
from riomux.connect import TIMEOUT, connect


@pytest.mark.parametrize("takes", [0.0, 3.0, TIMEOUT])
async def test_dial_and_greeting_together(takes: float, autojump_clock: object) -> None:
    """Take no longer than either may alone, so that nobody waits twice for a machine that is only half there."""
    ours, theirs = socket.socketpair()

    async def dial(address: Address) -> socket.socket:
        await trio.sleep(takes)
        return ours

    began = trio.current_time()
    with theirs, pytest.raises(ConnectionError, match="accepts connections, but does not answer within 5 s"):
        await connect(Address.parse("tcp!192.0.2.1!564"), dial)
    assert trio.current_time() - began == pytest.approx(TIMEOUT)
    assert ours.fileno() == -1
