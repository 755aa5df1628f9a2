"""Onsets, tempo and beats from an onset strength curve.

The definitions are librosa's (0.11) with its defaults, which FACT and EDGE build on: peak picking (Boeck et al., ISMIR
2012), tempo from the autocorrelation with a log-normal prior, and beats by dynamic programming (Ellis, "Beat tracking
by dynamic programming", J. New Music Research 2007).
"""

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.windows import Frames, hann

MAX_BPM = 320.0
TIGHTNESS = 100.0


def onset_frames(strength: Floats, rate: float) -> Frames:
    """Return the frames of onsets: peaks of `strength` (T,) that exceed the mean around them by 7 % of its range.

    Args:
        rate: frames per second; the windows are 30 ms (maximum, pause) and 100 ms (mean) before a frame.
    """
    curve = strength - strength.min()
    if not curve.any():
        return np.empty(0, dtype=np.intp)
    curve = curve / curve.max()
    # Windows in frames, rounded as librosa does: down to whole frames first.
    before_max, before_mean, pause = (int(np.floor(seconds * rate)) for seconds in (0.03, 0.10, 0.03))
    after_max, after_mean, delta = 1, before_mean + 1, 0.07
    before, after = (before_max, before_mean), (after_max - 1, after_mean - 1)
    view = np.lib.stride_tricks.sliding_window_view
    near = view(np.pad(curve, (before[0], after[0])), before[0] + after[0] + 1).max(axis=1)
    frames = np.arange(len(curve))
    around = np.minimum(frames, before[1]) + np.minimum(len(curve) - frames, after[1] + 1)
    mean = view(np.pad(curve, (before[1], after[1])), before[1] + after[1] + 1).sum(axis=1) / around
    peaks: list[int] = []
    for frame in np.flatnonzero((curve == near) & (curve >= mean + delta)).tolist():
        if not peaks or frame > peaks[-1] + pause:
            peaks.append(frame)
    return np.array(peaks, dtype=np.intp)


def tempo(strength: Floats, rate: float, start_bpm: float = 120.0, window_s: float = 8.0) -> float:
    """Return the tempo in bpm: the strongest lag of the mean local autocorrelation under a log-normal prior.

    Args:
        strength: (T,) onset strength at `rate` frames per second.
        start_bpm: centre of the prior, whose standard deviation is one octave.
        window_s: length of the windows of the autocorrelation.
    """
    size = int(window_s * rate)
    padded = np.pad(strength, size // 2, mode="linear_ramp")
    rows = np.lib.stride_tricks.sliding_window_view(padded, size)[: len(strength)]
    correlation = _mean_autocorrelation(rows, hann(size))
    lags = np.arange(1, size)
    bpm = 60 * rate / lags
    score = np.log1p(1e6 * np.maximum(correlation[1:], 0)) - 0.5 * np.log2(bpm / start_bpm) ** 2
    return float(bpm[np.argmax(np.where(bpm < MAX_BPM, score, -np.inf))])


def _mean_autocorrelation(rows: Floats, window: Floats) -> Floats:
    """Mean over windowed rows (T, size) of their autocorrelations (size,), each divided by its maximum.

    That is their energy, the value at lag 0. So the mean is taken over power spectra, and transformed back once.
    """
    size, sums = rows.shape[1], np.zeros(rows.shape[1] + 1)
    for start in range(0, len(rows), 256):
        block = rows[start : start + 256] * window
        energy = np.einsum("ts,ts->t", block, block)
        spectra = np.fft.rfft(block, n=2 * size, axis=1)
        sums += (1 / np.where(energy > 0, energy, 1.0)) @ (spectra.real**2 + spectra.imag**2)
    return np.asarray(np.fft.irfft(sums)[:size] / len(rows))


def beat_frames(strength: Floats, rate: float, bpm: float) -> Frames:
    """Return the frames of the beats: the path of strong onsets whose spacing stays near the tempo's period."""
    if not strength.any():
        return np.empty(0, dtype=np.intp)
    period = round(60 * rate / bpm)
    score = local_score(strength, period)
    total, previous = _best_paths(score, period)
    path = [_last_beat(total)]
    while previous[path[-1]] >= 0:
        path.append(int(previous[path[-1]]))
    return _without_weak_ends(np.array(path[::-1], dtype=np.intp), score)


def local_score(strength: Floats, period: int) -> Floats:
    """Return onset strength in standard deviations, smoothed by a Gaussian of sigma = period / 32 frames, (T,)."""
    normal = strength / max(float(np.std(strength, ddof=1)), float(np.finfo(np.float32).tiny))
    window = np.exp(-0.5 * (np.arange(-period, period + 1) * 32.0 / period) ** 2)
    return np.convolve(normal, window)[period : period + len(strength)]


def _best_paths(score: Floats, period: int) -> tuple[Floats, Frames]:
    """Forward pass: the best total score (T,) of a path ending in each frame and its last step (T,), -1 at starts."""
    gaps = np.arange(round(period / 2), 2 * period + 1)
    penalty = TIGHTNESS * (np.log(gaps) - np.log(period)) ** 2
    total, previous = score.copy(), np.full(len(score), -1, dtype=np.intp)
    started = False
    for frame in range(len(score)):
        reach = int(np.searchsorted(gaps, frame, side="right"))
        best = -1
        if reach:
            candidates = total[frame - gaps[:reach]] - penalty[:reach]
            choice = int(np.argmax(candidates))
            total[frame] += candidates[choice]
            best = frame - int(gaps[choice])
        # Nothing links back before the first onset worth the name.
        started = started or score[frame] >= 0.01 * score.max()
        if started:
            previous[frame] = best
    return total, previous


def _last_beat(total: Floats) -> int:
    peaks = np.append(False, (total[1:-1] > total[:-2]) & (total[1:-1] >= total[2:]))
    peaks = np.append(peaks, len(total) > 1 and total[-1] > total[-2])
    if not peaks.any():
        return len(total) - 1
    good = peaks & (total >= 0.5 * np.median(total[peaks]))
    return int(np.flatnonzero(good)[-1]) if good.any() else len(total) - 1


def _without_weak_ends(beats: Frames, score: Floats) -> Frames:
    """Drop leading and trailing beats below half the root mean square of the (smoothed) scores on beats."""
    smooth = np.convolve(score[beats], np.hanning(5))[2 : len(score) + 2]
    strong = np.flatnonzero(score > 0.5 * np.sqrt(np.mean(smooth**2)))
    if not len(strong):
        return np.empty(0, dtype=np.intp)
    return beats[(beats >= strong[0]) & (beats <= strong[-1])]
