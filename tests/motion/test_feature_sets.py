"""Feature sets by name, and joined."""

import numpy as np
import pytest

from workflow_scripts.motion.feature_sets import FEATURE_SETS, FEATURES, GROUPS, features_of, groups_of, width_of
from workflow_scripts.motion.music_choice import joined
from workflow_scripts.workflow.errors import UserError


@pytest.mark.parametrize(
    ("name", "width"),
    {
        "edge35": 35, "mfcc": 20, "mfcc_mean": 20, "mel": 256, "spectrogram": 1026, "chroma": 12, "tempogram": 384,
        "onset": 1, "rms": 1, "bailando438": 438, "beat_phase": 4, "mfcc+beat_phase": 24, "edge35+rms+mfcc_delta": 56,
    }.items(),
)  # fmt: skip
def test_widths(name, width):
    assert width_of(name) == width


def test_columns_are_in_the_order_of_the_name():
    features = {name: np.full((3, width), number) for number, (name, (_, width)) in enumerate(FEATURES.items())}
    numbers = {name: number for number, name in enumerate(FEATURES)}
    found = joined(features, "beat_phase+chroma+onset")
    assert found.dtype == np.float32
    assert found[0].tolist() == [numbers["beat_phase"]] * 4 + [numbers["chroma_cens"]] * 12 + [numbers["onset"]]
    # Bailando finds the beat in column 53.
    assert np.flatnonzero(joined(features, "bailando438")[0] == numbers["percussive_beats"]).tolist() == [53]


def test_only_the_groups_that_are_needed():
    assert groups_of("edge35") == ("spectral", "chroma", "rhythm")
    assert groups_of("beat_phase") == ("rhythm",)
    assert groups_of("bailando438") == ("spectral", "rhythm", "hpss")
    assert groups_of("mel+mfcc") == ("spectral", "rhythm", "mel")
    assert {group for group, _ in FEATURES.values()} == set(GROUPS)
    assert all(name in FEATURES for names in FEATURE_SETS.values() for name in names)


@pytest.mark.parametrize("name", ["", "edge", "mfcc+", "mfcc + mel", "MFCC"])
def test_unknown_names_are_told(name):
    with pytest.raises(UserError, match=r"unknown music feature .* edge35, .*beat_phase"):
        features_of(name)


@pytest.mark.parametrize(("name", "twice"), [("mfcc+mfcc", "mfcc"), ("edge35+chroma", "chroma_cens")])
def test_no_column_twice(name, twice):
    with pytest.raises(UserError, match=f"has {twice} twice"):
        features_of(name)
