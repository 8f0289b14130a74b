"""llmfs: start, and what lives until the stop."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import trio

from llmfs import providers
from llmfs.agents.fleet import Fleet
from llmfs.agents.offers import Default, Offers
from llmfs.agents.surroundings import Surroundings
from llmfs.config import Config
from llmfs.hive.following import Following
from llmfs.hive.namespace import open_namespace
from llmfs.hive.watching import watch
from llmfs.mcp_client.servers import Servers
from llmfs.news import News
from llmfs.providers import Provider, ProviderSettings
from llmfs.records.restore import restore
from llmfs.records.store import open_store
from llmfs.secrecy import seal
from llmfs.tree import root_tree
from ninep import service
from ninep.tree import Dir

PORT, SOCKET = 5640, "llm"
SELDOM = 20_000, 10, 10
"""Limits of the garbage collector. By the usual ones it looks through all that lives a few times a second while many
agents speak, and their words wait for it, some 10 ms each time."""

MakeProviders = Callable[[ProviderSettings], Mapping[str, Provider]]


@asynccontextmanager
async def open_service(config: Config, make: MakeProviders = providers.make) -> AsyncIterator[Dir]:
    """The tree of llmfs, with the agents of earlier days. At the end, answers that still come are truncated."""
    news = News()
    directory, default = config.make_state(), Default(config.provider, config.model)
    offers = Offers(make(config.providers), default, directory / "cassettes", config.providers.replay_pace)
    async with open_store(directory) as store, trio.open_nursery() as nursery:
        around = Surroundings(
            offers, nursery, config.idle_timeout, news.publish, servers=Servers(config.servers, nursery)
        )
        fleet = Fleet(store, around)
        restore(fleet, store, offers)
        news.watch(fleet, store)
        if namespace := open_namespace(config.namespace):
            around.namespace.address = namespace.address
            ours = service.addresses(config, PORT, SOCKET)
            nursery.start_soon(Following(namespace, fleet.sites, ours).run)
            nursery.start_soon(fleet.carrying.run, namespace, ours)
            nursery.start_soon(watch, namespace, fleet.sites, fleet.agents)
        nursery.start_soon(offers.find_local)
        try:
            yield root_tree(fleet, offers, news, lambda: store.failure or "ok", around.servers)
        finally:
            nursery.cancel_scope.cancel()
            news.events.close()
    await offers.aclose()


def prepare() -> None:
    """Make the process what it has to be before it serves: sealed, and seldom held up by the garbage collector."""
    seal()
    gc.set_threshold(*SELDOM)


def main() -> None:
    """The command `llmfs`, and `llmfs mcp`."""
    if sys.argv[1:2] == ["mcp"]:
        from llmfs.mcp_server.command import main as serve_mcp

        sys.exit(serve_mcp(sys.argv[2:]))
    prepare()
    service.main("llmfs", PORT, Config, open_service, socket=SOCKET)


if __name__ == "__main__":
    main()
