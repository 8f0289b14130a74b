"""Two ends for a route: a source that tells stories turn by turn, and a target that listens, refuses or stalls."""

from __future__ import annotations

from typing import Any

import trio

from ninep import FileError
from ninep.tree import Dir, Sink, Stream, Text

Part = bytes | FileError  # b"" ends a turn


class Story:
    """A stream of turns. Every reader has a place of its own, and begins at the turn that `begins` points to."""

    def __init__(self, *parts: Part) -> None:
        self.parts = list(parts)
        self.begins = 0
        self.readers = 0
        self._told = trio.Event()

    def tell(self, *parts: Part) -> None:
        """Go on."""
        self.parts += parts
        self._told.set()
        self._told = trio.Event()

    def open(self) -> StoryReader:
        """A reader."""
        return StoryReader(self)

    async def more(self) -> None:
        """Until it goes on."""
        await self._told.wait()


class StoryReader:
    """One reader at its place."""

    def __init__(self, story: Story) -> None:
        self._story, self._at = story, story.begins
        story.readers += 1

    def read(self, count: int) -> Any:
        """The next part, whole."""
        return self._take() if self._at < len(self._story.parts) else self._wait()

    async def _wait(self) -> bytes:
        while self._at >= len(self._story.parts):
            await self._story.more()
        return self._take()

    def _take(self) -> bytes:
        part = self._story.parts[self._at]
        self._at += 1
        if isinstance(part, FileError):
            raise part
        return part

    def close(self) -> None:
        """One reader less."""
        self._story.readers -= 1


class Listener:
    """A target: what each open of it has heard, in the chunks that came. It refuses what has `bad` in it."""

    def __init__(self) -> None:
        self.heard = list[list[bytes]]()
        self.ended = 0  # opens that were clunked
        self.may_hear = trio.Event()
        self.may_hear.set()

    @property
    def texts(self) -> list[bytes]:
        """What each open has heard, as one."""
        return [b"".join(chunks) for chunks in self.heard]

    def open(self) -> Hearing:
        """Another listening."""
        self.heard.append([])
        return Hearing(self, self.heard[-1])


class Hearing:
    """One open of a listener."""

    def __init__(self, listener: Listener, chunks: list[bytes]) -> None:
        self._listener, self._chunks = listener, chunks

    async def write(self, data: bytes) -> None:
        """Take it, as soon as we may."""
        await self._listener.may_hear.wait()
        if b"bad" in data:
            raise FileError("line 1: bad is not defined")
        self._chunks.append(data)

    def close(self) -> None:
        """It was clunked."""
        self._listener.ended += 1


def teller(story: Story, text: str = "") -> Dir:
    """The tree of a source: a story, and an ordinary file."""
    return Dir(story=Stream(story.open), text=Text(lambda: text))


def ear(*listeners: Listener) -> Dir:
    """The tree of some targets: 0, 1, 2 …"""
    return Dir({str(i): Sink(open=listener.open) for i, listener in enumerate(listeners)})
