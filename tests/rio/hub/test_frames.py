"""What is known of frames."""

import os

import trio
from tests.rio.displays import a_display, run
from trio.testing import MockClock

from ninep.service import Metrics
from rio.hub.frames import Frames, resident
from rio.opening import count
from rio.wire import Shown


async def test_frames_are_counted_by_what_they_cost(autojump_clock: MockClock) -> None:
    """Drafts and fine ones apart; one that stands for three has merged two."""
    frames = Frames()
    for stamp, cost, draft in ((1, 4.0, True), (4, 30.0, False), (4, 0.5, False)):
        frames.heard(Shown(stamp, 0, 0, cost, draft))

    assert sum(frames.costs["draft"].counts) == 1
    assert frames.costs["fine"].sum == 0.0305
    assert frames.merged == 2


async def test_frames_a_second_are_those_of_the_last_one(autojump_clock: MockClock) -> None:
    frames = Frames()
    for stamp in range(300):
        frames.heard(Shown(stamp, 0, 0))
        await trio.sleep(1 / 60)

    assert 58 <= frames.in_a_second() <= 60
    await trio.sleep(2)
    assert frames.in_a_second() == 0


async def test_metrics_and_ctl_tell_of_frames() -> None:
    async with a_display() as display:
        metrics = Metrics()
        count(display, metrics)
        await run(display, "box()")
        await display.screen.picture()
        text = metrics.text()

        assert "# TYPE rio_frame_seconds histogram\n" in text
        assert 'rio_frame_seconds_bucket{quality="fine",le="+Inf"} ' in text
        assert "rio_frames_merged_total " in text
        assert resident(display.screen.pid) > 10 << 20
        assert "\nframes " in display.status()


def test_a_process_that_is_not_there_has_no_memory() -> None:
    assert resident(0) == 0
    assert resident(1 << 30) == 0
    assert resident(os.getpid()) > 1 << 20
