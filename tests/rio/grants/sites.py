"""A web site for tests: one answer, over real TLS, at 127.0.0.1."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio
import trustme

CA = trustme.CA()


@dataclass
class Site:
    """A server of one answer, which writes down what it is asked. `hold` keeps it from answering."""

    answer: bytes
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    came: trio.Event = field(default_factory=trio.Event)
    hold: trio.Event | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://127.0.0.1:{self.port}"

    async def serve(self, stream: trio.SSLStream[trio.SocketStream]) -> None:
        """One request, one answer, the end. Who does not believe the certificate asks nothing."""
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := await stream.receive_some()):
                    return
                head += more
            self.asked.append(head)
            self.came.set()
            if self.hold is not None:
                await self.hold.wait()
            await stream.send_all(self.answer)
            await stream.aclose()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client had heard enough


def answering(body: bytes, status: str = "200 OK", *heads: str) -> bytes:
    """An HTTP answer, byte for byte."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *heads)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def trusting() -> ssl.SSLContext:
    """What believes the certificates of these sites."""
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


@asynccontextmanager
async def a_site(answer: bytes = b"", *names: str) -> AsyncIterator[Site]:
    """A site with a certificate for these names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    CA.issue_cert(*(names or ("127.0.0.1", "data.test"))).configure_cert(context)
    site = Site(answer)
    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
            site.port = listener.socket.getsockname()[1]
            nursery.start_soon(trio.serve_listeners, site.serve, [trio.SSLListener(listener, context)])
            yield site
            nursery.cancel_scope.cancel()
