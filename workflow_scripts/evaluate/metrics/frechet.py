"""How far the features of some dances are from those of a reference set: FID and diversity.

FID: Heusel et al., GANs Trained by a Two Time-Scale Update Rule, NeurIPS 2017; of dances Li et al., ICCV 2021, and
Siyao et al., Bailando, CVPR 2022. It is a biased estimate, upwards: even dances of the reference's own distribution
have a FID of `frechet_floor`, which falls as their number rises.

Both sets are standardised by the reference: less its mean, over its standard deviation. As published 1e-10 is added to
the deviations, so that a feature which is the same in all of the reference and not in the dances makes a FID of 1e14
and more. In the corrected form no feature is divided by less than its `least` scale, which says what difference is
small: `kinetic.LEAST_SCALE`, `geometric.LEAST_SCALE`. Every function here is as published where `least` is None.
"""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import pdist

from workflow_scripts.evaluate.metrics.jackknife import jackknife_interval
from workflow_scripts.motion.skeleton import Floats

PUBLISHED_EPSILON = 1e-10  # added to the reference's standard deviations


Least = Floats | float | None


def standardised(values: Floats, reference: Floats, least: Least = None) -> Floats:
    """Return features (N, D) less the reference's (M, D) mean, over its standard deviation (ddof 0).

    Args:
        values, reference: features of one kind and form.
        least: the least scale of each feature, in its unit, repeated to D numbers; above 0. None: as published.
    """
    reference = np.asarray(reference, dtype=np.float64)
    scale = reference.std(axis=0)
    scale = scale + PUBLISHED_EPSILON if least is None else np.maximum(scale, np.resize(least, scale.shape))
    return np.asarray((np.asarray(values, dtype=np.float64) - reference.mean(axis=0)) / scale)


def frechet_distance(predicted: Floats, reference: Floats, least: Least = None) -> float:
    """Return the (squared) Frechet distance of two sets of features, each taken for a Gaussian (FID).

    |difference of means|² + tr(A + B - 2 (A B)^½) (Dowson and Landau 1982) with sample covariances A and B of the
    `standardised` sets. The trace of the root is the sum of the singular values of the product of the centred sets: no
    root of a matrix, which is singular with fewer dances than features.

    Args:
        predicted: (N, D). NaN is returned for fewer than two rows, and where a feature is not finite.
        reference: (M, D), as well.
        least: see `standardised`.
    """
    if min(len(predicted), len(reference)) < 2 or not (np.isfinite(predicted).all() and np.isfinite(reference).all()):
        return float("nan")
    one, two = (standardised(values, reference, least) for values in (predicted, reference))
    apart = one.mean(axis=0) - two.mean(axis=0)
    a, b = (_root(values - values.mean(axis=0), len(values)) for values in (one, two))
    return float(max(apart @ apart + _spread(a, b), 0.0))


def diversity(predicted: Floats, reference: Floats, least: Least = None) -> float:
    """Return the mean distance between two of the dances (N, D), `standardised` by the reference (M, D).

    Dances are to have the diversity of the reference, `diversity(reference, reference)`, not a larger one. NaN for
    fewer than two.
    """
    if len(predicted) < 2:
        return float("nan")
    return float(pdist(standardised(predicted, reference, least)).mean())


def frechet_floor(count: int, reference: Floats, least: Least = None, seed: int = 0, draws: int = 100) -> float:
    """Return the mean `frechet_distance` of `count` dances that are draws from the reference's own distribution.

    That is taken for the Gaussian of the reference's (M, D) standardised features: features that go together lower the
    floor. See `gaussian_floor`; NaN for fewer than two dances.
    """
    values = standardised(reference, reference, least)
    spectrum = np.linalg.svd(values - values.mean(axis=0), compute_uv=False) ** 2 / max(len(values) - 1, 1)
    return gaussian_floor(count, len(reference), spectrum, seed, draws)


def gaussian_floor(count: int, reference_count: int, spectrum: Floats, seed: int = 0, draws: int = 100) -> float:
    """Return the mean Frechet distance of `count` and `reference_count` draws from one Gaussian.

    The part of the means in closed form, that of the covariances as the mean over `draws` simulations. N centred draws
    have the scatter of N - 1 draws around a known mean, and a rotation changes nothing: so normal numbers with the
    variances of the spectrum are enough.

    Args:
        count, reference_count: N and M; below two NaN is returned.
        spectrum: (D,) eigenvalues of the Gaussian's covariance (ones for a unit Gaussian).
        seed: of the draws.
        draws: how many.
    """
    if min(count, reference_count) < 2:
        return float("nan")
    spectrum = np.asarray(spectrum, dtype=np.float64)
    spectrum = spectrum[spectrum > spectrum.max(initial=0.0) * 1e-12]
    random = np.random.default_rng(seed)

    def drawn(size: int) -> Floats:
        return _root(random.standard_normal((size - 1, len(spectrum))) * np.sqrt(spectrum), size)

    spread = np.mean([_spread(drawn(count), drawn(reference_count)) for _ in range(draws)])
    return float(spectrum.sum() * (1 / count + 1 / reference_count) + spread)


def frechet_interval(
    predicted: Floats, reference: Floats, groups: Sequence[str], least: Least = None
) -> tuple[float | None, float | None, float | None]:
    """Return `frechet_distance` and the bounds of its 95 % interval over songs, the reference taken as it is.

    By the jackknife of its root, the distance itself (`jackknife.jackknife_interval`). Dances that a bootstrap draws
    twice add nothing to a covariance: its FIDs are those of fewer dances, and its interval lies above the measured one.

    Args:
        predicted, reference, least: see `frechet_distance`.
        groups: the song of each of the predicted dances.
    """

    def distance(rows: Floats) -> float:
        return float(np.sqrt(frechet_distance(rows, reference, least)))

    value, low, high = jackknife_interval(distance, predicted, groups)
    return (
        None if value is None else value**2,
        None if low is None else max(low, 0.0) ** 2,
        None if high is None else high**2,
    )


def _root(centred: Floats, count: int) -> Floats:
    """Return R (at most D, D) with R' R = the sample covariance of `count` rows, given centred (N, D)."""
    return np.asarray(np.linalg.qr(centred, mode="r") / np.sqrt(count - 1))


def _spread(a: Floats, b: Floats) -> float:
    """Return tr(A + B - 2 (A B)^½) of the covariances A = a' a and B = b' b."""
    return float((a**2).sum() + (b**2).sum() - 2 * np.linalg.svd(a @ b.T, compute_uv=False).sum())
