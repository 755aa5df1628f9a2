"""Measures of estimated motion against the motion that was filmed.

An estimate knows neither the size of the dancer nor where the camera stood. So the truth is first scaled to legs of the
same length, and the estimate turned about y by the one angle for the whole stretch that brings its bodies nearest to
the true ones (`aligned`); what is measured in metres is in metres of the estimated body. The one exception is the
PA-MPJPE, in millimetres of the true one.
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.alignment import LIMBS, pa_mpjpe
from workflow_scripts.motion.feet import foot_contacts
from workflow_scripts.motion.keypoint_error import pck
from workflow_scripts.motion.kinematics import bone_lengths, mean_joint_speed, turned
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.workflow.errors import UserError

Measures = dict[str, float | None]
Mask = npt.NDArray[np.bool_]
WINDOW_S = 5.0
_WINDOW_HOP_S = 0.5
_TOES = [toe for _, toe in SMPL24.feet]
_NECK = SMPL24.index("neck")
POSE_MEASURES = (
    "pck_02_torso",
    "pa_mpjpe_mm",
    "root_error_m",
    "root_error_5s_m",
    "root_drift_5s_m",
    "speed_ratio",
    "acceleration_ratio",
    "lean_bias_deg",
    "foot_skate_m_s",
    "foot_skate_own_m_s",
    "contact_f1",
    "bone_variation",
)


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


def aligned(person: Person, truth: Person) -> tuple[Person, Person]:
    """Return the estimate turned to the truth, and the truth scaled to its size (see the module's docstring)."""
    body, goal = person.positions, truth.positions
    cross = (body[..., 2] * goal[..., 0] - body[..., 0] * goal[..., 2]).sum()
    angle = float(np.arctan2(cross, (body[..., 0] * goal[..., 0] + body[..., 2] * goal[..., 2]).sum()))
    scale = leg_length(body) / leg_length(goal)
    turned_person = Person(turned(body, angle), turned(person.root, angle), contacts=person.contacts)
    return turned_person, Person(goal * scale, truth.root * scale)


def detected_frames(poses: PoseFile) -> tuple[float, float]:
    """Return (frames in which a person was found, all frames) over the clips of one video, rejected ones included."""
    found = total = 0.0
    for clip in poses.clips.values():
        total += round((clip.end_s - clip.start_s) * poses.fps)
        if clip.people:
            missing = clip.people[0].interpolated
            found += len(clip.people[0].root) - (0 if missing is None else int(missing.sum()))
    return found, total


def root_error(person: Person, truth: Person) -> float:
    """Return the mean distance, metres, between two aligned root trajectories about their median x and z."""
    paths = [each.root - np.median(each.root, axis=0) * [1.0, 0.0, 1.0] for each in (person, truth)]
    return float(np.linalg.norm(paths[0] - paths[1], axis=-1).mean())


def root_error_in_windows(person: Person, truth: Person, fps: float) -> float | None:
    """Return the mean distance, metres, between two aligned root trajectories about their means over 5 s.

    The windows begin every half second; None where the motion is not longer than one.
    """
    frames = round(WINDOW_S * fps)
    error = person.root - truth.root
    starts = range(0, len(error) - frames, max(round(_WINDOW_HOP_S * fps), 1))
    parts = [error[start : start + frames] for start in starts]
    if not parts:
        return None
    return float(np.mean([np.linalg.norm(part - part.mean(axis=0), axis=-1).mean() for part in parts]))


def root_drift(person: Person, truth: Person, fps: float) -> float | None:
    """Return the mean error, metres, of where the (aligned) root has moved to after 5 s; None in shorter motion."""
    frames = round(WINDOW_S * fps)
    error = person.root - truth.root
    if len(error) <= frames:
        return None
    return float(np.linalg.norm(error[frames:] - error[:-frames], axis=-1).mean())


def speed_ratio(person: Person, truth: Person) -> float | None:
    """Return the mean joint speed over the true one, both in leg lengths: 1 is as lively as the truth."""
    if len(person.root) < 2:
        return None
    own, true = (mean_joint_speed(each.world, 1.0).mean() / leg_length(each.positions) for each in (person, truth))
    return float(own / true) if true > 0 else None


def acceleration_ratio(person: Person, truth: Person) -> float | None:
    """Return the mean acceleration of the joints of aligned motions over the true one: jitter is more than 1."""
    if len(person.root) < 3:
        return None
    own, true = (np.linalg.norm(np.diff(each.world, 2, axis=0), axis=-1).mean() for each in (person, truth))
    return float(own / true) if true > 0 else None


def lean_bias(person: Person, truth: Person) -> float:
    """Return the angle, degrees, by which the trunk of aligned motion leans on average, any way, where it should not.

    The trunk is the direction from the pelvis to the neck; its mean error across y counts.
    """

    def trunk(each: Person) -> Floats:
        way = each.positions[:, _NECK] - each.positions[:, 0]
        return np.asarray(way / np.linalg.norm(way, axis=-1, keepdims=True))

    error = (trunk(person) - trunk(truth)).mean(axis=0)
    return float(np.degrees(np.arcsin(min(np.hypot(error[0], error[2]), 1.0))))


def foot_skate(person: Person, contacts: Mask, fps: float) -> float | None:
    """Return the mean speed of toes over the floor, m/s, while `contacts` (T, 2) say that they stand; None if never."""
    if len(person.root) < 2 or not contacts.any():
        return None
    steps = np.gradient(person.world[:, _TOES][..., [0, 2]], axis=0)
    return float(np.linalg.norm(steps, axis=-1)[contacts].mean() * fps)


def contact_f1(contacts: Mask, truth: Mask) -> float | None:
    """Return the harmonic mean of precision and recall of foot contacts (T, 2); None where nobody ever stands."""
    total = int(contacts.sum() + truth.sum())
    return float(2 * (contacts & truth).sum() / total) if total else None


def bone_variation(positions: Floats) -> float:
    """Return the largest coefficient of variation over time of the length of any bone of (T, 24, 3)."""
    parents = np.asarray(SMPL24.parents[1:])
    lengths = np.linalg.norm(positions[:, 1:] - positions[:, parents], axis=-1)
    return float((lengths.std(axis=0) / lengths.mean(axis=0)).max())


def stretch_measures(person: Person, truth: Person, fps: float) -> Measures:
    """Return `POSE_MEASURES` of one stretch of motion; None where there is nothing to measure.

    `foot_skate_m_s` is taken while the true feet stand. The motion's own contacts are those it is stored with, or
    `foot_contacts` where it is stored with none.

    Args:
        person: T frames with 2D keypoints.
        truth: the same frames.
        fps: frames per second.
    """
    assert person.keypoints_2d is not None
    assert truth.keypoints_2d is not None
    motion, true = aligned(person, truth)
    contacts = foot_contacts(true.world, fps)
    own = foot_contacts(motion.world, fps) if motion.contacts is None else motion.contacts
    return {
        "pck_02_torso": pck(person.keypoints_2d, truth.keypoints_2d),
        "pa_mpjpe_mm": float(1000 * pa_mpjpe(person.positions[:, LIMBS], truth.positions[:, LIMBS]).mean()),
        "root_error_m": root_error(motion, true),
        "root_error_5s_m": root_error_in_windows(motion, true, fps),
        "root_drift_5s_m": root_drift(motion, true, fps),
        "speed_ratio": speed_ratio(motion, true),
        "acceleration_ratio": acceleration_ratio(motion, true),
        "lean_bias_deg": lean_bias(motion, true),
        "foot_skate_m_s": foot_skate(motion, contacts, fps),
        "foot_skate_own_m_s": foot_skate(motion, own, fps),
        "contact_f1": contact_f1(own, contacts),
        "bone_variation": bone_variation(person.positions),
    }


def pose_measures(poses: PoseFile, truth: PoseFile) -> Measures:
    """Return the detection rate and the means, by frames, of the measures over the stretches of one video."""
    found, frames = detected_frames(poses)
    rows, weights = [], []
    for clip in poses.kept().values():
        person = clip.people[0]
        true = true_frames(clip, len(person.root), poses.fps, truth)
        if person.keypoints_2d is None or true.keypoints_2d is None:
            raise UserError(f"{poses.source}: no 2D keypoints to compare; were the poses estimated from video?")
        for run in person.runs():
            rows.append(stretch_measures(person.part(run), true.part(run), poses.fps))
            weights.append(run.stop - run.start)
    measures: Measures = {"detection": found / frames if frames else None}
    for name in POSE_MEASURES:
        known = [(value, weight) for row, weight in zip(rows, weights, strict=True) if (value := row[name]) is not None]
        total = sum(weight for _, weight in known)
        measures[name] = sum(value * weight for value, weight in known) / total if known else None
    return measures
