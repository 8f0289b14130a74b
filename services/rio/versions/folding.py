"""The live source of a scene: what ran, without what was certainly replaced; replayed into an empty rio, it gives it.

Two things are left out, and only if nothing between them can have looked at the node: an assignment that a later one to
the same property replaces, and a plain call of a noun that a later call, or assignment, repeats for the same node with
other looks. Such calls become one at the place of the first, so that the order of nodes stays. Words that say where
things are, or how big, are never moved: what is made without a place stands beside what was made before it.
What is not understood here is kept, and taken to look at everything.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rio.scene.kinds import KINDS
from rio.scene.layout import Rows

_DARK = frozenset({"exec", "eval", "globals", "locals", "vars", "setattr", "__builtins__", "__import__", "*"})
"""Words that can give a noun another meaning without naming it: after one of them nothing is folded any more."""

_PLACING = frozenset({"at", "size", "scale", "text", "parent", "points", "to", "font"})
_FREE = frozenset(noun.name for noun in KINDS.values() if Rows().place(noun, (0.0, 0.0, 0.0)) is None)
"""Nouns that stand in no row: their places are nobody's business."""

_SPREAD = {"table": ("rows", "columns"), "bar": ("points", "labels"), "sound": ("samples",)}
"""Words whose values may say other words too (see `language.data.spread`); not so if they are plain lists."""

_AXES = {"x": "at", "y": "at", "z": "at"}

_WORDS = KINDS.keys() | {"find"}
"""What edits say. A program may have called something else so."""

Key = int | str
"""A positional argument by its number, a named one by its name."""


@dataclass(frozen=True)
class Call:
    """`target = noun(words)`, all of it literal: a node made, or given more words."""

    noun: str
    name: str
    words: Mapping[Key, str]  # each as it was written
    target: str | None

    def source(self) -> str:
        """The call as a program would write it."""
        given = ", ".join(text if isinstance(key, int) else f"{key}={text}" for key, text in self.words.items())
        return f"{self.target} = {self.noun}({given})" if self.target else f"{self.noun}({given})"


@dataclass(frozen=True)
class Touch:
    """`find("name").prop = literal`, or the same through a variable that holds the node."""

    handle: str  # the name of the node, or of the variable
    is_variable: bool
    prop: str
    value: str


@dataclass(frozen=True)
class Inert:
    """What neither looks at a node nor changes one: an import, a function, a literal under a name."""


@dataclass(frozen=True)
class Step:
    """One statement that ran, and what is known of it. `form` is None for what is not understood."""

    source: str
    form: Call | Touch | Inert | None
    mentions: frozenset[str]  # every name and every text in it, but that of the node which it makes
    binds: frozenset[str]


# Reading


@lru_cache(maxsize=8192)
def read(source: str) -> tuple[Step, ...]:
    """Understand a piece of program, as far as that can be done with certainty."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return (Step(source, None, _DARK, frozenset()),)
    if len(body) == 1:
        return (_step(source, source.strip("\n"), body[0]),)
    return tuple(_step(source, ast.get_source_segment(source, node) or "", node) for node in body)


def _step(whole: str, text: str, node: ast.stmt) -> Step:
    form = _call(whole, node) or _touch(whole, node) or _inert(node)
    own = form.name if isinstance(form, Call) else None
    return Step(text, form, frozenset(_mentions(node)) - {own}, frozenset(_binds(node)))


def _mentions(node: ast.AST) -> Iterable[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=word) | ast.Constant(value=str(word)) | ast.alias(name=word):
                yield word


def _binds(node: ast.AST) -> Iterator[str]:
    """The names of the program that a statement gives a meaning; what is a function's own is not."""
    waiting: list[ast.AST] = [node]
    while waiting:  # a long sum is deeper than Python may call
        match waiting.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) as function:
                yield name
                yield from (name for part in ast.walk(function) if isinstance(part, ast.Global) for name in part.names)
                waiting += [*function.decorator_list, function.args]
                continue
            case ast.alias(name=name, asname=other) as part:
                yield other or name.partition(".")[0]
            case (
                ast.Name(id=name, ctx=ast.Store() | ast.Del())
                | ast.ClassDef(name=name)
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ) as part:
                yield name
            case part:
                pass
        waiting += ast.iter_child_nodes(part)


def _call(source: str, node: ast.stmt) -> Call | None:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id=noun)) as call):
            target = None
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.Call(func=ast.Name(id=noun)) as call):
            pass
        case _:
            return None
    given: dict[Key, ast.expr] = dict(enumerate(call.args))
    given |= {keyword.arg or "**": keyword.value for keyword in call.keywords}
    match given.get("name"):
        case ast.Constant(value=str(name)) if noun in KINDS and all(map(_is_literal, given.values())):
            words = {key: ast.get_source_segment(source, word) or "" for key, word in given.items()}
            return Call(noun, name, words, target)
    return None


def _touch(source: str, node: ast.stmt) -> Touch | None:
    match node:
        case ast.Assign(targets=[ast.Attribute(value=handle, attr=prop)], value=value) if (
            _is_literal(value) and prop != "name"
        ):
            written = ast.get_source_segment(source, value) or ""
        case _:
            return None
    match handle:
        case ast.Name(id=variable):
            return Touch(variable, True, prop, written)
        case ast.Call(func=ast.Name(id="find"), args=[ast.Constant(value=str(name))], keywords=[]):
            return Touch(name, False, prop, written)
    return None


def _inert(node: ast.stmt) -> Inert | None:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Expr(value=ast.Constant()):
            return Inert()
        case ast.Assign(targets=[ast.Name()], value=value) if _is_literal(value):
            return Inert()
        case ast.FunctionDef(decorator_list=[], args=arguments, returns=None) if _evaluates_nothing(arguments):
            return Inert()
    return None


def _evaluates_nothing(arguments: ast.arguments) -> bool:
    """Whether making a function with these parameters runs no code but literals."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
    return all(map(_is_literal, defaults)) and not any(argument.annotation for argument in named)


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


# Words that a program has for something else


def in_own_words(statements: Iterable[str], sources: Iterable[str]) -> list[str]:
    """What is written here, so that it means the language's words though these programs have run before it."""
    steps = [step for statement in statements for step in read(statement)]
    other = {word for source in sources for step in read(source) for word in _hidden_by(step)} if steps else ()
    return [_own(step, other).source for step in steps]


def _hidden_by(step: Step) -> Iterable[str]:
    return _WORDS if step.mentions & _DARK else step.binds & _WORDS


def _own(step: Step, other: Iterable[str]) -> Step:
    """The step, with words that mean something else by now looked up where the language has them."""
    hidden = [part for part in ast.walk(ast.parse(step.source)) if isinstance(part, ast.Name) and part.id in other]
    text = step.source.encode()  # whose bytes `ast` counts
    for part in sorted(hidden, key=lambda part: part.col_offset, reverse=True):
        text = text[: part.col_offset] + f"__builtins__[{part.id!r}]".encode() + text[part.end_col_offset :]
    return replace(step, source=text.decode(), form=None) if hidden else step


# Folding


class Folding:
    """The steps so far, and for each node what of them a later step may still replace."""

    def __init__(self) -> None:
        self._steps: list[Step | None] = []  # None: replaced
        self._open: dict[str, _Open] = {}
        self._born: dict[str, int] = {}  # node -> the place of the first call that may have made it
        self._holds: dict[str, str] = {}  # variable -> the node that it certainly holds
        self._other: set[str] = set()  # nouns, and `find`, that mean something else by now

    def add(self, source: str, *, is_edit: bool = False) -> None:
        """One more piece of program has run; or, as an edit, one was written here that means the language's words."""
        for written in read(source):
            step = _own(written, self._other) if is_edit else written
            match step.form:
                case Call(noun=noun) as call if noun not in self._other:
                    self._add_call(step, call)
                case Touch() as touch if (name := self._name_of(touch)) is not None:
                    self._add_touch(step, touch, name)
                case _:
                    self._keep(step)
            self._other.update(_hidden_by(step))

    def live(self) -> list[str]:
        """The sources, in order, without what was certainly replaced."""
        return [step.source for step in self._steps if step is not None]

    def _add_call(self, step: Step, call: Call) -> None:
        there = self._open.get(call.name)
        is_same = call.target is None or self._holds.get(call.target) == call.name
        joined = there.joined(call) if there and is_same and self._knows(step.mentions, there.place) else None
        self._close(step.mentions)
        if there and joined:
            there.call = joined
            self._steps[there.place] = _made(self._steps[there.place], joined)
            return
        self._rebind(step.binds)
        self._forget_holders(call.name)
        self._open[call.name] = _Open(len(self._steps), call)
        self._born.setdefault(call.name, len(self._steps))
        self._steps.append(step)
        if call.target:
            self._holds[call.target] = call.name

    def _add_touch(self, step: Step, touch: Touch, name: str) -> None:
        there = self._open.setdefault(name, _Open(len(self._steps), None))
        others = step.mentions - {touch.handle, name}
        touched = there.touched(touch) if self._knows(others, there.place) else None
        self._close(others)
        if touched:
            there.call = touched
            self._steps[there.place] = _made(self._steps[there.place], touched)
            return
        if (earlier := there.touches.get(touch.prop)) is not None:
            self._steps[earlier] = None
        there.touches[touch.prop] = len(self._steps)
        self._steps.append(step)

    def _keep(self, step: Step) -> None:
        self._rebind(step.binds)
        if not isinstance(step.form, Inert) or step.mentions & _DARK:
            self._open.clear()
            self._holds.clear()
        self._steps.append(step)

    def _name_of(self, touch: Touch) -> str | None:
        if touch.is_variable:
            return self._holds.get(touch.handle)
        return None if "find" in self._other else touch.handle

    def _knows(self, mentions: Iterable[str], place: int) -> bool:
        """Whether at an earlier place all nodes are there that something mentions."""
        return all(self._born.get(word, -1) < place for word in mentions)

    def _close(self, mentions: Iterable[str]) -> None:
        """These nodes have been looked at, by name or through a variable: their calls stay as they are."""
        for word in mentions:
            self._open.pop(word, None)
            self._open.pop(self._holds.get(word, ""), None)

    def _rebind(self, variables: Iterable[str]) -> None:
        for variable in variables:
            self._open.pop(self._holds.pop(variable, ""), None)

    def _forget_holders(self, name: str) -> None:
        """The node may be another one from here on."""
        for variable in [v for v, held in self._holds.items() if held == name]:
            del self._holds[variable]


@dataclass
class _Open:
    """What of a node may still be replaced: its last call, at `place`, and assignments after it, by property."""

    place: int
    call: Call | None
    touches: dict[str, int] = field(default_factory=dict)

    def joined(self, later: Call) -> Call | None:
        """Two calls as one, or None where that is not certainly the same."""
        earlier = self.call
        if earlier is None or earlier.noun != later.noun or later.target not in (None, earlier.target):
            return None
        if _numbers(earlier) != _numbers(later) or not all(
            self._is_free(key, text) for key, text in later.words.items()
        ):
            return None
        return replace(earlier, words={**earlier.words, **later.words})

    def touched(self, touch: Touch) -> Call | None:
        """The call with one more word, or None where that is not certainly the same."""
        earlier = self.call
        if earlier is None or touch.prop not in KINDS[earlier.noun].words or _numbers(earlier):
            return None
        if not self._is_free(touch.prop, touch.value):
            return None
        return replace(earlier, words={**earlier.words, touch.prop: touch.value})

    def _is_free(self, key: Key, text: str) -> bool:
        """Whether a word may be said at the place of the call already."""
        assert self.call is not None
        if {_AXES.get(prop, prop) for prop in self.touches} & {key}:
            return False  # it was assigned to since
        noun, words = self.call.noun, self.call.words
        if spread := _SPREAD.get(noun):
            said = [text, *(words[word] for word in spread if word in words)]
            if isinstance(key, int) or (key in spread and not all(map(_is_plain_list, said))):
                return words.get(key) == text
        is_placing = isinstance(key, int) or key in _PLACING
        return not is_placing or noun in _FREE or words.get(key) == text


def _is_plain_list(text: str) -> bool:
    return text.startswith(("[", "(")) and "{" not in text


def _numbers(call: Call) -> set[int]:
    return {key for key in call.words if isinstance(key, int)}


def _made(first: Step | None, call: Call) -> Step:
    assert first is not None
    return replace(first, source=call.source(), form=call)
