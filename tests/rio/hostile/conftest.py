"""One display for all hostile programs of one file of tests; another, once one has done harm."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import ExitStack

import pytest
import trio
from tests.rio.hostile.cage import Cage, a_cage, skip_if_open
from tests.rio.hostile.inside import ABSTRACT, PORT
from tests.rio.hostile.siege import Siege

from ninep.client import open_client
from rio.hub.workers import KEPT

BASE = """
keep = 42
base = box(name="base", color="red")
rect(name="frame", at=(40, 40), size=30, color="blue")
camera(name="eye", at=(3, 2, 4))
background(name="wall", color="#203040", floor=False)
"""  # without a floor, since that is as wide as what once stood on it


class Cages:
    """The display of today."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        self._factory, self._stack = factory, ExitStack()
        self._cage: Cage | None = None

    @property
    def today(self) -> Cage | None:
        """The one that stands, if one does."""
        return self._cage

    async def cage(self) -> Cage:
        """A rio that is known through and through: so full of versions that one more is no more."""
        if self._cage is None:
            cage = self._stack.enter_context(a_cage(self._factory.mktemp("cage")))
            await _furnish(cage)
            self._cage = cage
        return self._cage

    def abandon(self) -> None:
        """Harm was done; whoever comes next is to have a display that none was done to."""
        self.close()
        self._cage = None

    def close(self) -> None:
        """End them all, and see that nothing is left."""
        self._stack.close()


async def _furnish(cage: Cage) -> None:
    """The scene that has to stand, what programs may know, and no room for more copies of the worker."""
    async with open_client(cage.address) as root:
        await root.write("scene/parse", BASE)
        while len(cage.renderers()) < 2:
            await trio.sleep(0.01)
        await root.read("screen")
        facts = {
            "hub": cage.process.pid,
            "renderer": cage.renderers()[0],
            "port": PORT,
            "abstract": ABSTRACT,
            "shared": str(cage.shared),
            "home": str(cage.shared / "secrets"),
        }
        await root.write("scene/parse", "".join(f"{name} = {value!r}\n" for name, value in facts.items()))
        for number in range(KEPT):
            await root.write("scene/parse", f"number = {number}")
        cage.most = len(cage.family()), cage.descriptors()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """What held without a cage is skipped all the same, in words: files and packets are not proven then."""
    result = yield
    cages = pyfuncitem.funcargs.get("cages")
    if isinstance(cages, Cages) and cages.today:
        skip_if_open(cages.today)
    return result


@pytest.fixture(scope="module")
def cages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cages]:
    """All displays of one file of tests."""
    cages = Cages(tmp_path_factory)
    yield cages
    cages.close()


@pytest.fixture
async def siege(cages: Cages) -> AsyncIterator[Siege]:
    """A client at a display that is whole."""
    cage = await cages.cage()
    async with open_client(cage.address) as root:
        siege = Siege(cage, root)
        yield siege
    if not siege.is_endured:
        cages.abandon()
