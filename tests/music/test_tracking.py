"""The published tracker on pulse trains."""

import numpy as np
import pytest

from workflow_scripts.music.tracking import beat_frames, onset_frames, tempo
from workflow_scripts.music.windows import FPS


@pytest.mark.parametrize("bpm", [80, 100, 120, 150])
def test_pulse_train(bpm):
    curve = np.full(round(15 * FPS), 0.01)
    frames = np.round(np.arange(0.5, 14.8, 60 / bpm) * FPS).astype(int)
    curve[frames] = 1.0
    assert tempo(curve, FPS) == pytest.approx(bpm, rel=0.06)
    found = beat_frames(curve, FPS, tempo(curve, FPS))
    assert len(set(found) & set(frames)) >= 0.85 * len(frames)
    assert np.array_equal(onset_frames(curve, FPS), frames)
