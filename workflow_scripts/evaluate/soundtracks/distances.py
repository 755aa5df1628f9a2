"""Sound against sound: spectra, envelopes, and the look of many sounds together."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.evaluate.soundtracks.heard import FLOOR_DB, FRAME_RATE
from workflow_scripts.motion.skeleton import Floats

ENVELOPE_SMOOTHING_S = 0.05  # standard deviation of a Gaussian: what is well within the tolerance of beats coincides
_BLOCK = 1 << 14  # frames at a time


def log_spectral_distance(reference: npt.NDArray[np.float16], generated: npt.NDArray[np.float16]) -> float:
    """Return the log-spectral distance, dB, of two levelled log-mel spectra (T, BANDS) (`heard.Heard.spectrum`).

    The root of the mean square difference over bands, mean over the reference's frames (Gray and Markel, Distance
    Measures for Speech Processing, 1976, on mel bands). Where the generated sound has ended it is at its floor. NaN
    for an empty reference.
    """
    if not len(reference):
        return float("nan")
    total = 0.0
    for first in range(0, len(reference), _BLOCK):
        wanted = reference[first : first + _BLOCK].astype(np.float32)
        made = np.full_like(wanted, FLOOR_DB)
        part = generated[first : first + len(wanted)]
        made[: len(part)] = part
        total += float(np.sqrt(np.mean((wanted - made) ** 2, axis=1)).sum())
    return total / len(reference)


def envelope_correlation(reference: Floats, generated: Floats) -> float:
    """Return Pearson's correlation (-1..1) of two onset strengths (T,), smoothed, at no lag, over their common time.

    0 where the generated one is constant (silence agrees with nothing), NaN where the reference is.
    """
    count = min(len(reference), len(generated))
    if count < 2:
        return float("nan")
    wanted, made = (
        gaussian_filter1d(np.asarray(values[:count], dtype=np.float64), ENVELOPE_SMOOTHING_S * FRAME_RATE)
        for values in (reference, generated)
    )
    wanted, made = wanted - wanted.mean(), made - made.mean()
    if not np.abs(wanted).max() > 1e-9:
        return float("nan")
    if not np.abs(made).max() > 1e-9:
        return 0.0
    return float((wanted @ made) / np.sqrt((wanted @ wanted) * (made @ made)))


def frechet_distance(reference: Floats, generated: Floats, scale: Floats) -> float:
    """Return the (squared) Frechet distance of two sets of embeddings (n, D), (m, D), each taken for a Gaussian.

    |mean difference|² + tr(A + B - 2 (A B)^½) (Dowson and Landau 1982; of sounds: Kilgour et al., Frechet Audio
    Distance, 2019). So that few windows suffice, each covariance is shrunk towards its diagonal with the weight
    D / (D + n), which vanishes for many.

    Args:
        reference: at least two windows, or the result is NaN.
        generated: as well.
        scale: (D,) by which all are divided first: the standard deviations of the reference (`scale_of`).
    """
    if min(len(reference), len(generated)) < 2:
        return float("nan")
    (mean_a, a), (mean_b, b) = _moments(reference / scale), _moments(generated / scale)
    values, vectors = np.linalg.eigh(a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ b @ root).clip(0)).sum()
    return float(max(((mean_a - mean_b) ** 2).sum() + np.trace(a) + np.trace(b) - 2 * shared, 0.0))


def scale_of(reference: Floats) -> Floats:
    """Return the standard deviation of each dimension of embeddings (n, D); 1 where it does not vary."""
    if not len(reference):
        return np.ones(reference.shape[1])
    deviation = np.asarray(reference, dtype=np.float64).std(axis=0)
    return np.where(deviation > 1e-6, deviation, 1.0)


def _moments(values: Floats) -> tuple[Floats, Floats]:
    count, dimensions = values.shape
    covariance = np.cov(np.asarray(values, dtype=np.float64), rowvar=False).reshape(dimensions, dimensions)
    weight = dimensions / (dimensions + count)
    return values.mean(axis=0, dtype=np.float64), (1 - weight) * covariance + weight * np.diag(np.diag(covariance))
