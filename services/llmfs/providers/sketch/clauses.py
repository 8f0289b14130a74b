"""Wishes: what a verb makes of the phrases that follow it, one clause after another."""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from llmfs.providers.sketch.edits import Edits
from llmfs.providers.sketch.intents import (
    Ask,
    Background,
    Button,
    Change,
    Chart,
    Clear,
    Clock,
    Edit,
    Intent,
    Lost,
    Make,
    Paint,
    Ref,
    Remove,
    Rename,
    Resize,
    Shift,
    Show,
    Size,
    Spin,
    Swap,
    Turn,
)
from llmfs.providers.sketch.phrases import IT, Phrases
from llmfs.providers.sketch.places import PICTURE, Places
from llmfs.providers.sketch.things import Things
from llmfs.providers.sketch.tokens import Cursor, tokens
from llmfs.providers.sketch.words import (
    CHANGE,
    COPY,
    DRAW,
    LIFT,
    MOVE,
    PAINT,
    POLITE,
    REMOVE,
    RENAME,
    SCALE,
    SHADES_OF_NIGHT,
    SPIN,
    STOP,
)

EVERYTHING = Ref(said="everything", pronoun="all")
PROPERTIES = {"color", "colour", "size", "position", "place", "opacity", "text", "name", "width", "height"}
JOINS = {"and", "then"}
GREETINGS = {"hello", "hi", "help", "hey"}


def read(text: str, names: Collection[str] = (), machines: Mapping[str, str] | None = None) -> list[Intent]:
    """What a prompt asks for. `names` are those of things that are there, in lower case; `machines` gives the known
    machines by their names as they are and in lower case.
    """
    return spread(Clauses(Cursor(tokens(text)), names, machines or {}).all())


def spread(intents: list[Intent]) -> list[Intent]:
    """A machine named once is meant for its neighbours too: those before it, and after it where no other is named."""
    return _carried(_carried(intents[::-1])[::-1])


def _carried(intents: list[Intent]) -> list[Intent]:
    machine, found = "", []
    for intent in intents:
        found.append(_on(machine, intent))
        machine = getattr(intent, "machine", "") or machine
    return found


def _on(machine: str, intent: Intent) -> Intent:
    """The intent for this machine, unless it is for one already, or for none at all."""
    if not machine or isinstance(intent, Ask | Lost) or intent.machine:
        return intent
    return replace(intent, machine=machine)


class Clauses:
    """Reads clause after clause. What none of the rules understands is Lost, and reading goes on behind it."""

    def __init__(self, cursor: Cursor, names: Collection[str], machines: Mapping[str, str]) -> None:
        self._cursor = cursor
        self._phrases = Phrases(cursor, names, machines)
        self._places = Places(self._phrases)
        self._things = Things(self._phrases, self._places)
        self._edits = Edits(self._phrases, self._places, self._things)
        self._machine = ""  # the one that what follows is for
        self._rules = (
            self._on_machine, self._question, self._clear, self._background, self._remove, self._stop, self._visible,
            self._rename, self._scale, self._lift, self._swap, self._figure, self._change, self._spin, self._paint,
            self._move, self._copy, self._draw, self._placed_first, self._statement, self._bare,
        )  # fmt: skip

    def all(self) -> list[Intent]:
        """Everything, in order."""
        found: list[Intent] = []
        understood = False
        while not self._cursor.ended:
            if (clause := self._clause()) is not None:
                found += clause
                understood = True
            elif self._cursor.peek().kind in ("mark", "own") or self._cursor.peek().word in POLITE:
                separator = self._cursor.next()
                understood = understood and separator.kind != "mark" and separator.word not in JOINS
            else:
                found.append(Lost(self._passed(), wish=not understood))
        return [*found, *(Lost(word, wish=False) for word in self._things.passed_over)]

    def _clause(self) -> list[Intent] | None:
        """The first rule that understands what comes next."""
        for rule in self._rules:
            passed = len(self._things.passed_over)
            if (found := self._phrases.attempt(rule)) is not None:
                return self._located(found)
            del self._things.passed_over[passed:]
        return None

    def _located(self, found: list[Intent]) -> list[Intent]:
        """With the machine that may be named at the end of a clause, or stood before it."""
        machine = self._phrases.machine() or self._machine
        return [_on(machine, intent) for intent in found]

    def _passed(self) -> str:
        """Words up to where the next wish may begin."""
        start, cursor = self._cursor.at, self._cursor
        cursor.next()
        while cursor.peek().kind != "mark" and cursor.peek().word not in JOINS:
            cursor.next()
        return cursor.said(start)

    # rules, in the order in which they are tried

    def _on_machine(self) -> list[Intent] | None:
        """`on A: a red cube and a blue sphere`: what follows is for that machine, until another is named so."""
        machine = self._phrases.machine()
        if not machine:
            return None
        self._machine = machine
        self._cursor.word(":") or self._cursor.word(",")
        return []

    def _question(self) -> list[Intent] | None:
        cursor = self._cursor
        if (
            cursor.one_of({"undo", "redo", "revert"})
            or cursor.word("take", "that", "back")
            or cursor.word("go", "back")
        ):
            self._rest()
            return [Ask("undo")]
        if cursor.one_of({"what", "who", "how"}) and cursor.one_of({"can", "are", "is", "do", "does"}):
            self._rest()
            return [Ask("help")]
        return [Ask("help")] if cursor.one_of(GREETINGS) and cursor.peek().kind == "mark" else None

    def _rest(self) -> None:
        while not self._cursor.ended and self._cursor.peek().word not in (".", "?", "!", ";"):
            self._cursor.next()

    def _clear(self) -> list[Intent] | None:
        cursor = self._cursor
        if cursor.one_of({"clear", "reset", "wipe", "empty", "clean"}):
            cursor.one_of({"up", "away"})
            cursor.one_of({"the"})
            cursor.one_of(PICTURE | {"everything", "all", "it"})
            return [Clear()]
        if cursor.word("start") and (cursor.one_of({"over", "again", "anew"}) or cursor.word("from", "scratch")):
            return [Clear()]
        return None

    def _background(self) -> list[Intent] | None:
        """`make the background dark blue`, `a black background`."""
        cursor = self._cursor
        cursor.one_of(CHANGE | PAINT | DRAW)
        cursor.one_of({"the", "a"})
        before = self._phrases.color() or cursor.mean(SHADES_OF_NIGHT)
        if not cursor.word("background"):
            return None
        cursor.one_of({"color", "colour"})
        cursor.one_of({"to", "in", "into", "is", "be"})
        color = self._phrases.color() or before or cursor.mean(SHADES_OF_NIGHT)
        return [Background(color)] if color else None

    def _remove(self) -> list[Intent] | None:
        cursor = self._cursor
        if not (cursor.one_of(REMOVE) or cursor.word("get", "rid", "of") or cursor.word("take", "away")):
            return None
        refs = self._phrases.refs(bare=True)
        return [Clear() if ref.pronoun == "all" else Remove(ref) for ref in refs] or None

    def _stop(self) -> list[Intent] | None:
        cursor = self._cursor
        if not cursor.one_of(STOP):
            return None
        spinning = cursor.one_of(SPIN)
        refs = self._phrases.refs(bare=True) or [IT if spinning else EVERYTHING]
        cursor.word("from")
        cursor.one_of(SPIN)
        return [Change(ref, (Spin(0),)) for ref in refs]

    def _swap(self) -> list[Intent] | None:
        """`swap them`, `swap the cube with the sphere`."""
        cursor = self._cursor
        if not cursor.one_of({"swap", "exchange", "switch"}):
            return None
        one = self._phrases.ref(bare=True)
        other = self._phrases.ref(bare=True) if cursor.one_of({"and", "with", "for"}) else None
        return [Swap(one, other)] if one else None

    def _figure(self) -> list[Intent] | None:
        """`a green bar chart of 3 5 8`, `draw a red button "Start"`."""
        cursor = self._cursor
        while cursor.one_of(DRAW) or cursor.one_of({"me", "us", "a", "an"}):
            continue
        color = self._phrases.color() or ""
        if cursor.word("bar", "chart") or cursor.word("bar", "graph") or cursor.word("chart"):
            values = self._values()
            return [Chart(values, color)] if values else None
        if not cursor.word("button"):
            return None
        cursor.one_of({"saying", "labelled", "labeled", "called", "with", "that"})
        cursor.one_of({"says", "the"})
        cursor.one_of({"text", "label"})
        return [Button(cursor.next().raw if cursor.peek().kind == "text" else "Click me", color)]

    def _values(self) -> tuple[float, ...]:
        """`of 3, 5 and 8`."""
        cursor, values = self._cursor, list[float]()
        cursor.one_of({"of", "from", "with", "for", "showing"})
        cursor.one_of({"the"})
        cursor.one_of({"numbers", "values"})
        cursor.word(":")
        while (number := self._phrases.attempt(self._one_value)) is not None:
            values.append(number)
        return tuple(values)

    def _one_value(self) -> float | None:
        self._cursor.word(",")
        self._cursor.word("and")
        return self._cursor.number()

    def _visible(self) -> list[Intent] | None:
        """`hide the cube`, `show it`."""
        word = self._cursor.one_of({"hide", "show", "unhide"})
        refs = self._phrases.refs() if word else []
        return [Change(ref, (Show(word != "hide"),)) for ref in refs] or None

    def _rename(self) -> list[Intent] | None:
        ref = self._phrases.ref(bare=True) if self._cursor.one_of(RENAME) else None
        self._cursor.one_of({"to", "as", "into"})
        name = self._phrases.name() if ref else None
        return [Change(ref, (Rename(name),))] if ref and name else None

    def _scale(self) -> list[Intent] | None:
        """`double it`, `shrink the cube by half`, `scale it by 3`, `resize it to 2 by 3`."""
        cursor = self._cursor
        word = cursor.one_of({*SCALE, "scale", "resize"})
        refs = self._sized() if word else []
        if not word or not refs:
            return None
        by = cursor.word("by")
        factor = cursor.mean({"half": 0.5, "two": 2.0, "three": 3.0}) if by else None
        cursor.one_of({"to"})
        numbers = self._phrases.dimensions()
        cursor.one_of({"times", "x"})
        if by and numbers:
            factor, numbers = numbers[0], ()
        if factor is None and not numbers and word not in SCALE:
            return None
        factor = SCALE.get(word, 1) if factor is None else factor
        size = Size(numbers) if numbers else Size(times=(factor, factor, factor))
        return [Change(ref, (Resize(size),)) for ref in refs]

    def _sized(self) -> list[Ref]:
        """What is scaled: `it`, `its size`, `the size of the cube`."""
        cursor = self._cursor
        if cursor.word("its", "size"):
            return [IT]
        cursor.word("the", "size", "of")
        return self._phrases.refs(bare=True)

    def _lift(self) -> list[Intent] | None:
        toward = self._cursor.mean(LIFT)
        refs = self._phrases.refs(bare=True) if toward else []
        self._cursor.word("up") or self._cursor.word("down")
        return [Change(ref, (Shift(toward, self._edits.steps()),)) for ref in refs if toward] or None

    def _change(self) -> list[Intent] | None:
        """`make it blue and bigger`, `set the size of the cube to 3`, `change its color to red`."""
        if not self._cursor.one_of(CHANGE):
            return None
        if (changed := self._phrases.attempt(self._property)) is not None:
            return changed
        return self._edited(self._possessor())

    def _property(self) -> list[Intent] | None:
        """`its colour to red`, `the size of the cube to 3`, `opacity to 0.5`."""
        cursor = self._cursor
        own = cursor.one_of({"its", "their"}) or not cursor.word("the")
        quality = cursor.one_of(PROPERTIES)
        refs = self._phrases.refs(bare=True) if quality and cursor.word("of") else [IT] if own else []
        edits = self._edits.of(quality) if quality and refs else ()
        return [Change(ref, edits) for ref in refs] if edits else None

    def _possessor(self) -> list[Ref]:
        """`the cube`, `the cube's colour`."""
        refs = self._phrases.refs(bare=True)
        if self._cursor.peek().kind == "own":
            self._cursor.next()
            self._cursor.one_of(PROPERTIES)
        return refs

    def _edited(self, refs: list[Ref]) -> list[Intent] | None:
        edits = self._edits.all() if refs else ()
        return [Change(ref, edits) for ref in refs] if edits else None

    def _spin(self) -> list[Intent] | None:
        """`spin it slowly`, `rotate the cube by 45 degrees and the sphere by 90`."""
        if not self._cursor.one_of(SPIN):
            return None
        found = self._phrases.attempt(self._spun)
        while found and (more := self._phrases.attempt(self._also_spun)):
            found += more
        return found

    def _also_spun(self) -> list[Intent] | None:
        return self._spun() if self._cursor.word("and") else None

    def _spun(self) -> list[Intent] | None:
        refs = self._phrases.refs(bare=True)
        self._cursor.one_of({"around"})
        edit: Edit = self._phrases.attempt(self._turned) or Spin(self._edits.pace())
        return [Change(ref, (edit,)) for ref in refs] or None

    def _turned(self) -> Turn | None:
        self._cursor.word("by")
        degrees = self._phrases.amount()
        self._cursor.one_of({"degrees", "degree", "deg"})
        return None if degrees is None else Turn(degrees)

    def _paint(self) -> list[Intent] | None:
        refs = self._phrases.refs(bare=True) if self._cursor.one_of(PAINT) else []
        self._cursor.one_of({"in", "to"})
        color = self._phrases.color() if refs else None
        return [Change(ref, (Paint(color),)) for ref in refs] if color else None

    def _move(self) -> list[Intent] | None:
        """`move it up by 2`, `put the sphere on top of the cube`."""
        if not self._cursor.one_of(MOVE):
            return None
        return self._edited(self._phrases.refs(bare=True))

    def _draw(self) -> list[Intent] | None:
        cursor = self._cursor
        if cursor.one_of({"write", "print", "type"}):
            words = self._things.words()
            return [words] if words else None
        if cursor.peek().word in MOVE and cursor.peek(1).word == "the":
            return None  # what is there is to be put where we do not understand
        if not cursor.one_of(DRAW):
            return None
        while cursor.one_of({"me", "us", "please", "to", "see", "have"}):
            continue
        thing = self._things.thing()
        return [thing] if thing else None

    def _placed_first(self) -> list[Intent] | None:
        """`behind the cube, put a red sphere`."""
        place = self._places.place()
        self._cursor.word(",")
        found = self._phrases.first(self._draw, self._bare) if place else None
        if not found or not isinstance(found[0], Make | Clock) or found[0].place is not None:
            return None
        return [replace(found[0], place=place), *found[1:]]

    def _statement(self) -> list[Intent] | None:
        """`the cube should be blue`, `it is bigger`, `the text black`."""
        refs = self._phrases.refs()
        self._cursor.one_of({"should", "must", "is", "are", "needs", "shall", "will"})
        self._cursor.one_of({"be", "to", "become", "get", "go"})
        return self._edited(refs)

    def _copy(self) -> list[Intent] | None:
        ref = self._phrases.ref(bare=True) if self._cursor.one_of(COPY) else None
        return [Make(like=ref)] if ref else None

    def _bare(self) -> list[Intent] | None:
        """A thing alone is to be drawn; an edit alone is meant for what was spoken of last."""
        if self._cursor.peek().word != "the" and (thing := self._things.thing()):
            return [thing]
        edits = self._edits.all()
        return [Change(IT, edits)] if edits else None
