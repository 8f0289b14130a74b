"""What may be done to a scene besides running programs: edits, and going back and forth between versions.

Each leaves the graph, the screen, the worker and the archive in agreement. What replaces the worker takes a turn.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Unpack

from ninep import FileError
from ninep.node import Answer
from rio.hub.screen import Screen
from rio.hub.workers import Workers
from rio.plain import plain
from rio.scene.graph import Graph, Snapshot
from rio.scene.kinds import kind
from rio.scene.values import Refused
from rio.versions import differences
from rio.versions.archive import Archive
from rio.versions.pictures import frames, portions
from rio.versions.pieces import likeness, putting_back
from rio.versions.source import touch
from rio.versions.timeline import Facts, Version, Versions
from rio.wire import Delta, Deltas, Event, Halt, Reset, Set, frame

RESUME = "__resume__()  # what is made without a place stands from here on beside what is there"
ANEW = "__resume__('anew')  # from here on nothing is left of variables and functions"
"""What the live source says where a worker was told a scene that it had not made (see `language.strangers`)."""

LOST = "the picture is as it was, but variables are lost: no copy of the worker is kept for that version"


class History:
    """The graph and its versions. `made` is told of each new version, `went` of each that was gone to."""

    def __init__(
        self,
        graph: Graph,
        versions: Versions,
        archive: Archive,
        screen: Screen,
        workers: Workers,
        made: Callable[[Version], None],
        went: Callable[[Version], None],
    ) -> None:
        self._graph, self._versions, self._archive = graph, versions, archive
        self._screen, self._workers = screen, workers
        self._made, self._went = made, went
        self.parting: Callable[[Snapshot], None] = lambda picture: None
        """Told, before an edit is a version, what the scene was: if a program is running, that is one first."""

    # new versions

    def commit(self, author: str, label: str, picture: Snapshot | None = None, **facts: Unpack[Facts]) -> Version:
        """Make the scene a version, as it is now or as it was in a picture."""
        picture = picture or self._graph.snapshot()
        if (resumes := self._versions.current.resumes) and facts.get("statements"):
            facts["statements"] = (resumes, *facts["statements"])
        version = self._versions.add(author, plain(" ".join(label.split()))[:120], picture, **facts)
        self._archive.keep(version, picture)
        self._archive.point(version.number)
        self._made(version)
        return version

    def edit(
        self,
        author: str,
        label: str,
        deltas: Sequence[Delta],
        statements: Callable[[], Iterable[str]],
        restores: dict[str, int] | None = None,
    ) -> Coroutine[Any, Any, None] | None:
        """Change the scene from outside a program; refused whole or done whole. `statements()` says it as a program.

        Answers when the version before is on disk.
        """
        before = self._graph.snapshot()
        try:
            for delta in deltas:
                self._graph.apply(delta)
        except Refused as refusal:
            self._graph.restore(before)
            raise FileError(str(refusal)) from None
        behind = self._archive.behind()
        self.parting(before)
        for some in portions(deltas, max(len(deltas), 1)):
            message = Deltas(some)
            self._screen.show(frame(message))
            self._workers.post(message)
        version = self.commit(author, label, statements=tuple(statements()), is_edit=True, restores=restores or {})
        if any(isinstance(delta, Reset) for delta in deltas):
            version.resumes = version.resumes or RESUME
        return behind

    def handle(self, change: Set, *, done: bool) -> None:
        """A person holds a widget: the picture follows at once, and is a version once they are `done`.

        Refused or FileError if the node has become another meanwhile.
        """
        if done:
            node = self._graph.node(change.id)
            form = kind(node.kind).word(change.prop).form
            label = f"{node.name} {change.prop} {form.show(form.of(change.value))}"
            behind = self.edit("hand", label, [change], lambda: [touch(self._graph, change.id, change.prop)])
            if behind:
                behind.close()  # a hand waits for no disk
            return
        self._graph.apply(change)
        message = Deltas([change])
        self._screen.show(frame(message))
        self._workers.post(message)

    def tell_of_hand(self, id: int) -> None:
        """A program that listens hears that somebody gave a widget another value."""
        self._workers.post(Event(id, "change", {"value": self._graph.get(id, "value")}))

    def mark(self, label: str) -> Answer[None]:
        """A version of its own for the scene as it is, to be found again by its label."""
        behind = self._archive.behind()
        self.parting(self._graph.snapshot())
        self.commit("ctl", label or "snapshot", is_edit=True)
        return behind

    # back and forth (each in a turn of its own)

    async def go(self, version: Version) -> str:
        """Restore picture and variables of a version; returns what could not be restored, in words."""
        picture = version.picture or await self._archive.picture(version.number)
        if picture is None:
            raise FileError(f"the picture of version {version.number} is no longer kept")
        resume = await self._restore_variables(version, self._versions.same_variables(version.number))
        self._graph.restore(picture)
        self._versions.go(version)
        self._versions.hold(version, picture)
        self._archive.point(version.number)
        await self._screen.show_all()
        if resume:
            await self._tell_worker(resume)
        self._workers.wake()
        self._went(version)
        return LOST if version.is_bare else ""

    async def clear(self) -> None:
        """An empty scene with fresh variables, as one more version."""
        if not self._workers.refusal:
            await self._workers.go_fresh()
        self._graph.apply(Reset())
        self._screen.show(frame(Deltas([Reset()])))
        self.commit("ctl", "clear", starts_over=True)
        self._workers.wake()

    async def revive(self, halted: str = "") -> bool:
        """Replace a worker that died: the picture stays, the variables are those of the last checkpoint on its way.

        `halted` says why no function is called there that a program has left.
        """
        resume = await self._restore_variables(self._versions.current, self._ways_back()) or RESUME
        if halted:
            self._workers.post(Halt(halted))
        await self._tell_worker(resume)
        self._workers.wake()
        return self._workers.current is not None

    def _ways_back(self) -> list[int]:
        """The versions whose variables may take the place of the current one's, the newest first."""
        return [version.number for version in reversed(self._versions.path())]

    def survivor(self) -> int | None:
        """The version whose variables a worker would have that took the current one's place; None for fresh ones."""
        return self._workers.kept(self._ways_back())

    def whose_variables(self, number: int | None) -> str:
        """Say it of a worker that is a copy of that version's, or began afresh."""
        if number is None and self._versions.begins_empty(self._versions.current.number):
            number = self._versions.current.number
        return "the variables are lost" if number is None else f"the variables are those of version {number}"

    async def _restore_variables(self, version: Version, checkpoints: Iterable[int]) -> str:
        """Put the best worker there is in place; how it resumes, or "" if it knows the picture of this version."""
        if self._workers.refusal:
            return ""
        found = await self._workers.go_back(checkpoints)
        if found is not None:
            return "" if found == version.number else RESUME
        await self._workers.go_fresh()
        version.is_bare = not self._versions.begins_empty(version.number)
        return ANEW if version.is_bare else "" if version.begins_empty else RESUME

    async def _tell_worker(self, resume: str) -> None:
        """Send the worker the graph as it is. Where nothing is, and nothing was, there is nothing to resume."""
        current = self._versions.current
        current.resumes = resume if self._graph.nodes or not current.begins_empty else ""
        await self._workers.replay(lambda: frames(self._graph.snapshot(), 1000))

    # one node

    async def take_back(self, name: str) -> None:
        """Restore one node to what it was before it last changed, as one more version."""
        now = likeness(self._graph.snapshot(), name)
        for version in self._versions.ways_back(self._versions.current.number, of=name):
            picture = version.picture or await self._archive.picture(version.number)
            if picture and likeness(picture, name) != now:
                return await self._put_back(name, picture, version.number)
        raise FileError(f"nothing to undo: {name} has never been otherwise" if now else f"there is no node {name}")

    async def _put_back(self, name: str, picture: Snapshot, number: int) -> None:
        try:
            deltas = putting_back(self._graph, picture, name)
        except Refused as refusal:
            raise FileError(str(refusal)) from None
        statements = partial(differences.said, self._graph.snapshot(), self._graph)
        behind = self.edit("version", f"undo {name}", deltas, statements, restores={name: number})
        if behind:
            await behind


def copy_of(picture: Snapshot) -> Graph:
    """A graph of its own, which stays as it is while others go on."""
    graph = Graph()
    graph.restore(picture)
    return graph
