"""Entry point: measure estimated poses and beats of the demo corpus against its known truth.

    python -m workflow_scripts.evaluate.demo --poses H5... --truths H5... --rhythm H5... --output demo.json

The three lists are in the same order, one file per video. The output holds the measures of every video and their mean
over videos (`null` where nothing could be measured).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.kinematics import bone_lengths, mean_joint_speed, turned
from workflow_scripts.motion.music_file import read_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, read_poses
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import write_json

Measures = dict[str, float | None]
BEAT_TOLERANCE_S = 0.07  # the usual one for beats (MIREX; default of mir_eval)
PCK_TORSO = 0.2
POSE_MEASURES = ("pck_02_torso", "pa_mpjpe_mm", "root_error_m", "speed_ratio")


def true_frames(clip: PoseClip, frames: int, fps: float, truth: PoseFile) -> Person:
    """Return the truth at the times of the `frames` frames of a clip of its video (nearest true frame)."""
    person = truth.clips["0000"].people[0]
    times = clip.start_s + np.arange(frames) / fps
    index = np.clip(np.round(times * truth.fps).astype(int), 0, len(person.root) - 1)
    pixels = None if person.keypoints_2d is None else person.keypoints_2d[index]
    return Person(person.positions[index], person.root[index], pixels)


def leg_length(positions: Floats) -> float:
    """Return the length from hip to ankle along the bones, metres, mean of both legs, of (T, 24, 3)."""
    lengths = bone_lengths(positions)
    return float(sum(lengths[SMPL24.index(f"left_{joint}")] for joint in ("knee", "ankle")))


def detected_frames(poses: PoseFile) -> tuple[float, float]:
    """Return (frames in which a person was found, all frames) over the clips of one video, rejected ones included."""
    found = total = 0.0
    for clip in poses.clips.values():
        total += round((clip.end_s - clip.start_s) * poses.fps)
        if clip.people:
            missing = clip.people[0].interpolated
            found += len(clip.people[0].root) - (0 if missing is None else int(missing.sum()))
    return found, total


def pck(keypoints: Floats, truth: Floats) -> float:
    """Return the share of limb joints (T, 24, 2) px nearer to the truth than 0.2 of the torso (PCK@0.2).

    The torso is the true distance, in the picture, from the middle of the shoulders to the middle of the hips.
    """
    middle = {
        name: truth[:, [SMPL24.index(f"left_{name}"), SMPL24.index(f"right_{name}")]].mean(axis=1)
        for name in ("shoulder", "hip")
    }
    torso = np.linalg.norm(middle["shoulder"] - middle["hip"], axis=-1)
    distance = np.linalg.norm(keypoints[:, LIMBS] - truth[:, LIMBS], axis=-1)
    return float((distance < PCK_TORSO * torso[:, None]).mean())


def root_error(person: Person, truth: Person) -> float:
    """Return the mean distance, metres, between two root trajectories about their median x and z.

    An estimate knows neither the size of the dancer nor where the camera stood: the truth is first scaled to legs of
    the same length, and the estimate turned about y by the one angle for the whole clip that brings its bodies nearest
    to the true ones.
    """
    body, goal = person.positions, truth.positions
    cross = (body[..., 2] * goal[..., 0] - body[..., 0] * goal[..., 2]).sum()
    angle = float(np.arctan2(cross, (body[..., 0] * goal[..., 0] + body[..., 2] * goal[..., 2]).sum()))
    paths = [turned(person.root, angle), truth.root * leg_length(body) / leg_length(goal)]
    centred = [path - np.median(path, axis=0) * [1.0, 0.0, 1.0] for path in paths]
    return float(np.linalg.norm(centred[0] - centred[1], axis=-1).mean())


def speed_ratio(person: Person, truth: Person) -> float:
    """Return the mean joint speed over the true one, both in leg lengths: 1 is as lively as the truth."""
    own, true = (mean_joint_speed(each.world, 1.0).mean() / leg_length(each.positions) for each in (person, truth))
    return float(own / true)


def pose_measures(poses: PoseFile, truth: PoseFile) -> Measures:
    """Return detection rate, PCK, PA-MPJPE, root error and ratio of speeds over the kept clips of one video."""
    found, total = detected_frames(poses)
    measures: Measures = {"detection": found / total if total else None, **dict.fromkeys(POSE_MEASURES)}
    rows, weights = [], []
    for clip in poses.kept().values():
        person = clip.people[0]
        true = true_frames(clip, len(person.root), poses.fps, truth)
        if person.keypoints_2d is None or true.keypoints_2d is None:
            raise UserError(f"{poses.source}: no 2D keypoints to compare; were the poses estimated from video?")
        rows.append(
            (
                pck(person.keypoints_2d, true.keypoints_2d),
                1000 * pa_mpjpe(person.positions[:, LIMBS], true.positions[:, LIMBS]).mean(),
                root_error(person, true),
                speed_ratio(person, true),
            )
        )
        weights.append(len(person.root))
    if rows:
        means = np.average(rows, axis=0, weights=weights)
        measures.update(zip(POSE_MEASURES, map(float, means), strict=True))
    return measures


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
