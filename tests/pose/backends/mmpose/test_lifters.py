from itertools import pairwise

import numpy as np
import pytest
import torch
from pose.backends.mmpose.fakes import CPU, needs_mmpose
from pose.backends.mmpose.references import reference, state_of
from torch import nn

from workflow_scripts.motion.skeletons import H36M17
from workflow_scripts.pose.backends.mmpose import lifters
from workflow_scripts.pose.backends.mmpose.lifters import (
    PICTURE,
    WINDOW,
    MotionBERT,
    VideoPose3D,
    in_picture,
    normalised,
    window_starts,
)
from workflow_scripts.pose.backends.mmpose.networks import built


def keypoints(count, seed=0):
    """Smooth motion of 17 keypoints somewhere in Human3.6M's picture."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 4, (count, 17, 2)).cumsum(axis=0)
    return 500 + rng.normal(0, 100, (1, 17, 2)) + steps


class MiddleFrame(nn.Module):
    """In VideoPose3D's shape: what it is given in the middle of its 243 frames, and zero for depth."""

    def forward(self, series):
        self.given = series
        places = series[..., 121:-121].transpose(1, 2).unflatten(2, (17, 2))
        return torch.cat([places, torch.zeros_like(places[..., :1])], dim=-1)


class Same(nn.Module):
    """In MotionBERT's shape: what it is given, and which frame of the window it is as depth."""

    def forward(self, series):
        depth = torch.arange(series.shape[1], dtype=series.dtype)[None, :, None, None]
        return torch.cat([series[..., :2], depth.expand(*series.shape[:3], 1)], dim=-1)


@pytest.mark.parametrize("count", [1, 2, 243, 700])
def test_videopose3d_sees_every_frame_in_the_middle_and_the_ends_repeated(count, monkeypatch):
    monkeypatch.setattr(lifters, "_PASS", 256)
    network = MiddleFrame()
    series = keypoints(count)
    joints = VideoPose3D(network, CPU)(series)
    assert joints.shape == (count, 17, 3)
    np.testing.assert_allclose(joints[..., :2], normalised(series), atol=1e-6)
    last = network.given[0, :, -1].unflatten(0, (17, 2))
    np.testing.assert_allclose(last, normalised(series[-1]), atol=1e-6)


@needs_mmpose
def test_videopose3d_is_the_strided_form_frame_by_frame(monkeypatch):
    state = state_of("videopose3d_243")
    series = keypoints(60)
    ours = VideoPose3D(built("videopose3d_243", state), CPU)(series)
    model = reference("videopose3d_243", state)  # strided, as published
    padded = np.pad(series, ((121, 121), (0, 0), (0, 0)), mode="edge")
    codec = model.head.decoder
    for frame in (0, 7, 59):
        encoded = codec.encode(
            padded[frame : frame + WINDOW].astype(np.float32),
            lifting_target=np.zeros((1, 17, 3), np.float32),
            lifting_target_visible=np.ones((1, 17, 1), np.float32),
            camera_param={"w": PICTURE, "h": PICTURE},
        )
        with torch.no_grad():
            inputs = torch.tensor(encoded["keypoint_labels"], dtype=torch.float32)[None]
            theirs = model.head(model.backbone(inputs)).numpy()[0]
        np.testing.assert_allclose(ours[frame], theirs, atol=2e-5 * np.abs(theirs).max())
    assert np.ptp(ours, axis=0).max() > 0.01
    monkeypatch.setattr(lifters, "_PASS", 16)
    parts = VideoPose3D(built("videopose3d_243", state), CPU)(series)
    np.testing.assert_allclose(parts, ours, atol=1e-5 * np.abs(ours).max())


@needs_mmpose
def test_videopose3d_is_what_mmposes_own_inference_says():
    state = state_of("videopose3d_243")
    series = keypoints(WINDOW)
    model = reference("videopose3d_243", state)
    from mmengine.structures import InstanceData
    from mmpose.apis import inference_pose_lifter_model
    from mmpose.structures import PoseDataSample

    samples = []
    for frame in series:
        sample = PoseDataSample(track_id=0)
        sample.gt_instances = InstanceData(bboxes=np.array([[0, 0, 9, 9.0]]))
        sample.pred_instances = InstanceData(keypoints=frame[None], bboxes=np.array([[0, 0, 9, 9.0]]))
        samples.append([sample])
    (theirs,) = inference_pose_lifter_model(model, samples, image_size=(PICTURE, PICTURE), norm_pose_2d=False)
    ours = VideoPose3D(built("videopose3d_243", state), CPU)(series)
    scale = np.abs(ours).max()
    np.testing.assert_allclose(ours[WINDOW // 2], theirs.pred_instances.keypoints[0], atol=2e-5 * scale)


@pytest.mark.parametrize("count", [1, 100, 243, 244, 500, 1000])
def test_windows_cover_everything_and_their_middles_count_most(count):
    starts = window_starts(count)
    assert starts[0] == 0
    assert starts[-1] + min(count, WINDOW) == count
    assert all(0 < b - a <= WINDOW // 2 for a, b in pairwise(starts))
    series = keypoints(count)
    joints = MotionBERT(Same(), CPU).relative(series)
    np.testing.assert_allclose(joints[:, 1:, :2], normalised(series)[:, 1:], atol=1e-5)
    assert (joints[:, 0] == 0).all()
    # Each frame is a mean over its windows in which the distances from their nearest ends are the weights.
    for frame in {0, count // 3, count - 1}:
        places = np.array([frame - start for start in starts if 0 <= frame - start < WINDOW])
        weights = np.minimum(places + 1, min(count, WINDOW) - places)
        assert joints[frame, 5, 2] == pytest.approx((places * weights).sum() / weights.sum(), abs=1e-3)


def test_motionbert_gives_the_body_legs_of_our_length():
    bodies = np.repeat(H36M17.rest_positions[None, :, :2] * 400, 10, axis=0)
    joints = MotionBERT(Same(), CPU)(bodies * [1, -1])
    thigh = np.linalg.norm(joints[:, 1] - joints[:, 2], axis=-1)
    np.testing.assert_allclose(thigh, 0.425, atol=0.01)


@needs_mmpose
def test_motionbert_is_what_mmpose_says_of_a_sequence():
    state = state_of("motionbert")
    series = keypoints(50)
    ours = MotionBERT(built("motionbert", state), CPU).relative(series)
    model = reference("motionbert", state)
    codec = model.head.decoder
    encoded = codec.encode(
        series.astype(np.float32),
        lifting_target=np.zeros((50, 17, 3), np.float32),
        camera_param={"w": PICTURE, "h": PICTURE},
    )
    with torch.no_grad():
        inputs = torch.tensor(encoded["keypoint_labels"], dtype=torch.float32)[None]
        raw = model.head(model.backbone(inputs)).numpy()
    size = np.array([PICTURE])
    theirs, _ = codec.decode(raw[0], w=np.repeat(size, 50), h=np.repeat(size, 50), factor=np.full((50, 1), 4.0))
    # The codec's unit: half the width of the picture, times 4 (the factor it takes where none is known), over 1000.
    unit = PICTURE / 2 * 4 / 1000
    np.testing.assert_allclose(ours * unit, theirs, atol=2e-5 * np.abs(theirs).max())


def test_a_person_is_put_where_human36m_has_people():
    person = keypoints(30) * 0.3 + [900, 40]
    placed = in_picture(person)
    low, high = placed.min(axis=1), placed.max(axis=1)
    assert np.median((high - low).max(axis=1)) * 1.2 == pytest.approx(400)
    np.testing.assert_allclose(np.median((low + high) / 2, axis=0), [528, 427])
    np.testing.assert_allclose(in_picture(person * 7 - 300), placed)
    assert np.isfinite(in_picture(np.zeros((1, 17, 2)))).all()
