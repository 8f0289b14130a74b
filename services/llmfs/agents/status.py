"""What an agent does and has become, in words: its `state`, and what reading its `ctl` gives."""

from __future__ import annotations

from collections.abc import Iterator

from llmfs.agents.agent import Agent
from llmfs.turns.turn import DONE


def state(agent: Agent) -> str:
    """What the agent does, and what became of its last turn if that is not a whole answer."""
    return "".join(f"{line}\n" for line in _lines(agent))


def status(agent: Agent) -> str:
    """The settings as verbs that can be written back, and the state."""
    chosen = agent.settings
    comments = "".join(f"# {line}\n" for line in _lines(agent))
    verbs = chosen.text(
        "temperature", "max_tokens", "fallback", "reasoning", "record", "register", "routes", "see", "autofix"
    )
    budgets = {"turn": chosen.budget_turn, "day": chosen.budget_day}
    verbs += "".join(f"budget {per} {tokens}\n" for per, tokens in budgets.items() if tokens)
    verbs += "".join(f"tools {rule}\n" for rule in agent.toolbox.rules.rules)
    return f"provider {chosen.provider} {chosen.model}\n{verbs}{comments}"


def _lines(agent: Agent) -> Iterator[str]:
    running, waiting = agent.running, agent.waiting
    if running:
        yield f"running turn {running.number}" + (f": {agent.note}" if agent.note else "")
    else:
        yield "idle"
    if waiting:
        yield f"{waiting} prompts wait" if waiting > 1 else "1 prompt waits"
    last = next(reversed(agent.turns.values()), None)
    if last and (tries := agent.fixing.tries(last.number)):
        yield f"autofix {tries} of {agent.settings.autofix}"
    ended = next((turn for turn in reversed(agent.turns.values()) if turn.has_ended), None)
    if ended and ended.state != DONE:
        yield f"turn {ended.number} {ended.state}"
