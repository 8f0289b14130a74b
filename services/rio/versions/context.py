"""The files `context` and `CONTEXT`: one valid program that gives the scene, with what a model must know."""

from collections.abc import AsyncIterator, Callable
from itertools import islice

import trio

from ninep.node import Answer
from rio.hub.bell import Bell
from rio.scene.graph import Graph
from rio.versions import source
from rio.versions.folding import Folding
from rio.versions.timeline import Versions

LISTED = 200  # nodes
TURN = 100  # versions that are read without leaving others a turn


class Context:
    """The text, and the bell that rings when it has changed. `facts` gives further lines, each a comment."""

    def __init__(self, graph: Graph, versions: Versions, facts: Callable[[], list[str]]) -> None:
        self._graph, self._versions, self._facts = graph, versions, facts
        self._folding = Folding()
        self._folded: int | None = None  # the version up to which it has been folded
        self.changed = Bell()
        self.changes = 0

    def note(self) -> None:
        """A version was made or gone to, or an error happened."""
        self.changes += 1
        self.changed.ring()

    async def text(self) -> str:
        """The live source, then the nodes, the view and the last error as comments."""
        await self._fold()
        program = "".join(f"{statement}\n" for statement in self._folding.live())
        return program + "".join([f"# {line}\n" async for line in self._comments()])

    def open(self) -> "Changes":
        """A reader that waits for the next change from now on."""
        return Changes(self)

    async def _fold(self) -> None:
        """Fold what came since the last time; all of it if the last time was on another branch."""
        path = self._versions.path()
        numbers = [version.number for version in path]
        if self._folded in numbers:
            path = path[numbers.index(self._folded) + 1 :]
        else:
            self._folding = Folding()
        folding, self._folded = self._folding, None
        for count, version in enumerate(path):
            for statement in version.statements:
                folding.add(statement, is_edit=version.is_edit)
            if count % TURN == TURN - 1:
                await trio.lowlevel.checkpoint()
        self._folding, self._folded = folding, numbers[-1]

    async def _comments(self) -> AsyncIterator[str]:
        graph = self._graph
        for id in list(islice(graph.nodes, LISTED)):
            await trio.lowlevel.checkpoint()
            if id in graph.nodes:
                yield source.line(graph, id)
        if len(graph.nodes) > LISTED:
            yield f"and {len(graph.nodes) - LISTED:,} more nodes; all are in nodes/"
        elif not graph.nodes:
            yield "there are no nodes"
        for fact in self._facts():
            yield fact


class Changes:
    """One open of CONTEXT: a wait until something has changed since its last read, the text, an empty read."""

    def __init__(self, context: Context) -> None:
        self._context, self._seen = context, context.changes
        self._rest: bytes | None = None

    def read(self, count: int) -> Answer[bytes]:
        """What is left of a text that has been begun, else the next text."""
        return self._wait(count) if self._rest is None else self._take(count)

    async def _wait(self, count: int) -> bytes:
        while self._seen == self._context.changes:
            await self._context.changed.wait()
        seen = self._context.changes
        text = await self._context.text()
        self._seen, self._rest = seen, text.encode()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        assert self._rest is not None
        chunk, rest = self._rest[:count], self._rest[count:]
        self._rest = rest if chunk else None
        return chunk

    def close(self) -> None:
        """Nothing is held."""
