"""Motion at another frame rate."""

import numpy as np
from scipy.interpolate import CubicSpline

from workflow_scripts.motion.skeleton import Floats

RATE = 60.0  # frames per second at which published numbers are computed


def resampled(world: Floats, fps: float, rate: float = RATE) -> Floats:
    """Return world joints (T, J, 3) at `rate` frames per second (cubic), same first frame and no longer."""
    if fps == rate or len(world) < 2:
        return world
    frames = int((len(world) - 1) * rate / fps + 1e-9) + 1
    return np.asarray(CubicSpline(np.arange(len(world)) / fps, world)(np.arange(frames) / rate))
