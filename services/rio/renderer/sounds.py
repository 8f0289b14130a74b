"""The sounds of a scene, heard as they are played; to a loudspeaker, if there is one.

What counts is that `plays` grows: a scene that is shown anew, after undo or by another renderer, was heard before.
"""

import time
from collections.abc import Callable, Iterable
from threading import Lock, Thread
from typing import Any

from rio.renderer.mixer import Mixer, tone
from rio.scene.graph import Graph, Node
from rio.scene.sounds import RATE
from rio.wire import Delta, Heard, Message, Put, Remove, Reset, Set

NOUN = "sound"
PART = 0.2  # of the renderer's time that making sounds may take
AHEAD = 0.25  # seconds of that which a chord may take at once
QUIET = 5.0  # seconds of silence after which the loudspeaker is given back
_WORDS = frozenset({"plays", "volume", "loop"})


class Speaker:
    """The default output of this machine, while anybody plays. Without PortAudio, or a device, there is silence.

    Opening takes a moment, so it is done aside; PortAudio asks for samples in a thread of its own. When nothing has
    been heard for some seconds it is closed: others may want the device, and it wakes this process all the time.
    """

    def __init__(self, mixer: Mixer, quiet: float = QUIET) -> None:
        """`quiet` in seconds: the silence after which it is closed."""
        self._mixer, self._quiet = mixer, quiet
        self._lock = Lock()
        self._used = time.monotonic()
        self._is_closing = False
        self.name = ""
        self.is_silent = False
        Thread(target=self._serve, daemon=True).start()

    def stay(self) -> bool:
        """Something is to be heard; False if it is closing already, and another has to take its place."""
        with self._lock:
            self._used = time.monotonic()
            return not self._is_closing

    def _serve(self) -> None:
        try:
            import sounddevice  # type: ignore[import-untyped]  # it ships no types; loads a library that may be missing

            with sounddevice.OutputStream(RATE, channels=1, dtype="float32", callback=self._fill):
                self.name = str(sounddevice.query_devices(kind="output")["name"])
                while not self._may_close():
                    time.sleep(self._quiet / 4)
        except Exception:  # missing in many ways: no library, no device, one that is taken, a sound server that is gone
            self.is_silent = True
            self._mixer.clear()

    def _may_close(self) -> bool:
        with self._lock:
            if len(self._mixer):
                self._used = time.monotonic()
            self._is_closing = time.monotonic() - self._used > self._quiet
            return self._is_closing

    def _fill(self, into: Any, count: int, time: Any, status: Any) -> None:
        into[:, 0] = self._mixer.block(count)


class Sounds:
    """`send` is told of each sound that begins."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._mixer = Mixer()
        self._speaker: Speaker | None = None
        self._plays: dict[int, float] = {}
        self._free_at = 0.0  # when the time is over that is paid for what was played

    def follow(self, items: Iterable[Delta], graph: Graph) -> None:
        """These changes were made to the graph."""
        is_less = False
        for delta in items:
            match delta:
                case Set(id, prop, value) if prop in _WORDS and (node := graph.nodes.get(id)) and node.kind == NOUN:
                    self._change(node, prop, value)
                case Put(id, noun, _, props) if noun == NOUN:
                    self._plays[id] = props.get("plays", self._plays.get(id, 0))
                case Reset():
                    self._plays.clear()
                    self._mixer.stop()
                case Remove(id) | Put(id):  # with a node all goes that is in it, or that bore the name
                    self._plays.pop(id, None)
                    is_less = bool(len(self._mixer) or self._plays)
        if is_less:
            self._forget(graph)

    def _change(self, node: Node, prop: str, value: Any) -> None:
        if prop != "plays":
            self._mixer.adjust(node.id, node.get("volume"), loop=node.get("loop"))
            return
        before, self._plays[node.id] = self._plays.get(node.id, 0), value
        if value > before:
            self._play(node)
        elif not value:
            self._mixer.stop(node.id)

    def _play(self, node: Node) -> None:
        """Unless sounds have taken more than their part of the time lately: the picture comes first."""
        now, began = time.monotonic(), time.thread_time()
        if now < self._free_at - AHEAD:
            return
        if self._speaker is None or not self._speaker.stay():
            self._speaker = Speaker(self._mixer)
        self._send(Heard(node.id, self._speaker.name))
        if not self._speaker.is_silent:
            samples = node.get("samples")
            if samples is None:
                samples = tone(node.get("pitch"), node.get("seconds"))
            self._mixer.play(node.id, samples, node.get("volume"), loop=node.get("loop"))
        self._free_at = max(self._free_at, now) + (time.thread_time() - began) / PART

    def _forget(self, graph: Graph) -> None:
        """Sounds of nodes that are gone end."""
        self._plays = {id: plays for id, plays in self._plays.items() if id in graph.nodes}
        for id in self._mixer.nodes() - self._plays.keys():
            self._mixer.stop(id)
