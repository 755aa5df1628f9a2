import numpy as np
import pytest

from workflow_scripts.motion.metre import PHASES, metre, phase_features
from workflow_scripts.motion.music_file import Music


def music(beats: list[float], downbeats: list[float], frames: int = 120) -> Music:
    return Music(np.zeros((frames, 35), np.float32), np.array(beats), np.array(downbeats), 120.0, 30.0)


def test_positions_on_a_steady_pulse() -> None:
    """120 bpm, first downbeat at 0.5 s: the frame at 2.5 s is 4 beats, 1 bar and half a phrase in."""
    position = metre(music([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0], [0.5, 2.5]), 120)
    for frame, beat in ((15, 0.0), (75, 4.0), (0, -1.0), (105, 6.0), (30, 1.0)):
        assert position.beat[frame] == pytest.approx(beat)
        assert position.bar[frame] == pytest.approx(beat / 4)
        assert position.phrase[frame] == pytest.approx(beat / 8)


def test_bars_of_three_and_unsteady_beats() -> None:
    position = metre(music([0.0, 0.4, 1.0, 1.5, 2.0, 2.5, 3.0], [0.0, 1.5, 3.0]), 120)
    assert position.beat[6] == pytest.approx(0.5)
    assert position.beat[12] == pytest.approx(1.0)
    assert position.bar[45] == pytest.approx(1.0)
    assert (np.diff(position.phrase) > 0).all()


@pytest.mark.parametrize("beats", [[], [1.0]])
def test_without_beats_a_calm_pulse(beats: list[float]) -> None:
    position = metre(music(beats, []), 120)
    assert position.beat[90] - position.beat[60] == pytest.approx(1.0)
    assert position.phrase[-1] == pytest.approx(position.beat[-1] / 8)


def test_phase_features() -> None:
    """At 120 bpm a phrase lasts 4 s: then all phases are where they were; after a bar all but the phrase's are."""
    phases = phase_features(metre(music([0.0, 0.5, 1.0, 1.5, 2.0], [0.0, 2.0]), 140))
    assert phases.shape == (140, PHASES)
    np.testing.assert_allclose(phases[120:], phases[:20], atol=1e-5)
    changed = np.abs(phases[60:80] - phases[:20]).max(axis=0) > 1e-4
    assert changed.tolist() == [False] * 4 + [True] + [False] * 4 + [True]


def test_where_downbeats_are_unknown_the_song_s_bars_count() -> None:
    """A stretch of less than two bars of a waltz."""
    stretch = music([0.0, 0.5, 1.0], [0.5])
    assert metre(stretch, 45).bar[30] == pytest.approx(1 / 4)
    stretch.beats_per_bar = 3
    assert metre(stretch, 45).bar[30] == pytest.approx(1 / 3)
    stretch.beats = np.empty(0)
    assert metre(stretch, 120).bar[90] == pytest.approx(3 / 3)  # 60 beats a minute are imagined
