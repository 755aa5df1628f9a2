"""Where in the beat and in the bar every frame is, as points on a circle: smooth where a pulse is not."""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import FPS


def beat_phase(beats: Floats, downbeats: Floats, frames: int) -> npt.NDArray[np.float32]:
    """Return sine and cosine of the position in the beat, then of that in the bar, (frames, 4).

    Beats and downbeats are at sine 0 and cosine 1. Before the first beat (downbeat) both are 0, as they are everywhere
    when fewer than two are known; after the last one they go on with the last interval.

    Args:
        beats: (K,) seconds, ascending.
        downbeats: those of them that begin a bar.
        frames: number of frames; frame t stands for second t / 30.
    """
    phase = np.zeros((frames, 4), dtype=np.float32)
    if len(beats) < 2:
        return phase
    counted = _counted(np.arange(frames) / FPS, beats)
    phase[:, :2] = _on_circle(counted)
    if len(downbeats) > 1:
        # Bars are counted in beats, not seconds, so that the two positions agree when the tempo drifts.
        phase[:, 2:] = _on_circle(_counted(counted, np.searchsorted(beats, downbeats).astype(np.float64)))
    return phase


def _counted(places: Floats, marks: Floats) -> Floats:
    """How many of the ascending marks (K,) lie before each place (T,), less one, with fractions; NaN before the first.

    After the last mark there are more, at the last interval.
    """
    last = len(marks) - 1
    counted = np.interp(places, marks, np.arange(len(marks), dtype=np.float64), left=np.nan)
    beyond = last + (places - marks[-1]) / (marks[-1] - marks[-2])
    return np.where(places > marks[-1], beyond, counted)


def _on_circle(counted: Floats) -> Floats:
    """Sine and cosine (T, 2) of positions (T,) in turns; zeros where they are NaN."""
    angle = 2 * np.pi * counted[:, None]
    return np.nan_to_num(np.concatenate([np.sin(angle), np.cos(angle)], axis=1))
