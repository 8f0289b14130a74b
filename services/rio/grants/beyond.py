"""What lies beyond the walls of one display: its grants, the offices that use them, and what is told of that."""

from collections.abc import Callable, Sequence

import trio

from rio.grants.equipment import Equipment
from rio.grants.errand import Office
from rio.grants.errands import Errands
from rio.grants.granted import Device, Grants, Site, Subtree
from rio.grants.ledger import Ledger
from rio.grants.tree import Tree
from rio.grants.web import Web
from rio.hub.links import Link
from rio.wire import Answer


class Beyond:
    """`devices` is how their process is started, `publish(kind, **facts)` is told of uses and refusals,
    `answer(asker, message)` gives a worker its answers.
    """

    def __init__(
        self,
        grants: Grants,
        namespace: str,
        devices: Sequence[str],
        publish: Callable[..., None],
        answer: Callable[[Link, Answer], None],
    ) -> None:
        self.grants, self.ledger = grants, Ledger(publish)
        self.web = Web(grants.of(Site), self.ledger)
        self.equipment = Equipment(grants.of(Device), self.ledger, devices)
        offices: list[Office] = [self.web, Tree(grants.of(Subtree), self.ledger, namespace), self.equipment]
        self.errands = Errands(offices, answer)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Do what is asked, for ever."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self.equipment.run)
            await nursery.start(self.errands.run)
            task_status.started()
