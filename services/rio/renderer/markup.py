"""Markdown as blocks: what stands one below another, and of which pieces each consists. It knows no font and no screen.

CommonMark with tables, struck words and tasks. A picture is its description, HTML is text as it stands: nothing that a
text names is ever read, fetched or opened.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

_TASKS = {"[ ] ": "todo", "[x] ": "done", "[X] ": "done"}
_FACES = {(False, False): "regular", (True, False): "bold", (False, True): "italic", (True, True): "bold italic"}
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Span:
    """Letters of one face; a newline is where a new line must begin. `link` is where they lead, if anywhere."""

    text: str
    face: str = "regular"
    link: str = ""
    is_struck: bool = False
    is_code: bool = False


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What is one of `paragraph heading code rule table`.

    `inside` says what it stands in, outermost first: `quote` or `item`. `mark` is what stands before the first block of
    an item: a number, `•`, `todo` or `done`. `level` is a heading's; `label` is the language of code; `sides` is how
    each column of a table is set.
    """

    what: str
    spans: Spans = ()
    inside: tuple[str, ...] = ()
    mark: str = ""
    level: int = 0
    label: str = ""
    rows: tuple[tuple[Spans, ...], ...] = ()
    sides: tuple[str, ...] = ()
    is_tight: bool = False


@dataclass
class _Reading:
    """Where in the text the reading is."""

    inside: list[str] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)  # the next of each list; None where it has none
    mark: str = ""
    rows: list[list[Spans]] = field(default_factory=list)
    sides: list[str] = field(default_factory=list)


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order."""
    return list(_blocks(_parser.parse(text)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    reading = _Reading()
    for place, token in enumerate(tokens):
        match token.type:
            case "blockquote_open":
                reading.inside.append("quote")
            case "bullet_list_open":
                reading.numbers.append(None)
            case "ordered_list_open":
                reading.numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                reading.numbers.pop()
            case "list_item_open":
                reading.inside.append("item")
                reading.mark = _mark(reading)
            case "blockquote_close" | "list_item_close":
                reading.inside.pop()
            case "tr_open":
                reading.rows.append([])
            case "th_open":
                reading.sides.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
            case "table_close":
                rows, sides = tuple(map(tuple, reading.rows)), tuple(reading.sides)
                yield _placed(reading, Block("table", rows=rows, sides=sides))
                reading.rows, reading.sides = [], []
            case "inline" if reading.rows:
                reading.rows[-1].append(tuple(_spans(token.children or [])))
            case "inline":
                yield _said(reading, token, tokens[place - 1])
            case "fence" | "code_block":
                label = token.info.split()[0] if token.info.split() else ""
                yield _placed(reading, Block("code", (Span(token.content.removesuffix("\n")),), label=label))
            case "hr":
                yield _placed(reading, Block("rule"))


def _mark(reading: _Reading) -> str:
    number = reading.numbers[-1]
    if number is None:
        return "•"
    reading.numbers[-1] = number + 1
    return f"{number}."


def _placed(reading: _Reading, block: Block) -> Block:
    mark, reading.mark = reading.mark, ""
    return replace(block, inside=tuple(reading.inside), mark=mark)


def _said(reading: _Reading, token: Token, opening: Token) -> Block:
    """A paragraph or a heading. A task's box stands where its item's mark would."""
    spans = tuple(_spans(token.children or []))
    if reading.mark and spans and (task := _TASKS.get(spans[0].text[:4])):
        reading.mark, spans = task, (replace(spans[0], text=spans[0].text[4:]), *spans[1:])
    if opening.type == "heading_open":
        return _placed(reading, Block("heading", spans, level=int(opening.tag[1:])))
    return _placed(reading, Block("paragraph", spans, is_tight=opening.hidden))


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    strong = slanted = struck = 0
    links: list[str] = []
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                slanted += token.nesting
            case "s_open" | "s_close":
                struck += token.nesting
            case "link_open":
                links.append(str(token.attrs.get("href", "")))
            case "link_close":
                links.pop()
            case _:
                face = _FACES[strong > 0, slanted > 0]
                span = _span(token, Span("", face, links[-1] if links else "", struck > 0))
                if span.text:
                    yield span


def _span(token: Token, around: Span) -> Span:
    match token.type:
        case "hardbreak":
            return replace(around, text="\n")
        case "softbreak":
            return replace(around, text=" ")
        case "code_inline":
            return replace(around, text=token.content, face="mono", is_code=True)
        case "image":
            return replace(around, text=token.content or "picture", face="italic")
    return replace(around, text=token.content)
