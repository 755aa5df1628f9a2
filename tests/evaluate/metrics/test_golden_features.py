"""Features, FID and diversity against numbers of the published code, clip by clip."""

import json

import numpy as np
import pytest
from golden import GOLDEN, NAMES, motion, needs_golden, numbers

from workflow_scripts.evaluate.metrics.frechet import diversity, frechet_distance
from workflow_scripts.evaluate.metrics.geometric import geometric_features, geometric_predicates
from workflow_scripts.evaluate.metrics.kinetic import anchored, kinetic_features

CASES = sorted(json.loads((GOLDEN / "fid.json").read_text())) if (GOLDEN / "fid.json").exists() else []

pytestmark = needs_golden


def joints(name):
    return motion(name)["joints60"]


def lodge(world):
    """The first 1024 frames of 30 per second, without hands, the body (not the pelvis) where the pelvis is."""
    world = anchored(world[::2][:1024, :22])
    return np.concatenate([world[:, :1], world[:, 1:] - world[:, :1]], axis=1)


PROTOCOLS = {
    "aist_world60": lambda world: (world, 60.0),
    "bailando_anchored60": lambda world: (anchored(world[:1200]), 60.0),
    "aist_world30": lambda world: (world[::2], 30.0),
    "lodge_rel30": lambda world: (lodge(world), 30.0),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_features(protocol, name):
    world, fps = PROTOCOLS[protocol](joints(name))
    row = NAMES.index(name)
    found = kinetic_features(world, fps)
    np.testing.assert_allclose(found, numbers()[f"feat_{protocol}_kinetic_f64"][row], rtol=1e-12)
    if f"feat_{protocol}_kinetic" in numbers():
        np.testing.assert_allclose(found, numbers()[f"feat_{protocol}_kinetic"][row], rtol=1e-6)
    np.testing.assert_allclose(
        geometric_features(world, fps), numbers()[f"feat_{protocol}_manual"][row], rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("name", NAMES)
def test_corrected_acceleration(name):
    found = kinetic_features(joints(name), 60.0, "corrected")
    expected = numbers()["feat_aist_world60_accel_bracketfixed_f64"][NAMES.index(name)]
    np.testing.assert_allclose(found[2::3], expected, rtol=1e-12)
    others = np.arange(72) % 3 != 2
    assert np.array_equal(found[others], kinetic_features(joints(name), 60.0)[others])


@pytest.mark.parametrize("name", ["m01", "m03", "m10", "m13"])
def test_predicates_per_frame(name):
    with np.load(GOLDEN / "predicates_per_frame.npz") as file:
        assert np.array_equal(geometric_predicates(joints(name), 60.0), file[name])


@pytest.mark.parametrize("case", CASES)
def test_frechet_distance_and_diversity(case):
    expected = json.loads((GOLDEN / "fid.json").read_text())[case]
    if "|" in case:
        features = numbers()[f"feat_{case.split('|')[0]}"]
        predicted, reference = features[8:], features[:8]
        if case.endswith("pred=0-7,ref=8-15"):
            predicted, reference = reference, predicted
    else:
        with np.load(GOLDEN / "fid_inputs.npz") as file:
            predicted, reference = file[f"{case}_pred"], file[f"{case}_ref"]
    found = frechet_distance(predicted, reference)
    assert found == pytest.approx(expected["fid_stable_f64"], rel=1e-9)
    assert found == pytest.approx(expected["fid_bailando"], rel=1e-5)
    assert found == pytest.approx(expected["fid_mint"], rel=1e-5)
    assert diversity(predicted, reference) == pytest.approx(expected["div_pred"], rel=1e-5)
    assert diversity(reference, reference) == pytest.approx(expected["div_gt"], rel=1e-5)


@pytest.mark.parametrize("fps", [30.0, 20.0])
def test_corrected_features_hardly_depend_on_the_frame_rate(fps):
    every = [joints(name) for name in NAMES[:12]]
    slow = [world[:: round(60 / fps)] for world in every]
    kinetic, slow_kinetic = (
        np.array([kinetic_features(world, rate, "corrected") for world in worlds])
        for worlds, rate in ((every, 60.0), (slow, fps))
    )
    difference = np.abs(slow_kinetic / kinetic - 1)
    assert np.median(difference) < 0.003
    assert difference.max() < 0.12
    geometric, slow_geometric = (
        np.array([geometric_features(world, rate, "corrected") for world in worlds])
        for worlds, rate in ((every, 60.0), (slow, fps))
    )
    assert np.abs(slow_geometric - geometric).max() < 0.02
