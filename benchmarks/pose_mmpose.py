"""The mmpose backend beside mmpose's own Inferencer, with the same networks, on the same clip, in the same run.

    python benchmarks/pose_mmpose.py [--video FILE] [--seconds 3] [--lifter motionbert] [--precision bf16] [--batch 32]

Ours is the whole way from the video's file to the HDF5 file with cleaned poses (`pose.estimate`); theirs is
`MMPoseInferencer(pose3d=...)` from the same file to keypoints in space, nothing written or drawn. The networks are
RTMDet-nano, RTMPose-m (halpe26) and VideoPose3D-243, or MotionBERT, with random weights: the time is that of real ones,
but random ones see nothing. So on both sides every network does all of its work, and then

- the detector's boxes are replaced by one box, the same for both;
- our keypoint network's answer is replaced by a standing person, so that all that follows has something to do. (Theirs
  keeps its own: what follows costs the same for any keypoints.)

Halpe's keypoints are turned to Human3.6M's for the Inferencer by its own rule for COCO (the first 17), for it has none
for Halpe. Its configuration has the flip test on, as published; without it is measured too. Building the networks is
left out on both sides, as are the first two clips.

On a CPU the time is processor time of all threads, torch with one: other jobs of the machine do not count. On a GPU it
is wall time. They take turns; the medians are compared. Writes the row it measured into benchmarks/results/pose.json:
name, value, unit, baseline, ratio (value / baseline) and target. `mmpose_gpu_fps` only where there is CUDA.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from results.table import keep

from workflow_scripts.motion.pose_file import PoseFile, write_poses
from workflow_scripts.motion.skeletons import HALPE26
from workflow_scripts.pose.backends.mmpose.backend import make_backend
from workflow_scripts.pose.backends.mmpose.published import DETECTORS, LIFTERS, NETWORKS
from workflow_scripts.pose.backends.mmpose.standins import install
from workflow_scripts.pose.config import MMPoseConfig, PoseConfig
from workflow_scripts.pose.estimate import estimate_clips
from workflow_scripts.pose.footage import decode_frames
from workflow_scripts.workflow.media import probe, video_writer

OUTPUT = Path(__file__).parent / "results" / "pose.json"  # beside the rows of pose.py
DETECTOR, NETWORK = "rtmdet_nano", "rtmpose_m_halpe26"
TARGETS = {"cpu": 4.0, "cuda": 10.0}
ROUNDS = 3


def cut_clip(video: Path | None, seconds: float, scratch: Path) -> tuple[Path, int, float, tuple[int, int]]:
    """Return the first seconds of a video (or of a demo dance) as a file, its frames, rate and (width, height)."""
    if video is None:
        from workflow_scripts.demo.world import make

        print("filming a demo dance (or name a --video)")
        video = make("demo:v01", 0, scratch / "v01")
    stream = probe(video).video
    assert stream is not None
    frames = [frame for _, frame in zip(range(round(seconds * stream.fps)), decode_frames(video), strict=False)]
    height, width = frames[0].shape[:2]
    with video_writer(scratch / "clip.mp4", width, height, stream.fps, preset="fast") as sink:
        for frame in frames:
            sink.write(frame)
    return scratch / "clip.mp4", len(frames), stream.fps, (width, height)


class Standing(torch.nn.Module):
    """The keypoint network, its answer replaced by that of a person who stands in the middle of the crop."""

    def __init__(self, network: torch.nn.Module, size: tuple[int, int]) -> None:
        super().__init__()
        self.network = network
        rest = HALPE26.rest_positions[:, :2]
        places = (rest - rest.mean(axis=0)) * [1, -1] / 2.4 * size[1] + np.array(size) / 2
        for name, place, length in zip("xy", places.T, size, strict=True):
            peaks = torch.nn.functional.one_hot(torch.tensor(np.round(place * 2)).long().clip(0, 2 * length - 1))
            padded = torch.nn.functional.pad(peaks, (0, 2 * length - peaks.shape[1])) * 0.8
            self.register_buffer(name, padded)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Do the work, then answer."""
        x, y = self.network(pictures)
        return torch.where(torch.isfinite(x), self.x, x), torch.where(torch.isfinite(y), self.y, y)


def ours(arguments: argparse.Namespace, box: list[float]) -> Callable[[Path, int, float, Path], None]:
    """Return what makes a pose file of a clip."""
    settings = MMPoseConfig(
        detector=DETECTOR,
        network=NETWORK,
        lifter=arguments.lifter,
        batch=arguments.batch,
        precision=arguments.precision,
        device=arguments.device,
    )
    backend = make_backend(PoseConfig(mmpose=settings), None)
    detect, estimator = backend._detector, backend._estimator
    backend._detector = lambda frames: [np.array([[*box, 0.9]]) for _ in detect(frames)]
    standing = Standing(estimator._network, NETWORKS[NETWORK].size)
    estimator._network = standing.to(estimator._runtime.device)
    config = PoseConfig()

    def run(clip: Path, count: int, fps: float, output: Path) -> None:
        row = {"clip": "0", "start_s": "0", "end_s": str(count / fps), "frames": str(count), "video": clip.name}
        clips = estimate_clips([row], clip.parent, fps, backend, config)
        assert clips["0"].people, clips["0"].verdict
        write_poses(output, PoseFile(fps, "benchmark", backend.name, clips))

    return run


def theirs(arguments: argparse.Namespace, box: list[float], scratch: Path) -> Any:
    """Return the Inferencer with the same networks."""
    install()
    import mmpose
    from mmengine.config import Config
    from mmpose.apis import MMPoseInferencer
    from mmpose.apis.inference_3d import convert_keypoint_definition

    def without_pretraining(file: str, folder: str) -> str:
        config = Config.fromfile(str(Path(mmpose.__file__).parent / ".mim" / file))
        config.model.pop("init_cfg", None)
        config.model.backbone.pop("init_cfg", None)
        path = scratch / folder / "config.py"
        path.parent.mkdir()
        config.dump(path)
        return str(path)

    inferencer = MMPoseInferencer(
        pose2d=without_pretraining(NETWORKS[NETWORK].file, "pose2d"),
        pose3d=without_pretraining(LIFTERS[arguments.lifter].file, "pose3d"),
        det_model=without_pretraining(DETECTORS[DETECTOR].file, "detector"),
        det_cat_ids=[0],
        device=arguments.device,
    )
    inner = inferencer.inferencer
    detector = inner.pose2d_model.detector

    def detect(picture: Any, **settings: Any) -> Any:
        from mmengine.structures import InstanceData

        result = detector(picture, **settings)
        one = {"bboxes": torch.tensor([box]), "scores": torch.tensor([0.9]), "labels": torch.tensor([0])}
        result["predictions"][0].pred_instances = InstanceData(**one)
        return result

    inner.pose2d_model.detector = detect
    inner._keypoint_converter = lambda points: convert_keypoint_definition(points[:, :17], "coco", "h36m")
    return inferencer


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--video", type=Path, help="a video; without it a demo dance is filmed")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--lifter", choices=list(LIFTERS), default="videopose3d_243")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    cuda = arguments.device == "cuda"
    warnings.simplefilter("ignore")
    if not cuda:
        torch.set_num_threads(1)

    def seconds(work: Callable[[], Any]) -> float:
        clock = time.perf_counter if cuda else time.process_time
        if cuda:
            torch.cuda.synchronize()
        start = clock()
        work()
        if cuda:
            torch.cuda.synchronize()
        return clock() - start

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        clip, count, fps, (width, height) = cut_clip(arguments.video, arguments.seconds, scratch)
        box = [0.3 * width, 0.1 * height, 0.7 * width, 0.95 * height]
        run, inferencer = ours(arguments, box), theirs(arguments, box, scratch)
        test_cfg = inferencer.inferencer.pose2d_model.model.test_cfg

        def infer(flip: bool) -> None:
            test_cfg["flip_test"] = flip
            assert sum(1 for _ in inferencer(str(clip))) == count

        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: run(clip, count, fps, scratch / "poses.h5"),
            "theirs": lambda: infer(True),
            "theirs, no flip test": lambda: infer(False),
        }
        ways["ours"](), ways["ours"]()
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                times[name].append(seconds(way))
    rate = {name: count / statistics.median(taken) for name, taken in times.items()}
    where = torch.cuda.get_device_name() if cuda else "one thread of a CPU, per second of processor time"
    name = "mmpose_" + ("gpu" if cuda else "cpu") + ("_motionbert" if arguments.lifter == "motionbert" else "") + "_fps"
    row = {
        "name": name,
        "value": round(rate["ours"], 1),
        "unit": f"frames of {width} x {height} per second ({where}, {arguments.precision}, batch {arguments.batch})",
        "baseline": round(rate["theirs"], 1),
        "ratio": round(rate["ours"] / rate["theirs"], 2),
        "target": TARGETS[arguments.device],
        "ratio_without_flip_test": round(rate["ours"] / rate["theirs, no flip test"], 2),
    }
    print(
        f"{row['name']}: {row['value']} {row['unit']}, Inferencer {row['baseline']} (ratio {row['ratio']}, without its "
        f"flip test {row['ratio_without_flip_test']}), target {row['target']}"
    )
    keep(OUTPUT, [row])


if __name__ == "__main__":
    main()
