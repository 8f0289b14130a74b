"""The files of the voice service; README.md tells what each gives and takes."""

from __future__ import annotations

from ninep.service import Events, Metrics, manual, root
from ninep.tree import Ctl, Dir, Sink, Text
from voice.speaker import Speaker


def voice_tree(speaker: Speaker, events: Events, metrics: Metrics) -> Dir:
    """The root."""
    metrics.gauge("voice_waiting", "Utterances in the queue.", lambda: speaker.waiting)
    metrics.gauge("voice_speaking", "1 while something is said.", lambda: bool(speaker.phrase))
    return root(
        manual=manual("voice"),
        ctl=speaker_ctl(speaker),
        events=events,
        metrics=metrics,
        health=lambda: speaker.trouble or "ok",
        nodes={
            "say": Sink(open=speaker.draft, get=lambda: f"{speaker.spoken}\n"),
            "state": Text(speaker.state),
        },
    )


def speaker_ctl(speaker: Speaker) -> Ctl:
    """The settings, as lines that can be written back, and `stop`."""
    return Ctl(
        lambda: f"voice {speaker.voice}\nrate {speaker.speed}\nvolume {speaker.volume}\n",
        voice=speaker.set_voice,
        rate=speaker.set_speed,
        volume=speaker.set_volume,
        stop=speaker.stop,
    )
