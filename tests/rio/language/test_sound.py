"""Sounds as programs make them."""

from pathlib import Path

import numpy as np
import pytest
from tests.rio.language.stages import Stage
from tests.rio.scene.test_sounds import wav

from rio.scene.values import Refused


def test_a_sound_is_a_pitch_a_note_a_file_or_samples(stage: Stage, tmp_path: Path) -> None:
    """By one word that may be left unsaid."""
    (tmp_path / "a.wav").write_bytes(wav(np.ones(50)))
    stage.names["path"] = str(tmp_path / "a.wav")
    assert stage.run("sound(440).pitch, sound('C4', seconds=2).pitch") == (440, pytest.approx(261.626, abs=0.001))
    assert stage.run("len(sound(path).samples), len(sound(np.zeros(7)).samples)") == (50, 7)
    stage.run("sound([0, 0.5], name='s')\nsound(path, name='s', volume=1)")
    assert stage.run("len(find('s').samples), find('s').volume") == (50, 1)


def test_play_counts_and_stop_ends(stage: Stage) -> None:
    """Each play is one more; it may be a function that is called."""
    stage.run("s = sound(440)\ns.play()\nafter(0, s.play)")
    assert stage.call_due() == ["play"]
    assert stage.run("s.plays") == 2
    stage.run("stop(s)")
    assert stage.run("s.plays") == 0


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("sound('missing.wav')", "No such file"),
        ("sound(1e9)", "pitch of sound: .* hertz"),
        ("sound(440, volume=2)", "volume of sound"),
        ("sound(440, seconds=100)", "seconds of sound"),
        ("box().play()", "box has no word plays"),
    ],
)
def test_a_mistake_is_refused_in_words(stage: Stage, program: str, says: str) -> None:
    """As of every node."""
    with pytest.raises(Refused, match=says):
        stage.run(program)


def test_a_sound_stands_nowhere(stage: Stage) -> None:
    """In a window or a group it is what it is elsewhere, and so is a light."""
    stage.run("with group():\n    s = sound(440)\n    light()\nwith window('w'):\n    sound(880)\n")
    assert len(stage.display.nodes) == 5
