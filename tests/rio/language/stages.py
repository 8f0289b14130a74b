"""A namespace to run programs in, without a process: the language, and a display that hears every change."""

import ast
from contextlib import nullcontext
from typing import Any

from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene.graph import Graph
from rio.wire import Delta, Deltas, FromWorker, Parser, frame


class Stage:
    """A namespace to run programs in, and a display that gets every change over the wire."""

    def __init__(self) -> None:
        self.sent: list[list[Delta]] = []
        self.display = Graph()
        self.time = 0.0
        self.scene = Scene(self.show, nullcontext())
        self.timers = Timers(lambda: self.time)
        self.nouns = Nouns(self.scene, self.timers)
        self.language = Language(self.nouns)
        self.names = self.language.namespace()
        self._parser = Parser[Deltas](FromWorker)

    def show(self, deltas: list[Delta]) -> None:
        self.sent.append(deltas)
        for _, message, _ in self._parser.feed(frame(Deltas(deltas))):
            for delta in message.items:
                self.display.apply(delta)

    def run(self, text: str) -> Any:
        """A program; the value of its last line, if that is an expression."""
        self.timers.program += 1
        *statements, last = ast.parse(text).body
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(statements, []), "<test>", "exec"), self.names)
            value = eval(compile(ast.Expression(last.value), "<test>", "eval"), self.names)
        else:
            exec(text, self.names)
            value = None
        self.scene.flush()
        return value

    def call_due(self) -> list[str]:
        """Call what is due, as the worker does; says what was called."""
        called = []
        for callback in self.timers.due():
            self.timers.calling(callback)
            callback.function(*[callback.period][: callback.takes])
            self.timers.calling(None)
            called.append(callback.name)
        return called
