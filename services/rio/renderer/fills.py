"""What lies inside an outline, as triangles: whatever it crosses, and however often it runs around a place.

Outlines that cross nothing are cut into triangles as they are (`mapbox_earcut`). Others are first made simple by
`pyclipper`, whose cost grows with the crossings, so these are estimated before: an outline of noise is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mapbox_earcut
import numpy as np
import pyclipper  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray

from rio.scene.outlines import subpaths
from rio.scene.values import Floats

SMALL = 200  # places of one ring up to which all its edges are compared
MOST_CROSSINGS = 20_000
MOST_PLACES = 16_384  # of one path
FINE = 0.1  # pixels by which a curve may be missed
_TRIED = 100_000  # pairs of edges, of which the crossings are estimated
_REACH = 1 << 29  # the whole numbers in which `pyclipper` computes

Ring = NDArray[np.float64]
Triangles = Floats
NOTHING: Triangles = np.zeros((0, 5), np.float32)
_RULES = {"nonzero": pyclipper.PFT_NONZERO, "evenodd": pyclipper.PFT_EVENODD}


@dataclass(frozen=True)
class Outline:
    """Strokes of a pen, each float64[n, 2], and which of them return to where they began.

    All of them bound the area, as if closed; `rule` says what is inside where they overlap.
    """

    rings: tuple[Ring, ...] = ()
    closed: tuple[bool, ...] = ()
    rule: str = "nonzero"

    def area(self) -> Triangles:
        """Its triangles. ValueError if it crosses itself too often."""
        return filled(self.rings, self.rule)

    def ways(self) -> Iterator[Floats]:
        """The places of each stroke, the first one again at the end of what is closed."""
        for ring, closed in zip(self.rings, self.closed, strict=True):
            yield (np.concatenate((ring, ring[:1])) if closed else ring).astype(np.float32)


def detail(scale: float) -> float:
    """The scale that curves are made for: so seldom another that growing things are not made anew for each frame."""
    return float(2.0 ** np.ceil(np.log2(max(scale, 1e-3))))


def flattened(path: str, scale: float, rule: str) -> Outline:
    """The outline of a path, for a screen with so many pixels in each of its own."""
    strokes = subpaths(path)
    most = max(MOST_PLACES // max(sum(len(stroke.curves) for stroke in strokes), 1), 1)
    rings = (_flattened(stroke.curves, scale, most) for stroke in strokes)
    return Outline(tuple(rings), tuple(stroke.closed for stroke in strokes), rule)


def _flattened(curves: NDArray[np.float64], scale: float, most: int) -> Ring:
    """float64[n, 2]: where the curves begin, places between as they bend, and where the last one ends."""
    one, two = curves[:, 0] - 2 * curves[:, 1] + curves[:, 2], curves[:, 1] - 2 * curves[:, 2] + curves[:, 3]
    bend = np.maximum(np.hypot(*one.T), np.hypot(*two.T))
    counts = np.ceil(np.sqrt(0.75 / FINE * scale * bend)).clip(1, most).astype(int)
    owner = np.repeat(np.arange(len(curves)), counts)
    t = ((np.arange(len(owner)) - np.repeat(counts.cumsum() - counts, counts)) / counts[owner])[:, None]
    a, b, c, d = (curves[owner, part] for part in range(4))
    places = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return np.concatenate((places, curves[-1:, 3]))


def filled(outlines: Sequence[Ring], rule: str) -> Triangles:
    """float32[3 n, 5]: triangles with a rim that fades; of each corner its place, the way out, and how much it covers.

    ValueError if the outlines cross too often.
    """
    outlines = [ring for each in outlines if len(ring := _without_repeats(np.asarray(each, float))) > 2]
    if len(outlines) == 1 and len(outlines[0]) <= SMALL and not _crosses(outlines[0]):
        shapes = [[outlines[0]]]
    else:
        shapes = list(_simple(outlines, rule))
    return np.concatenate([NOTHING, *map(shape, shapes)])


def _without_repeats(ring: Ring) -> Ring:
    """Without corners that lie on the one before."""
    return ring[(ring != np.roll(ring, 1, axis=0)).any(1)] if len(ring) else ring


def _sides(a: Ring, b: Ring, c: Ring) -> NDArray[np.float64]:
    """On which side of the way from a to b each c lies."""
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.sign(turn)


def _crossings(ring: Ring, one: NDArray[np.int64], other: NDArray[np.int64], touch: bool) -> NDArray[np.bool_]:
    """Which pairs of edges, by the numbers of the corners where they begin, cross, or even `touch`.

    Neighbours, which have an end in common, do not count.
    """
    after = np.roll(ring, -1, axis=0)
    a, b, c, d = ring[one], after[one], ring[other], after[other]
    apart = np.abs(one - other)
    across = np.maximum(_sides(a, b, c) * _sides(a, b, d), _sides(c, d, a) * _sides(c, d, b))
    met: NDArray[np.bool_] = (apart > 1) & (apart < len(ring) - 1) & ((across < 0) | (touch & (across == 0)))
    return met


def _crosses(ring: Ring) -> bool:
    one, other = np.triu_indices(len(ring), 2)
    return bool(_crossings(ring, one, other, touch=True).any())


def _simple(outlines: list[Ring], rule: str) -> Iterator[list[Ring]]:
    """Shapes that cross nothing: each a rim, then its holes."""
    if not outlines:
        return
    places = np.concatenate(outlines)
    _check_crossings(places)
    low, grow = places.min(0), _REACH / max(float(np.ptp(places, axis=0).max()), 1e-9)
    for nodes in _united([((ring - low) * grow).round().astype(np.int64) for ring in outlines], rule):
        contours = (np.array(node.Contour, float) / grow + low for node in nodes)
        yield [ring for ring in contours if len(ring) > 2]


def _united(outlines: list[NDArray[np.int64]], rule: str) -> Iterator[list[Any]]:
    """Each rim, then its holes, as the nodes of `pyclipper`."""
    clipper = pyclipper.Pyclipper()
    try:
        clipper.AddPaths([ring.tolist() for ring in outlines], pyclipper.PT_SUBJECT, True)
    except pyclipper.ClipperException:  # none of them encloses anything
        return
    rims = list(clipper.Execute2(pyclipper.CT_UNION, _RULES[rule], _RULES[rule]).Childs)
    for rim in rims:  # grows while it is walked: what lies in a hole is a rim again
        rims += [inner for hole in rim.Childs for inner in hole.Childs]
        yield [rim, *rim.Childs]


def _check_crossings(places: Ring) -> None:
    """ValueError if a sample of all pairs of edges says that too many cross."""
    count = len(places)
    pairs = count * (count - 1) / 2
    if pairs <= MOST_CROSSINGS:
        return
    random = np.random.default_rng(1)
    one, other = random.integers(0, count, (2, _TRIED))
    if _crossings(places, one, other, touch=False).mean() * pairs > MOST_CROSSINGS:
        raise ValueError(f"its outline crosses itself more than {MOST_CROSSINGS:,} times")


def shape(rings: list[Ring]) -> Triangles:
    """The triangles of a rim with holes that cross nothing, and what fades along all of them."""
    corners = np.concatenate(rings)
    ends = np.cumsum([len(ring) for ring in rings])
    triangles = mapbox_earcut.triangulate_float64(corners, ends.astype(np.uint32))
    ways = np.concatenate([_ways_out(ring) * (1 if place == 0 else -1) for place, ring in enumerate(rings)])
    following = np.concatenate([np.roll(np.arange(end - len(r), end), -1) for r, end in zip(rings, ends, strict=True)])
    inner = np.column_stack((corners, -0.5 * ways, np.ones(len(corners))))
    outer = np.column_stack((corners, 0.5 * ways, np.zeros(len(corners))))
    rim = np.stack((inner, outer, outer[following], inner, outer[following], inner[following]), 1)
    return np.concatenate((inner[triangles], rim.reshape(-1, 5))).astype(np.float32)


def _ways_out(ring: Ring) -> Ring:
    """From each corner of a ring outward, so long that the edges beside it move out by one."""
    edges = np.roll(ring, -1, axis=0) - ring
    x, y = (ring - ring[0]).T
    turning = np.sign((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) or 1.0
    lengths = np.maximum(np.linalg.norm(edges, axis=1), 1e-12)[:, None]
    normals = turning * np.column_stack((edges[:, 1], -edges[:, 0])) / lengths
    before = np.roll(normals, 1, axis=0)
    ways: Ring = (normals + before) / np.maximum(1 + (normals * before).sum(1), 0.3)[:, None]
    return ways
