"""What agents live in."""

from __future__ import annotations

from collections.abc import Callable

import trio
from msgspec import Struct, field
from trio.lowlevel import ParkingLot

from llmfs.agents.offers import Offers
from llmfs.mcp_client.servers import Servers
from llmfs.tools.namespace import Namespace


class Surroundings(Struct):
    """What agents live in: who can answer, a nursery, what silence means, who hears of what happens, what to act in,
    and the servers whose tools there are."""

    offers: Offers
    nursery: trio.Nursery
    idle: float  # seconds without a chunk after which an answer is given up
    publish: Callable[..., None]  # what happened, `turn.ended` or the like, and the facts by name
    namespace: Namespace = field(default_factory=Namespace)
    servers: Servers = field(default_factory=Servers)
    changed: ParkingLot = field(default_factory=ParkingLot)  # wakes who acts on what agents and machines there are
