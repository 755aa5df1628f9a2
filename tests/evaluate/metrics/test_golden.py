"""Parity with published reference code, number by number."""

import os
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, motion_beats

DATA = os.environ.get("PLAYLIST2DANCE_DATA")
GOLDEN = Path(DATA).parent / "golden" if DATA else Path("unset")
NAMES = [f"m{number:02d}" for number in range(16)]

pytestmark = pytest.mark.skipif(
    not (GOLDEN / "motion_metrics.npz").exists(),
    reason="golden numbers not found: set PLAYLIST2DANCE_DATA to the data folder",
)


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "motion_metrics.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@pytest.mark.parametrize("name", NAMES)
def test_motion_beats(golden, name):
    joints = np.load(GOLDEN / "motions" / f"{name}.npz")["joints60"]
    expected = golden[f"beats_{name}_motius60_motion_beats"]
    assert np.array_equal(np.round(motion_beats(joints, 60.0) * 60).astype(int), expected)


@pytest.mark.parametrize("name", NAMES)
def test_beat_alignment(golden, name):
    motion = np.load(GOLDEN / "motions" / f"{name}.npz")
    joints = motion["joints60"]
    frames = motion["music_frames60"]
    inside = frames[frames < len(joints) - 1] / 60.0
    assert np.allclose(np.floor(beats_inside(motion["music_beats_s"], len(joints), 60.0) * 60 + 0.5) / 60, inside)
    expected = golden["bas_motius60"][list(golden["names"]).index(name)]
    assert beat_alignment(motion_beats(joints, 60.0), inside) == pytest.approx(expected, abs=1e-6)
