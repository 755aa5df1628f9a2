import numpy as np
import pytest
import torch
from pose.backends.mmpose.fakes import CPU, needs_mmpose
from pose.backends.mmpose.references import photo, reference, state_of
from torch import nn

from workflow_scripts.pose.backends.mmpose.detector import PersonDetector
from workflow_scripts.pose.backends.mmpose.networks import built
from workflow_scripts.pose.backends.mmpose.published import DETECTORS
from workflow_scripts.pose.backends.mmpose.runtime import Runtime

SAME_PX, SAME_SCORE = 0.01, 1e-4
# One picture by itself and the same in a batch go through different kernels, and each CPU has its own. In float32 a
# deep random network makes up to 0.2 px of their last digits; in float64 nothing is left of them.
EXACT = Runtime(torch.device("cpu"), torch.float64)


class OneBox(nn.Module):
    """Says the same of every picture: one box, from its distances to one point, and one nobody would believe."""

    def __init__(self, point, distances, score=2.0):
        super().__init__()
        self.point, self.distances, self.score = point, distances, score

    def forward(self, pictures):
        self.given = pictures
        count = len(pictures)
        logits = torch.tensor([[self.score, -9.0]]).repeat(count, 1)
        distances = torch.tensor([[self.distances] * 2]).repeat(count, 1, 1)
        return [(logits, distances, torch.tensor([self.point] * 2))]


@pytest.mark.parametrize(("width", "height"), [(640, 320), (160, 80), (1920, 960)])
def test_a_box_comes_back_in_the_pixels_of_the_picture(width, height):
    network = OneBox((160.0, 80.0), (40.0, 20.0, 80.0, 60.0))
    picture = np.full((height, width, 3), (200, 100, 50), dtype=np.uint8)
    (boxes,) = PersonDetector(network, (320, 320), CPU)([picture])
    scale = width / 320
    np.testing.assert_allclose(boxes, [[120 * scale, 60 * scale, 240 * scale, 140 * scale, 0.8808]], rtol=1e-4)
    # Blue, green, red, normalised; grey beside the picture.
    means, stds = np.array([103.53, 116.28, 123.675]), np.array([57.375, 57.12, 58.395])
    np.testing.assert_allclose(network.given[0, :, 0, 0], ([50, 100, 200] - means) / stds, rtol=1e-5)
    np.testing.assert_allclose(network.given[0, :, -1, -1], (114 - means) / stds, rtol=1e-5)


def test_boxes_end_where_the_picture_ends_and_nothing_is_no_box():
    picture = np.zeros((640, 640, 3), dtype=np.uint8)
    (boxes,) = PersonDetector(OneBox((160.0, 80.0), (400.0, 400.0, 400.0, 400.0)), (320, 320), CPU)([picture])
    np.testing.assert_allclose(boxes[0, :4], [0, 0, 640, 640])
    (boxes,) = PersonDetector(OneBox((160.0, 80.0), (9.0, 9.0, -9.0, 9.0)), (320, 320), CPU)([picture])
    assert boxes.shape == (0, 5)
    (boxes,) = PersonDetector(OneBox((160.0, 80.0), (9.0, 9.0, 9.0, 9.0), -9.0), (320, 320), CPU)([picture])
    assert boxes.shape == (0, 5)
    assert PersonDetector(OneBox((1.0, 1.0), (1.0, 1.0, 1.0, 1.0)), (320, 320), CPU)([]) == []


@needs_mmpose
@pytest.mark.parametrize("name", DETECTORS)
def test_boxes_are_those_of_inference_detector(name):
    state = state_of(name)
    photos = [photo(0), photo(1, 360, 200), photo(2, 50, 50), photo(3, 641, 479)]
    detector = PersonDetector(built(name, state), DETECTORS[name].size, CPU)
    model = reference(name, state)
    from mmdet.apis import inference_detector

    for picture in photos:
        theirs = inference_detector(model, picture[..., ::-1]).pred_instances.numpy()
        assert len(theirs.bboxes) > 5
        (alone,) = detector([picture])
        assert_same_boxes(alone, np.column_stack([theirs.bboxes, theirs.scores]))
        np.testing.assert_array_equal(detector([picture])[0], alone)


@needs_mmpose
@pytest.mark.parametrize("name", DETECTORS)
def test_many_pictures_at_once_have_the_boxes_of_each_alone(name):
    photos = [photo(0), photo(1, 360, 200), photo(2, 50, 50), photo(3, 641, 479)]
    detector = PersonDetector(built(name, state_of(name)), DETECTORS[name].size, EXACT)
    for picture, ours in zip(photos, detector(photos), strict=True):
        (alone,) = detector([picture])
        assert len(alone) > 5
        assert_same_boxes(ours, alone)


def assert_same_boxes(ours, theirs):
    """The same boxes; those of equal score may come in any order."""
    assert len(ours) == len(theirs)
    away = np.abs(ours[:, None, :4] - theirs[None, :, :4]).max(axis=-1)
    nearest = away.argmin(axis=1)
    assert sorted(nearest) == list(range(len(theirs)))
    assert away.min(axis=1).max() < SAME_PX
    np.testing.assert_allclose(ours[:, 4], theirs[nearest, 4], atol=SAME_SCORE)
