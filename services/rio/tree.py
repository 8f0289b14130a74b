"""The files of a display. A name in capitals waits, the same name in lower case answers at once."""

from collections.abc import Callable
from importlib.resources import files

from ninep.node import Answer
from ninep.service import Metrics, manual, root
from ninep.tree import Ctl, Dir, Sink, Stream, Text
from rio.edits import Edits
from rio.hub.display import Display
from rio.inputs import input_tree
from rio.nodes import NodeFiles, nouns
from rio.pictures import screens
from rio.versions.state import LARGEST

LANGUAGE = files("rio").joinpath("scene.md").read_text(encoding="utf-8")
"""The page of the scene language: docs/scene.md."""

Verbs = dict[str, Callable[..., Answer[str | None]]]


def display_tree(display: Display, metrics: Metrics) -> Dir:
    """The root of the service."""
    return root(
        manual=manual("rio"),
        ctl=ctl_file(display, {}),
        events=display.events,
        metrics=metrics,
        health=display.health,
        nodes={
            "screen": Text(display.screen.picture),
            "screens": screens(display.screen),
            "version": VersionFile(display),
            "sandbox": Text(display.sandbox),
            "input": input_tree(display.screen),
            "scene": scene_tree(display),
        },
    )


def scene_tree(display: Display) -> Dir:
    """The scene: its programs, what they print, its nodes, its versions."""
    stage, context = display.stage, display.context
    edits = Edits(display.graph, display.history)
    nodes = NodeFiles(display.graph, edits, display.watches, display.portrait)
    return Dir(
        ctl=ctl_file(display, nodes.verbs()),
        help=Text(lambda: LANGUAGE),
        parse=Sink(open=stage.programs.open, get=stage.programs.status),
        stdout=Text(stage.out.text),
        STDOUT=Stream(stage.out.open),
        stderr=Text(stage.err.text),
        STDERR=Stream(stage.err.open),
        context=Text(context.text),
        CONTEXT=Stream(context.open),
        vars=Text(display.variables),
        tasks=Ctl(display.tasks, stop=display.stop_task),
        nodes=nodes.tree(),
        nouns=Text(nouns),
        camera=Text(edits.camera, edits.place_camera, at_once=True),
        state=Text(display.state, display.take_state, limit=LARGEST),
        screen=Text(display.screen.picture),
        version=VersionFile(display),
    )


def ctl_file(display: Display, more: Verbs) -> Ctl:
    """`clear`, `interrupt`, `size`, the verbs of `version` and `more`; reading gives the state of the display."""
    verbs: Verbs = {"clear": display.clear, "interrupt": display.interrupt, "size": display.resize}
    return Ctl(display.status, {**verbs, **_moves(display), **more})


class VersionFile(Ctl):
    """Reading lists the versions; a bare number goes to one."""

    def __init__(self, display: Display) -> None:
        super().__init__(display.versions.table, _moves(display))

    def run(self, line: str) -> Answer[str | None]:
        """Do one command."""
        word = line.strip()
        return super().run(f"goto {word}" if word.isdecimal() else line)


def _moves(display: Display) -> Verbs:
    return {"undo": display.undo, "redo": display.redo, "goto": display.goto, "snapshot": display.snapshot}
