"""One hostile program against one display, and all that has to hold while it runs and afterwards.

A program says in its first lines what it tries and how that ends:

    '''What it tries.'''
    # ends: a pattern of the writer's error, or `done`
    # interrupt: when it has printed `go`, these words are written to ctl and are refused, then `interrupt` is
    # prints: a pattern of all that it prints
    # says: a pattern that comes to stand in `stderr`, sooner or later
    # scene: it may change the scene; `full` if there may be no room left in it
    # slow: it takes seconds, and is for `make soak`
"""

import io
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import pytest
import trio
from PIL import Image
from tests.rio.displays import alike
from tests.rio.hostile.cage import SECRET, Cage

from ninep import FileError
from ninep.client import Client, open_client

PROGRAMS = Path(__file__).with_name("programs")
PATIENCE = 40.0  # seconds for whatever has to happen sooner or later, on a busy machine
PAUSE = 0.01  # between two pings
MEANWHILE = 10  # answers that have to come while a program runs that would run for ever
AT_ONCE = 0.1  # seconds in which an answer has to come, as a rule
CLIENTS = 4  # descriptors of the clients of this test, which come and go
HUB_MAY_GROW = 256 << 20  # bytes, by one program and the versions it made


@dataclass(frozen=True)
class Attempt:
    """A hostile program."""

    name: str
    text: str
    tries: str
    words: dict[str, str]

    @classmethod
    def of(cls, path: Path) -> "Attempt":
        """Read from its file."""
        text = path.read_text()
        tries = re.match(r'"""(.+)"""\n', text)
        assert tries, f"{path.name} does not say what it tries"
        words = re.findall(r"^# (ends|interrupt|prints|says|scene|slow): ?(.*)$", text, re.M)
        return cls(path.stem, text, tries[1], dict(words))


def attempts(*, slow: bool) -> list[Attempt]:
    """Those of `make test`, or those that take longer."""
    every = [Attempt.of(path) for path in sorted(PROGRAMS.glob("*.py"))]
    return [attempt for attempt in every if ("slow" in attempt.words) is slow]


@dataclass(frozen=True)
class Moment:
    """What a display is at some moment."""

    version: int
    nodes: Any
    state: Any
    picture: bytes
    written: set[tuple[str, int, int]]
    packets: int
    memory: int


@dataclass
class Endured:
    """What it was like: seconds for each answer meanwhile, and until the display was whole again."""

    name: str
    answers: list[float] = field(default_factory=list)
    whole: float = 0.0

    def __str__(self) -> str:
        ranked = sorted(self.answers)
        p99 = ranked[int(0.99 * (len(ranked) - 1))]
        return (
            f"{self.name:28} {len(ranked):5} answers, p50 {1e3 * median(ranked):6.1f} ms, p99 {1e3 * p99:6.1f} ms, "
            f"worst {1e3 * ranked[-1]:6.1f} ms; whole after {self.whole:.2f} s"
        )


class Siege:
    """A display in its cage, and a client at it."""

    def __init__(self, cage: Cage, root: Client) -> None:
        self.cage, self._root = cage, root
        self.is_endured = False

    # talking

    async def text(self, path: str) -> str:
        """What a file says."""
        return (await self._root.read(path)).decode()

    async def play(self, program: str) -> str:
        """Run a program; its error, or `done`. One that takes longer than its clunk is waited for."""
        try:
            await self._root.write("scene/parse", program)
        except FileError as refusal:
            return str(refusal)
        if await self.text("scene/parse") == "ready\n":
            return "done"
        await self.until(lambda: self.text("scene/parse"), "ready")
        return (await self.text("scene/stderr")).partition("\n")[0] or "done"

    async def until(self, look: Callable[[], Awaitable[str]], pattern: str) -> None:
        """Look again and again."""
        with trio.fail_after(PATIENCE):
            while not re.search(pattern, await look()):
                await trio.sleep(PAUSE)

    async def moment(self) -> Moment:
        """All that will be compared."""
        state = msgspec.json.decode(await self._root.read("scene/state"))
        del state["view"]  # where a user has turned the eye to is of no version
        cage = self.cage
        return Moment(
            version=await self._version(),
            nodes=state["nodes"],
            state=state,
            picture=await self._still(),
            written=cage.written(),
            packets=cage.packets() if cage.is_closed else 0,
            memory=cage.memory(),
        )

    async def _still(self) -> bytes:
        """The picture, once nothing moves in it any more: the light and the floor glide to a scene's size."""
        picture = b""
        with trio.fail_after(PATIENCE):
            while picture != (picture := await self._screen()):
                await trio.sleep(5 * PAUSE)
        return picture

    async def _screen(self) -> bytes:
        """The picture, sooner or later: a scene of 100,000 nodes is drawn for seconds."""
        while True:
            with suppress(FileError):
                return await self._root.read("screen")

    async def _version(self) -> int:
        lines = (await self.text("version")).splitlines()
        return next(int(line.split("\t")[0]) for line in lines if line.split("\t")[-1] == "*")

    # the siege

    async def endure(self, attempt: Attempt) -> Endured:
        """Run it and check everything."""
        await self.play(f"number = {attempt.name!r}")  # a version of its own, whose variables are kept
        before, endured = await self.moment(), Endured(attempt.name)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._ping, endured)
            outcome = await self._suffer(attempt, endured)
            ended = time.monotonic()
            self._check_outcome(attempt, outcome)
            await self._check_says(attempt)
            await self._check_life(attempt, before)
            endured.whole = time.monotonic() - ended
            nursery.cancel_scope.cancel()
        await self._check_surroundings(before)
        assert median(endured.answers) <= AT_ONCE, f"it answers late: {endured}"
        self.is_endured = True
        return endured

    async def _ping(self, endured: Endured) -> None:
        """A client that reads small files all along."""
        async with open_client(self.cage.address) as root:
            while True:
                for path in ("ctl", "scene/nodes/base/color"):
                    began = time.monotonic()
                    await root.read(path)
                    endured.answers.append(time.monotonic() - began)
                    await trio.sleep(PAUSE)

    async def _suffer(self, attempt: Attempt, endured: Endured) -> str:
        outcome = ""
        async with trio.open_nursery() as nursery:

            async def play() -> None:
                nonlocal outcome
                outcome = await self.play(attempt.text)

            nursery.start_soon(play)
            if "interrupt" in attempt.words:
                await self.until(lambda: self.text("scene/stdout"), "go")
                while len(endured.answers) < MEANWHILE:
                    await trio.sleep(PAUSE)
                await self._refuse(filter(None, attempt.words["interrupt"].split("; ")))
                await self._root.write("ctl", "interrupt")
        return outcome

    async def _refuse(self, words: Iterable[str]) -> None:
        """What would pull the scene from under a program."""
        for word in words:
            with pytest.raises(FileError, match="a program is running"):
                await self._root.write("ctl", word)

    def _check_outcome(self, attempt: Attempt, outcome: str) -> None:
        pattern = attempt.words.get("ends", "done")
        assert re.search(pattern, outcome), f"it ended with {outcome!r}, not {pattern!r}"

    async def _check_says(self, attempt: Attempt) -> None:
        if says := attempt.words.get("says"):
            await self.until(lambda: self.text("scene/stderr"), says)
        printed = await self.text("scene/stdout")
        if (prints := attempt.words.get("prints")) is not None:
            assert re.fullmatch(prints, printed.strip(), re.S), f"it printed {printed[:400]!r}, not {prints!r}"
        for text in (printed, await self.text("scene/stderr"), await self.text("scene/context")):
            assert SECRET not in text

    async def _check_life(self, attempt: Attempt, before: Moment) -> None:
        """Another program runs, as if nothing had been; and the version before stands."""
        if "scene" not in attempt.words:
            assert msgspec.json.decode(await self._root.read("scene/state"))["nodes"] == before.nodes
        if attempt.words.get("scene") == "full":
            await self._root.write("ctl", f"goto {before.version}")
        name = f"after {attempt.name}"
        outcome = await self.play(f'box(name="{name}", color="green")\nprint("keep is", keep)')
        assert outcome == "done", f"the next program ended with {outcome!r}"
        assert await self.text(f"scene/nodes/{name}/type") == "box\n"
        assert await self.text("scene/stdout") == "keep is 42\n"
        await self._root.write("ctl", f"goto {before.version}")
        after = await self.moment()
        assert after.state == before.state
        assert alike(after.picture, before.picture), "the picture is another"
        assert Image.open(io.BytesIO(after.picture)).size == (320, 240)
        assert await self.text("health") == "ok\n"

    async def _check_surroundings(self, before: Moment) -> None:
        after = await self.moment()
        assert not (reached := self.cage.reached()), f"it reached {reached}"
        assert not (written := after.written ^ before.written), f"it wrote {sorted(written)}"
        assert after.packets == before.packets, f"{after.packets - before.packets} bytes went into the network"
        with trio.move_on_after(PATIENCE):
            while self._left_over():
                await trio.sleep(PAUSE)
        assert not self._left_over(), self._left_over()
        assert (grown := self.cage.memory() - before.memory) <= HUB_MAY_GROW, f"the hub has grown by {grown:,} bytes"
        assert b"\x1b" not in self.cage.log

    def _left_over(self) -> str:
        """What processes and descriptors there are that should have ended."""
        family, descriptors = self.cage.family(), self.cage.descriptors()
        dead = [pid for pid, state in family if state == "Z"]
        more = len(family) - self.cage.most[0], descriptors - self.cage.most[1]
        if dead or more[0] > 0 or more[1] > CLIENTS:
            return f"{dead} are zombies, {more[0]} processes and {more[1]} descriptors too many"
        return ""
