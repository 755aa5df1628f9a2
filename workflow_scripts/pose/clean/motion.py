"""From what an estimator saw to a motion with one body: no gaps, smooth, fixed limbs, feet on the floor.

The order of the steps: sides exchanged back, outliers taken out, the clip parted into stretches, and each of these by
itself filled, fitted with one body, and stood upright on the floor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.alignment import LIMBS
from workflow_scripts.motion.camera import Camera
from workflow_scripts.motion.one_euro import one_euro
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.motion.smoothing import smooth
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.clean.body import fitted_body
from workflow_scripts.pose.clean.gating import filled, gated
from workflow_scripts.pose.clean.quality import Quality, agreement, calm, rigidity, solitude
from workflow_scripts.pose.clean.sides import body_size, with_sides_repaired
from workflow_scripts.pose.clean.standing import stand_up
from workflow_scripts.pose.clean.stretches import nearest_inside, shots_of, stretches
from workflow_scripts.pose.config import PoseConfig

# The picture is seen better than the depth: its keypoints are smoothed less, and half of what is kept of them is where
# the fitted body is seen. Chosen among a dozen such mixtures by what another estimator (OpenPose) finds in nine videos
# of dances (PCK@0.2 of 0.88, as seen 0.86); on filmed dances that are known it hardly matters (0.997, 0.996).
_PICTURE_SHARE = 0.6
_FPS = 30.0  # the configuration's frames of a gap are of this rate; at higher ones a gap may be as long in seconds


def clean_motion(
    track: Track,
    camera: Camera,
    fps: float,
    config: PoseConfig,
    shots: Sequence[int] = (),
    others: Iterable[Track] = (),
) -> tuple[Person, Quality]:
    """Make a person's motion of a track.

    Args:
        track: T frames, the person found in any of them, with 3D joints.
        camera: the camera the track was seen through.
        fps: frames per second.
        config: the stage's configuration.
        shots: frames at which a new shot begins.
        others: the tracks of other people in the clip, for the quality.

    Returns:
        (person, quality). The person has smpl24's own bone lengths; the root trajectory is scaled like the legs, so
        that steps of a tall dancer become shorter with the legs and feet stay where they were put. Outside its
        stretches it holds the nearest frame of one of them; where there is none (nobody, or for less than
        `stretches.SHORTEST_S`), it stands at rest, and the quality is 0.
    """
    count = len(track.keypoints)
    longest = max(config.max_gap, round(config.max_gap * fps / _FPS))
    usable = _each_shot(track, shots, fps, longest)
    present = np.asarray(np.isfinite(usable.keypoints).any(axis=(1, 2)))
    runs = stretches(present, shots, longest, fps)
    if not len(runs):
        return _nobody(count), Quality(detection=float(track.found.sum() / count))
    parts = [_stretch(_frames(usable, slice(*run)), camera, fps, config) for run in runs]
    inside = np.zeros(count, dtype=bool)
    for start, stop in runs:
        inside[start:stop] = True
    index = np.cumsum(inside)[nearest_inside(count, runs)] - 1  # of each frame among those inside
    joined = {name: np.concatenate([getattr(part, name) for part in parts])[index] for name in _ARRAYS}
    joined["contacts"][~inside] = False
    joined["confidence"][~inside] = 0.0
    person = Person(
        positions=joined["positions"],
        root=joined["root"],
        keypoints_2d=joined["keypoints"],
        confidence=joined["confidence"],
        valid=inside,
        interpolated=~(inside & present),
        stretches=runs,
        contacts=joined["contacts"],
    )
    assert track.joints is not None
    lengths = runs[:, 1] - runs[:, 0]
    quality = Quality(
        detection=float(track.found.sum() / count),
        confidence=float(track.confidence[track.found][:, LIMBS].mean()),
        rigidity=rigidity(track.joints[inside & track.found]),
        agreement=float(np.average([part.agreement for part in parts], weights=lengths)),
        calm=float(np.average([calm(track.joints[slice(*run)], fps) for run in runs], weights=lengths)),
        seen=float(np.isfinite(usable.keypoints[inside][:, LIMBS, 0]).mean()),
        continuity=float(lengths.sum() / count),
        solitude=solitude(track, others),
    )
    return person, quality


@dataclass(frozen=True)
class _Part:
    """One stretch of T frames: see `Person`, and `quality.agreement`."""

    positions: Floats
    root: Floats
    contacts: npt.NDArray[np.bool_]
    keypoints: Floats
    confidence: Floats
    agreement: float


_ARRAYS = ("positions", "root", "contacts", "keypoints", "confidence")


def _each_shot(track: Track, shots: Sequence[int], fps: float, longest: int) -> Track:
    """Return the track with sides repaired and without outliers, every shot by itself."""
    parts = [_frames(track, shot) for shot in shots_of(len(track.keypoints), shots)]
    parts = [gated(with_sides_repaired(part, fps), fps, longest) for part in parts]
    return Track(*(np.concatenate(values) for values in zip(*(vars(part).values() for part in parts), strict=True)))


def _frames(track: Track, frames: slice) -> Track:
    assert track.joints is not None
    return Track(track.keypoints[frames], track.confidence[frames], track.joints[frames])


def _nobody(frames: int) -> Person:
    rest = np.broadcast_to(SMPL24.rest_positions, (frames, SMPL24.size, 3))
    nothing = np.zeros((frames, SMPL24.size))
    none = np.zeros(frames, dtype=bool)
    return Person(
        positions=rest - rest[:, :1],
        root=rest[:, 0].copy(),
        keypoints_2d=np.zeros((frames, SMPL24.size, 2)),
        confidence=nothing,
        valid=none,
        interpolated=~none,
        stretches=np.empty((0, 2), dtype=np.int32),
        contacts=np.zeros((frames, 2), dtype=bool),
    )


def _stretch(track: Track, camera: Camera, fps: float, config: PoseConfig) -> _Part:
    """Make the motion of one stretch, its outliers and gaps NaN."""
    whole = filled(track)
    assert whole.joints is not None
    metre = body_size(whole.keypoints) / max(body_size(whole.joints), 1e-6)  # pixels
    joints = smoothed(whole.joints, config, fps)
    keypoints = smoothed(whole.keypoints, config, fps, max(metre, 1e-6))
    joints = fitted_body(joints, keypoints, whole.confidence, camera, fps)
    standing = stand_up(joints, whole.keypoints, whole.confidence, camera, fps, config)
    shown = camera.project(joints - joints[:, :1] + standing.place[:, None])
    seen = smooth(whole.keypoints, _PICTURE_SHARE * config.smoothing_s, fps)
    return _Part(
        positions=standing.positions,
        root=standing.root,
        contacts=standing.contacts,
        keypoints=(seen + shown) / 2,
        confidence=whole.confidence,
        agreement=agreement(shown, whole.keypoints),
    )


def smoothed(points: Floats, config: PoseConfig, fps: float, metre: float = 1.0) -> Floats:
    """Return points (T, 24, D), in units of which `metre` are one metre, smoothed by the configured filter.

    Neither of the filters delays them.
    """
    if config.smoothing == "one_euro":
        return one_euro(points, config.smoothing_s, fps, metre)
    return smooth(points, config.smoothing_s, fps)
