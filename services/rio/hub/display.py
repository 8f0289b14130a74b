"""The display: one graph, one clock, a renderer, a worker, and the versions of what they made. Knows nothing of files.

    program -> stage -> worker -> deltas -> graph -> screen
                                    |         `----> versions -> archive
                                    `-> prints, errors

This module makes the parts and carries messages between them. What the worker sends is checked by the graph and then
forwarded as it came, byte for byte.
"""

import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import trio

from ninep import FileError
from ninep.node import Answer
from ninep.service import Events
from rio.grants.beyond import Beyond
from rio.grants.granted import NOTHING, Grants
from rio.hub import questions
from rio.hub.children import command_for
from rio.hub.clock import Clock
from rio.hub.hands import Hands
from rio.hub.links import Link, LinkError
from rio.hub.patience import Patience
from rio.hub.screen import Screen
from rio.hub.stage import Stage
from rio.hub.turns import Outcome, Turns
from rio.hub.watches import Watches
from rio.hub.workers import FORKING, Workers
from rio.scene.graph import Gone, Graph
from rio.scene.values import Refused
from rio.sizes import size_of
from rio.versions import state
from rio.versions.archive import Archive
from rio.versions.context import Context
from rio.versions.history import LOST, History, copy_of
from rio.versions.timeline import Version, Versions
from rio.wire import Ask, Delta, Deltas, Done, Event, Message, More, Output, Ran, Set, Tick, View, Want, frame

AT_ONCE = 100  # changes that are applied without leaving others a turn: about 2 ms

log = structlog.get_logger()


@dataclass(frozen=True)
class Commands:
    """How the children are started; each is given the number of its descriptor as last word."""

    renderer: Sequence[str]
    worker: Sequence[str]
    devices: Sequence[str] = command_for("devices")
    spare: bool = True  # whether a second renderer waits ready
    scale: float = 1.0  # real pixels for each logical one
    patience: float = 0  # seconds that a statement may run, which the worker is told too; 0 is for ever


class Display:
    """The hub. `async with trio.open_nursery() as n: await n.start(display.run)`."""

    def __init__(
        self,
        commands: Commands,
        archive: Archive,
        events: Events,
        size: tuple[int, int],
        grants: Grants = NOTHING,
        namespace: str = "",
    ) -> None:
        self.size, self.events, self.archive = size, events, archive
        self._scale = commands.scale
        self.graph, self.turns = Graph(), Turns()
        self.watches = Watches(self.graph)
        self.workers = Workers(
            commands.worker, hear=self._from_worker, changed=self._worker_changed, died=self._worker_died
        )
        self.beyond = Beyond(grants, namespace, commands.devices, events.publish, self.workers.answer)
        self.hands = Hands()
        self.workers.greeting = self.hands.said
        self.screen = Screen(
            self.graph,
            commands.renderer,
            spare=commands.spare,
            changed=self.watches.look,
            heard=self._from_user,
            restarted=self._renderer_restarted,
            failed=self._cannot_draw,
            viewed=archive.look,
        )
        self.versions = self._remembered()
        self.clock = Clock(self._tick, self.screen.caught_up)
        self.history = History(
            self.graph, self.versions, archive, self.screen, self.workers, self._version_made, self._version_gone_to
        )
        self.stage = Stage(self.graph, self.history, self.versions, archive, self.workers, self.turns, self._news)
        self.patience = Patience(
            self.workers.waiting,
            self.workers.spent,
            partial(self.workers.is_awake, FORKING),
            self.stage.end_long,
            commands.patience,
        )
        self.context = Context(self.graph, self.versions, self._facts)
        self.closed = trio.Event()  # the user has closed the window

    def _remembered(self) -> Versions:
        """The versions of the last time, and the picture of the current one; or the first of all."""
        known, current, self.screen.view = self.archive.load()
        if known:
            versions = Versions(known, current)
            self.graph.restore(versions.current.picture or self.graph.snapshot())
            return versions
        first = Version(0, None, time.time(), "rio", "empty", starts_over=True)
        self.archive.keep(first, self.graph.snapshot())
        return Versions([first], 0)

    # life

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Live until cancelled; then the picture is on disk and no child is left."""
        async with trio.open_nursery() as outer:
            outer.start_soon(self.archive.run)
            try:
                async with trio.open_nursery() as self._nursery:
                    await self._nursery.start(self.workers.run)
                    await self._nursery.start(self.beyond.run)
                    for part in (self.screen, self.turns, self.clock, self.patience):
                        self._nursery.start_soon(part.run)
                    self.turns.add_first(self.stage.revive)
                    task_status.started()
            finally:
                self._keep_current()
                self.archive.finish()

    def _keep_current(self) -> None:
        """Callbacks may have moved things since the version was made: write down what is seen."""
        picture = self.graph.snapshot()
        self.versions.hold(self.versions.current, picture)
        self.archive.keep(self.versions.current, picture)
        self.archive.point(self.versions.current.number)

    # what people ask for

    def interrupt(self) -> Coroutine[Any, Any, str]:
        """End what runs; says what became of it."""
        outcome = Outcome(self.stage.interrupt)
        self._nursery.start_soon(outcome.play)
        return outcome.wait()

    def undo(self, name: str = "") -> Coroutine[Any, Any, str | None]:
        """Back to the version before; or one node back to what it was before."""
        if name:
            return self.turns.do(partial(self.history.take_back, name))
        return self._go(self.versions.before)

    def redo(self) -> Coroutine[Any, Any, str]:
        """Forth to the version that was undone."""
        return self._go(self.versions.after)

    def goto(self, number: int) -> Coroutine[Any, Any, str]:
        """To any version."""
        return self._go(partial(self.versions.__getitem__, number))

    def _go(self, which: Callable[[], Version]) -> Coroutine[Any, Any, str]:
        self._refuse_while_running()

        async def go() -> str:
            return await self.history.go(which())

        return self.turns.do(go)

    def clear(self) -> Coroutine[Any, Any, None]:
        """An empty scene, fresh variables."""
        self._refuse_while_running()
        return self.turns.do(self.history.clear)

    def snapshot(self, *label: str) -> Answer[None]:
        """A version with a label, of the scene as it is."""
        return self.history.mark(" ".join(label))

    async def state(self) -> str:
        """The scene as JSON, see `state`."""
        return await state.written(copy_of(self.graph.snapshot()), self.size, self.screen.view, self.versions.path())

    async def take_state(self, text: str) -> None:
        """Become the scene that was written down, here or on another machine."""
        wanted, programs, view = await trio.to_thread.run_sync(state.read, text)  # it may be long
        self._refuse_while_running()
        await self.turns.do(partial(self._move_in, wanted, programs, view))

    async def _move_in(self, wanted: Graph, programs: list[str], view: dict[str, Any]) -> None:
        await self.history.clear()
        if not self.workers.refusal:
            for program in programs:
                await self.stage.programs.play(program)
        if self.graph != wanted:
            statements = state.said_of(self.graph, wanted)
            changes = state.making_equal(self.graph, wanted)
            if behind := self.history.edit("state", "state", changes, lambda: statements):
                await behind
        if view:
            self.screen.send(View(view))

    def resize(self, size: str) -> None:
        """Another size of the picture, for as long as this display lives."""
        if (wanted := size_of(size, self._scale)) is None:
            raise FileError(f"{size} is no size that can be drawn; say size 1280x720")
        self.size = wanted
        self.screen.resize(*wanted)
        self.context.note()

    async def portrait(self, id: int) -> bytes:
        """The picture of one node and what is in it, alone and cut out; FileError if nothing of it is seen."""
        if not (png := await self.screen.picture(node=id)):
            raise FileError("nothing of it is seen: it is hidden, empty, outside the view, or shows nothing")
        return png

    def sandbox(self) -> str:
        """A line for each wall around the worker, then one for each grant."""
        return self.workers.report + self.beyond.grants.report

    def variables(self) -> Coroutine[Any, Any, str]:
        """The variables of the scene's programs, as a JSON object."""
        return self.workers.ask(questions.VARIABLES)

    def tasks(self) -> Coroutine[Any, Any, str]:
        """A line for each function that programs have called now and then, and for each animation."""
        return self.stage.tasks()

    def stop_task(self, name: str = "") -> Coroutine[Any, Any, None]:
        """Stop the functions of that name, or the task of that number; all of them without a name."""
        self._refuse_while_running()
        return self.turns.do(partial(self.stage.stop_task, name))

    def status(self) -> str:
        """The display in a few lines, for a reader of `ctl`."""
        width, height = self.size
        worker = self.stage.programs.status() if self.workers.current else "none\n"
        return (
            f"size {width}x{height}\nversion {self.versions.current.number} of {self.versions.last}\n"
            f"nodes {len(self.graph.nodes)}\nworker {worker}renderer {'none' if self.screen.trouble else 'ready'}\n"
            f"frames {self.screen.pace.in_a_second()} a second\n"
        )

    def _refuse_while_running(self) -> None:
        if self.stage.programs.is_busy:
            raise FileError("a program is running; wait for it, or write interrupt to ctl")

    # from the worker

    def _from_worker(self, link: Link, message: Message, whole: bytes) -> Coroutine[Any, Any, None] | None:
        match message:
            case Deltas(items) if len(items) > AT_ONCE:
                return self._apply_in_pieces(link, items)
            case Deltas(items):
                self._apply(items, whole)
                self.clock.answered()
            case Want(frames):
                self.clock.want(frames)
            case Ran() | Done() | Output():
                self.stage.heard(message)
            case Ask() | More():
                self.beyond.errands.heard(link, message)
        return self.screen.room() if self.screen.is_behind else None

    async def _apply_in_pieces(self, link: Link, items: list[Delta]) -> None:
        """Many changes at once: others get their turns in between, and the renderer gets pieces too, in one order."""
        for first in range(0, len(items), AT_ONCE):
            if link is not self.workers.current:
                return
            piece = items[first : first + AT_ONCE]
            self._apply(piece, frame(Deltas(piece)))
            await self.screen.room()
        self.clock.answered()

    def _apply(self, items: list[Delta], whole: bytes) -> None:
        """Check and apply, then forward. What is refused ends the worker; what came before it is shown."""
        done: list[Delta] = []
        try:
            for delta in items:
                with suppress(Gone):  # it was removed from outside, and the worker has not heard of that yet
                    self.graph.apply(delta)
                    done.append(delta)
        except Refused as refusal:
            raise LinkError(f"it sent a change that is refused: {refusal}") from None
        finally:
            if done:
                self.stage.changes += 1
                self.screen.show(whole if len(done) == len(items) else frame(Deltas(done)))

    def _worker_changed(self) -> None:
        self.clock.start_over()

    def _worker_died(self, why: str) -> None:
        self.stage.worker_died(why)

    def _tick(self, seconds: float) -> None:
        self.workers.post(Tick(seconds))

    # from the renderer

    def _from_user(self, event: Event) -> None:
        """What the user does is for the scene's programs; what happens to the window is for us too."""
        self.hands.hear(event)
        if (event.id, event.what) == (0, "resize"):
            self.size = int(event.value["width"]), int(event.value["height"])
            self.screen.size = self.size
        elif (event.id, event.what) == (0, "close"):
            self.closed.set()
        elif event.what == "change":
            self._from_hand(event)
            return
        self.workers.post(event)

    def _from_hand(self, event: Event) -> None:
        """A person gives a widget another value. When they let go, that is a version; the program hears each."""
        id, word, value, done = event.id, event.value["word"], event.value["value"], event.value["done"]
        with suppress(Refused, FileError):  # the node has become another meanwhile
            self.history.handle(Set(id, word, value), done=done)
            if word == "value":
                self.history.tell_of_hand(id)

    def _renderer_restarted(self, reason: str) -> None:
        log.warning("renderer.restarted", reason=reason)
        self.events.publish("renderer.restarted", reason=reason)
        for event in self.hands.let_go():
            self.workers.post(event)

    def _cannot_draw(self, text: str) -> None:
        self.stage.complain(text)

    # news

    def _version_made(self, version: Version) -> None:
        self._news("version.made", number=version.number, author=version.author, label=version.label)

    def _version_gone_to(self, version: Version) -> None:
        lost = {"lost": LOST} if version.is_bare else {}
        self._news("version.current", number=version.number, label=version.label, **lost)

    def _news(self, kind: str, **facts: Any) -> None:
        log.info(kind, **facts)
        self.events.publish(kind, **facts)
        self.context.note()

    def _facts(self) -> list[str]:
        """Comments at the end of `context`."""
        width, height = self.size
        facts = [f"view {width}x{height}"]
        if self.versions.current.is_bare:
            facts.append("variables of older programs are lost; find(name) gives their nodes")
        if self.stage.last_error:
            facts.append(f"last error: {self.stage.last_error}")
        return facts

    def health(self) -> str:
        """What is wrong, a line each; `ok` if nothing is."""
        walls, worker = self.workers.open_walls, ""
        if self.workers.current is None:
            worker = f"no program can run: {self.workers.trouble}"
        elif walls:
            worker = f"UNSAFE: programs run although a wall of their sandbox is missing: {walls}"
        troubles = (worker, self.screen.trouble, self.screen.omissions.in_words, self.archive.trouble)
        return "\n".join(filter(None, troubles)) or "ok"
