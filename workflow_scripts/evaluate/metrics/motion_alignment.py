"""Beat alignment in the other published direction, and the beat F-measure.

Tables print two scores under one name. Bailando's (`beat_alignment`) asks of every beat of the music whether the dancer
rests near it; that of FACT (Li et al., ICCV 2021), EDGE and POPDG of every motion beat whether it is near a beat of the
music. The first is blind to rests between the beats, the second to beats that nobody dances; the F-measure sees both.
"""

import mir_eval
import numpy as np
import numpy.typing as npt

from workflow_scripts.evaluate.metrics.beat_alignment import HIT_S, nearest
from workflow_scripts.evaluate.metrics.resampling import RATE
from workflow_scripts.motion.skeleton import Floats

ORDER = 10  # frames at `RATE` on each side in which a motion beat is the slowest
SIGMA = 3.0  # frames at `RATE`

Frames = npt.NDArray[np.intp]


def lowest_in_reach(speed: Floats, order: int) -> Frames:
    """Return the frames (N,) whose speed (T,) is below all those at most `order` frames away, the ends repeated."""
    padded = np.pad(np.asarray(speed), order, mode="edge")
    lower = np.ones(len(speed), dtype=bool)
    for shift in range(1, order + 1):
        for side in (-shift, shift):
            lower &= speed < padded[order + side : order + side + len(speed)]
    return np.flatnonzero(lower)


def published_motion_beats(world: Floats, order: int = ORDER) -> Frames:
    """Return the frames of the motion beats as published: speeds summed over joints, in single precision, not smoothed.

    The first frame has speed 0, so no beat is found in the first `order` frames, and frames are one later than those of
    Bailando's definition.

    Args:
        world: (T, J, 3) metres, at any rate.
        order: see `lowest_in_reach`; 10 at 60 and 30 frames per second, in copies also 3 and 5.
    """
    joints = np.asarray(world, dtype=np.float32)
    speed = np.zeros(len(joints), dtype=np.float32)
    speed[1:] = np.linalg.norm(np.diff(joints, axis=0), axis=-1).sum(axis=-1)
    return lowest_in_reach(speed, order)


def published_motion_alignment(motion_frames: Frames, music_frames: Frames, sigma: float = SIGMA) -> float:
    """Return the mean over motion beats of exp(-d²/2σ²), d to the nearest music beat, all in frames; 0 without any."""
    if not len(motion_frames) or not len(music_frames):
        return 0.0
    distance = nearest(np.sort(music_frames).astype(np.float64), motion_frames.astype(np.float64))
    return float(np.exp(-(distance**2) / (2 * sigma**2)).mean())


def slowest_moments(world: Floats) -> Floats:
    """Return the motion beats in seconds, in the corrected form: `lowest_in_reach` of world joints (T, J, 3) at `RATE`.

    Without the speed of 0 before the first frame; a speed between two frames is at the earlier one, as in
    `beat_alignment.motion_beats`. None in a single frame.
    """
    if len(world) < 2:
        return np.empty(0)
    speed = np.linalg.norm(np.diff(np.asarray(world, dtype=np.float64), axis=0), axis=-1).sum(axis=-1)
    return lowest_in_reach(speed, ORDER) / RATE


def motion_alignment(motion_beats_s: Floats, music_beats_s: Floats) -> float:
    """Return `published_motion_alignment` in seconds, 50 ms for its three frames.

    NaN without music beats, 0 without motion beats.
    """
    if not len(music_beats_s):
        return float("nan")
    if not len(motion_beats_s):
        return 0.0
    distance = nearest(np.sort(music_beats_s), motion_beats_s)
    return float(np.exp(-(distance**2) / (2 * (SIGMA / RATE) ** 2)).mean())


def f_measure(motion_beats_s: Floats, music_beats_s: Floats) -> float:
    """Return the F-measure of motion beats against music beats: pairs within `HIT_S`, each beat in one at most.

    As for beat trackers (Dixon 2007; mir_eval), without leaving out the first five seconds. NaN without music beats, 0
    without motion beats.
    """
    if not len(music_beats_s):
        return float("nan")
    if not len(motion_beats_s):
        return 0.0
    return float(mir_eval.beat.f_measure(music_beats_s, motion_beats_s, f_measure_threshold=HIT_S))
