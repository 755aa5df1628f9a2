from dataclasses import replace

import numpy as np
import pytest

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.quality import Quality, agreement, calm, rigidity

PERFECT = Quality(*[1.0] * 8)


def test_score_is_the_geometric_mean_of_the_four_lowest_terms():
    assert PERFECT.score == 1
    assert replace(PERFECT, confidence=0.5, calm=0.5).score == pytest.approx(0.25**0.25)
    low = replace(PERFECT, confidence=0.5, calm=0.4, seen=0.3, rigidity=0.2)
    assert low.score == pytest.approx((0.5 * 0.4 * 0.3 * 0.2) ** 0.25)
    assert replace(low, agreement=0.6).score == low.score
    assert replace(PERFECT, continuity=0.0).score == 0
    assert replace(PERFECT, confidence=0.2, rigidity=0.9).weakest == "confidence"


def test_calm_is_the_acceleration_of_the_limbs_at_any_rate():
    for fps in (30, 60):
        time = np.arange(5 * fps) / fps
        swinging = np.broadcast_to(SMPL24.rest_positions, (len(time), 24, 3)).copy()
        swinging[:, LIMBS, 0] += 0.5 * np.sin(4 * time)[:, None]  # 8 m/s² at its height, on average 2/pi of that
        assert calm(swinging, fps) == pytest.approx(1 - 8 * 2 / np.pi / 400, abs=0.002)
        swinging[40] = np.nan
        assert calm(swinging, fps) == pytest.approx(1 - 8 * 2 / np.pi / 400, abs=0.002)
    shaking = np.random.default_rng(0).normal(scale=0.1, size=(100, 24, 3))
    assert calm(shaking, 30) < 0.3
    assert calm(shaking[:2], 30) == 1


def test_rigidity_of_a_rigid_body_is_one_and_falls_with_stretching_limbs():
    body = np.broadcast_to(SMPL24.rest_positions, (200, 24, 3))
    assert rigidity(body) == pytest.approx(1)
    # The whole body breathing by a factor of standard deviation 0.1 stretches every bone by that.
    factor = 1 + np.tile([0.1, -0.1], 100)[:, None, None]
    assert rigidity(body * factor) == pytest.approx(1 - 0.1 / 0.5)


def test_agreement_is_in_trunk_lengths():
    pixels = np.broadcast_to(SMPL24.rest_positions[:, :2] * 200, (5, 24, 2))
    trunk = 200 * 0.5  # pelvis to neck at rest
    assert agreement(pixels, pixels) == 1
    assert agreement(pixels + np.array([0.1 * trunk, 0]), pixels) == pytest.approx(0.8)
    assert agreement(pixels + np.array([2 * trunk, 0]), pixels) == 0
