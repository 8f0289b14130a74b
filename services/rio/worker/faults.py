"""What went wrong in a program, in words, with the program's own lines and nobody else's."""

import builtins
import linecache
import re
import resource
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from rio.scene.kinds import KINDS
from rio.scene.meant import name_for
from rio.scene.values import Refused
from rio.worker.interrupts import Overrun

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


def explain(
    error: BaseException, program: int, known: Iterable[str] = (), *, inside: str = "", line: int | None = None
) -> Fault:
    """The fault that an exception is.

    `known` are the names there are, `inside` is the callback that it happened in, `line` where it was if no code had
    run yet.
    """
    frames, left_out = _frames(error.__traceback__)
    if line is not None:
        frames = [_Frame(program, line, "<module>")]
    what = _said(error, known)
    what += _hint(error, what, frames[-1].source()) if frames else ""
    place = f"{frames[-1].where(program)}: " if frames else ""
    sentence = " ".join(f"{inside}{place}{what}".split())
    told = [f"  {frame.where(program)}: {frame.source()}" for frame in reversed(frames)]
    if left_out:
        told.insert(_SHOWN, f"  … {left_out} more …")
    return Fault(sentence, "\n".join([sentence, *told]) + "\n")


def _frames(traceback: TracebackType | None) -> tuple[list[_Frame], int]:
    """The frames in programs, outermost first, without the middle of a long chain; and how many are left out.

    The chain may be millions long, so most of it is only counted.
    """
    first: list[TracebackType] = []
    last: deque[TracebackType] = deque(maxlen=_SHOWN)
    count = 0
    while traceback is not None:
        if len(first) < _SHOWN:
            if _FILE.match(traceback.tb_frame.f_code.co_filename):
                first.append(traceback)
        else:
            last.append(traceback)
            count += 1
        traceback = traceback.tb_next
    return [*_in_programs(first), *_in_programs(last)], count - len(last)


def _in_programs(tracebacks: Iterable[TracebackType]) -> Iterator[_Frame]:
    for traceback in tracebacks:
        code = traceback.tb_frame.f_code
        if own := _FILE.match(code.co_filename):
            yield _Frame(int(own[1]), traceback.tb_lineno, code.co_name)


def _hint(error: BaseException, said: str, source: str) -> str:
    """What was probably meant, where Python's own words do not say it: `said` of the line `source`."""
    for kind, words, look, hint in _HINTS:
        if isinstance(error, kind) and words in said and (found := re.search(look, source)):
            return "; " + hint.format(*found.groups())
    return ""


_NOUN = rf"\b({'|'.join(KINDS)})"
_WORD = rf"\.({'|'.join(sorted({word for noun in KINDS.values() for word in noun.words}))})"
_SHADOWED = "if {0} is a variable of yours, call that otherwise, and say del {0}"
_HINTS: tuple[tuple[type[Exception], str, str, str], ...] = (
    (TypeError, "is not callable", rf"{_WORD}\(", "a word is set: .{0} = …"),
    (
        TypeError,
        "is not callable",
        rf"{_NOUN}\(",
        "if {0} is a variable of yours, call that otherwise, and say del {0}",
    ),
    (TypeError, "argument: 'function'", r"@.*?(\w+)\(\)", "without the brackets: @….{0}"),
    (AttributeError, "'function' object", rf"{_NOUN}\.", "{0}() makes one; the one that is there is find('{0}')"),
    (TypeError, "to tuple", "", "+ joins tuples: say node.x += 1, or np.array(node.size) + (1, 0, 0)"),
    (Refused, " is not ", rf"{_WORD} ?[+*]=", "+ and * join tuples: say node.x += 1, or np.array(node.{0}) * 2"),
)
"""An exception, what it says, what stands in its line, and what is said to that; the first that fits."""


def _memory() -> str:
    """How much memory this process may have."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return f"{limit / (1 << 30):.3g} GiB" if limit != resource.RLIM_INFINITY else "all there is"


def _said(error: BaseException, known: Iterable[str]) -> str:
    """The exception in one sentence. What it says of itself may be anything, even another exception."""
    if isinstance(error, Overrun):
        return f"ran for {error.args[0]:g} s and was ended; let on_frame or every do long work in pieces"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    try:
        text = (error.msg if isinstance(error, SyntaxError) else str(error))[:_LONGEST]
    except BaseException:
        text = "(an exception that cannot say what it is)"
    if isinstance(error, NameError) and error.name:
        text += name_for(error.name, {*known, *dir(builtins)})
    if isinstance(error, Refused):
        return text
    if isinstance(error, MemoryError):
        text = f"{text or 'there is no more'}; a program may use {_memory()}"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
