"""Rules: parts of answers that go to files of their own."""

import time
from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import Scripted, ended, open_world, read_turn
from tests.llmfs.test_tree import open_files

from llmfs.lines import LinesWriter
from llmfs.turns.router import Router
from llmfs.turns.rules import LINE, MATCHES, Rules, parse
from ninep import FileError

TODO = r"^TODO:? +(?P<todo>.+)$"
ANSWER = """Here:
```Python
print("TODO: no, this is code")
```
TODO: buy milk
TODO sleep
```A
box()
```
"""


def routed(rules: Rules, answer: str, *labels: str, step: int = 1) -> dict[str, str]:
    router, got = Router(labels, rules.look), dict[str, str]()
    pieces = [piece for at in range(0, len(answer), step) for piece in router.feed(answer[at : at + step])]
    for file, text in [*pieces, *router.finish()]:
        got[file] = got.get(file, "") + text
    return got


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_word_is_a_label_and_a_group_is_a_file(step: int) -> None:
    """However the answer is cut, blocks go to the label's file, and what a group matches to the file of its name."""
    rules = parse(f"# mine\n\npython\n{TODO}\n")
    assert rules.files == ("python", "todo")
    got = routed(rules, ANSWER, "A", "python", step=step)
    assert got == {"python": 'print("TODO: no, this is code")\n', "A": "box()\n", "todo": "buy milk\nsleep\n"}


def test_every_match_of_a_line_counts_and_each_group_has_its_file() -> None:
    """A line may hold several; a group that took no part, or matched no letter, gives nothing."""
    rules = parse(r"(?P<tag>#\w+)|(?P<who>@\w*(?P<none>x?))")
    assert routed(rules, "#one for @ann and #two, @\n") == {"tag": "#one\n#two\n", "who": "@ann\n@\n"}


def test_half_a_surrogate_pair_breaks_nothing() -> None:
    """Models are cut anywhere; what is no text is matched as a question mark."""
    assert routed(parse("x(?P<y>.)"), "x\ud83d\n") == {"y": "?\n"}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("(?P<todo>", "line 2: no regular expression of RE2: missing ): (?P<todo>"),
        (r"(?P<a>x)\1", r"line 2: no regular expression of RE2: invalid escape sequence: \1"),
        ("(?P<a>(?=x))", "line 2: no regular expression of RE2: invalid perl operator: (?="),
        ("^TODO (.+)$", "line 2: neither a word nor a regular expression with a named group, as in (?P<todo>.+)"),
        ("output", "line 2: output cannot be the name of a rule's file: there is a file of that name"),
        ("(?P<input>.)", "line 2: input cannot be the name of a rule's file: there is a file of that name"),
        ("x" * 65, "line 2: 'x"),
        ("Python", "line 2: Python and python differ in the case of letters alone"),
        (f"(?P<x>{'y' * 600})", "line 2: a rule has at most 512 characters, this one 607"),
        (r"(?P<x>(\pL{100}){10})", "line 2: no regular expression of RE2: pattern too large - compile failed"),
        ("(?P<x>a{1001})", "line 2: no regular expression of RE2: invalid repetition size: {1001}"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_line(line: str, complaint: str) -> None:
    """In words that say what is wrong with it."""
    with pytest.raises(FileError) as refusal:
        parse(f"python\n{line}\n")
    assert str(refusal.value).startswith(complaint)


def test_rules_are_bounded() -> None:
    """In their number, and in what one of them finds in a line."""
    with pytest.raises(FileError, match="line 17: an agent has at most 16 rules"):
        parse("\n".join(f"w{n}" for n in range(17)))
    rules = parse("(?P<x>a)")
    assert routed(rules, "a" * 100) == {"x": "a\n" * MATCHES}
    assert routed(rules, "b" * LINE + "a") == {}


def test_no_expression_is_catastrophic() -> None:
    """What takes other engines years takes this one less than a second, a line of a megabyte too."""
    began = time.monotonic()
    for rule in ("(x+x+)+(?P<f>y)", "(?P<f>(x|xx)+)y", "(?P<f>(.*)*)y", "(x?){50}(?P<f>y)"):
        routed(parse(rule), "x" * 1_000_000 + "\n", step=10_000)
    assert time.monotonic() - began < 1


def test_lines_are_checked_as_they_are_whole() -> None:
    """However the text is cut: a wrong line is refused by the write that ends it, and nothing of the text is taken."""
    taken: list[str] = []
    text = f"python\n{TODO}\nlast".encode()
    for step in (1, 3, 1000):
        writer = LinesWriter(parse, taken.append)
        for at in range(0, len(text), step):
            writer.write(text[at : at + step])
        writer.close()
    assert taken == [text.decode()] * 3
    writer = LinesWriter(parse, taken.append)
    writer.write(b"python\n(?P<x")
    with pytest.raises(FileError, match="line 2"):
        writer.write(b">\n")
    with pytest.raises(FileError, match="line 2"):
        writer.write(b"good\n")
    writer.close()
    cut = LinesWriter(parse, taken.append)
    cut.write(b"half\n")
    cut.abort()
    assert len(taken) == 3
    with pytest.raises(FileError, match="65536 bytes"):
        LinesWriter(parse, taken.append).write(b"#" * 65537)
    with pytest.raises(FileError, match="UTF-8"):
        LinesWriter(parse, taken.append).write(b"\xff\n")


async def test_a_rule_makes_a_file_that_streams(tmp_path: Path) -> None:
    """Written as a shell does, read turn by turn; a file of no rule any more ends for its readers."""
    model = Scripted()
    async with open_files(tmp_path, model) as (_, root):
        await root.write("/ctl", "machine add A")
        await root.write("/ctl", "new ada")
        await root.write("/ada/rules", f"python\n{TODO}\n")
        assert await root.read("/ada/rules") == f"python\n{TODO}\n".encode()
        names = [entry.name for entry in await root.ls("/ada")]
        assert names.count("python") == names.count("todo") == names.count("A") == 1
        gate = trio.Event()
        model.play(ANSWER[:60], gate, ANSWER[60:])
        async with root.open("/ada/python") as python, root.open("/ada/todo") as todo:
            await root.write("/ada/input", "go\n")
            with trio.fail_after(5):
                assert await python.read() == b'print("TODO: no, this is code")\n'
                gate.set()
                assert await python.read() == b""
                assert await todo.read() == b"buy milk\nsleep\n"
                assert await todo.read() == b""
        assert await root.read("/ada/A") == b"box()\n"
        async with root.open("/ada/todo") as todo:
            with pytest.raises(FileError, match="line 2"):
                await root.write("/ada/rules", "other\n(\n")
            await root.write("/ada/rules", "python\n")
            with trio.fail_after(5):
                assert await todo.read() == b""
        assert "todo" not in [entry.name for entry in await root.ls("/ada")]
        await root.write("/ada/rules", "\n")
        assert "python" not in [entry.name for entry in await root.ls("/ada")]


async def test_a_machine_keeps_its_file(tmp_path: Path) -> None:
    """Where a rule has a machine's name, the file is the machine's: it gets its blocks and no parts of lines."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada = world.agent()
        ada.set_rules("(?P<a>[xyz]+)\nB")
        for name in ("A", "B"):
            world.fleet.machine("add", name)
        model.play("xyz\n```A\nfor A\n```\n```b\nfor B\n```\n")
        ada.ask("?")
        assert await ended(ada) == "done"
        assert await root.read("/ada/A") == b"for A\n"
        assert await root.read("/ada/B") == b"for B\n"
        assert ada.turns["1"].blocks.keys() == {"A", "B"}
        assert [entry.name for entry in await root.ls("/ada")].count("B") == 1
        world.fleet.machine("remove", "A")
        model.play("xyz\n```A\nfor A\n```\n")
        ada.ask("?")
        assert await ended(ada, 2) == "done"
        assert await root.read("/ada/a") == b"xyz\n"


async def test_rules_outlive_a_restart_and_are_forked(tmp_path: Path) -> None:
    """With what they found so far, and for prompts that wait; a fork has the rules and none of the texts."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        ada.set_rules(TODO)
        model.play("TODO: one\n")
        ada.ask("first")
        assert await ended(ada) == "done"
        model.play(trio.Event())
        ada.ask("running")
        ada.ask("TODO: three")
        await trio.testing.wait_all_tasks_blocked()
    async with open_world(tmp_path) as world:
        ada = world.agent()
        assert ada.routing.text() == TODO
        assert await ended(ada, 3) == "done"
        file = ada.routing.files["todo"].open()
        assert await read_turn(file) == "three\n"
        assert await ada.turns["1"].blocks["todo"].text() == "one\n"
        await world.fleet.fork(ada, "bob")
        bob = world.agent("bob")
        bob.ask("TODO: of bob")
        assert await ended(bob) == "done"
        assert await read_turn(bob.routing.files["todo"].open()) == "of bob\n"
        world.fleet.remove("bob")
    async with open_world(tmp_path) as world:
        assert list(world.fleet.agents) == ["ada"]
