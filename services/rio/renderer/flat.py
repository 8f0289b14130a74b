"""Everything flat, in its order: layers from back to front, and in a layer as it was made.

Rectangles, ellipses, lines and letters are instances of one draw: ten thousand of them, in any order, are one call.
Areas and dots interrupt it. Three things are kept apart, as they change at different rates: the order and the pieces
(when nodes come, go or change shape), the places, and the columns of size and colour.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from rio.renderer import pick, shaders, shapes, unsaid
from rio.renderer.camera import Vector
from rio.renderer.dots import ROUND, Dotter
from rio.renderer.fills import Outline, detail
from rio.renderer.gpu import TRIANGLES, Arrays, Program, blend, depth
from rio.renderer.letters import Letters, raster
from rio.renderer.maps import Maps
from rio.renderer.mirror import is_in_panel
from rio.renderer.paints import Paints
from rio.renderer.pictures import SMALL, Pictures
from rio.scene.graph import Graph, Node
from rio.scene.kinds import KINDS
from rio.scene.pixels import extent
from rio.scene.places import Places
from rio.scene.values import Floats

FLAT = frozenset(name for name, noun in KINDS.items() if noun.space in ("view", "either")) - {"group"}
_PARTS = {"row0": (0, 3), "row1": (1, 3), "size": (2, 3), "color": (3, 4), "form": (4, 4), "part": (5, 4)}
_PARTS |= {"extra": (6, 4), "edge": (7, 4), "opacity": (8, 1)}
_AREAS = {"row0": (0, 3), "row1": (1, 3), "color": (2, 4), "at": (3, 2), "off": (4, 3)}
_SHADERS = {
    "shapes": shaders.FLAT,
    "letters": (shaders.FLAT[0], shaders.LETTERS + shaders.FLAT[1]),
    "area": shaders.AREA,
    "picture": (shaders.FLAT[0], shaders.PICTURE + shaders.FLAT[1]),
}
PASSES = 3  # over the texts, if laying them out moves the pictures of letters; more would not help
_PICTURE = 1  # the texture unit beside that of the letters
MANY = 64  # runs: with more, letters and shapes are drawn by one program
_ALONE = frozenset({"picture", "shader"})
_NO_ROWS: Floats = np.zeros((0, shapes.ROW), np.float32)
_NO_AREA: Floats = np.zeros((0, 5), np.float32)


@dataclass(frozen=True)
class Piece:
    """What one node is drawn as."""

    rows: Floats = field(default_factory=lambda: _NO_ROWS)
    area: Floats = field(default_factory=lambda: _NO_AREA)
    dots: Arrays | None = None
    count: int = 0  # of dots
    what: str = "shapes"  # that its rows are: `shapes`, `letters`, or one `picture` or `shader`
    outline: Outline = field(default_factory=Outline)


@dataclass(frozen=True)
class Run:
    """Neighbours in the order that are drawn at once; `owner` is for what is drawn for itself: dots, pictures."""

    what: str
    first: int
    count: int
    owner: int = 0


class Flat:
    """The flat nodes of a graph as the graphics card has them. `failed` is told of nodes that cannot be drawn."""

    def __init__(self, failed: Callable[[str], None], pictures: Pictures) -> None:
        self._failed, self._pictures, self.paints = failed, pictures, Paints(failed)
        self._letters, self._maps = Letters(), Maps()
        self._programs = {what: Program(*sources) for what, sources in _SHADERS.items()}
        self._dotter = Dotter()
        self._parts, self._areas = Arrays(instance=_PARTS), Arrays(vertex=_AREAS)
        self._pieces: dict[int, Piece] = {}
        self._runs: list[Run] = []
        self._owners = {"parts": np.zeros(0, np.uint32), "area": np.zeros(0, np.uint32)}
        self._rows, self._order = _NO_ROWS, dict[int, int]()  # the rows as uploaded; each node's rank
        self._texts: dict[int, int] = {}  # for how many pixels each text is laid out
        self._details: dict[int, float] = {}  # for what scale the curves of each path are straight enough
        self._ratio = 1.0
        self.is_light = False  # the theme

    def forget(self, id: int) -> None:
        """A node's shape is no longer what it was."""
        self._texts.pop(id, None)
        self._details.pop(id, None)
        piece = self._pieces.pop(id, None)
        if piece and piece.dots:
            piece.dots.delete()

    def arrange(self, graph: Graph, places: Places, within: int = 0) -> None:
        """Put the pieces in order: nodes came, went, changed layer or shape. `within` is a canvas; 0 is the view."""
        for gone in self._pieces.keys() - graph.nodes.keys():
            self.forget(gone)
        order = _order(graph, places, within)
        for _ in range(PASSES):
            generation = self._letters.generation
            for node in order:
                if node.id not in self._pieces:
                    self._pieces[node.id] = self._made(graph, places, node)
            if generation == self._letters.generation:
                break
            for id in list(self._texts):  # the pictures of letters have moved meanwhile
                self.forget(id)
        self._join([node for node in order if node.id in self._pieces])
        self.place(places)
        self.size(graph)
        self.paint(graph, places)

    def outgrown(self, graph: Graph, places: Places, ratio: float) -> bool:
        """Whether texts or curves are now of a size that they were not made for; so `arrange` is to follow."""
        self._ratio = ratio
        changed = [id for id, pixels in self._texts.items() if raster(self._pixels(graph, places, id)) != pixels]
        changed += [id for id, scale in self._details.items() if detail(_grown(places, id) * ratio) != scale]
        for id in changed:
            self.forget(id)
        return bool(changed)

    def place(self, places: Places) -> None:
        """Nodes moved, turned or were scaled."""
        for arrays, owners in ((self._parts, self._owners["parts"]), (self._areas, self._owners["area"])):
            flat = places.matrices[owners][:, :2][:, :, (0, 1, 3)]
            arrays.upload(row0=flat[:, 0], row1=flat[:, 1])

    def size(self, graph: Graph) -> None:
        """Nodes changed their size."""
        self._parts.upload(size=self._sizes(graph))

    def paint(self, graph: Graph, places: Places) -> None:
        """Nodes changed their colour or opacity."""
        parts, areas = self._owners["parts"], self._owners["area"]
        self._parts.upload(
            color=unsaid.colors(graph, parts, is_light=self.is_light), opacity=places.opacity[parts, None]
        )
        color = unsaid.colors(graph, areas, is_light=self.is_light)
        color[:, 3] *= places.opacity[areas]
        self._areas.upload(color=color)

    def prepare(self, graph: Graph, places: Places, ratio: float) -> None:
        """Paint the maps that show another part of the world than before. It draws elsewhere than `draw` does."""
        runs = [run.owner for run in self._runs if run.what == "picture" and graph.nodes[run.owner].kind == "map"]
        self._maps.prepare(graph, [(graph.nodes[id], _grown(places, id) * ratio) for id in runs])

    def draw(self, graph: Graph, places: Places, view: tuple[float, float], ratio: float) -> None:
        """All runs, over what is there. `view` is in logical pixels, `ratio` real pixels for each."""
        blend(True)
        depth(False)
        self._letters.bind(0)
        self.paints.begin(self.shaded(graph))
        for run in self._runs:
            match run.what:
                case "dots":
                    self._draw_dots(run, graph, places, view, ratio)
                case "area":
                    self._programs["area"].use(view=view, ratio=ratio)
                    self._areas.draw(TRIANGLES, run.count, run.first)
                case "shader":
                    self._use_shader(run, graph, places, view, ratio)
                    self._parts.draw_instances(run.first, run.count)
                case _:
                    unit = self._bind_picture(run, graph, places, ratio) if run.what == "picture" else 0
                    self._programs[run.what].use(view=view, ratio=ratio, letters=unit)
                    self._parts.draw_instances(run.first, run.count)

    def pick(self, graph: Graph, places: Places, x: float, y: float) -> int:
        """The front node at this place of the view; 0 if none."""
        return next(iter(self.under(graph, places, x, y)), 0)

    def under(self, graph: Graph, places: Places, x: float, y: float) -> list[int]:
        """The nodes at this place of the view, from front to back."""
        owners = self._owners["parts"]
        parts = pick.Parts(self._rows, owners, places.matrices[owners], self._sizes(graph))
        hits = set(pick.hit_parts(parts, x, y).tolist())
        for id in self._order:
            piece = self._pieces[id]
            if id in hits or id not in graph.nodes or not (piece.outline.rings or piece.dots):
                continue
            hit = pick.in_outline(piece.outline, places.matrices[id], x, y)
            if piece.dots:
                points, size = graph.nodes[id].get("points"), float(graph.columns["size"][id, 0])
                hit = pick.near_dot(points, places.matrices[id], size, x, y)
            if hit:
                hits.add(id)
        return sorted(hits, key=self._order.__getitem__, reverse=True)

    def _draw_dots(self, run: Run, graph: Graph, places: Places, view: tuple[float, float], ratio: float) -> None:
        arrays, id = self._pieces[run.owner].dots, run.owner
        if arrays is not None:
            color = unsaid.color(graph, graph.nodes[id], is_light=self.is_light)
            color[3] *= places.opacity[id]
            size = float(graph.columns["size"][id, 0]) * ratio
            blend(size > ROUND or bool(color[3] < 1))
            self._dotter.draw(arrays, run.count, _on_view(places.matrices[id], view), color, size)
            blend(True)

    def shaded(self, graph: Graph) -> list[Node]:
        """The shaders that are to be drawn."""
        return [graph.nodes[run.owner] for run in self._runs if run.what == "shader"]

    def _use_shader(self, run: Run, graph: Graph, places: Places, view: tuple[float, float], ratio: float) -> None:
        width, height = graph.columns["size"][run.owner, :2].tolist()
        self.paints.use(graph.nodes[run.owner], places.matrices[run.owner], (width, height), view, ratio)

    def _bind_picture(self, run: Run, graph: Graph, places: Places, ratio: float) -> int:
        """Let the next draw see the picture of a node; the unit that has it."""
        node = graph.nodes[run.owner]
        if node.kind == "map":
            self._maps.texture(run.owner).bind(_PICTURE)
        elif (pixels := node.get("image")) is not None:
            across = extent(graph.columns["size"][run.owner], pixels)[0] * _grown(places, run.owner) * ratio
            self._pictures.texture(run.owner, pixels).bind(_PICTURE, small=across < SMALL * pixels.shape[1])
        return _PICTURE

    def _sizes(self, graph: Graph) -> Floats:
        """The size of each row's node; a picture may leave it to its pixels."""
        owners = self._owners["parts"]
        sizes: Floats = graph.columns["size"][owners]
        for run in self._runs:
            if run.what == "picture":
                sizes[run.first, :2] = extent(sizes[run.first], graph.nodes[run.owner].props.get("image"))
        return sizes

    def _made(self, graph: Graph, places: Places, node: Node) -> Piece:
        """A node that cannot be drawn must not hide the others."""
        try:
            return self._piece(graph, places, node)
        except (RuntimeError, ValueError, ArithmeticError, LookupError) as error:
            self._failed(f"{node.name} cannot be shown: {error}")
            return Piece()

    def _piece(self, graph: Graph, places: Places, node: Node) -> Piece:
        match node.kind:
            case "text":
                pixels = self._pixels(graph, places, node.id)
                layout = self._letters.lay(node.get("text"), node.get("font"), pixels, node.get("anchor"))
                self._texts[node.id] = layout.pixels
                return Piece(shapes.text(layout), what="letters")
            case "line":
                return Piece(shapes.line(graph, node))
            case "polygon":
                return _area(node, shapes.polygon(node))
            case "path":
                self._details[node.id] = scale = detail(_grown(places, node.id) * self._ratio)
                return _area(node, shapes.path(node, scale))
            case "points":
                return _dots(node)
            case "circle":
                return Piece(shapes.circle(node))
            case "marker":
                pixels = self._pixels(graph, places, node.id)
                layout = self._letters.lay(node.get("text"), "bold", pixels, "left")
                self._texts[node.id] = layout.pixels
                return Piece(shapes.marker(layout), what="letters")
            case "map":
                return Piece(shapes.rect(node), what="picture")
            case "shader":
                return Piece(shapes.rect(node), what="shader")
            case "image":
                return Piece(shapes.rect(node), what="picture")
        return Piece(shapes.rect(node))

    def _pixels(self, graph: Graph, places: Places, id: int) -> float:
        """How large a text is on the screen."""
        return float(graph.columns["size"][id, 0] * _grown(places, id) * self._ratio)

    def _join(self, nodes: list[Node]) -> None:
        """The pieces one after another, and which neighbours are drawn at once."""
        order = [node.id for node in nodes]
        pieces = [self._pieces[id] for id in order]
        self._runs = _runs(order, pieces)
        if len(self._runs) > MANY:
            self._runs = _runs(order, pieces, apart=False)
        self._order = {id: rank for rank, id in enumerate(order)}
        counts = [len(piece.rows) for piece in pieces]
        self._owners["parts"] = np.repeat(np.array(order, np.uint32), counts)
        self._rows = rows = np.concatenate([_NO_ROWS, *(piece.rows for piece in pieces)])
        self._parts.upload(form=rows[:, :4], part=rows[:, 4:8], extra=rows[:, 8:12], edge=rows[:, 12:])
        counts = [len(piece.area) for piece in pieces]
        self._owners["area"] = np.repeat(np.array(order, np.uint32), counts)
        area = np.concatenate([_NO_AREA, *(piece.area for piece in pieces)])
        self._areas.upload(at=area[:, :2], off=area[:, 2:])


def _order(graph: Graph, places: Places, within: int) -> list[Node]:
    """The flat nodes that are shown, from back to front."""
    if within:
        nodes = [n for n in _below(graph, within) if n.kind in FLAT and places.shown[n.id] and not shapes.in_world(n)]
    else:
        nodes = [n for n in graph.nodes.values() if n.kind in FLAT and places.shown[n.id] and _is_here(graph, n)]
    layers = places.layer[[node.id for node in nodes]] if nodes else np.zeros(0)
    return [nodes[i] for i in np.argsort(layers, kind="stable")] if layers.any() else nodes


def _below(graph: Graph, id: int) -> list[Node]:
    found = [graph.nodes[child] for child in graph.children(id)]
    for node in found:  # grows while it is walked
        found += [graph.nodes[child] for child in graph.children(node.id)]
    return found


def _is_here(graph: Graph, node: Node) -> bool:
    if node.kind == "line" and "parent" in node.props and graph.nodes[node.props["parent"]].kind == "map":
        return False  # the map draws it
    return not shapes.in_world(node) and not ("parent" in node.props and is_in_panel(graph, node))


def _runs(order: list[int], pieces: list[Piece], *, apart: bool = True) -> list[Run]:
    """Neighbours that one draw takes; `apart` if letters and shapes each have theirs."""
    runs: list[Run] = []
    firsts = {"area": 0, "parts": 0}

    def add(what: str, of: str, count: int, owner: int = 0) -> None:
        if count and runs and (runs[-1].what, runs[-1].owner) == (what, owner):
            runs[-1] = replace(runs[-1], count=runs[-1].count + count)
        elif count:
            runs.append(Run(what, firsts[of], count, owner))
        firsts[of] += count

    for id, piece in zip(order, pieces, strict=True):
        add("area", "area", len(piece.area))
        what = "letters" if piece.what == "shapes" and not apart else piece.what
        add(what, "parts", len(piece.rows), id if what in _ALONE else 0)
        if piece.dots:
            runs.append(Run("dots", 0, piece.count, id))
    return runs


def _area(node: Node, outline: Outline) -> Piece:
    """What lies inside an outline, and its border."""
    return Piece(shapes.border(node, outline), outline.area(), outline=outline)


def _grown(places: Places, id: int) -> float:
    """How many times its size a node is drawn."""
    turn = places.matrices[id, :2, :2].astype(float)
    return float(abs(turn[0, 0] * turn[1, 1] - turn[0, 1] * turn[1, 0]) ** 0.5)


def _dots(node: Node) -> Piece:
    points = node.get("points")
    if points is None:
        return Piece()
    arrays = Arrays({"at": (0, 3)})
    arrays.upload(at=np.column_stack((points, np.zeros(len(points), np.float32))))
    return Piece(dots=arrays, count=len(points))


def _on_view(matrix: Floats, view: tuple[float, float]) -> Vector:
    """A flat node's own places to clip space."""
    placed = np.vstack((matrix, (0, 0, 0, 1))).astype(float)
    screen = np.diag((2 / view[0], -2 / view[1], 0.0, 1.0))
    screen[:2, 3] = -1, 1
    joined: Vector = screen @ placed
    return joined
