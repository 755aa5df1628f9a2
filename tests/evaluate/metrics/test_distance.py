import numpy as np
import pytest

from workflow_scripts.evaluate.metrics.distance import best_of


def test_the_nearest_sample_counts_by_its_mean_over_frames_and_joints() -> None:
    truth = np.random.default_rng(0).normal(size=(7, 24, 3))
    near, far = truth.copy(), truth + np.array([0, 0, 1.0])
    near[3, 5] += [0.3, 0.4, 0]
    assert best_of(np.stack([far, near]), truth) == pytest.approx(0.5 / (7 * 24))
    assert best_of(far[None], truth) == pytest.approx(1.0)
    assert best_of(np.stack([far, truth]), truth) == 0
