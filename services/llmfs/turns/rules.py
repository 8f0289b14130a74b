r"""An agent's rules: which parts of its answers go to files of their own, beside `output` and the machines' files.

    python                     a word: fenced blocks with this label go to the file `python`, as to a machine's
    ^TODO:? +(?P<todo>.+)      a regular expression: of each line, what a group matches goes to the file of its name

A rule a line; those that are empty or begin with # say nothing. The expressions are RE2's, whose matching takes time
in proportion to the line whatever they say; there are no references back and no looking around. Even so a person may
write a slow one and a model a long line, so both are bounded. No IO: text in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import re2  # type: ignore[import-untyped]  # it comes without types
from msgspec import Struct, structs

from llmfs import names
from llmfs.turns.router import Piece
from ninep import FileError

MOST = 16  # rules of an agent
LONGEST = 512  # characters of a rule
LINE = 4096  # characters of a line of an answer that are looked at
MATCHES = 16  # of one expression in a line
MEMORY = 32 * 1024  # bytes of a compiled expression

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


class Rules(Struct, frozen=True):
    """The rules as they were written, and what they mean. `files` are the names of all files that they make."""

    text: str = ""
    files: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()  # the files that get blocks
    patterns: tuple[Any, ...] = ()  # compiled; re2 says nothing of its types

    def only(self, files: Iterable[str]) -> Rules:
        """The same rules as if the others' files had not been named."""
        wanted = set(files)
        return structs.replace(self, files=tuple(name for name in self.files if name in wanted))

    def but(self, machines: Iterable[str]) -> Rules:
        """The same rules where these machines' names are taken: the file of such a name is the machine's."""
        taken = {name.casefold() for name in machines}
        return self.only([name for name in self.files if name.casefold() not in taken])

    def look(self, line: str) -> Iterator[Piece]:
        """What a line of an answer holds for which file."""
        text = line[:LINE].encode(errors="replace").decode()  # half a surrogate pair is not text
        for pattern in self.patterns:
            for match in islice(pattern.finditer(text), MATCHES):
                for file, found in match.groupdict().items():
                    if found and file in self.files:
                        yield file, f"{found}\n"


NONE = Rules()


def parse(text: str) -> Rules:
    """Rules from their lines. FileError names the line that is wrong, and says what is."""
    files: dict[str, str] = {}  # by the name without its case
    labels, patterns = set[str](), list[Any]()
    for number, line in _rules(text):
        try:
            if _WORD.fullmatch(line):
                labels.add(line)
                named = [line]
            else:
                patterns.append(_compile(line))
                named = list(patterns[-1].groupindex)
            for name in named:
                _add(files, name)
        except FileError as refusal:
            raise FileError(f"line {number}: {refusal}") from None
    return Rules(text, tuple(files.values()), frozenset(labels), tuple(patterns))


def _rules(text: str) -> list[tuple[int, str]]:
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    rules = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if len(rules) > MOST:
        raise FileError(f"line {rules[MOST][0]}: an agent has at most {MOST} rules")
    return rules


def _add(files: dict[str, str], name: str) -> None:
    names.check_routed(name)
    if files.setdefault(name.casefold(), name) != name:
        raise FileError(f"{name} and {files[name.casefold()]} differ in the case of letters alone")


def _compile(rule: str) -> Any:
    if len(rule) > LONGEST:
        raise FileError(f"a rule has at most {LONGEST} characters, this one {len(rule)}")
    options = re2.Options()
    options.log_errors, options.max_mem = False, MEMORY
    try:
        pattern = re2.compile(rule, options)
    except re2.error as error:
        said = error.args[0] if error.args else error
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise FileError(f"no regular expression of RE2: {reason}") from None
    if not pattern.groupindex:
        raise FileError("neither a word nor a regular expression with a named group, as in (?P<todo>.+)")
    return pattern
