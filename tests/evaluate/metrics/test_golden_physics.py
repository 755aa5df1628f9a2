"""Feet, contact and jitter against numbers of the published code, clip by clip."""

import json

import numpy as np
import pytest
from golden import GOLDEN, NAMES, motion, needs_golden, numbers

from workflow_scripts.evaluate.metrics.feet import foot_skate_ratios, sliding
from workflow_scripts.evaluate.metrics.plausibility import jitter, pbc, pfc
from workflow_scripts.motion.kinematics import turned

pytestmark = needs_golden

SLOW = slice(None, None, 2)


def joints(name):
    return motion(name)["joints60"]


# The mistake of taking y-up data for z-up ones: what is horizontal to the published code is then x and y.
SWAPPED = [0, 2, 1]

SCORES = {
    "pfc_edge": lambda world: pfc(world[SLOW], 30.0),
    "pfc_edge_first150": lambda world: pfc(world[SLOW][:150], 30.0),
    "pfc_edge_60fps_input": lambda world: pfc(world, 30.0),
    "pfc_edge_yup_input": lambda world: pfc(world[SLOW][..., SWAPPED], 30.0),
    "pbc_popdg": lambda world: pbc(world[SLOW], 30.0),
    "pbc_popdg_first300": lambda world: pbc(world[SLOW][:300], 30.0),
}


@pytest.mark.parametrize("key", SCORES)
@pytest.mark.parametrize("name", NAMES)
def test_contact(key, name):
    expected = numbers()[key][NAMES.index(name)]
    assert SCORES[key](joints(name)) == pytest.approx(expected, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("key", "score", "names"),
    [
        ("pfc_set_m00_m11", pfc, NAMES[:12]),
        ("pfc_set_dev_m00_m13", pfc, NAMES[:14]),
        ("pbc_set_m00_m11", pbc, NAMES[:12]),
    ],
)
def test_contact_of_a_set_is_the_mean(key, score, names):
    expected = json.loads((GOLDEN / "set_scores.json").read_text())[key]
    assert np.mean([score(joints(name)[SLOW], 30.0) for name in names]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("key", "view"),
    [
        ("lodge_skate", lambda world: world[SLOW]),
        ("lodge_skate60", lambda world: world),
        ("lodge_skate_rot45", lambda world: turned(world[SLOW], np.pi / 4)),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_foot_skating(key, view, name):
    row = NAMES.index(name)
    expected = [numbers()[f"{key}_{side}"][row] for side in ("left", "right")]
    np.testing.assert_allclose(foot_skate_ratios(view(joints(name)), 30.0), expected, atol=1e-6)


@pytest.mark.parametrize(("rate", "step"), [(60, 1), (30, 2)])
@pytest.mark.parametrize("name", NAMES)
def test_physical_set_of_motius(name, rate, step):
    row, world = NAMES.index(name), joints(name)[::step]
    assert jitter(world, float(rate)) == pytest.approx(numbers()[f"motius_phys{rate}_jitter"][row], rel=1e-6)
    assert sliding(world) == pytest.approx(numbers()[f"motius_phys{rate}_slide"][row], rel=1e-6, abs=1e-9)
