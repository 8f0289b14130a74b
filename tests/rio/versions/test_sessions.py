"""Whatever is done to a scene, by programs, files and hands, to and fro, its live source gives it."""

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rio.versions.sessions import Session, replayed

NAMES = ("a", "b", "box2", "text", "g", "w", "c", "m", "image", "map", "k")
NOUNS = {
    "box": ("size=2", "color='red'", "at=(1, 2, 3)", "shadow=False", "rotate=30"),
    "sphere": ("at=(3, 1, 0)", "opacity=0.5", "parent='g'"),
    "plane": ("size=3", "color='teal'"),
    "rect": ("at=(100, 100)", "radius=4", "layer=3", "anchor='left'"),
    "text": ("text='one\\ntwo'", "size=30", "font='bold'"),
    "circle": ("tags='x y'", "border=2"),
    "line": ("at=(1, 1)", "to=(5, 5)"),
    "points": ("points=[(1, 2, 3)]", "size=3"),
    "polygon": ("points=[(0, 0), (9, 0), (0, 9)]",),
    "group": ("at=(1, 0, 0)", "rotate=20"),
    "light": ("brightness=2", "at=(1, 5, 1)"),
    "camera": ("at=(3, 3, 3)", "fov=40"),
    "background": ("color='navy'",),
    "window": ("text='W'", "at=(300, 300)"),
    "row": ("parent='w'",),
    "slider": ("value=0.5", "high=4", "text='S'"),
    "checkbox": ("value=True", "parent='w'"),
    "entry": ("value='words'", "hint='h'"),
    "choice": ("options=['a', 'b']", "value='a'"),
    "table": ("rows=[(1, 2), (3, 4)]", "rows=[{'z': 1}]", "columns=['p', 'q']", "parent='w'"),
    "chart": ("text='C'", "parent='w'"),
    "plot": ("points=[1, 2, 3]", "parent='c'"),
    "bar": ("points=[1, 2]", "labels=['x', 'y']", "points={'u': 1, 'v': 2}"),
    "image": (
        "image=[[0, 1], [1, 0]]",
        "image=[[1] * 30]",
        "image=[[0.5, 1, 1]]",
        "size=20",
        "color='red'",
        "radius=3",
    ),
    "path": ("path='M 0 0 L 9 9 L 0 9 Z'", "path='M 0 0 C 0 -9 9 -9 9 0'", "rule='evenodd'", "border=2", "at=(5, 5)"),
    "mesh": (
        "points=[(0, 0, 0), (1, 0, 0), (0, 1, 0)]",
        "points=[(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 5)]",
        "faces=[(0, 1, 2)]",
        "faces=[(0, 1, 2), (1, 2, 3)]",
        "colors=['red', 'gold', 'blue']",
        "size=2",
        "image=[[0, 1]]",
    ),
    "shader": ("source='vec4 color(vec2 at) { return vec4(at, 0, 1); }'", "values=(0.5, 1)", "size=(30, 40)"),
    "map": ("center=(46, 8)", "zoom=4", "size=(90, 60)", "water='teal'", "at=(200, 200)"),
    "marker": ("at=(48.9, 2.4)", "text='Paris'", "parent='m'", "size=9", "color='royalblue'"),
    "sound": ("pitch='C4'", "samples=440", "samples=[0, 0.5, -0.5]", "seconds=2", "volume=0.1", "loop=True"),
    "markdown": ("text='# One\\n\\n- two'", "parent='w'", "size=(90, 60)"),
    "code": ("value='a = 1'", "language='lua'", "lines=3", "parent='w'"),
    "tree": ("items={'a': ['b', 'c'], 'd': None}", "items='a\\n  b'", "value='a/b'", "parent='w'"),
    "terminal": ("text='$ '", "text='\\x1b[31mred\\n'", "parent='w'"),
    "canvas": ("size=(90, 60)", "color='navy'", "parent='w'"),
}
BLOCKS = (
    "for n in range(3): box()",
    "for n in range(2): find({name!r}).move(x=n + 1)",
    "for n in range(3):\n    sphere(name=f's{{n}}')\n    n / (1 - n)",
    "with group(name='g'):\n    box()\n    circle()",
    "with window('W', name='w'):\n    checkbox('On')\n    with row():\n        button(name={name!r})",
    "with chart('C', name='c'):\n    plot([1, 2], name={name!r})\n    scatter([(1, 2)])",
    "@every(1)\ndef tick():\n    find({name!r}).color = 'red'",
    "@find({name!r}).on_click\ndef clicked(event):\n    pass",
    "def draw(x=1):\n    return box(at=(x, 0, 0))",
    "v = draw()",
    "v = box(name={name!r})",
    "w = v",
    "v.color = 'gold'",
    "v.x = 5",
    "v.remove()",
    "find({name!r}).remove()",
    "find({name!r}).name = 'b'",
    "find({name!r}).size = (1, 2)",
    "find({name!r}).tags = 'z'",
    "find({name!r}).color = 'gray'",
    "find({name!r}).color = 'blue'",
    "find({name!r}).text = 'else'",
    "find({name!r}).parent = None",
    "sphere(name='s', at=right_of({name!r}))",
    "sphere(size=find({name!r}).size)",
    "if find({name!r}).visible: find({name!r}).visible = False",
    "update(nodes('box'), color=np.full((len(nodes('box')), 3), 0.5))",
    "grid(nodes('sphere'), columns=2)",
    "find({name!r}).front()",
    "clear()",
    "box = sphere",
    "box(); box(); 1 / 0",
    "image(np.zeros((4, 9)), name={name!r})",
    "mesh(np.random.default_rng(3).normal(0, 1, (9, 3)), name={name!r})",
    "model(b'v 0 0 0\\nv 1 0 0\\nv 0 1 0\\nf 1 2 3\\n', name={name!r})",
    "path('M 0 0 L 90 0 L 90 50 Z', name={name!r})",
    "with map(name='m'):\n    line([(48, 2), (41, 12)])\n    marker((48.9, 2.4), 'Paris', name={name!r})",
    "with window('V', name='w'):\n    with canvas(name='k'):\n        text('t')\n        circle(name={name!r})",
    "with window('V', name='w'):\n    tree([1, [2]])\n    terminal(name='t')\n    markdown('# A', name={name!r})",
    "find({name!r}).animate(x=3, color='gold', seconds=2)",
    "animate(nodes('box'), x=1, then=lambda: None)",
    "move = animate(nodes(), opacity=0)",
    "stop(move)",
    "stop(find({name!r}))",
    "sound('A4', name={name!r}).play()",
    "find({name!r}).play()",
    "find('t').write('more\\n')",
    "find({name!r}).write('more\\n')",
    "find({name!r}).image = [[1, 0, 1], [0, 1, 0]]",
    "find({name!r}).path = 'M 0 0 H 70'",
    "find({name!r}).points = [(0, 0, 0), (2, 0, 0), (0, 3, 0)]",
    "find({name!r}).points = {{'k': 1}}",
    "find({name!r}).rows = [{{'p': 1, 'z': 2}}]",
    "find({name!r}).items = ['x', ['y']]",
    "find({name!r}).samples = [0, 1]",
    "find({name!r}).samples = 'C4'",
    "find({name!r}).center = (1, 2)",
    "find({name!r}).at = (4, 5)",
    "find({name!r}).z = 2",
    "table([{{'p': 1, 'q': 2}}], name={name!r})",
    "@on_key('a')\ndef key(event):\n    find({name!r}).x += 1",
    "keyed = held('a'), pointer()",
    "def find(name): return nodes()[0]",
    "find = nodes",
    "del find",
    "text = 'words'",
    "def local():\n    text = 1\n    for box in range(2): pass",
    "def set_it():\n    global line\n    line = 2",
    "match 3:\n    case rect: pass",
    "box(); find({name!r}).color = 'silver'; 1 / 0",
    "del box",
    "name = 'b'",
    "find(name).color = 'pink'",
    "(v).size = 4",
    "v, w = w, v",
    "v(color='olive')",
    "v = find({name!r})",
)


@st.composite
def a_call(draw: st.DrawFn) -> str:
    """A noun with some of its words."""
    noun = draw(st.sampled_from(sorted(NOUNS)))
    words = draw(st.lists(st.sampled_from(NOUNS[noun]), unique_by=lambda word: word.partition("=")[0], max_size=3))
    name = [f"name={draw(st.sampled_from(NAMES))!r}"] if draw(st.integers(0, 3)) else []
    return f"{noun}({', '.join([*name, *words])})"


a_block = st.builds(lambda block, name: block.format(name=name), st.sampled_from(BLOCKS), st.sampled_from(NAMES))
a_program = st.lists(a_call() | a_block, min_size=1, max_size=6)
an_act = st.one_of(
    a_program, a_program, st.sampled_from(("edit", "edit", "edit", "undo", "redo", "goto", "bare", "take back", "mark"))
)


async def play(acts: list[list[str] | str], seed: int) -> Session:
    """Do all this, one thing after another."""
    session = Session(seed)
    versions, dice = session.hub.versions, session.person.dice
    for act in acts:
        match act:
            case list():
                session.program(*act)
            case "edit":
                await session.edit()
            case "mark":
                session.mark()
            case "take back" if session.hub.graph.nodes:
                await session.take_back(dice.choice(list(session.hub.graph.ids)))
            case "undo" if versions.current.parent is not None:
                await session.go(versions.before())
            case "redo":
                await session.go(versions[dice.randint(0, versions.last)])
            case "goto" | "bare":
                await session.go(versions[dice.randint(0, versions.last)], bare=act == "bare")
    return session


@settings(max_examples=200)
@given(st.lists(an_act, max_size=12), st.integers(0, 1000))
def test_the_live_source_gives_the_scene_whatever_was_done(acts: list[list[str] | str], seed: int) -> None:
    """Nothing in it fails, and the worker that goes on knows the same scene."""
    session = trio.run(play, acts, seed)
    graph, failed = replayed(session.live)
    assert not failed
    assert session.player.scene.settled() == session.hub.graph
    assert graph == session.hub.graph
