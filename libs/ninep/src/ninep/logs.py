"""How a service logs: one event per fact, to stderr, for a person or as JSON lines for a collector.

Our own code logs by structlog, libraries by the standard `logging`; both come out alike. The name of an event is a noun
and a verb (`agent.started`), its facts are keys. `ninep` itself is a library, too: where the program has set up
neither, it prints nothing (`LibraryLog`).
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor


class Stderr:
    """Standard error, whatever it is just now. A log whose reader has gone, or whose disk is full, ends no service."""

    def write(self, text: str) -> None:
        """Say it, if it can be said."""
        if sys.stderr:
            with suppress(OSError):
                sys.stderr.write(text)

    def flush(self) -> None:
        """Have it said now."""
        if sys.stderr:
            with suppress(OSError):
                sys.stderr.flush()

    def isatty(self) -> bool:
        """Whether a person looks on."""
        return bool(sys.stderr) and sys.stderr.isatty()


stderr = cast(TextIO, Stderr())  # as far as a log needs one


def set_up(style: Literal["text", "json"]) -> None:
    """Set the whole process up. Libraries are heard from WARNING on, ourselves from INFO on."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (  # a traceback says where; what the variables held may be a key, or a private prompt
        [ExceptionRenderer(ExceptionDictTransformer(show_locals=False)), structlog.processors.JSONRenderer()]
        if style == "json"
        else [ConsoleRenderer(colors=stderr.isatty(), exception_formatter=plain_traceback)]
    )
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class LibraryLog:
    """What a library has to tell: by structlog if the program has set it up, else by the standard logging, if it has.

    structlog alone would print to stdout, which belongs to the program.
    """

    def __init__(self, name: str) -> None:
        self._structured, self._plain = structlog.get_logger(name), logging.getLogger(name)
        self._plain.addHandler(logging.NullHandler())

    def debug(self, event: str, **facts: Any) -> None:
        """For who looks for a fault."""
        self._log(logging.DEBUG, event, facts)

    def info(self, event: str, **facts: Any) -> None:
        """What happened."""
        self._log(logging.INFO, event, facts)

    def warning(self, event: str, **facts: Any) -> None:
        """What should not happen."""
        self._log(logging.WARNING, event, facts)

    def error(self, event: str, *, exc_info: BaseException | None = None, **facts: Any) -> None:
        """What is a fault of ours, or of the program."""
        self._log(logging.ERROR, event, facts, exc_info)

    def _log(self, level: int, event: str, facts: dict[str, Any], exc_info: BaseException | None = None) -> None:
        if structlog.is_configured():
            self._structured.log(level, event, **({"exc_info": exc_info} if exc_info else {}), **facts)
        else:
            told = "".join(f" {name}={value!r}" for name, value in facts.items())
            self._plain.log(level, "%s%s", event, told, exc_info=exc_info)


def complain(name: str, sentence: object) -> None:
    """One plain line on stderr, for the person who started the process and will read no log."""
    stderr.write(f"{name}: {sentence}\n")
