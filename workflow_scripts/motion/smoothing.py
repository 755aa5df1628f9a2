"""Filling gaps in tracks and smoothing them, without moving them in time."""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from workflow_scripts.motion.skeleton import Floats


def fill_gaps(values: Floats, present: npt.NDArray[np.bool_]) -> Floats:
    """Replace the frames that are not `present`: inside by shape-preserving cubics (PCHIP), at the ends by the nearest.

    Args:
        values: (T, ...); what stands in absent frames is ignored.
        present: (T,), true where a frame is known.

    Raises:
        ValueError: no frame is present.
    """
    known = np.flatnonzero(present)
    if not len(known):
        raise ValueError("no frame is present: there is nothing to interpolate from")
    filled = np.array(values, dtype=np.float64)
    inside = np.clip(np.arange(len(values)), known[0], known[-1])
    if len(known) == len(values):
        return filled
    if len(known) == 1:
        filled[:] = filled[known[0]]
    else:
        from scipy.interpolate import PchipInterpolator  # a second to import, and most clips have no gap

        filled[~present] = PchipInterpolator(known, filled[known], axis=0)(inside[~present])
    return filled


def gap_lengths(present: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Return, for each frame (T,), the length in frames of the gap it lies in; 0 where the frame is present."""
    lengths = np.zeros(len(present), dtype=np.intp)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], present, [True]])))
    for start, stop in edges.reshape(-1, 2):
        lengths[start:stop] = stop - start
    return lengths


def smooth(values: Floats, window_s: float, fps: float, order: int = 2) -> Floats:
    """Smooth (T, ...) over time by local polynomials (Savitzky and Golay, Analytical Chemistry 1964).

    A polynomial of degree `order` passes unchanged and nothing is delayed. The window is the odd number of frames
    nearest to `window_s * fps` (at most T); windows of `order + 1` frames or fewer change nothing.
    """
    frames = 2 * round((window_s * fps - 1) / 2) + 1
    frames = min(frames, len(values) - 1 + len(values) % 2)
    if frames <= order + 1:
        return np.array(values, dtype=np.float64)
    values = np.asarray(values, dtype=np.float64)
    powers = np.vander(np.linspace(-1, 1, frames), order + 1)
    fit = powers @ np.linalg.pinv(powers)  # (frames, frames): the fitted polynomial at every frame of its window
    half = frames // 2
    inner = sliding_window_view(values, frames, axis=0) @ fit[half]
    first = np.tensordot(fit[:half], values[:frames], axes=1)
    last = np.tensordot(fit[-half:], values[-frames:], axes=1)
    return np.concatenate([first, inner, last])
