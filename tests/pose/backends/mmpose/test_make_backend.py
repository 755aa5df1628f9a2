import json

import numpy as np
import pytest
import torch
from pose.backends.mmpose.fakes import needs_mmpose
from pose.backends.mmpose.references import photo, state_of
from pose.numbered import spoil, write_numbered

from workflow_scripts.pose.backends.mmpose import backend as backend_module
from workflow_scripts.pose.backends.mmpose.backend import make_backend
from workflow_scripts.pose.backends.mmpose.published import DETECTORS, LIFTERS, NETWORKS
from workflow_scripts.pose.config import MMPoseConfig, PoseConfig
from workflow_scripts.pose.estimate import estimate_clips
from workflow_scripts.pose.weights import WEIGHTS, weights_path
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import versions

ON_CPU = PoseConfig(mmpose=MMPoseConfig(device="cpu"))
NAMES = ("rtmdet_nano", "rtmpose_m_halpe26", "videopose3d_243")


class Photos:
    fps, shots = 30.0, ()

    def __init__(self, count, seed=0):
        self.count, self.seed = count, seed

    def __iter__(self):
        whole = photo(self.seed, 180 + self.count, 320)
        return (np.ascontiguousarray(whole[:, number : number + 180]) for number in range(self.count))


def put_weights(folder, names):
    """Leave random weights as `fetch_weights` leaves published ones."""
    for name in names:
        path = weights_path(name, folder)
        torch.save(state_of(name), path)
        note = {"published_sha256": WEIGHTS[name].prefix + "0" * 56, "sha256": sha256_of(path)}
        path.with_suffix(".json").write_text(json.dumps(note))


def tracks_of(backend, *clips):
    return [[(one.keypoints, one.confidence, one.joints) for one in tracks] for tracks in backend.tracks(clips)]


@needs_mmpose
def test_from_weights_in_a_folder_to_tracks(tmp_path, monkeypatch):
    monkeypatch.setattr(backend_module, "_MOST_PEOPLE", 3)  # of the hundred that these weights find
    put_weights(tmp_path, NAMES)
    config = PoseConfig(mmpose=MMPoseConfig(device="cpu", precision="fp32"))
    backend = make_backend(config, tmp_path)
    installed = versions("mmpose", "torch")
    assert backend.name.startswith(f"mmpose {installed['mmpose']} torch {installed['torch']} cpu fp32 rtmdet_nano ")
    for name in NAMES:
        assert f"{name} {sha256_of(weights_path(name, tmp_path))[:12]}" in backend.name
    clips = Photos(6), Photos(1, seed=1), Photos(0)
    first, second, third = tracks_of(backend, *clips)
    assert len(first) > 1
    assert third == []
    for keypoints, confidence, joints in first:
        assert (keypoints.shape, confidence.shape, joints.shape) == ((6, 24, 2), (6, 24), (6, 24, 3))
        found = np.isfinite(keypoints).all(axis=(1, 2))
        assert found.any()
        np.testing.assert_array_equal(found, np.isfinite(joints).all(axis=(1, 2)))
        assert (confidence[~found] == 0).all()
        assert ((confidence >= 0) & (confidence <= 1)).all()
    again = tracks_of(make_backend(config, tmp_path), *clips)
    for one, other in zip([first, second], again, strict=False):
        for track, same in zip(one, other, strict=True):
            for array, equal in zip(track, same, strict=True):
                np.testing.assert_array_equal(array, equal)


@needs_mmpose
def test_missing_weights_are_named(tmp_path):
    put_weights(tmp_path, NAMES[:2])
    with pytest.raises(UserError, match=r"videopose3d_243\.pt: missing"):
        make_backend(ON_CPU, tmp_path)


@needs_mmpose
@pytest.mark.parametrize("lifter", LIFTERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_random_weights_run(network, lifter):
    backend = make_backend(PoseConfig(mmpose=MMPoseConfig(network=network, lifter=lifter, batch=3, device="cpu")), None)
    assert backend.name.endswith(f" cpu fp32 rtmdet_nano random {network} random {lifter} random")
    backend._detector = lambda frames: [np.array([[20, 10, 120, 300, 0.9]]) for _ in frames]
    assert all(len(tracks) <= 1 for tracks in backend.tracks([Photos(4), Photos(1)]))


@needs_mmpose
def test_videos_in_a_bad_state_end_no_run(tmp_path):
    """One after the other through the same networks: whole, damaged, of one picture, no video at all, whole."""
    for name in ("a.mp4", "b.mp4", "e.mp4"):
        write_numbered(tmp_path / name, 24, size=(96, 128))
    spoil(tmp_path / "b.mp4", range(5, 12))
    write_numbered(tmp_path / "c.mp4", 1, size=(96, 128))
    (tmp_path / "d.mp4").write_text("no video")
    config = PoseConfig(mmpose=MMPoseConfig(device="cpu", batch=5))
    backend = make_backend(config, None)
    backend._detector = lambda frames: [np.array([[10, 10, 80, 120, 0.9]]) for _ in frames]
    rows = [
        {"clip": name, "start_s": "0", "end_s": str(count / 30), "frames": str(count), "video": f"{name}.mp4"}
        for name, count in zip("abcde", (24, 24, 1, 24, 24), strict=True)
    ]
    clips = estimate_clips(rows, tmp_path, 30.0, backend, config)
    assert list(clips) == list("abcde")
    for name, clip in clips.items():
        assert clip.people == []  # 24 frames are less than a second, whatever random networks see
        assert clip.verdict.startswith("d.mp4: not a readable video" if name == "d" else ("no person", "a person"))


def test_the_configuration_knows_these_networks():
    assert {*DETECTORS, *NETWORKS, *LIFTERS} == set(WEIGHTS)
    for part, names in (("detector", DETECTORS), ("network", NETWORKS), ("lifter", LIFTERS)):
        for name in names:
            assert getattr(PoseConfig.from_dict({"mmpose": {part: name}}).mmpose, part) == name


@needs_mmpose
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "fp16", "bf16"])
def test_a_gpu_says_what_a_cpu_says(tmp_path, precision):
    put_weights(tmp_path, NAMES)
    on_cpu = make_backend(ON_CPU, tmp_path)
    on_gpu = make_backend(PoseConfig(mmpose=MMPoseConfig(device="cuda", precision=precision)), tmp_path)
    boxes = [np.array([[20.0, 10, 120, 300, 0.9], [60, 100, 170, 310, 0.8]])]
    for backend in (on_cpu, on_gpu):
        backend._detector = lambda frames: boxes * len(frames)
    for one, other in zip(on_cpu.tracks([Photos(20)]), on_gpu.tracks([Photos(20)]), strict=True):
        assert len(one) == len(other)
        away = np.abs(one[0].keypoints - other[0].keypoints).max(axis=-1)
        # A random network's peaks are flat: half precision may choose others.
        assert np.mean(away < 1) > (0.95 if precision == "fp32" else 0.5)
