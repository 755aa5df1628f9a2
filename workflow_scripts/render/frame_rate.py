"""Motion at another frame rate: moments between frames lie on a smooth curve through them."""

import numpy as np

from workflow_scripts.motion.skeleton import Floats

# So many frames are worked out at once: an hour of motion is not held several times over.
CHUNK = 4096


def at_rate(world: Floats, fps: float, rate: float) -> Floats:
    """Resample joints (T, J, 3) from `fps` to `rate` frames/s; the first frame keeps its time.

    Frames that exist are taken as they are. What lies between is a cubic through the two frames before and the two
    after (Catmull and Rom, "A class of local interpolating splines", 1974), so that speed does not jump at every frame
    as it does along straight lines; beside a joint that is not known (NaN) it is the straight line.

    Returns:
        (round(T rate / fps), J, 3) joints.
    """
    if fps == rate or len(world) < 2:
        return world
    count = max(round(len(world) * rate / fps), 1)
    out = np.empty((count, *world.shape[1:]), dtype=world.dtype)
    last = len(world) - 1
    for start in range(0, count, CHUNK):
        # The last moments lie behind the last frame: it is held.
        where = np.minimum(np.arange(start, min(start + CHUNK, count)) * (fps / rate), last)
        where = np.where(np.abs(where - np.round(where)) < 1e-6, np.round(where), where)
        low = np.minimum(where.astype(np.intp), last - 1)
        share = (where - low)[:, None, None]
        before, here, there, after = (world[np.clip(low + step, 0, last)] for step in (-1, 0, 1, 2))
        line = (1 - share) * here + share * there
        # Before the first frame and behind the last it goes on as between the two nearest.
        before = np.where((low == 0)[:, None, None], 2 * here - there, before)
        after = np.where((low == last - 1)[:, None, None], 2 * there - here, after)
        cubic = here + 0.5 * share * (
            there - before + share * (2 * before - 5 * here + 4 * there - after)
            + share**2 * (3 * (here - there) + after - before)
        )  # fmt: skip
        known = np.where(np.isfinite(cubic), cubic, line)
        # 0 times NaN is NaN: a known frame beside an unknown one is that frame.
        out[start : start + CHUNK] = np.where(share == 0, here, np.where(share == 1, there, known))
    return out
