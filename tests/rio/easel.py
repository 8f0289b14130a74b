"""A real renderer process for tests: told over the wire what to draw, asked for pictures to be looked at by pixel."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rio.hub.children import environment_for
from rio.wire import (
    Channel,
    Delta,
    Deltas,
    Event,
    Failed,
    FromRenderer,
    Hello,
    Message,
    Picture,
    Put,
    Reset,
    Shot,
    Shown,
    pair,
)

_SPOILED = """
from rio.renderer import __main__ as renderer
from rio.renderer import shaders
shaders.{0} = "void main() {{ this is no GLSL; }}", "void main() {{}}"
renderer.main()
"""
_BROKEN = """
from rio.renderer import __main__ as renderer
from rio.renderer import widgets
def broken(desk, node):
    widgets.imgui.begin_group()
    widgets.imgui.push_font(None, 40)
    widgets.imgui.begin_table("left open", 3)
    raise ValueError("it fell to pieces")
widgets.DRAW["{0}"] = broken
renderer.main()
"""
HASTY = """
from rio.renderer import __main__ as renderer
from rio.renderer import watchdog
watchdog.PATIENCE = 2.0
renderer.main()
"""
M = TypeVar("M", bound=Message)
Pixels = NDArray[np.int64]
PATIENCE = 60.0  # seconds for one answer: the machine may be busy


class Easel:
    """The display's side of one renderer."""

    def __init__(
        self,
        width: int = 640,
        height: int = 360,
        *,
        display: str = "",
        spoiled: str = "",
        broken: str = "",
        hasty: bool = False,
        scale: float = 1,
    ) -> None:
        """In a window if a display is given; else with `scale` real pixels for each.

        `spoiled` names one of its shaders that shall not compile, `broken` a widget whose drawing fails half-way; a
        `hasty` one waits only two seconds for a picture.
        """
        ours, theirs = pair()
        ours.settimeout(PATIENCE)
        source = _SPOILED.format(spoiled) if spoiled else _BROKEN.format(broken) if broken else HASTY * hasty
        start = ["-c", source] if source else ["-m", "rio.renderer"]
        command = [sys.executable, "-I", *start, str(width), str(height), str(theirs.fileno())]
        environment = environment_for(
            "renderer", {"PATH": os.environ["PATH"], **({"DISPLAY": display} if display else {})}
        )
        if not display:
            command += ["--headless", f"--scale={scale}"]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, stderr=subprocess.PIPE)
        theirs.close()
        self.channel = Channel[Any](ours, FromRenderer)
        self.failures: list[str] = []
        self.events: list[Event] = []
        self._heard: list[Message] = []
        self._stamp = 0
        self.next(Hello)

    def send(self, message: Message) -> int:
        """One message; returns its stamp."""
        self._stamp += 1
        self.channel.send(message, self._stamp)
        return self._stamp

    def draw(self, *deltas: Delta) -> int:
        """Changes to what is there."""
        return self.send(Deltas(list(deltas)))

    def scene(self, *nodes: tuple[str, dict[str, Any]]) -> None:
        """These nodes and no others; they are numbered 2, 4, 6 … and named by number."""
        made = [Put(2 + 2 * i, kind, f"n{2 + 2 * i}", props) for i, (kind, props) in enumerate(nodes)]
        self.draw(Reset(), *made)

    def next(self, kind: type[M], suits: Callable[[M], bool] = lambda message: True) -> M:
        """The next message of a kind, waiting for it; those before it are dropped, failures and events noted."""
        while True:
            while self._heard:
                message = self._heard.pop(0)
                if isinstance(message, Failed):
                    self.failures.append(message.text)
                if isinstance(message, Event):
                    self.events.append(message)
                if isinstance(message, kind) and suits(message):
                    return message
            try:
                self._heard += [message for _, message, _ in self.channel.receive()]
            except (EOFError, ConnectionError) as error:
                raise AssertionError(f"the renderer ended: {self.last_words()}") from error

    def last_words(self) -> str:
        """What it said on its standard error, once it has ended."""
        return self.process.communicate(timeout=PATIENCE)[1].decode() + "".join(self.failures)

    def shown(self, stamp: int) -> Shown:
        """The first frame with all that was said up to a stamp."""
        return self.next(Shown, lambda shown: shown.stamp >= stamp)

    def png(self, width: int | None = None, height: int | None = None) -> bytes:
        """A picture of all that was said."""
        ticket = self._stamp + 1
        self.send(Shot(ticket, width, height))
        return self.next(Picture, lambda picture: picture.ticket == ticket).png

    def look(self, width: int | None = None, height: int | None = None) -> Pixels:
        """A picture as [height, width, 3]."""
        return np.array(Image.open(io.BytesIO(self.png(width, height)))).astype(np.int64)

    def memory(self) -> float:
        """MiB of the process that are in use."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE") / (1 << 20)

    def seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> int:
        """Hang up, and wait for its end; returns its exit status."""
        self.channel.sock.close()
        try:
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            if self.process.stderr:
                self.process.stderr.close()


def bright(color: Any) -> float:
    """How bright a colour is, 0 to 255."""
    return float(np.asarray(color, float).mean())
