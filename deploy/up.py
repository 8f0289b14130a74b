"""`make up`: start the fleet, let an agent draw, say what to type next, go on until Ctrl-C.

python -m deploy.up [--once] [--device default|null|file:OUT.wav]
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import trio
from deploy.drawing import AGENT, PROMPT, Drawing, draw
from deploy.fleet import FleetError, Member, members, open_fleet, running
from deploy.mounting import open_mount

from ninep import FileError
from ninep.client import Client, open_client
from ninep.dial import namespace

PATIENCE = 120.0  # seconds for the first picture: a model far away may take its time
PROBE = 20.0  # seconds for the window system to answer
LINES = 16  # of the answer that are shown
STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: Sequence[str] | None = None) -> int:
    """The command: 0 if the fleet ran until it was told to stop, 1 with a reason if it could not."""
    options = _options(argv)
    try:
        directory = namespace()
        fleet = members(directory, headless=not has_display(), device=options.device)
        if other := running(fleet):
            return _refuse(f"a fleet runs in {directory} already: {other.name} answers at {other.address}")
        state = _state()
        state.mkdir(parents=True, exist_ok=True)
        with (state / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return trio.run(_up, fleet, state, options.once)
    except BlockingIOError:
        return _refuse(f"another fleet keeps its state in {_state()}; set XDG_STATE_HOME to run two")
    except OSError as error:
        return _refuse(str(error))


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description="Start the fleet and let an agent draw.")
    parser.add_argument("--once", action="store_true", help="stop when the picture is there")
    parser.add_argument("--device", default="", help="where voice speaks: default, null or file:OUT.wav")
    return parser.parse_args(argv)


async def _up(fleet: list[Member], state: Path, once: bool) -> int:
    """From the first process to the last."""
    outcome = 0
    with trio.open_signal_receiver(*STOP) as signals:
        async with trio.open_nursery() as listening:
            life = trio.CancelScope()
            listening.start_soon(_stop_at, signals, life)
            try:
                with life:
                    async with open_fleet(fleet, state / "log", _tell):
                        outcome = await (_once if once else _until_told)(fleet, state)
            except* FleetError as group:
                outcome = _refuse(*_texts(group))
            listening.cancel_scope.cancel()
    return outcome


async def _stop_at(signals: AsyncIterator[int], life: trio.CancelScope) -> None:
    """The first signal stops the fleet; those that follow are heard, and change nothing: it takes seconds at most."""
    async for _ in signals:
        if not life.cancel_called:
            life.cancel()
            _show("\nStopping.")


async def _once(fleet: list[Member], state: Path) -> int:
    """The first picture, and no more. 0 if there is one."""
    _show(*_welcome(fleet))
    return await _first_picture(fleet, state / "screen.png")


async def _until_told(fleet: list[Member], state: Path) -> int:
    """The first picture, and what to type next; then the fleet is the person's, until Ctrl-C."""
    async with open_mount(fleet[-1].address, state / "log" / "mount.log", _tell) as directory:
        _show(*_welcome(fleet), *([_row("mount", "the tree as files", str(directory))] if directory else []))
        await _first_picture(fleet, state / "screen.png")
        _show(*(lesson(directory) if directory else lesson_without_mount()))
        _show(f"\nLogs: {_short(state / 'log')}   Ctrl-C stops it all.")
        await trio.sleep_forever()


async def _first_picture(fleet: list[Member], picture: Path) -> int:
    try:
        with trio.fail_after(PATIENCE):
            async with open_client(fleet[-1].address) as root:
                drawing = await draw(root)
                await trio.Path(picture).write_bytes(drawing.png)
                _show(*_shown(drawing, picture))
                for member in fleet:
                    _show(*await _troubles(root, member))
    except (FileError, OSError) as error:
        return _refuse(f"there is no picture, because {error}")
    except trio.TooSlowError:
        return _refuse(f"there is no picture, because {AGENT} has not answered within {PATIENCE:g} s")
    return 0


async def _troubles(root: Client, member: Member) -> list[str]:
    """What is wrong with a member, as its health says it."""
    place = "" if member.name == "riomux" else f"/{member.socket.name}"
    health = (await root.read(f"{place}/health")).decode().splitlines()
    return [f"\n{member.name}: {line}" for line in health if line != "ok"]


# What is said.


def _welcome(fleet: list[Member]) -> Iterator[str]:
    yield f"\n{_bold('Peribus')} is running.\n"
    yield from (_row(member.name, member.brings, member.address) for member in fleet)


def _row(name: str, brings: str, where: str) -> str:
    return f"    {name:<7} {brings:<23} {_dim(where)}"


def _shown(drawing: Drawing, picture: Path) -> Iterator[str]:
    if drawing.code:
        yield f"\n{AGENT} ({drawing.provider}) was asked to {PROMPT}, and wrote\n"
        lines = drawing.code.strip().splitlines()
        yield from (f"    {_dim(line)}" if line else "" for line in lines[:LINES])
        if len(lines) > LINES:
            yield f"    {_dim(f'… and {len(lines) - LINES} lines more')}"
        yield f"\nwhich looks like this: {_bold(_short(picture))}"
    else:
        yield f"\nYour scene is as you left it: {_bold(_short(picture))}"


def lesson(directory: Path) -> Iterator[str]:
    """Lines that work when they are pasted into another shell."""
    n = shlex.quote(str(directory))
    yield "\nIn another shell:\n"
    yield f"    ls {n}"
    yield f"    echo 'make it blue and put a yellow sphere on its left' > {n}/llm/{AGENT}/input"
    yield f"    cat {n}/llm/{AGENT}/output > {n}/rio/scene/parse"
    yield f"    cat {n}/rio/screen > shot.png"


def lesson_without_mount() -> Iterator[str]:
    """The same lines where there is no FUSE."""
    settings = [f'PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"']
    if "NAMESPACE" in os.environ:
        settings.append(f"NAMESPACE={shlex.quote(os.environ['NAMESPACE'])}")
    yield "\nIn another shell:\n"
    yield f"    export {' '.join(settings)}"
    yield "    ninep ls /"
    yield f"    echo 'make it blue and put a yellow sphere on its left' | ninep write /llm/{AGENT}/input"
    yield f"    ninep read /llm/{AGENT}/output | ninep write /rio/scene/parse"
    yield "    ninep read /rio/screen > shot.png"


def _tell(news: str) -> None:
    _show(f"{_dim('fleet:')} {news}")


def _show(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _refuse(*reasons: str) -> int:
    for reason in reasons:
        sys.stderr.write(f"make up: {reason}\n")
    return 1


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if _has_colours() else text


def _dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if _has_colours() else text


def _has_colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _short(path: Path) -> str:
    return f"~/{path.relative_to(Path.home())}" if path.is_relative_to(Path.home()) else str(path)


def _texts(group: BaseExceptionGroup[FleetError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _texts(error)
        else:
            yield str(error)


# Where we are.


def _state() -> Path:
    """Where the services keep theirs too."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "peribus"


def has_display() -> bool:
    """Whether a window can be opened: what DISPLAY names may be gone, or somebody else's."""
    if not os.environ.get("DISPLAY"):  # on Wayland, Xwayland sets it
        return False
    probe = [sys.executable, "-c", "import pyglet; pyglet.display.get_display()"]
    try:
        return subprocess.run(probe, capture_output=True, timeout=PROBE, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    sys.exit(main())
