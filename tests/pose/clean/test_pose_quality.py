import numpy as np
import pytest

from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.clean.quality import Quality, agreement, rigidity


def test_score_is_a_geometric_mean_and_names_its_weakest_term():
    quality = Quality(detection=1.0, confidence=0.5, rigidity=0.5, agreement=1.0)
    assert quality.score == pytest.approx(0.25**0.25)
    assert Quality(1, 1, 1, 1).score == 1
    assert Quality(1, 0, 1, 1).score == 0
    assert Quality(1, 0.2, 0.9, 1).weakest == "confidence"


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
