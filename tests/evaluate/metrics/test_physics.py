"""Feet, contact, jitter, distance: motion whose answers are known without published numbers."""

import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.distance import best_of, pose_distance
from workflow_scripts.evaluate.metrics.feet import (
    float_share,
    foot_skate_ratio,
    foot_skate_ratios,
    penetration,
    sliding,
)
from workflow_scripts.evaluate.metrics.plausibility import GRAVITY, SCALE, jitter, pbc, pfc
from workflow_scripts.evaluate.metrics.resampling import resampled
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.skeleton import SMPL24

FORMS = ("published", "corrected")


# A body of SMPL's kind, whose ankles stand below 8 cm, as the published forms expect.
REST = SMPL24.rest_positions.copy()
REST[[7, 8], 1] -= 0.02


def still(frames=120, rest=REST):
    return np.tile(rest, (frames, 1, 1))


def moving(fps, seconds=6.0, heading=0.0):
    """A body that shifts its weight, slides its feet a little and swings its arms: smooth, no faster than 1 Hz."""
    t = np.arange(round(seconds * fps)) / fps
    world = still(len(t))
    world[..., 0] += 0.15 * np.sin(2 * np.pi * 0.7 * t)[:, None]
    world[..., 1] += 0.02 * (1 - np.cos(2 * np.pi * 1.0 * t))[:, None]
    world[:, 12:, 2] += 0.3 * np.sin(2 * np.pi * 0.9 * t + 0.4)[:, None]
    world[:, [8, 11], 2] += 0.1 * np.sin(2 * np.pi * 0.5 * t)[:, None]
    return turned(world, heading)


def sliding_body(direction, speed=0.5, frames=90):
    """A body at rest that glides at `speed` m/s at 30 frames per second along a horizontal direction."""
    way = np.array([direction[0], 0.0, direction[1]]) / np.hypot(*direction)
    return still(frames) + (np.arange(frames) * speed / 30)[:, None, None] * way


def test_sliding_along_the_blind_direction_is_seen_when_corrected():
    for form in FORMS:
        assert foot_skate_ratio(sliding_body((1, 1), 0.7), 30.0, form) == pytest.approx(1.0, abs=0.02)
    # Every frame slides by 1.7 cm, half of it towards x and half of it away from z.
    assert foot_skate_ratio(sliding_body((1, -1)), 30.0, "published") == 0.0
    assert foot_skate_ratio(sliding_body((1, -1)), 30.0, "corrected") == pytest.approx(1.0, abs=0.02)


def test_sliding_does_not_depend_on_the_heading_when_corrected():
    found = {
        form: [foot_skate_ratio(moving(30, heading=angle), 30.0, form) for angle in np.linspace(0, 2 * np.pi, 9)]
        for form in FORMS
    }
    assert np.ptp(found["corrected"]) < 1e-9
    assert np.ptp(found["published"]) > 0.05


def test_standing_feet_do_not_slide_and_lifted_feet_do_not_stand():
    for form in FORMS:
        assert foot_skate_ratios(still(), 30.0, form) == pytest.approx([0.0, 0.0])
    lifted = still()
    lifted[:, [7, 10], 1] += 0.2
    assert np.isnan(foot_skate_ratios(lifted, 30.0, "corrected")[0])
    assert foot_skate_ratios(lifted, 30.0, "corrected")[1] == 0.0
    assert np.isnan(foot_skate_ratio(still() + np.array([0, 0.3, 0]), 30.0, "corrected"))
    # The published floor is where the first frame has it.
    assert foot_skate_ratio(still() + np.array([0, 0.3, 0]), 30.0, "published") == 0.0


def test_where_feet_stand_does_not_depend_on_the_first_frame_when_corrected():
    jumping = still()
    jumping[:10, :, 1] += 0.2
    jumping[60:, :, 0] += (np.arange(60) * 0.03)[:, None]
    # The published floor is 20 cm up: the jump stands, and so does all that is below.
    assert foot_skate_ratio(jumping, 30.0, "published") == pytest.approx(60 / 120, abs=0.01)
    assert foot_skate_ratio(jumping, 30.0, "corrected") == pytest.approx(60 / 110, abs=0.01)


def test_floating_and_sinking():
    world = still(100)
    world[:25, :, 1] += 0.1
    world[50:, :, 1] -= 0.07
    assert float_share(world) == 0.25
    lowest = REST[:, 1].min()
    assert penetration(world) == pytest.approx(0.5 * (0.07 - lowest))


def test_toes_that_slide_by_a_centimetre_are_no_longer_standing_for_motius():
    assert sliding(sliding_body((1, 0), speed=0.15)) == pytest.approx(0.005, rel=1e-3)
    assert sliding(still()) == 0.0
    assert np.isnan(sliding(still(1)))


@pytest.mark.parametrize("score", [pfc, pbc])
def test_a_motionless_body_has_no_published_score(score):
    assert np.isnan(score(still(), 30.0, "published"))
    assert score(still(), 30.0, "corrected") == 0.0
    assert np.isnan(score(still(2), 30.0, "corrected"))


def test_foot_contact_of_a_glide_that_speeds_up():
    # x = a t² / 2: both feet move a t / 30 in a frame, the body speeds up by a.
    a, frames = 2.0, 61
    t = np.arange(frames) / 30
    world = still(frames)
    world[..., 0] += (a * t**2 / 2)[:, None]
    moved = np.diff(a * t**2 / 2)[1:]
    assert pfc(world, 30.0, "published") == pytest.approx(SCALE * (moved**2).mean(), rel=1e-9)
    assert pfc(world, 30.0, "corrected") == pytest.approx(SCALE * (moved**2).mean() * a / GRAVITY, rel=1e-9)
    # What falls needs no foot: an acceleration downwards does not count.
    falling = still(frames)
    falling[..., 1] -= (a * t**2 / 2)[:, None]
    falling[..., 0] += t[:, None]
    assert pfc(falling, 30.0, "corrected") == pytest.approx(0.0, abs=1e-6)


def test_foot_contact_of_a_cut_depends_on_its_length_as_published():
    rng = np.random.default_rng(3)
    t = np.arange(3000) / 30
    world = still(len(t))
    # Bursts of the root over feet that shuffle: the longer the clip, the stronger its strongest burst.
    bursts = sum(rng.exponential(0.02) * np.exp(-(((t - when) / 0.15) ** 2)) for when in rng.uniform(0, 100, 200))
    world[..., 0] += np.cumsum(0.01 * np.sin(2 * np.pi * 0.8 * t))[:, None] / 30
    world[:, :, 2] += bursts[:, None]

    def of_cuts(score, form, length):
        cuts = [world[first : first + length] for first in range(0, len(world), length)]
        return np.mean([score(cut, 30.0, form) for cut in cuts])

    published, corrected = ([of_cuts(pfc, form, length) for length in (150, 300, 1000, 3000)] for form in FORMS)
    assert published[0] > 1.3 * published[3]
    assert np.ptp(corrected) < 0.03 * np.mean(corrected)


@pytest.mark.parametrize("fps", [24.0, 25.0, 50.0, 60.0])
@pytest.mark.parametrize(
    "score",
    [
        lambda world, fps: pfc(world, fps, "corrected"),
        lambda world, fps: pbc(world, fps, "corrected"),
        lambda world, fps: jitter(world, fps, "corrected"),
        lambda world, fps: foot_skate_ratio(world, fps, "corrected"),
    ],
    ids=["pfc", "pbc", "jitter", "foot_skate_ratio"],
)
def test_corrected_forms_agree_at_every_frame_rate(score, fps):
    assert score(moving(fps), fps) == pytest.approx(score(moving(30.0), 30.0), rel=0.03)


def test_published_forms_do_not():
    assert pfc(moving(60.0), 60.0) < 0.5 * pfc(moving(30.0), 30.0)
    assert foot_skate_ratio(moving(60.0), 60.0) < 0.5 * foot_skate_ratio(moving(30.0), 30.0)
    assert jitter(moving(60.0), 60.0) < 0.5 * jitter(moving(30.0), 30.0)


def test_jitter_is_an_acceleration():
    t = np.arange(300) / 30
    world = still(300)
    world[..., 0] += 0.1 * np.sin(2 * np.pi * t)[:, None]
    assert jitter(world, 30.0, "corrected") == pytest.approx(0.1 * (2 * np.pi) ** 2 * 2 / np.pi, rel=0.02)


def test_distance_is_that_of_poses_and_not_of_places():
    truth = moving(30.0)
    assert pose_distance(truth + np.array([3.0, 0.0, -2.0]), truth) == pytest.approx(0.0, abs=1e-9)
    assert pose_distance(turned(truth, np.pi), truth) > 0.2
    raised = truth.copy()
    raised[:, 20, 1] += 0.24
    assert pose_distance(raised, truth) == pytest.approx(0.01)
    assert pose_distance(raised[:60], truth) == pytest.approx(0.01)
    assert np.isnan(pose_distance(raised[:0], truth))


def test_best_of_several_is_the_nearest():
    truth = moving(30.0)
    samples = []
    for off in (0.48, 0.24, 0.72):
        samples.append(truth.copy())
        samples[-1][:, 21, 1] += off
    assert best_of(samples, truth) == (pytest.approx(0.01), pytest.approx(0.02))
    assert np.isnan(best_of([], truth)).all()


def test_resampled_to_a_lower_rate_keeps_a_curve():
    assert np.abs(resampled(moving(60.0), 60.0, 30.0) - moving(30.0)).max() < 1e-6
