"""Entry point: measure estimated poses and beats of the demo corpus against its known truth.

    python -m workflow_scripts.evaluate.demo --poses H5... --truths H5... --rhythm H5... --output demo.json

The three lists are in the same order, one file per video. The output holds the measures of every video and their mean
over videos (`null` where nothing could be measured).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workflow_scripts.evaluate.pose_truth import Measures, pose_measures
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.pose_file import PoseFile, read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json

BEAT_TOLERANCE_S = 0.07  # the usual one for beats (MIREX; default of mir_eval)


def beat_measures(beats: Floats, truth: Floats) -> Measures:
    """Return the F-measure of beats within 70 ms and the median lateness in ms of those that hit.

    Computed with mir_eval (Raffel et al., ISMIR 2014), without leaving out the first five seconds: the clips are short.

    Args:
        beats: (K,) seconds, estimated.
        truth: (L,) seconds.
    """
    import mir_eval

    pairs = mir_eval.util.match_events(truth, beats, BEAT_TOLERANCE_S) if len(beats) and len(truth) else []
    late = [1000 * (beats[estimated] - truth[true]) for true, estimated in pairs]
    score = mir_eval.beat.f_measure(truth, beats, f_measure_threshold=BEAT_TOLERANCE_S) if pairs else 0.0
    return {"beats_f": float(score), "beats_bias_ms": float(np.median(late)) if late else None}


def rhythm_measures(rhythm: Path, poses: PoseFile, truth: PoseFile) -> Measures:
    """Return `beat_measures` of all clips of one video together, on the time line of the video."""
    true_beats = np.asarray(truth.provenance["beats"], dtype=np.float64)
    found: list[Floats] = [np.empty(0)]
    wanted: list[Floats] = [np.empty(0)]
    for name, features in read_features(rhythm).clips.items():
        clip = poses.clips[name]
        found.append(features["beats"] + clip.start_s)
        wanted.append(true_beats[(true_beats >= clip.start_s) & (true_beats < clip.end_s)])
    return beat_measures(np.concatenate(found), np.concatenate(wanted))


def mean_measures(videos: Sequence[Measures]) -> Measures:
    """Return the mean of every measure over the videos that have it."""
    keys = dict.fromkeys(key for video in videos for key in video)
    known = {key: [value for video in videos if (value := video.get(key)) is not None] for key in keys}
    return {key: float(np.mean(values)) if values else None for key, values in known.items()}


def main() -> None:
    """Measure every video and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--poses", type=Path, nargs="*", required=True, help="pose files of the demo videos")
    parser.add_argument("--truths", type=Path, nargs="*", required=True, help="their truth, in the same order")
    parser.add_argument("--rhythm", type=Path, nargs="*", required=True, help="their rhythm files, in the same order")
    parser.add_argument("--output", type=Path, required=True, help="the JSON file to write")
    arguments = parser.parse_args()
    counts = [len(arguments.poses), len(arguments.truths), len(arguments.rhythm)]
    if len(set(counts)) > 1:
        raise UserError("--poses, --truths and --rhythm must list the same videos; got {}, {} and {}".format(*counts))
    videos: dict[str, Measures] = {}
    for poses_path, truth_path, rhythm_path in zip(arguments.poses, arguments.truths, arguments.rhythm, strict=True):
        poses, truth = read_poses(poses_path), read_poses(truth_path)
        videos[poses_path.stem] = pose_measures(poses, truth) | rhythm_measures(rhythm_path, poses, truth)
    write_json(arguments.output, {"videos": videos, "mean": mean_measures(list(videos.values()))})


if __name__ == "__main__":
    entry_point(main)
