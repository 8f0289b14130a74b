"""What went wrong in a program, in words, with the program's own lines and nobody else's."""

import builtins
import linecache
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType, TracebackType

from rio.values import Refused, nearest

_FILE = re.compile(r"<program (\d+)>$")
_SHOWN = 4  # frames at each end of a long traceback
_LONGEST = 2000  # characters of what an exception says


def file_of(program: int) -> str:
    """The file name under which a program's lines are compiled."""
    return f"<program {program}>"


@dataclass(frozen=True)
class Fault:
    """One error: `line` for whoever wrote the program, `text` with how it came to that, ends with a newline."""

    line: str
    text: str


@dataclass(frozen=True)
class _Frame:
    """One line of a program, on the way to an error."""

    program: int
    line: int
    function: str

    def where(self, current: int) -> str:
        """Its place, as someone sees it who is looking at the program `current`."""
        inside = f", in {self.function}" if self.function != "<module>" else ""
        return ("" if self.program == current else f"program {self.program}, ") + f"line {self.line}{inside}"

    def source(self) -> str:
        return linecache.getline(file_of(self.program), self.line).strip()


def explain(error: BaseException, program: int, known: Iterable[str] = (), inside: str = "") -> Fault:
    """The fault that an exception is. `known` are the names there are; `inside` is the callback that it happened in."""
    frames, left_out = _frames(error.__traceback__)
    if isinstance(error, SyntaxError) and (own := _FILE.match(error.filename or "")):
        frames = [*frames, _Frame(int(own[1]), error.lineno or 1, "<module>")]
    what = _said(error, known)
    place = f"{frames[-1].where(program)}: " if frames else ""
    line = " ".join(f"{inside}{place}{what}".split())
    told = [f"  {frame.where(program)}: {frame.source()}" for frame in reversed(frames)]
    if left_out:
        told.insert(_SHOWN, f"  … {left_out} more …")
    return Fault(line, "\n".join([line, *told]) + "\n")


def _frames(traceback: TracebackType | None) -> tuple[list[_Frame], int]:
    """The frames in programs, outermost first, without the middle of a long chain; and how many those were."""
    first: list[_Frame] = []
    last: deque[_Frame] = deque(maxlen=_SHOWN)
    count = 0
    while traceback is not None:
        if (found := _frame(traceback.tb_frame, traceback.tb_lineno)) is not None:
            count += 1
            (first if len(first) < _SHOWN else last).append(found)
        traceback = traceback.tb_next
    return [*first, *last], count - len(first) - len(last)


def _frame(frame: FrameType, line: int) -> _Frame | None:
    own = _FILE.match(frame.f_code.co_filename)
    return _Frame(int(own[1]), line, frame.f_code.co_name) if own else None


def _said(error: BaseException, known: Iterable[str]) -> str:
    """The exception in one sentence. What it says of itself may be anything, even another exception."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    try:
        text = (error.msg if isinstance(error, SyntaxError) else str(error))[:_LONGEST]
    except BaseException:
        text = "(an exception that cannot say what it is)"
    if isinstance(error, NameError) and error.name:
        text += nearest(error.name, {*known, *dir(builtins)})
    if isinstance(error, Refused):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
