"""An agent: prompts go in, are answered one at a time in their order, and everything said is kept.

It knows nothing of files. A prompt becomes a Turn the moment it is asked, so whoever opens the output after that finds
it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import structs

from llmfs.accounts import budget
from llmfs.accounts.usage import Ledger
from llmfs.agents import history, seeing, settings
from llmfs.agents.answering import Answering
from llmfs.agents.errors import Errors
from llmfs.agents.history import History
from llmfs.agents.offers import default_model
from llmfs.agents.runner import Runner
from llmfs.agents.settings import Settings
from llmfs.agents.surroundings import Surroundings
from llmfs.hive.fixing import Fixing
from llmfs.hive.machine import Machine, Site
from llmfs.providers import Image, Message
from llmfs.records.rows import AgentRow, ToolsRow
from llmfs.records.store import Shelf
from llmfs.tools.toolbox import Toolbox
from llmfs.turns import rules
from llmfs.turns.output import Output
from llmfs.turns.routing import Routing
from llmfs.turns.rules import Rules
from llmfs.turns.turn import CANCELLED, DONE, Turn
from ninep import FileError
from ninep.node import Answer

QUEUE = 64  # prompts that may wait
AWAKE = 100  # turns whose texts stay in memory, the newest; older ones are read from the store


class Agent:
    """One agent. All it ever said is in `turns`, by number; what it is told of the past is `history`."""

    def __init__(self, name: str, chosen: Settings, shelf: Shelf, around: Surroundings, ledger: Ledger) -> None:
        self.name, self.settings, self.system = name, chosen, ""
        self.turns: dict[str, Turn] = {}
        self.machines: dict[str, Machine] = {}
        self.output, self.reasoning = Output(), Output()
        self.history = History()
        self.errors = Errors(shelf)
        self.ledger, self.routing = ledger, Routing(shelf)
        self.fixing = Fixing()
        self.shelf, self._around = shelf, around
        publish = partial(around.publish, agent=name)
        self.toolbox = Toolbox(around.namespace, lambda: self.settings, self._keep_rules, publish, around.servers)
        self._answering = Answering(self, around)
        self._runner = Runner(around.nursery, self._answering.answer, self._ended)
        self._last = 0  # number of the last turn
        self._places = 0  # among those that may wait, kept for prompts that are being written
        self._is_removed = False

    # Asking.

    def reserve(self) -> None:
        """Keep a place for a prompt that is being written, or refuse as `ask` would now."""
        self._check_can_ask()
        self._places += 1

    def release(self) -> None:
        """Let a place go: the prompt is there, or will not come."""
        self._places -= 1

    def _check_can_ask(self) -> None:
        """Refuse, in words, if a prompt could not be answered or kept now."""
        if self._is_removed:
            raise FileError(f"agent {self.name} was removed")
        if len(self._runner.waiting) + self._places >= QUEUE:
            raise FileError(f"{self.name} is busy: {QUEUE} prompts wait; cancel or try later")
        self._around.offers.check_any(self.settings.candidates)
        budget.check(self.name, self.settings, self.ledger)
        self.shelf.store.check()

    def check_sees(self) -> None:
        """Refuse, in words, if who answers could not see a picture."""
        self._around.offers.check_sees(self.settings.candidates)

    def ask(self, prompt: str, images: tuple[Image, ...] = ()) -> Turn:
        """Take a prompt; its answer comes when those before it are answered. Blanks at the end are dropped."""
        self._check_can_ask()
        if images:
            self.check_sees()
        if not (prompt := prompt.rstrip()):
            raise FileError("the prompt is empty")
        machines = self.machines if self.settings.register else ()
        ours = self.routing.rules.but(self.machines)
        turn = Turn.asking(self.shelf, self._last + 1, prompt, machines, images, ours)
        self.enlist(turn)
        return turn

    def enlist(self, turn: Turn) -> None:
        """Have a turn among the agent's, and run it if it waits."""
        self._last = turn.number
        self.turns[str(turn.number)] = turn
        self.output.add(turn.answer)
        self.reasoning.add(turn.reasoning)
        for machine in self.machines.values():
            machine.listen(turn)
        self.routing.listen(turn)
        if not turn.has_ended:
            self._runner.add(turn)

    def _ended(self, turn: Turn) -> None:
        """A turn is over, however it ended."""
        self.ledger.add(turn)
        self.history.add(turn)
        if turn.state not in (DONE, CANCELLED):
            self.errors.add(f"turn {turn.number}: {turn.state}")
        if old := self.turns.get(str(turn.number - AWAKE)):
            old.rest()
        self._around.publish("turn.ended", agent=self.name, turn=turn.number, state=turn.state, **turn.facts())

    # Verbs. The text that they return is their reply.

    def cancel(self, what: Literal["all"] | None = None) -> str:
        """End the running turn, or with `all` those that wait too."""
        turns = self._runner.cancel(everything=what == "all")
        return f"cancelled turn {' '.join(str(turn.number) for turn in turns)}" if turns else "nothing runs"

    async def retry(self) -> str:
        """Ask the last prompt again, as if it had not been asked before."""
        self._check_idle()
        last = next(reversed(self.turns.values()), None)
        if last is None:
            raise FileError("there is nothing to retry: no prompt yet")
        prompt, images = await last.prompt.text(), await last.images()
        self._check_can_ask()
        if self.history.ends_with(last):
            self.history.undo()
        return f"turn {self.ask(prompt, images).number}"

    def undo(self) -> str:
        """Forget the last question and its answer."""
        self._check_idle()
        said = self.history.undo()
        self.keep()
        return said

    def clear(self) -> None:
        """Begin a new conversation. What was said stays in `turns`."""
        self.rewrite_history("")

    def rewrite_history(self, text: str) -> None:
        """These messages instead of what was said so far."""
        self.begin_after(history.parse(text))

    def extend_history(self, text: str) -> Answer[None]:
        """These messages after what was said so far."""
        return self._extend(history.parse(text))

    async def _extend(self, messages: Iterable[Message]) -> None:
        await self.history.extend(messages)
        self.keep()

    def begin_after(self, messages: Iterable[Message]) -> None:
        """The conversation goes on after these messages."""
        self.history.replace(messages)
        self.keep()

    def use(self, alias: str) -> str:
        """Go on with the model that a short name stands for."""
        return self.set_provider(*self._around.offers.alias(alias))

    def set_provider(self, provider: str, model: str | None = None) -> str:
        """Go on with this provider, and its default model if none is named."""
        self.set({"provider": provider, **({"model": model} if model else {})})
        return f"{self.settings.provider} {self.settings.model}"

    def set_fallback(self, *words: str) -> str:
        """Change who is asked when the provider fails before the first word."""
        self.set_one("fallback", " ".join(words))
        return f"fallback {self.settings.fallback}"

    def set_one(self, key: str, value: str) -> None:
        """Change one setting, as a person wrote it."""
        self.set({key: settings.check(key, value)})

    def set_budget(self, per: Literal["turn", "day"], tokens: str) -> None:
        """Change how many tokens a turn or a day may use."""
        self.set(settings.parse(budget.line(per, tokens)))

    def see(self, machine: str) -> None:
        """Have the screen of a machine go along with each prompt, or `off`."""
        if machine != seeing.OFF:
            self.check_sees()
        self.set_one("see", machine)

    def configure(self, text: str) -> None:
        """Change settings as a text says: all of them, or none and a refusal."""
        self.set(settings.parse(text))

    def set(self, changes: Mapping[str, Any]) -> None:
        """Change settings. They hold from the next turn on."""
        seeing.check(changes, self.machines)
        if "provider" in changes:
            provider = self._around.offers.find(changes["provider"])
            changes = {"model": default_model(provider), **changes}
        if "fallback" in changes:
            changes = {**changes, "fallback": self._around.offers.fallback(changes["fallback"])}
        self.settings = structs.replace(self.settings, **changes)
        self.keep()
        self._around.changed.unpark_all()

    def set_system(self, text: str) -> None:
        """What the model is told before everything else."""
        self.system = text
        self.keep()

    def set_rules(self, text: str) -> None:
        """What goes to files of its own, from the next turn on. FileError names the line that is wrong."""
        self.route(rules.parse(text))

    def route(self, routes: Rules) -> None:
        """These rules hold from the next turn on."""
        self.routing.replace(routes, self.turns.values())
        self.routing.keep()

    # What there is to read.

    @property
    def running(self) -> Turn | None:
        """The turn whose answer is coming, if there is one."""
        return self._runner.running

    @property
    def note(self) -> str:
        """Why the running turn has no text yet, or not more, if that is known."""
        if waits := self.toolbox.pending.ids:
            return f"waits for a person: approve {waits[0]}, or deny it"
        return self._answering.note

    @property
    def waiting(self) -> int:
        """How many prompts wait."""
        return len(self._runner.waiting)

    def config(self) -> str:
        """The settings, all of them."""
        return self.settings.text()

    # Coming and going.

    def add_machine(self, site: Site, told: str = "") -> None:
        """From the next turn on, blocks for this machine are routed to its file."""
        self.machines[site.name] = Machine(self.shelf, site, self.turns.values(), told)

    def remove_machine(self, name: str) -> None:
        """The machine is gone."""
        self.machines.pop(name).close()

    def keep(self) -> None:
        """Store what the agent is now."""
        opening = msgspec.json.encode(self.history.opening).decode()
        chosen = msgspec.json.encode(self.settings).decode()
        self.shelf.put(AgentRow(self.shelf.agent, self.name, chosen, self.system, opening))

    def _keep_rules(self, rules: str) -> None:
        self.shelf.put(ToolsRow(self.shelf.agent, rules))

    def remove(self) -> None:
        """End everything: the running turn, those that wait, and all reading; nothing of it is kept."""
        self._is_removed = True
        self._runner.cancel(everything=True)
        self.output.close()
        self.reasoning.close()
        for machine in self.machines.values():
            machine.output.close()
        self.routing.close()
        self.shelf.forget()

    def _check_idle(self) -> None:
        if not self._runner.is_idle:
            number = (self._runner.running or self._runner.waiting[0]).number
            raise FileError(f"turn {number} is not over; wait for it, or cancel it first")
