"""Numbers that published code gives for fixed motions (see the README beside them), for tests that find them."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

DATA = os.environ.get("PLAYLIST2DANCE_DATA")
GOLDEN = Path(DATA).parent / "golden" if DATA else Path("unset")
NAMES = [f"m{number:02d}" for number in range(16)]

needs_golden = pytest.mark.skipif(
    not (GOLDEN / "motion_metrics.npz").exists(),
    reason="golden numbers not found: set PLAYLIST2DANCE_DATA to the data folder",
)


@cache
def numbers():
    """Every array of the published metrics; row i belongs to NAMES[i]."""
    with np.load(GOLDEN / "motion_metrics.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


@cache
def motion(name):
    """The arrays of one motion: joints60, music_beats_s, music_frames60 ..."""
    with np.load(GOLDEN / "motions" / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}
