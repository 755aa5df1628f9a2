import numpy as np
import pytest
import torch
from pose.backends.mmpose.fakes import CPU, SHAPE, needs_mmpose
from pose.backends.mmpose.references import photo, reference, state_of

from workflow_scripts.pose.backends.mmpose.networks import built
from workflow_scripts.pose.backends.mmpose.published import NETWORKS
from workflow_scripts.pose.backends.mmpose.runtime import Runtime
from workflow_scripts.pose.backends.mmpose.topdown import KeypointEstimator, Region, _decoded

# Of the highest score; where two bins are nearly equally high the last digits of float32 may decide.
SAME_SCORE, SAME_SHARE = 2e-4, 0.98
BOXES = np.array([[20, 30, 120, 300], [-30, 100, 90, 260], [40, 40, 160, 90], [10, 10, 12, 200], [50, 60, 50, 60.0]])


def estimated(estimator, picture, boxes):
    regions = [Region.of_box(box, estimator.shape) for box in boxes]
    return estimator.submit([picture] * len(boxes), regions).keypoints()


def assert_same(ours, theirs):
    (keypoints, scores), (their_keypoints, their_scores) = ours, theirs
    np.testing.assert_allclose(scores, their_scores, atol=SAME_SCORE * their_scores.max())
    same = np.abs(keypoints - their_keypoints).max(axis=-1) < 0.01
    assert same.mean() >= SAME_SHARE


@needs_mmpose
@pytest.mark.parametrize("name", NETWORKS)
def test_keypoints_are_those_of_inference_topdown(name):
    state = state_of(name)
    picture, boxes = photo(0), BOXES[:4]
    estimator = KeypointEstimator(built(name, state), NETWORKS[name].size, CPU)
    model = reference(name, state)
    from mmpose.apis import inference_topdown

    together = estimated(estimator, picture, boxes)
    theirs = [one.pred_instances for one in inference_topdown(model, picture[..., ::-1], boxes.astype(np.float32))]
    their_scores = np.concatenate([one.keypoint_scores for one in theirs])
    assert_same(together, (np.concatenate([one.keypoints for one in theirs]), their_scores))
    one_by_one = [estimated(estimator, picture, box[None]) for box in boxes]
    assert_same(together, tuple(np.concatenate(part) for part in zip(*one_by_one, strict=True)))
    again = estimated(estimator, picture, boxes)
    np.testing.assert_array_equal(together[0], again[0])
    assert np.ptp(together[0], axis=(0, 1)).min() > 10  # the answers are not all one place


@needs_mmpose
def test_bfloat16_agrees_as_far_as_it_can():
    state = state_of("rtmpose_m_halpe26")
    full = KeypointEstimator(built("rtmpose_m_halpe26", state), SHAPE, CPU)
    half = KeypointEstimator(built("rtmpose_m_halpe26", state), SHAPE, Runtime.chosen("cpu", "bf16"))
    picture = photo(0)
    scores, rough = (estimated(one, picture, BOXES[:3])[1] for one in (full, half))
    assert np.abs(rough - scores).max() > 0
    assert np.abs(rough - scores).mean() < 0.1 * np.abs(scores).mean()


@needs_mmpose
def test_decoding_is_that_of_mmpose():
    from workflow_scripts.pose.backends.mmpose.standins import install

    install()
    from mmpose.codecs.utils import get_simcc_maximum

    rng = np.random.default_rng(0)
    x, y = (rng.normal(-1, 0.8, (5, 26, size)).astype(np.float32) for size in (384, 512))
    x[0, :4] = -1.0  # nothing there: no place
    places, scores = _decoded(torch.tensor(x), torch.tensor(y))
    their_places, their_scores = get_simcc_maximum(x.copy(), y.copy())
    np.testing.assert_array_equal(places, their_places / 2)
    np.testing.assert_array_equal(scores, their_scores)


@pytest.mark.parametrize("box", BOXES)
def test_regions_hold_the_box_and_have_the_shape_of_crops(box):
    region = Region.of_box(box, SHAPE)
    assert region.size[0] / region.size[1] == pytest.approx(SHAPE[0] / SHAPE[1]) or region.size.max() == 1
    np.testing.assert_allclose(region.centre, (box[:2] + box[2:]) / 2)
    assert (region.size >= 1.25 * (box[2:] - box[:2]) - 1e-3).all()


def test_pictures_of_different_sizes_in_one_batch():
    class Brightest(torch.nn.Module):
        def forward(self, pictures):
            bright = pictures.sum(dim=1)
            return tuple(bright.amax(dim=d)[:, None].repeat_interleave(2, dim=-1) + 9 for d in (1, 2))

    small, large = np.zeros((100, 100, 3), dtype=np.uint8), np.zeros((400, 300, 3), dtype=np.uint8)
    small[60:63, 40:43], large[300:303, 200:203] = 255, 255
    regions = [Region.of_box(np.array(box), SHAPE) for box in ([20.0, 20, 80, 100], [100.0, 200, 280, 390])]
    keypoints, _ = KeypointEstimator(Brightest(), SHAPE, CPU).submit([small, large], regions).keypoints()
    np.testing.assert_allclose(keypoints[:, 0], [[41, 61], [201, 301]], atol=1.6)
