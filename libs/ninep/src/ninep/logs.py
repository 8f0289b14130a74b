"""How a service logs: one event per fact, to stderr, for a person or as JSON lines for a collector.

Our own code logs by structlog, libraries by the standard `logging`; both come out alike. The name of an event is a noun
and a verb (`agent.started`), its facts are keys.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor


def set_up(style: Literal["text", "json"]) -> None:
    """Set the whole process up. Libraries are heard from WARNING on, ourselves from INFO on."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if style == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def complain(name: str, sentence: object) -> None:
    """One plain line on stderr, for the person who started the process and will read no log."""
    sys.stderr.write(f"{name}: {sentence}\n")
