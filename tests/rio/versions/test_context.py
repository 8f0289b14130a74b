"""The live source of a scene, and the files that show it."""

from contextlib import nullcontext

import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene.graph import Graph, scene_of
from rio.scene.values import Refused
from rio.versions.context import Context
from rio.versions.folding import Folding, in_own_words
from rio.versions.timeline import Version, Versions
from rio.wire import Put


def live(*sources: str) -> list[str]:
    folding = Folding()
    for source in sources:
        folding.add(source)
    return folding.live()


def test_a_later_call_for_the_same_node_is_folded_into_the_first() -> None:
    """The node stays at its place in the order of drawing, with the words of both."""
    assert live('box(name="a", color="red")\n', 'sphere(name="b")\n', 'box(name="a", color="blue", opacity=0.5)\n') == [
        'box(name="a", color="blue", opacity=0.5)',
        'sphere(name="b")',
    ]


def test_an_assignment_is_folded_too() -> None:
    """By name, or through a variable that certainly holds the node."""
    assert live('cube = box(name="cube")', 'cube.color = "blue"', 'find("cube").shadow = False') == [
        'cube = box(name="cube", color="blue", shadow=False)'
    ]


def test_of_two_assignments_to_one_property_the_later_counts() -> None:
    """Where it stands; what changes places is not moved."""
    assert live('box(name="a")', 'find("a").at = (1, 0, 0)', "n = 1", 'find("a").at = (2, 0, 0)') == [
        'box(name="a")',
        "n = 1",
        'find("a").at = (2, 0, 0)',
    ]


def test_a_size_is_not_moved() -> None:
    """For what is made without a place stands beside what was there before, by its size then."""
    sources = ['box(name="a")', 'box(name="b")', 'box(name="a", size=5)']
    assert live(*sources) == sources
    assert live('plane(name="p")', 'box(name="b")', 'plane(name="p", size=5)') == [
        'plane(name="p", size=5)',
        sources[1],
    ]


def test_a_call_that_says_a_place_again_is_not_lost_on_one_that_was_moved() -> None:
    sources = ['box(name="a", at=(0, 0, 0))', 'find("a").x = 5', 'box(name="a", at=(0, 0, 0))']
    assert live(*sources) == sources


def test_what_was_looked_at_stays_as_it_was() -> None:
    """A node placed beside another one saw its size at that time."""
    sources = ['box(name="a")', 'sphere(name="b", color=find("a").color)', 'box(name="a", color="red")']
    assert live(*sources) == sources


def test_nothing_is_folded_over_what_is_not_understood() -> None:
    """A loop, a call of a function, a handler: each may look at everything."""
    for between in ("for n in range(3): print(n)", "draw()", "@every(1)\ndef tick(): pass", "if x: pass", "x.y()"):
        sources = ['box(name="a")', between, 'box(name="a", color="red")']
        assert live(*sources) == sources


def test_imports_functions_and_plain_values_do_not_look() -> None:
    between = ["import math", "def f(x=1):\n    return find('a')", "n = 5", '"""words"""']
    assert live('box(name="b")', *between, 'box(name="b", color="red")') == ['box(name="b", color="red")', *between]


def test_a_function_with_a_default_that_runs_code_looks() -> None:
    sources = ['box(name="a")', "def f(x=find('a').size): pass", 'box(name="a", size=2)']
    assert live(*sources) == sources


def test_a_word_that_needs_a_later_node_is_not_moved_before_it() -> None:
    sources = ['box(name="a")', 'group(name="g")', 'box(name="a", parent="g")']
    assert live(*sources) == sources


def test_another_noun_under_the_same_name_is_another_node() -> None:
    sources = ['box(name="a")', 'sphere(name="a")']
    assert live(*sources) == sources
    assert live(*sources, 'sphere(name="a", color="red")') == ['box(name="a")', 'sphere(name="a", color="red")']


def test_a_variable_that_was_given_something_else_is_not_believed() -> None:
    sources = ['c = box(name="a")', "c = 5", 'c = box(name="a", color="red")']
    assert live(*sources) == sources


def test_a_noun_that_means_something_else_is_no_noun() -> None:
    sources = ["def box(**words): pass", 'box(name="a")', 'box(name="a", color="red")']
    assert live(*sources) == sources
    sources = ["from shapes import *", 'box(name="a")', 'box(name="a", color="red")']
    assert live(*sources) == sources


def test_edits_mean_the_words_of_the_language() -> None:
    """Whatever a program calls so by then; what is a function's own hides nothing."""
    folding = Folding()
    folding.add("text = 'hello'")
    folding.add("def f():\n    box = 1\n    global find\n    find = 2")
    folding.add("text(name='é', text='text')", is_edit=True)
    folding.add("find('é').parent = find('g')", is_edit=True)
    folding.add("box(name='b')", is_edit=True)
    assert folding.live()[2:] == [
        "__builtins__['text'](name='é', text='text')",
        "__builtins__['find']('é').parent = __builtins__['find']('g')",
        "box(name='b')",
    ]


def test_what_is_written_for_a_failed_statement_means_them_too() -> None:
    assert in_own_words(["box(name='b')\n"], ["match 1:\n    case box: pass"]) == ["__builtins__['box'](name='b')"]
    assert in_own_words(["box(name='b')"], ["exec('box = 1')"]) == ["__builtins__['box'](name='b')"]
    assert in_own_words(["box(name='b')"], [f"n = {'1 + ' * 900}1"]) == ["box(name='b')"]


def test_what_says_other_words_too_is_not_folded() -> None:
    """The columns stay those of the first rows, the pitch that of the first sound."""
    for sources in (
        ["table(name='t', rows=[{'p': 1}])", "find('t').rows = [{'q': 2}]"],
        ["table(name='t', rows=[{'p': 1}])", "find('t').columns = ['q']"],
        ["sound('C4', name='s')", "sound([0, 1], name='s')"],
        ["sound(name='s', samples=330)", "find('s').samples = [0, 1]"],
    ):
        assert live(*sources) == sources
    assert live("table(name='t', rows=[[1]])", "find('t').rows = [[2]]") == ["table(name='t', rows=[[2]])"]


def test_positional_words_are_folded_with_each_other_only() -> None:
    assert live('text("one", name="t")', 'text("one", name="t", color="red")') == ['text("one", name="t", color="red")']
    sources = ['text("one", name="t")', 'text(name="t", text="one")']
    assert live(*sources) == sources


def test_several_statements_on_one_line_are_several() -> None:
    assert live('box(name="a"); box(name="a", color="red")') == ['box(name="a", color="red")']


def test_a_node_without_a_literal_name_is_kept() -> None:
    sources = ["box()", "box()", 'box(name=f"n{1}")', 'box(name=f"n{1}", size=2)']
    assert live(*sources) == sources


NAMES = st.sampled_from(["a", "b", "box2", "text"])
WORDS = {
    "color": st.sampled_from(['"red"', '"blue"', "(0.5, 0.5, 0.5)"]),
    "size": st.sampled_from(["1", "2", "0.5"]),
    "opacity": st.sampled_from(["0.5", "1"]),
    "visible": st.sampled_from(["True", "False"]),
    "tags": st.sampled_from(['"x"', '("x", "y")']),
    "parent": st.sampled_from(["None", '"g"', '"a"']),
}
PLACE = {"box": "({x}, 0, 1)", "sphere": "({x}, 0, 1)", "rect": "({x}, 100)", "text": "({x}, 50)"}


@st.composite
def a_statement(draw: st.DrawFn) -> str:
    """Something a program might say; some of it is an error, which a program stops at and a scene does not keep."""
    kind = draw(st.sampled_from("ccccctttttovrfil"))
    name, noun = draw(NAMES), draw(st.sampled_from(sorted(PLACE)))
    word = draw(st.sampled_from(sorted(WORDS)))
    value = draw(WORDS[word])
    match kind:
        case "c" | "v":
            words = [f"{w}={draw(WORDS[w])}" for w in draw(st.sets(st.sampled_from(sorted(WORDS)), max_size=3))]
            if draw(st.booleans()):
                words.append("at=" + PLACE[noun].format(x=draw(st.integers(0, 3))))
            target = draw(st.sampled_from(["v = ", "w = ", "box = "])) if kind == "v" else ""
            return f"{target}{noun}({', '.join([f'name={name!r}', *words])})"
        case "t":
            handle = draw(st.sampled_from(["v", "w", f"find({name!r})"]))
            axis = draw(st.sampled_from(["x = 5", "x = 7", "at = (1, 2, 3)", f"{word} = {value}", f"{word} = {value}"]))
            return f"{handle}.{axis}"
        case "o":
            return draw(st.sampled_from(["box()", "sphere(at=right_of('a'))", "group(name='g')", "rect()"]))
        case "r":
            return f"find({name!r}).remove()"
        case "f":
            return f"for n in range(2): find({name!r}).move(x=n + 1)"
        case "i":
            return draw(st.sampled_from(["v = 1", "import math", "def f(): return find('a')", "w = v"]))
    return f"sphere(name='s', size=find({name!r}).size)"


def played(sources: list[str]) -> tuple[Graph, list[str]]:
    """What a worker makes of statements, and those that did not fail."""
    scene = Scene(lambda deltas: None, nullcontext())
    names = Language(Nouns(scene, Timers())).namespace()
    ran = []
    for source in sources:
        try:
            exec(compile(source, "<test>", "exec"), names)
        except (Refused, NameError, TypeError, AttributeError):
            continue
        ran.append(source)
    return scene.settled(), ran


@settings(max_examples=300)
@given(st.lists(a_statement(), max_size=25))
def test_replaying_the_live_source_gives_an_equal_scene(sources: list[str]) -> None:
    """And nothing in it fails, whatever ran before."""
    graph, ran = played(sources)
    again, all_ran = played(live(*ran))
    assert all_ran == live(*ran)
    assert again == graph


def a_context() -> tuple[Context, Graph, Versions]:
    graph = scene_of([Put(2, "box", "cube", {"color": "red", "at": (0, 1, 0)})])
    versions = Versions([Version(0, None, 0.0, "rio", "empty", starts_over=True)], 0)
    return Context(graph, versions, lambda: ["view 640x480", "last error: line 3: NameError"]), graph, versions


async def test_context_is_a_program_with_what_a_model_must_know_as_comments() -> None:
    context, graph, versions = a_context()
    versions.add("parse", "", graph.snapshot(), statements=('box(name="cube")\n', 'find("cube").color = "red"\n'))
    assert await context.text() == (
        'box(name="cube", color="red")\n'
        "# box cube, at 0 1 0, color red\n"
        "# view 640x480\n"
        "# last error: line 3: NameError\n"
    )


async def test_context_follows_undo_to_another_branch() -> None:
    """What was undone is not in it; what is done again is."""
    context, graph, versions = a_context()
    for source in ("one()", "two()"):
        versions.add("parse", source, graph.snapshot(), statements=(source,))
    assert (await context.text()).startswith("one()\ntwo()\n#")
    versions.go(versions[1])
    assert (await context.text()).startswith("one()\n#")
    versions.add("parse", "three", graph.snapshot(), statements=("three()",))
    assert (await context.text()).startswith("one()\nthree()\n#")


async def test_CONTEXT_waits_for_a_change_after_its_last_read(autojump_clock: trio.testing.MockClock) -> None:  # noqa: N802 - the file's name
    """A change between two reads is not missed, however many there were; each text ends with an empty read."""
    context, _, _ = a_context()
    reader = context.open()
    with trio.move_on_after(1) as patience:
        await reader.read(100)  # type: ignore[misc]  # a coroutine, for it has to wait
    assert patience.cancelled_caught
    context.note()
    context.note()
    first = await reader.read(9)  # type: ignore[misc]  # as above
    assert first == b"# box cub"
    assert reader.read(1000).startswith(b"e")  # type: ignore[union-attr]  # bytes, for they are there
    assert reader.read(1000) == b""
    with trio.move_on_after(1) as patience:
        await reader.read(100)  # type: ignore[misc]  # as above
    assert patience.cancelled_caught
    reader.close()
