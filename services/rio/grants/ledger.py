"""What is told of grants: each one's first use by a program, and each refusal. Not sixty a second.

{"event": "grant.used", "program": 3, "grant": "net api.open-meteo.org", "what": "https://api.open-meteo.org/v1/…"}
{"event": "grant.refused", "program": 3, "what": "/llm/ctl", "why": "…"}
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import structlog
import trio

from rio.plain import plain

REMEMBERED = 1000  # uses and refusals that are not told again
MOST = (
    20  # told in one second of one grant, and of refusals: a program that tries at random is one fact, not a thousand
)
_LONGEST = 200  # characters of what was asked for

log = structlog.get_logger()


class Ledger:
    """`publish(kind, **facts)` tells whoever reads `events`."""

    def __init__(self, publish: Callable[..., None]) -> None:
        self._publish = publish
        self._told = OrderedDict[Hashable, None]()
        self._lately: dict[str, tuple[int, int]] = {}  # by grant, "" for refusals: the second, how many in it
        self.uses = self.refusals = 0

    def used(self, program: int, grant: object, what: str) -> None:
        """A program used a grant."""
        self.uses += 1
        if self._is_new((program, str(grant))) and self._is_calm(str(grant)):
            self._tell("grant.used", program=program, grant=str(grant), what=what[:_LONGEST])

    def refused(self, program: int, what: str, why: str) -> None:
        """A program wanted what is not granted."""
        self.refusals += 1
        if self._is_new((program, what, why)) and self._is_calm(""):
            self._tell("grant.refused", program=program, what=what[:_LONGEST], why=why[:_LONGEST])

    def _is_new(self, fact: Hashable) -> bool:
        if fact in self._told:
            self._told.move_to_end(fact)
            return False
        self._told[fact] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        return True

    def _is_calm(self, about: str) -> bool:
        """Whether this may still be told. Each grant has its own measure, so that none can be used under cover of
        another's noise: who is asking is what a worker says it is.
        """
        second, count = self._lately.get(about, (-1, 0))
        now = int(trio.current_time())
        self._lately[about] = now, count + 1 if now == second else 1
        return self._lately[about][1] <= MOST

    def _tell(self, kind: str, **facts: Any) -> None:
        told = {name: plain(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
        log.info(kind, **told)
        self._publish(kind, **told)
