"""Measures of poses on motions whose error is known by construction."""

import numpy as np
import pytest

from workflow_scripts.evaluate.pose_truth import POSE_MEASURES, pose_measures, stretch_measures
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0
FRAMES = 240  # 8 s
TIME = np.arange(FRAMES) / FPS
RAISED = np.array([0.0, 0.1, 0.0])


def still(frames=FRAMES):
    world = np.tile(SMPL24.rest_positions, (frames, 1, 1))
    return world


def waving(frames=FRAMES):
    """Forearms up and down about the elbows, bones as long as ever."""
    world = still(frames)
    angle = np.sin(3 * TIME[:frames, None])
    for elbow, forearm in ((18, [20, 22]), (19, [21, 23])):
        reach = world[:, forearm, 0] - world[:, [elbow], 0]
        world[:, forearm, 0] = world[:, [elbow], 0] + reach * np.cos(angle)
        world[:, forearm, 1] += np.abs(reach) * np.sin(angle)
    return world


def person(world, **more):
    return Person(world - world[:, :1], world[:, 0].copy(), 200 * world[..., :2], **more)


def measured(world, truth, **more):
    return stretch_measures(person(world, **more), person(truth), FPS)


def test_the_truth_is_perfect():
    measures = measured(waving(), waving())
    assert list(measures) == list(POSE_MEASURES)
    ones = ("pck_02_torso", "speed_ratio", "acceleration_ratio", "contact_f1")
    for name, value in measures.items():
        assert value == pytest.approx(float(name in ones), abs=1e-5), name


def test_size_heading_and_place_do_not_count():
    measures = measured(0.8 * turned(waving(), 1.0) + [3.0, 0, 1.0], waving())
    perfect = measured(waving(), waving())
    for name in set(POSE_MEASURES) - {"pck_02_torso", "root_error_m"}:
        assert measures[name] == pytest.approx(perfect[name], abs=1e-5), name


def test_lean_is_the_mean_error_of_the_trunk():
    def lean(degrees, truth=0.0):
        angle = np.radians(degrees)
        world = waving()
        x, y, z = np.moveaxis(world - world[:, :1], -1, 0)
        way = np.stack([x, np.cos(angle) * y - np.sin(angle) * z, np.cos(angle) * z + np.sin(angle) * y], axis=-1)
        return way + world[:, :1]

    assert measured(lean(8.0), waving())["lean_bias_deg"] == pytest.approx(8, abs=0.05)
    # Swaying both ways by as much is no bias.
    sway = np.where((np.arange(FRAMES) // 10 % 2 == 0)[:, None, None], lean(5.0), lean(-5.0))
    assert measured(sway, waving())["lean_bias_deg"] == pytest.approx(0, abs=0.05)
    assert measured(lean(12.0), lean(10.0))["lean_bias_deg"] == pytest.approx(2, abs=0.05)


def test_a_path_that_drifts():
    world = waving() + 0.02 * TIME[:, None, None] * np.array([1.0, 0, 0])  # 10 cm in 5 s
    measures = measured(world, waving())
    assert measures["root_drift_5s_m"] == pytest.approx(0.1, abs=0.001)
    # A straight line of 10 cm about its middle: a quarter of it on average.
    assert measures["root_error_5s_m"] == pytest.approx(0.025, abs=0.001)


def test_a_path_with_an_offset_has_no_error_in_windows():
    measures = measured(waving() + RAISED, waving())
    assert measures["root_error_5s_m"] == pytest.approx(0, abs=1e-9)
    assert measures["root_drift_5s_m"] == pytest.approx(0, abs=1e-9)
    assert measures["root_error_m"] == pytest.approx(0.1, abs=1e-6)


def test_acceleration_and_speed():
    measures = measured(still() + (waving() - still()) * 1.5, waving())
    assert measures["acceleration_ratio"] == pytest.approx(1.5, abs=1e-6)
    assert measures["speed_ratio"] == pytest.approx(1.5, abs=1e-6)
    world = waving()
    world[::2, 20:, 2] += 0.01
    assert measured(world, waving())["acceleration_ratio"] > 1.5


def test_feet_that_slide_while_the_true_ones_stand():
    world = waving()
    world[:, [7, 8, 10, 11], 2] += 0.2 * TIME[:, None]
    measures = measured(world, waving())
    assert measures["foot_skate_m_s"] == pytest.approx(0.2, abs=0.002)
    assert measures["foot_skate_own_m_s"] == pytest.approx(0.2, abs=0.002)
    assert measures["contact_f1"] == 1
    assert measures["bone_variation"] > 0.1


def test_stored_contacts_are_the_motions_own():
    """The left foot slides from 4 s on: stored contacts that say so have no skate of their own, the truth's have."""
    world = waving()
    world[:, [7, 10], 0] += 0.3 * np.maximum(TIME - 4, 0)[:, None]
    contacts = np.ones((FRAMES, 2), dtype=bool)
    contacts[118:, 0] = False
    measures = measured(world, waving(), contacts=contacts)
    assert measures["foot_skate_own_m_s"] == pytest.approx(0, abs=1e-4)
    # Half of the time of one of two feet.
    assert measures["foot_skate_m_s"] == pytest.approx(0.3 / 4, abs=0.002)
    # Three quarters recalled, all of them right.
    assert measures["contact_f1"] == pytest.approx(2 * 0.75 / 1.75, abs=0.01)


def test_a_jumper_whose_contacts_are_never():
    world = waving() + 5 * RAISED
    measures = measured(world, world)
    assert measures["foot_skate_m_s"] is None
    assert measures["contact_f1"] is None


@pytest.mark.parametrize("frames", [1, 2, 3, 150])
def test_short_stretches_have_what_they_have(frames):
    measures = measured(waving(frames), waving(frames))
    assert measures["root_drift_5s_m"] is None
    assert measures["root_error_5s_m"] is None
    assert measures["pa_mpjpe_mm"] == pytest.approx(0, abs=1e-6)
    assert all(value is None or np.isfinite(value) for value in measures.values())


def test_a_clip_is_the_mean_of_its_stretches_by_frames():
    """Each stretch has a place of its own, and what lies between them does not count."""
    truth = waving()
    world = truth.copy()
    world[:60, SMPL24.index("left_wrist"), 0] += 0.3
    world[60:80] += 5.0
    world[80:] += [1.0, 0, 2.0]
    parted = person(world, stretches=np.array([[0, 60], [80, FRAMES]], dtype=np.int32))
    clips = {"0000": PoseClip(0.0, FRAMES / FPS, people=[parted])}
    true = PoseFile(FPS, "v", "truth", {"0000": PoseClip(0.0, FRAMES / FPS, people=[person(truth)])})
    measures = pose_measures(PoseFile(FPS, "v", "fake", clips), true)
    assert measures["root_error_m"] == pytest.approx(0, abs=1e-5)
    alone = stretch_measures(parted.part(slice(0, 60)), person(truth).part(slice(0, 60)), FPS)
    assert measures["pa_mpjpe_mm"] == pytest.approx(alone["pa_mpjpe_mm"] * 60 / (FRAMES - 20))
    assert measures["root_drift_5s_m"] == pytest.approx(0, abs=1e-9)  # of the one long enough


def test_a_truth_that_never_moves_has_no_ratios():
    measures = measured(waving(), still())
    assert measures["speed_ratio"] is None
    assert measures["acceleration_ratio"] is None
