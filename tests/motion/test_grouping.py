"""Features as means over beats or seconds."""

import numpy as np
import pytest

from workflow_scripts.motion.grouping import grouped
from workflow_scripts.motion.music_file import Music

FPS = 30.0


def music(frames: int = 60, beats: tuple[float, ...] = (0.5, 1.0, 1.5)) -> Music:
    """MFCCs that count the frames, and pulses on the beats."""
    features = np.repeat(np.arange(frames, dtype=np.float32)[:, None], 21, axis=1)
    features[:, 20] = 0
    features[np.round(np.array(beats, dtype=np.float64) * FPS).astype(int), 20] = 1
    return Music(features, np.array(beats), np.array(beats[::2]), 120.0, FPS)


SET = "mfcc+beat_pulses"


def test_every_frame_stays() -> None:
    one = music()
    assert grouped(one, SET, "frame") is one


def test_beats() -> None:
    result = grouped(music(), SET, "beat").features[:, 0]
    assert (result[:15] == 7).all()  # before the first beat
    assert (result[15:30] == 22).all()
    assert (result[45:] == 52).all()  # after the last


def test_a_frame_before_its_beat_is_of_the_beat_before() -> None:
    result = grouped(music(beats=(0.51,)), SET, "beat").features[:, 0]
    assert len(set(result[:16])) == 1  # frame 15 stands for 0.5 s
    assert result[16] != result[15]


@pytest.mark.parametrize(("seconds", "first"), [("1", 14.5), ("0.5", 7.0), ("60", 29.5)])
def test_seconds(seconds: str, first: float) -> None:
    result = grouped(music(), SET, seconds).features[:, 0]
    assert result[0] == first
    assert len(set(result)) == max(1, round(2 / float(seconds)))


def test_pulses_and_times_stay() -> None:
    one = music()
    for grouping in ("beat", "1"):
        two = grouped(one, SET, grouping)
        assert np.array_equal(two.features[:, 20], one.features[:, 20])
        assert np.array_equal(two.beats, one.beats)


def test_without_beats_all_is_one_group() -> None:
    silent = Music(music().features, np.empty(0), np.empty(0), 0.0, FPS)
    assert (grouped(silent, SET, "beat").features[:, 0] == 29.5).all()
    empty = Music(np.zeros((0, 21), np.float32), np.empty(0), np.empty(0), 0.0, FPS)
    assert len(grouped(empty, SET, "beat").features) == 0
