"""A session without processes: programs run here, in the language as it is; edits, and ways back, are those of the hub.

A worker that has slept since a version is made by telling a new one all that the old one was told up to then.
"""

import random
from contextlib import nullcontext

from tests.rio.edited import Person
from tests.rio.scenes import Scene

from ninep import FileError
from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene as Copy
from rio.language.timers import Timers
from rio.scene.graph import Gone, Graph
from rio.scene.values import Refused
from rio.versions import differences
from rio.versions.folding import Folding, in_own_words
from rio.versions.history import ANEW, RESUME
from rio.versions.pictures import frames
from rio.versions.timeline import Version
from rio.wire import Delta, Deltas, Message, Parser

FAULTS = (Refused, NameError, TypeError, AttributeError, ZeroDivisionError, KeyError, IndexError)

Told = str | list[Delta]
"""What a worker is told: a statement, or changes that were made elsewhere."""


class Player:
    """A worker of this process. What it makes is in `sent`."""

    def __init__(self) -> None:
        self.sent: list[Delta] = []
        self.told: list[Told] = []
        self.scene = Copy(self.sent.extend, nullcontext())
        language = Language(Nouns(self.scene, Timers()))
        self._strangers, self._names = language.strangers, language.namespace()

    def tell(self, told: Told) -> bool:
        """Whether there was no error."""
        self.told.append(told)
        if isinstance(told, list):
            self._strangers.adopt(told)
            return True
        self._strangers.settle()
        try:
            exec(compile(told, "<test>", "exec"), self._names)
        except FAULTS:
            return False
        finally:
            self.scene.flush()
        return True


class Session:
    """A scene, its versions, and the worker that runs its programs now."""

    def __init__(self, seed: int = 0) -> None:
        self.hub = Scene(Graph())
        self.hub.archive.trouble = "nobody writes it, and nobody waits for it"
        self.hub.workers.post = self._post  # type: ignore[method-assign]  # there is no process to post to
        self.player = Player()
        self._slept: dict[int, list[Told]] = {0: []}
        self.person = Person(self.hub.graph, self.hub.edits, self.hub.history, self.hub.versions, random.Random(seed))

    def _post(self, message: Message) -> None:
        if isinstance(message, Deltas):
            self.player.tell(message.items)

    def program(self, *statements: str) -> None:
        """Run statements up to the first error, and make a version of it."""
        ran, unsaid = list[str](), list[str]()
        for statement in statements:
            before = self.hub.graph.snapshot()
            is_good = self.player.tell(statement)
            self._take()
            if not is_good:
                run = [told for version in self.hub.versions.path() for told in version.statements]
                unsaid = in_own_words(differences.said(before, self.hub.graph), [*run, *ran])
                break
            ran.append(statement)
        self.hub.history.commit("parse", "", statements=(*ran, *unsaid))
        self._sleep()

    def _take(self) -> None:
        """What the worker made, as the hub takes it."""
        sent, self.player.sent[:] = list(self.player.sent), []
        for delta in sent:
            try:
                self.hub.graph.apply(delta)
            except Gone:
                continue

    def _sleep(self) -> None:
        self._slept[self.hub.versions.current.number] = list(self.player.told)

    async def edit(self) -> None:
        """Something by a file or by hand."""
        await self.person.edit()
        self._sleep()

    def mark(self) -> None:
        """A snapshot."""
        self.hub.history.mark("here")
        self._sleep()

    async def take_back(self, name: str) -> None:
        """One node to what it was."""
        try:
            await self.hub.history.take_back(name)
        except FileError:
            return
        self._sleep()

    async def go(self, version: Version, *, bare: bool = False) -> None:
        """To a version, with its variables or without."""
        await self.hub.history.go(version)
        self.player = Player()
        same = list(self.hub.versions.same_variables(version.number))
        for told in [] if bare else self._slept[same[-1]]:
            self.player.tell(told)
        self.player.sent.clear()
        if bare or len(same) > 1:
            self.player.tell(self._whole())
            self.player.tell([])
            version.resumes = ANEW if bare else RESUME
        self._sleep()

    def _whole(self) -> list[Delta]:
        parser = Parser[Deltas](Deltas)
        messages = (m for each in frames(self.hub.graph.snapshot(), 1000) for _, m, _ in parser.feed(each))
        return [delta for message in messages for delta in message.items]

    @property
    def live(self) -> list[str]:
        """The live source of the scene."""
        folding = Folding()
        for version in self.hub.versions.path():
            for statement in version.statements:
                folding.add(statement, is_edit=version.is_edit)
        return folding.live()


def replayed(sources: list[str]) -> tuple[Graph, list[str]]:
    """The scene that a program gives in an empty display, and the statements that failed in it."""
    player = Player()
    failed = [source for source in sources if not player.tell(source)]
    return player.scene.settled(), failed
