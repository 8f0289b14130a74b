"""The tree that the server is measured with: a file in memory, and one whose reads wait.

`python -m bench.served ADDRESS`.
"""

from __future__ import annotations

import resource
import socket
import sys

import trio

from ninep.server import serve
from ninep.tree import Broadcast, Dir, Stream, Text


def main() -> None:
    """Serve until ended."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    host, port = sys.argv[1].rsplit(":", 1)
    body = bytes(1 << 20)
    tree = Dir(data=Text(lambda: body), block=Stream(Broadcast().open))
    trio.run(serve, tree, [socket.create_server((host, int(port)), backlog=4096)])


main()
