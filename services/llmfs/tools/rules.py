"""Who may do what where: the lines of an agent's `tools`, and of `llmfs mcp`. No IO.

    allow read /rio/**                   verdict, right, paths
    ask write /**
    deny read /llm/*/history
    ask use files/*                      a tool of a server of MCP: SERVER/TOOL

The rights are `read` (files and directories), `write`, `run` (scene code), and `use`. `*` and `?` stand for characters
of a name, `**` for any names or none. What no rule speaks of is denied, and of several rules the most restrictive
holds.

Two things are closed that are easily left open. A file called `parse`, or a scene's `state`, runs what is written to
it, so writing it needs what running it needs. And an `allow write` with a wildcard for its last name does not open
control files (`ctl`, `config`, `tools`, `routes`, …, and all in `templates` and `context`), by which a model could give
itself what it may not have, or have another believe what nobody said: a rule that does names the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from msgspec import Struct

from ninep import FileError
from ninep.patterns import name_fits, path_fits

Verdict = Literal["allow", "ask", "deny"]
Right = Literal["read", "write", "run", "use"]

USE: Literal["use"] = "use"
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # the later, the stricter
RIGHTS: tuple[Right, ...] = ("read", "write", "run")  # to paths
CONTROL = {"call", "config", "ctl", "fallback", "history", "policy", "prices", "routes", "rules", "state", "system"}
CONTROL |= {"tools"}
CONTROLLED = {"context", "templates"}  # directories of such files
PROGRAM = "parse"
STATE = ("scene", "state")  # has programs, too
MOST = 256  # rules
LONGEST = 1024  # characters of a path


class Rule(Struct, frozen=True):
    """One line. `names` is the path, name by name."""

    verdict: Verdict
    right: Right
    names: tuple[str, ...]

    def covers(self, right: Right, names: Sequence[str]) -> bool:
        """True if it speaks of this right to this file."""
        if right != self.right or not path_fits(self.names, names):
            return False
        if (self.verdict, right) != ("allow", "write") or not _is_control(names):
            return True
        return self.names[-1] == names[-1]

    def __str__(self) -> str:
        return f"{self.verdict} {self.right} {'' if self.right == USE else '/'}{'/'.join(self.names)}"


class Rules(Struct, frozen=True):
    """All rules of one agent. None is the default, and denies everything."""

    rules: tuple[Rule, ...] = ()

    def judge(self, right: Right, path: str) -> Verdict:
        """What is to become of a wish to do this to this file; `path` is plain."""
        names = path.split("/")[1:] if path != "/" else []
        verdicts = [self._judge(each, names) for each in _needed(right, names)]
        return max(verdicts, key=VERDICTS.index)

    def _judge(self, right: Right, names: Sequence[str]) -> Verdict:
        spoken = [rule.verdict for rule in self.rules if rule.covers(right, names)]
        return max(spoken, key=VERDICTS.index) if spoken else "deny"

    def may_use(self, server: str) -> bool:
        """True if some tool of this server may be used, with or without asking."""
        return any(
            rule.right == USE and rule.verdict != "deny" and name_fits(rule.names[0], server) for rule in self.rules
        )

    @property
    def rights(self) -> set[Right]:
        """What may be had anywhere at all, with or without asking."""
        return {rule.right for rule in self.rules if rule.verdict != "deny"}

    def text(self) -> str:
        """A line for each, that can be written back."""
        return "".join(f"{rule}\n" for rule in self.rules)


def parse(text: str) -> Rules:
    """Rules from their lines; `#` begins a comment. FileError names the first line that is wrong."""
    lines = [(number, line.partition("#")[0].split()) for number, line in enumerate(text.splitlines(), 1)]
    rules = [_rule(words, f"line {number}: ") for number, words in lines if words]
    if len(rules) > MOST:
        raise FileError(f"more than {MOST} rules; say more by one rule with ** or *")
    return Rules(tuple(dict.fromkeys(rules)))


def rule(words: Iterable[str]) -> Rule:
    """One rule, word by word."""
    return _rule(list(words), "")


def plain(path: str) -> str:
    """A path as rules judge it and the namespace walks it: from the root, every name once, nothing that goes up."""
    names = [name for name in path.split("/") if name]
    if len(path) > LONGEST or "\0" in path or {".", ".."} & set(names):
        raise FileError(f"a path is like /rio/scene/parse, without . and .., and at most {LONGEST} characters long")
    return "/" + "/".join(names)


def _rule(words: list[str], where: str) -> Rule:
    if words[1:2] == [USE]:
        return _use(words, where)
    if len(words) != 3 or words[0] not in VERDICTS or words[1] not in RIGHTS or not words[2].startswith("/"):
        forms = f"{'|'.join(VERDICTS)} {'|'.join(RIGHTS)} /PATH"
        raise FileError(f"{where}a rule is {forms}, not {' '.join(words)!r}; or: … use SERVER/TOOL")
    names = tuple(plain(words[2]).split("/")[1:]) if words[2].strip("/") else ()
    if any("**" in name and name != "**" for name in names):
        raise FileError(f"{where}** stands for whole names, between slashes; within a name say *")
    return Rule(words[0], words[1], names)


def _use(words: list[str], where: str) -> Rule:
    names = tuple(words[2].split("/")) if len(words) == 3 else ()
    if len(names) != 2 or not all(names) or "**" in words[2] or words[0] not in VERDICTS or len(words[2]) > LONGEST:
        raise FileError(f"{where}a rule for tools is {'|'.join(VERDICTS)} use SERVER/TOOL, not {' '.join(words)!r}")
    return Rule(words[0], USE, names)


def _is_control(names: Sequence[str]) -> bool:
    return not CONTROL.isdisjoint(names[-1:]) or not CONTROLLED.isdisjoint(names[-2:-1])


def _needed(right: Right, names: Sequence[str]) -> tuple[Right, ...]:
    """The rights that something takes."""
    return ("write", "run") if right == "write" and _is_program(names) else (right,)


def _is_program(names: Sequence[str]) -> bool:
    return tuple(names[-1:]) == (PROGRAM,) or tuple(names[-2:]) == STATE
