"""People known exactly, in pictures that say where one looks: fakes of the networks, which need no mmpose.

The red and green of a picture are the x and y of the pixel, the blue is the number of the picture plus one. So a fake
keypoint network can tell from a crop alone which part of which picture it shows, without knowing how it was cut.
"""

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from torch import nn

from workflow_scripts.motion.skeletons import H36M17, HALPE26
from workflow_scripts.pose.backends.mmpose.backend import MMPoseBackend
from workflow_scripts.pose.backends.mmpose.runtime import Runtime
from workflow_scripts.pose.backends.mmpose.topdown import MEAN, STD, KeypointEstimator

SIDE = 256  # of the pictures, pixels
SHAPE = (192, 256)  # of the crops
CPU = Runtime(torch.device("cpu"), torch.float32)
needs_mmpose = pytest.mark.skipif(find_spec("mmpose") is None, reason="mmpose is not installed (make setup-mmpose)")


def picture(number):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.stack([columns, rows, np.full_like(rows, number + 1)], axis=-1).astype(np.uint8)


def body(x, y, height=100.0):
    """Halpe's keypoints (26, 2) of somebody in T-pose, seen from the front; (x, y) is between the hips."""
    rest = HALPE26.rest_positions[:, :2] * (height / 1.7)
    centred = rest - rest[[HALPE26.index("left_hip"), HALPE26.index("right_hip")]].mean(axis=0)
    return centred * [1, -1] + [x, y]


def edges(person):
    return np.concatenate([person.min(axis=0), person.max(axis=0)])


class Clip:
    """Pictures of people; `people(number)` lists the keypoints (26, 2) of those in a picture."""

    fps = 30.0

    def __init__(self, count, people, shots=(), number_from=0):
        self.count, self.people, self.shots, self.number_from = count, people, shots, number_from

    def __iter__(self):
        return (picture(self.number_from + number) for number in range(self.count))


class FakeDetector:
    """Says exactly where people are, and remembers in which pictures it was asked."""

    def __init__(self, people):
        self.people, self.asked = people, []

    def __call__(self, frames):
        numbers = [int(frame[0, 0, 2]) - 1 for frame in frames]
        self.asked += numbers
        return [
            np.array([[*(edge.clip(0, SIDE)), 0.9] for edge in map(edges, self.people(number))]).reshape(-1, 5)
            for number in numbers
        ]


class FakeNetwork(nn.Module):
    """Sees the person nearest to the middle of the crop: keypoints inside crop and picture, with score 0.8."""

    def __init__(self, people):
        super().__init__()
        self.people, self.crops = people, 0

    def forward(self, pictures):
        self.crops += len(pictures)
        colours = pictures.permute(0, 2, 3, 1).numpy() * STD + MEAN
        answers = [self._seen(crop) for crop in colours]
        return tuple(torch.tensor(np.stack(axis), dtype=torch.float32) for axis in zip(*answers, strict=True))

    def _seen(self, crop):
        width, height = SHAPE
        x, y = np.full((26, 2 * width), 0.01), np.full((26, 2 * height), 0.01)
        rows, columns = np.nonzero(crop[..., 2] > 0.5)
        blue = np.round(crop[..., 2].max())
        sure = np.abs(crop[rows, columns, 2] - blue) < 0.5  # not mixed with what is beyond the picture's edge
        rows, columns = rows[sure], columns[sure]
        people = self.people(int(blue) - 1)
        if len(rows) < 100 or not people:
            return x, y
        where = np.stack([columns, rows, np.ones_like(rows)], axis=1)
        to_picture = np.linalg.lstsq(where, crop[rows, columns, :2], rcond=None)[0]
        middle = np.array([width / 2, height / 2, 1]) @ to_picture
        person = min(people, key=lambda one: np.linalg.norm(one.mean(axis=0) - middle))
        inside = (person - to_picture[2]) @ np.linalg.inv(to_picture[:2])
        for joint, (column, row) in enumerate(np.round(inside * 2).astype(int)):
            visible = (person[joint] >= 0).all() and (person[joint] < SIDE).all()
            if visible and 0 <= column < 2 * width and 0 <= row < 2 * height:
                x[joint, column] = y[joint, row] = 0.8
        return x, y


class FlatLifter:
    """Puts everybody into the plane of the picture, 1.7 m high; remembers how many pictures it was given."""

    def __init__(self):
        self.lengths = []

    def __call__(self, keypoints):
        self.lengths.append(len(keypoints))
        metres = (keypoints - keypoints[:, :1]) / np.ptp(keypoints[..., 1], axis=1)[:, None, None] * 1.7
        assert keypoints.shape[1:] == (H36M17.size, 2)
        return np.concatenate([metres, np.zeros_like(metres[..., :1])], axis=-1)


class Fakes:
    """A backend of fakes, with the fakes at hand."""

    def __init__(self, people, **settings):
        self.detector, self.network, self.lifter = FakeDetector(people), FakeNetwork(people), FlatLifter()
        estimator = KeypointEstimator(self.network, SHAPE, CPU)
        self.backend = MMPoseBackend(self.detector, estimator, self.lifter, "fake", **settings)

    def tracks(self, *clips):
        return list(self.backend.tracks(clips))
