"""What lies beyond the walls of one display: its grants, the offices that use them, and what is told of that."""

from collections.abc import Callable

import trio

from rio.grants.errands import Errands
from rio.grants.granted import Grants, Site, Subtree
from rio.grants.ledger import Ledger
from rio.grants.tree import Tree
from rio.grants.web import Web
from rio.hub.links import Link
from rio.wire import Answer


class Beyond:
    """`publish(kind, **facts)` is told of uses and refusals, `answer(asker, message)` gives a worker its answers."""

    def __init__(
        self,
        grants: Grants,
        namespace: str,
        publish: Callable[..., None],
        answer: Callable[[Link, Answer], None],
    ) -> None:
        self.grants, self.ledger = grants, Ledger(publish)
        self.web = Web(grants.of(Site), self.ledger)
        self.errands = Errands([self.web, Tree(grants.of(Subtree), self.ledger, namespace)], answer)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Do what is asked, for ever."""
        await self.errands.run(task_status)
