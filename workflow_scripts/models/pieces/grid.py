"""The beats of a song that a dance is laid on, also where the song has none."""

from itertools import pairwise

import numpy as np

from workflow_scripts.motion.skeleton import Floats

CALM_TEMPO = 120.0  # beats per minute where a song states none: a walking pace most dances can be bent to
SLOWEST_BEAT_S = 1.5  # 40 beats per minute; "beats" farther apart are divided


def beat_grid(beats: Floats, seconds: float, tempo: float) -> Floats:
    """Return beats that cover a dance: the first at or before 0, the last at or after `seconds`.

    The song's own beats are kept. Gaps between them, and what comes before the first and after the last, are filled at
    the song's pace: the dance goes on when the drums pause.

    Args:
        beats: seconds, in any order.
        seconds: length of the dance.
        tempo: beats per minute, used where fewer than two beats are known; 0 when unknown.
    """
    known = np.unique(beats[np.isfinite(beats) & (beats >= 0)])
    known = known[np.concatenate([[True], np.diff(known) > 0.1])] if len(known) else known
    pace = 60.0 / tempo if 30.0 <= tempo <= 300.0 else 60.0 / CALM_TEMPO
    period = float(np.median(np.diff(known))) if len(known) > 1 else pace
    period /= 2 ** max(np.ceil(np.log2(period / SLOWEST_BEAT_S)), 0)
    if not len(known):
        known = np.zeros(1)
    grid = list(known[0] - period * np.arange(int(np.ceil(known[0] / period - 1e-9)), 0, -1))
    for beat, following in pairwise(known):
        grid += list(np.linspace(beat, following, max(int(np.round((following - beat) / period)), 1), endpoint=False))
    after = max(int(np.ceil((seconds - known[-1]) / period)), 0)
    grid += list(known[-1] + period * np.arange(after + 2))
    grid[0] = min(grid[0], 0.0)  # rounding may leave it a hair after the first frame
    # One unit at least, and every frame before its end.
    return np.asarray(grid[: max(int(np.searchsorted(grid, seconds)), 1) + 1])
