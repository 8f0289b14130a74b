"""Nodes and the camera as files, and the whole scene as one; no child runs."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.rio.scenes import Scene, a_client, a_scene

from ninep import FileError
from rio.edits import LONG
from rio.scene.graph import scene_of
from rio.scene.kinds import KINDS
from rio.scene.values import Refused
from rio.versions import state
from rio.versions.history import copy_of
from rio.versions.pieces import likeness, putting_back
from rio.versions.timeline import Version
from rio.wire import Delta, Put, Remove, Set


@pytest.fixture
def scene() -> Scene:
    """A red cube on a table, and a text."""
    return a_scene()


async def test_every_node_is_a_directory_with_a_file_for_each_word(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        assert [entry.name for entry in await root.ls("nodes")] == ["table", "cube", "label"]
        names = {entry.name for entry in await root.ls("nodes/cube")}
        assert names == {"type", "watch", "screen", *KINDS["box"].words}


async def test_values_are_read_as_a_person_writes_them(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        words = ("type", "at", "color", "size", "parent", "visible")
        told = {word: await root.read(f"nodes/cube/{word}") for word in words}
        assert told == {
            "type": b"box\n",
            "at": b"0 1 0\n",
            "color": b"red\n",
            "size": b"1\n",
            "parent": b"table\n",
            "visible": b"on\n",
        }
        assert await root.read("nodes/label/text") == b"two\nlines\n"


async def test_a_write_is_one_more_version_and_one_more_statement(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        await root.write("nodes/cube/color", "blue\n")
        assert await root.read("nodes/cube/color") == b"blue\n"
        assert scene.versions.current.label == "cube color blue"
        assert scene.said == ["find('cube').color = 'blue'"]
        await root.write("nodes/cube/size", "1 2 3")
        assert scene.said == ["find('cube').size = (1.0, 2.0, 3.0)"]
        await root.write("nodes/cube/parent", "\n")
        assert scene.said == ["find('cube').parent = None"]
        await root.write("nodes/label/text", "one\n\nthree\n")
        assert scene.said == ["find('label').text = 'one\\n\\nthree'"]


@pytest.mark.parametrize(
    ("file", "text", "refusal"),
    [
        ("cube/color", "blu", "no colour 'blu'; did you mean blue"),
        ("cube/size", "huge", "'huge' is not a number from 0 up, or three: width height depth"),
        ("cube/size", "-1", "out of range"),
        ("cube/parent", "tabel", "there is no node tabel; did you mean table"),
        ("cube/parent", "cube", "a node cannot be inside itself"),
        ("label/font", "fancy", "'fancy' is not one of regular, bold, italic, mono"),
    ],
)
async def test_what_is_no_value_is_refused_in_words(
    scene: Scene, tmp_path: Path, file: str, text: str, refusal: str
) -> None:
    async with a_client(scene, tmp_path) as root:
        with pytest.raises(FileError, match=refusal):
            await root.write(f"nodes/{file}", text)
        assert len(scene.versions) == 1


async def test_removing_a_directory_removes_the_node_and_what_is_in_it(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        await root.remove("nodes/table")
        assert [entry.name for entry in await root.ls("nodes")] == ["label"]
        assert scene.said == ["find('table').remove()"]
        with pytest.raises(FileError, match="file does not exist"):
            await root.read("nodes/cube/color")


async def test_long_values_are_understood_while_others_are_answered(scene: Scene, tmp_path: Path) -> None:
    """A cloud of many places comes and goes whole; its node may be gone by the time it is understood."""
    text = "\n".join(f"{number} {number % 7} 3" for number in range(LONG // 4))
    async with a_client(scene, tmp_path) as root:
        await root.write("ctl", "new points cloud points=1,2,3")
        await root.write("nodes/cloud/points", text)
        assert await root.read("nodes/cloud/points") == f"{text}\n".encode()
        assert len(scene.versions.current.label) <= 120
        with pytest.raises(FileError, match="place"):
            await root.write("nodes/cloud/points", text + " 4 4 4")
        setting = scene.edits.set(scene.graph.ids["cloud"], "points", text)
        assert setting is not None
        await root.write("ctl", "remove cloud")
        with pytest.raises(FileError, match="there is no node"):
            await setting


async def test_rm_r_removes_a_node_as_one_version(scene: Scene, tmp_path: Path) -> None:
    """It removes what is in a directory first, and then the directory: the words go with the node, and not before."""
    async with a_client(scene, tmp_path) as root:
        before = await root.read("nodes/cube/color")
        for entry in await root.ls("nodes/cube"):
            await root.remove(f"nodes/cube/{entry.name}")
        assert await root.read("nodes/cube/color") == before
        assert len(scene.versions) == 1
        await root.remove("nodes/cube")
        assert scene.said == ["find('cube').remove()"]
        assert len(scene.versions) == 2


async def test_an_open_file_of_a_node_that_went_says_so(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root, root.open("nodes/cube/color", "w") as file:
        await root.remove("nodes/cube")
        with pytest.raises(FileError, match="there is no node"):
            await file.write(b"red")


# nodes made, renamed and removed from outside


async def test_making_a_directory_makes_a_node_of_the_noun_that_it_names(scene: Scene, tmp_path: Path) -> None:
    """`box`, or `box7`. It stands where a program's next one would."""
    async with a_client(scene, tmp_path) as root:
        await root.mkdir("nodes/box")
        await root.mkdir("nodes/box7")
        assert [await root.read(f"nodes/{name}/type") for name in ("box", "box7")] == [b"box\n", b"box\n"]
        assert [await root.read(f"nodes/{name}/at") for name in ("box", "box7")] == [b"0 0.5 0\n", b"1.5 0.5 0\n"]
        assert scene.said == ["box(name='box7', at=(1.5, 0.5, 0.0))"]
        assert (scene.versions.current.author, scene.versions.current.label) == ("nodes", "new box box7")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("lamp", "lamp names no noun: make box or box7, or write new NOUN lamp to scene/ctl"),
        ("7", "names no noun"),
        ("line", "a line needs its points or to: new line NAME points="),
        ("cube", "file already exists"),
    ],
)
async def test_a_directory_that_names_no_noun_is_refused_in_words(
    scene: Scene, tmp_path: Path, name: str, refusal: str
) -> None:
    async with a_client(scene, tmp_path) as root:
        with pytest.raises(FileError, match=refusal):
            await root.mkdir(f"nodes/{name}")
        with pytest.raises(FileError, match="a node is a directory: mkdir box"):
            async with root.create("nodes/box"):
                pass
        assert len(scene.versions) == 1


async def test_ctl_makes_renames_and_removes_each_as_one_version(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        await root.write("ctl", "new box lamp color=red at=0,2,0 parent=table tags='a b'")
        assert await root.read("nodes/lamp/color") == b"red\n"
        assert await root.read("nodes/lamp/parent") == b"table\n"
        assert scene.said == [
            "box(name='lamp', at=(0.0, 2.0, 0.0), color='red', tags=('a', 'b'))",
            "find('lamp').parent = find('table')",
        ]
        await root.write("ctl", "rename lamp lantern")
        assert scene.said == ["find('lamp').name = 'lantern'"]
        await root.write("ctl", "remove lantern")
        assert scene.said == ["find('lantern').remove()"]
        assert [v.label for v in scene.versions.path()][1:] == [
            "new box lamp color=red at=0,2,0 parent=table tags=a b",
            "rename lamp lantern",
            "remove lantern",
        ]
        assert {version.author for version in scene.versions.path()[1:]} == {"nodes"}


async def test_nouns_tells_what_each_takes(scene: Scene, tmp_path: Path) -> None:
    async with a_client(scene, tmp_path) as root:
        lines = (await root.read("nouns")).decode().splitlines()
        assert {line.partition(":")[0] for line in lines} == set(KINDS)
        assert f"box: {' '.join(KINDS['box'].words)}" in lines


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("new bax lamp", "no noun bax; did you mean box"),
        ("new box lamp red", "red: say WORD=VALUE; a box takes at size color"),
        ("new box lamp colr=red", "box has no word colr; did you mean color"),
        ("new box lamp color=blu", "color: no colour 'blu'; did you mean blue"),
        ("new box lamp size=huge", "size: 'huge' is not a number from 0 up"),
        ("new box lamp parent=tabel", "there is no node tabel; did you mean table"),
        ("new box cube", "file already exists"),
        ("new box a/b", "is not a name for a node"),
        ("new line lamp", "a line needs its points or to"),
        ("new button lamp parent=table", "a button stands in a window, a row, or nowhere"),
        ("rename tabel desk", "there is no node tabel; did you mean table"),
        ("rename table cube", "file already exists"),
        ("remove lamp", "there is no node lamp"),
        ("paint cube", "unknown verb paint; try: new rename remove"),
    ],
)
async def test_a_command_that_cannot_be_done_is_refused_in_words(
    scene: Scene, tmp_path: Path, command: str, refusal: str
) -> None:
    before = scene.graph.digest()
    async with a_client(scene, tmp_path) as root:
        with pytest.raises(FileError, match=refusal):
            await root.write("ctl", command)
    assert (len(scene.versions), scene.graph.digest()) == (1, before)


async def test_a_directory_that_is_renamed_is_the_node_under_another_name(scene: Scene, tmp_path: Path) -> None:
    """What is open goes on, and who has its directory still has it."""
    async with a_client(scene, tmp_path) as root, root.open("nodes/cube/color", "w") as color:
        await root.rename("nodes/cube", "dice")
        assert scene.said == ["find('cube').name = 'dice'"]
        assert [entry.name for entry in await root.ls("nodes")] == ["table", "dice", "label"]
        await color.write(b"blue")
        assert await root.read("nodes/dice/color") == b"blue\n"
        with pytest.raises(FileError, match="file already exists"):
            await root.rename("nodes/dice", "label")
        with pytest.raises(FileError, match="permission denied"):
            await root.rename("nodes/dice/color", "colour")


async def test_a_node_of_another_noun_under_a_number_that_was_used_has_its_own_words(
    scene: Scene, tmp_path: Path
) -> None:
    """As after a clear, when numbers begin anew."""
    async with a_client(scene, tmp_path) as root:
        assert "shadow" in {entry.name for entry in await root.ls("nodes/cube")}
        scene.graph.apply(Remove(4))
        scene.graph.apply(Put(4, "text", "cube", {"text": "a word"}))
        assert await root.read("nodes/cube/text") == b"a word\n"
        assert await root.read("nodes/cube/type") == b"text\n"
        with pytest.raises(FileError, match="file does not exist"):
            await root.read("nodes/cube/shadow")


async def test_the_camera_is_a_file(scene: Scene, tmp_path: Path) -> None:
    """`auto` until somebody places it; then its place, line by line."""
    async with a_client(scene, tmp_path) as root:
        assert await root.read("camera") == b"auto\n"
        await root.write("camera", "at 1 2 3\nfov 40")
        assert await root.read("camera") == b"at 1 2 3\ntarget 0 0 0\nfov 40\n"
        assert scene.said == ["camera(name='camera', at=(1.0, 2.0, 3.0), fov=40.0)"]
        await root.write("camera", "target 0 1 0")
        assert await root.read("camera") == b"at 1 2 3\ntarget 0 1 0\nfov 40\n"
        refusals = {"up": "usage: at X Y Z", "zoom 3": "camera has no word zoom", "at 1": "three numbers"}
        for text, refusal in refusals.items():
            with pytest.raises(FileError, match=refusal):
                await root.write("camera", text)
        await root.write("camera", "auto")
        assert await root.read("camera") == b"auto\n"


# the whole scene as one file


async def test_state_says_what_differs_from_the_defaults(scene: Scene) -> None:
    program = Version(1, 0, 5.0, "parse", "box", statements=("box()\n", "x = 1"))
    told = json.loads(await state.written(scene.graph, (640, 480), {"distance": 3}, [program]))
    assert told["nodes"] == [
        {"name": "table", "type": "group"},
        {"name": "cube", "type": "box", "at": [0, 1, 0], "color": "red", "parent": "table"},
        {"name": "label", "type": "text", "text": "two\nlines"},
    ]
    assert told["size"] == [640, 480]
    assert told["view"] == {"distance": 3}
    assert told["programs"] == [{"time": 5.0, "author": "parse", "label": "box", "source": "box()\nx = 1\n"}]


async def test_state_that_is_read_again_is_the_same_scene(scene: Scene) -> None:
    for delta in (
        Put(8, "camera", "camera", {"at": (1, 2, 3)}),
        Put(10, "light", "lamp", {"brightness": 2}),
        Put(12, "background", "background", {"color": (0.1, 0.2, 0.3)}),
        Put(14, "points", "cloud", {"points": [(1, 2, 3), (4, 5, 6)], "tags": "a b"}),
        Set(4, "visible", False),
    ):
        scene.graph.apply(delta)
    again, programs, view = state.read(await state.written(scene.graph, (640, 480), {}, []))
    told = json.loads(await state.written(scene.graph, (1, 1), {}, []))
    assert json.loads(await state.written(again, (1, 1), {}, [])) == told
    assert (programs, view) == ([], {})


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("nonsense", "state is JSON"),
        ("[]", "state is a JSON object of format 1"),
        ('{"format": 2}', "of format 1"),
        ('{"view": 3}', "every node needs"),
        ('{"view": {"distance": NaN}}', "NaN is not a number"),
        ("[" * 100000, "state is JSON"),
        ('{"nodes": [{"name": "a", "type": "bax"}]}', "state: no noun bax; did you mean box"),
        ('{"nodes": [{"name": "a"}]}', "every node needs a name and a type"),
        ('{"nodes": [{"name": "a", "type": "box", "size": "huge"}]}', "state: size of box"),
        ('{"nodes": [{"name": "a", "type": "box", "parent": "b"}]}', "there is no node b"),
    ],
)
def test_state_that_is_none_is_refused_in_words(text: str, refusal: str) -> None:
    with pytest.raises(FileError, match=refusal):
        state.read(text)


def test_a_graph_is_made_equal_and_keeps_the_numbers_of_its_nodes() -> None:
    """So the handles of programs stay good."""
    graph = scene_of([Put(2, "box", "a", {"color": "red"}), Put(4, "box", "b", {}), Put(6, "box", "gone", {})])
    wanted = scene_of(
        [Put(3, "box", "b", {"size": 2}), Put(5, "text", "a", {}), Put(7, "box", "new", {}), Set(7, "parent", 3)]
    )
    for delta in state.making_equal(graph, wanted):
        graph.apply(delta)
    assert graph == wanted
    assert graph.ids["b"] == 4
    assert graph.show(graph.ids["new"], "parent") == "b"


# one node


def test_one_node_is_put_back_alone(scene: Scene) -> None:
    """Whether it was changed, removed, made another noun, or was not there."""
    before = scene.graph.snapshot()
    changes: tuple[list[Delta], ...] = (
        [Set(4, "color", (0, 0, 1, 1)), Set(4, "visible", False), Set(4, "parent", 0)],
        [Put(20, "sphere", "cube", {})],
    )
    for deltas in changes:
        graph = copy_of(before)
        for delta in deltas:
            graph.apply(delta)
        for delta in putting_back(graph, before, "cube"):
            graph.apply(delta)
        assert likeness(graph.snapshot(), "cube") == likeness(before, "cube")
    graph = copy_of(before)
    graph.apply(Put(30, "box", "late", {}))
    for delta in putting_back(graph, before, "late"):
        graph.apply(delta)
    assert graph == copy_of(before)


async def test_a_node_that_was_removed_comes_back_with_what_was_inside_it(scene: Scene, tmp_path: Path) -> None:
    """But for what has its name by now; and as statements of a program that say so."""
    async with a_client(scene, tmp_path) as root:
        await root.write("ctl", "new box leg parent=table at=1,0,0")
        await root.write("ctl", "remove table")
        await scene.history.take_back("table")
        assert {node.name for node in scene.graph.nodes.values()} == {"table", "cube", "leg", "label"}
        assert scene.graph.show(scene.graph.ids["cube"], "parent") == "table"
        assert scene.said[:3] == [
            "group(name='table', at=(0.0, 0.0, 0.0))",
            "box(name='cube', at=(0.0, 1.0, 0.0), color='red')",
            "box(name='leg', at=(1.0, 0.0, 0.0))",
        ]
        await root.write("ctl", "remove table")
        await root.write("ctl", "new sphere cube")
        await scene.history.take_back("table")
        assert scene.graph.node(scene.graph.ids["cube"]).kind == "sphere"
        assert scene.graph.show(scene.graph.ids["leg"], "parent") == "table"


def test_a_word_that_had_no_value_cannot_be_put_back_alone() -> None:
    graph = scene_of([Put(2, "line", "l", {"to": (1, 1)})])
    before = graph.snapshot()
    graph.apply(Set(2, "points", [(0, 0), (1, 1)]))
    with pytest.raises(Refused, match="cannot be taken back alone"):
        putting_back(graph, before, "l")


async def test_state_holds_pictures_and_clouds_and_is_still_one_text() -> None:
    """Every noun with every sort of value, to the last digit."""
    cloud = np.random.default_rng(1).normal(0, 1, (3000, 3))
    graph = scene_of(
        [
            Put(2, "points", "cloud", {"points": cloud}),
            Put(4, "image", "picture", {"image": np.arange(40 * 50 * 4, dtype=np.uint8).reshape(40, 50, 4)}),
            Put(6, "window", "w", {"text": "W"}),
            Put(8, "table", "t", {"rows": [("a", "1"), ("b", "2")], "parent": 6}),
            Put(10, "box", "b", {"color": (0.123456789, 0.2, 0.3, 0.5), "at": (1 / 3, 2 / 3, 0.1)}),
            Put(12, "mesh", "m", {"points": [(0, 0, 0), (1, 0, 0), (0, 1, 0)], "faces": [(0, 1, 2)]}),
        ]
    )
    text = await state.written(graph, (640, 480), {}, [])
    again, _, _ = state.read(text)
    assert again == graph
    assert not json.loads(text)["programs"]
