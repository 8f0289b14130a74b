"""Runs programs: each statement as soon as it is complete, in one namespace, up to the first error.

An answer of a model begins with prose as often as not. Until a fence has come, text that no program can contain (a
syntax error, or words that name nothing) is therefore held back: forgotten if a fence comes up to the end of the
program, else an error, unless all of it is prose. Every other error counts where it happens, and what has run is not
undone.
"""

import ast
import linecache
import time
from collections.abc import Callable, Mapping
from typing import Any

from rio.language.callbacks import Callback
from rio.language.timers import Timers
from rio.wire import Done, Message, Output, Ran
from rio.worker.faults import Fault, explain, file_of
from rio.worker.interrupts import Interrupts
from rio.worker.prose import NOTE, is_prose, only_names
from rio.worker.statements import Splitter, Statement

_REMEMBERED = 200  # programs whose lines are kept for the errors of their callbacks


class Runner:
    """The programs of one worker, one after another, and their callbacks between. `say` sends a message, `settle` the
    changes and prints that have gathered.
    """

    def __init__(
        self,
        names: dict[str, Any],
        timers: Timers,
        interrupts: Interrupts,
        say: Callable[[Message], None],
        settle: Callable[[], None],
    ) -> None:
        self.names, self._language = names, names["__builtins__"]
        self._timers, self._interrupts = timers, interrupts
        self._say, self._settle = say, settle
        self._lines: dict[int, list[str]] = {}  # of the newest programs
        self._begin(0)

    def _begin(self, program: int) -> None:
        self._program = program
        self._splitter = Splitter()
        self._fault: Fault | None = None
        self._held: Fault | None = None  # may be prose
        self._doubtful: list[Statement] = []  # the one that is held back, and all after it
        self._has_run = False
        self._is_over = False

    # programs

    def run(self, program: int, text: str, last: bool) -> None:
        """More text of a program. With `last` it ends, and `Done` says how."""
        if program != self._program:
            self.names["__builtins__"] = self._language  # a program may have put anything in its place
            self._begin(program)
            self._remember(program)
        for statement in self._splitter.feed(text, last):
            if statement.fenced:
                self._held = None
            if self._held:
                self._doubtful.append(statement)
            elif not self._is_over:
                self._execute(statement)
        if last:
            self._end()

    def _end(self) -> None:
        if self._held and not self._splitter.markdown:
            self._judge(self._held)
        self._settle()
        self._say(Done(self._program, self._fault.line if self._fault else None))
        self._begin(0)

    def _judge(self, held: Fault) -> None:
        """No fence has come: what was held back is an error, or there is nothing but prose."""
        if not self._has_run and is_prose(self._doubtful):
            self._say(Output(self._program, NOTE))
        else:
            self._fail(held, self._doubtful[0])

    def _execute(self, statement: Statement) -> None:
        self._timers.program = self._program
        self._keep_lines(statement)
        fault, is_prose = self._attempt(statement)
        self._settle()
        if fault is None:
            self._has_run = True
            self._say(Ran(self._program, statement.source, statement.line))
        elif is_prose and not statement.fenced:
            self._held, self._doubtful = fault, [statement]
        else:
            self._fail(fault, statement)

    def _attempt(self, statement: Statement) -> tuple[Fault | None, bool]:
        """(what went wrong, whether that may be because it is prose)."""
        try:
            tree = ast.parse(statement.source, file_of(self._program))
            ast.increment_lineno(tree, statement.line - 1)
            code = compile(tree, file_of(self._program), "exec")
        except Exception as error:
            line = statement.line - 1 + (getattr(error, "lineno", None) or 1)
            return explain(error, self._program, line=line), isinstance(error, SyntaxError | ValueError)
        try:
            with self._interrupts.allowed():
                exec(code, self.names)  # noqa: S102 - what this process is for; see `sandbox`
        except SystemExit as end:
            self._is_over = True
            return (explain(end, self._program) if end.code else None), False
        except BaseException as error:
            return explain(error, self._program, self._known()), isinstance(error, NameError) and only_names(tree)
        return None, False

    def _fail(self, fault: Fault, statement: Statement) -> None:
        self._fault, self._is_over = fault, True
        self._say(Output(self._program, fault.text, error=True))
        self._say(Ran(self._program, statement.source, statement.line, fault.line))

    # callbacks

    def call(self, callback: Callback, argument: Any) -> None:
        """Call a function of a program, unless it was stopped; one that raises is reported, and suspended."""
        if callback.is_stopped:
            return
        self._timers.calling(callback)
        began = time.perf_counter()
        try:
            with self._interrupts.allowed():
                callback.function(*[argument][: callback.takes])
        except BaseException as error:
            fault = explain(error, callback.program, self._known(), inside=f"{callback.name}, ")
            self.suspend(callback, fault)
        finally:
            callback.cost(time.perf_counter() - began)
            self._timers.calling(None)

    def suspend(self, callback: Callback, fault: Fault) -> None:
        """Report what went wrong with a function, and call it no more."""
        self._timers.suspend(callback, fault.line)
        self._settle()
        text = f"{fault.text}  {callback.name} is suspended until it is defined again\n"
        self._say(Output(callback.program, text, error=True))

    # lines

    def _known(self) -> Mapping[str, Any]:
        language = self.names["__builtins__"]
        return {**(language if isinstance(language, dict) else {}), **self.names}

    def _remember(self, program: int) -> None:
        """Make room for the lines of one more program."""
        lines = self._lines[program] = []
        linecache.cache[file_of(program)] = (0, None, lines, file_of(program))
        while len(self._lines) > _REMEMBERED:
            oldest = next(iter(self._lines))
            del self._lines[oldest]
            linecache.cache.pop(file_of(oldest), None)

    def _keep_lines(self, statement: Statement) -> None:
        """Tracebacks quote lines by their number in the program as it was written."""
        lines = self._lines[self._program]
        lines.extend(["\n"] * (statement.line - 1 - len(lines)))
        lines.extend(f"{line}\n" for line in statement.source.split("\n")[:-1])
