"""A server far away: `python -m bench.delayed ADDRESS TARGET SECONDS` passes on what it hears, and answers late."""

from __future__ import annotations

import sys
from functools import partial

import trio


async def _pass(source: trio.SocketStream, target: trio.SocketStream, delay: float) -> None:
    async for data in source:
        await trio.sleep(delay)
        await target.send_all(data)
    await target.send_eof()


async def _serve(client: trio.SocketStream, target: str, delay: float) -> None:
    host, port = target.rsplit(":", 1)
    async with await trio.open_tcp_stream(host, int(port)) as server, trio.open_nursery() as nursery:
        nursery.start_soon(_pass, client, server, 0)
        nursery.start_soon(_pass, server, client, delay)


def main() -> None:
    """Serve until ended."""
    address, target, delay = sys.argv[1:4]
    host, port = address.rsplit(":", 1)
    handler = partial(_serve, target=target, delay=float(delay))
    trio.run(partial(trio.serve_tcp, handler, int(port), host=host))


main()
