"""How well a dance keeps a song's beats.

At chance level: real dances of trained dancers score about the same with their own song as with another, and shaking
joints score higher than both. A score says something only beside the same motion's score with other songs.
"""

import numpy as np

from workflow_scripts.motion.kinematics import kinematic_minima
from workflow_scripts.motion.skeleton import Floats

TOLERANCE_S = 3 / 60  # Bailando's sigma: 3 frames at 60 fps
HIT_S = 0.07  # the window of the beat F-measure (MIREX; mir_eval.beat.f_measure)


def motion_beats(world: Floats, fps: float) -> Floats:
    """Return the motion beats in seconds: frames of strict local minima of the smoothed mean joint speed, over `fps`.

    As published (Siyao et al., Bailando, CVPR 2022), with its smoothing in seconds.
    """
    return kinematic_minima(world, fps) / fps


def beat_alignment(motion_beats_s: Floats, music_beats_s: Floats) -> float:
    """Return the mean over music beats of exp(-d²/2σ²), d the distance to the nearest motion beat (Bailando).

    Args:
        motion_beats_s: (M,) seconds, ascending; without any the score is 0.
        music_beats_s: (K,) seconds, those inside the dance; without any the score is NaN.
    """
    if not len(music_beats_s):
        return float("nan")
    distance = nearest(motion_beats_s, music_beats_s)
    return float(np.exp(-(distance**2) / (2 * TOLERANCE_S**2)).mean())


def hit_share(motion_beats_s: Floats, music_beats_s: Floats) -> float:
    """Return the share of music beats that have a motion beat within `HIT_S`; NaN without music beats."""
    if not len(music_beats_s):
        return float("nan")
    return float((nearest(motion_beats_s, music_beats_s) <= HIT_S).mean())


def beats_inside(beats: Floats, frames: int, fps: float) -> Floats:
    """Return the music beats (seconds) that fall on a frame between the first and the last but one of a dance."""
    return beats[np.floor(beats * fps + 0.5) < frames - 1]


def nearest(others: Floats, moments: Floats) -> Floats:
    """Return (N,) the distance of each of some moments to the nearest of (M,) others, ascending; inf without any."""
    if not len(others):
        return np.full(len(moments), np.inf)
    after = np.searchsorted(others, moments).clip(1, max(len(others) - 1, 1))
    both = np.stack([others[after - 1], others[np.minimum(after, len(others) - 1)]])
    return np.asarray(np.abs(moments - both).min(axis=0))
