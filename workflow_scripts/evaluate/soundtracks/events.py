"""Moments against moments: the scores of the literature for whether two sounds, or sound and motion, go together."""

from math import ceil

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

TOLERANCE_S = 0.07  # MIREX; mir_eval.beat.f_measure
Seconds = npt.NDArray[np.bool_]


def f_measure(reference: Floats, estimated: Floats) -> tuple[float, float, float]:
    """Return F, precision and recall of moments (seconds, ascending), a pair being at most `TOLERANCE_S` apart.

    Every moment is in one pair at most, and there are as many pairs as can be: `mir_eval.onset.f_measure` and
    `mir_eval.beat.f_measure` (Raffel et al., ISMIR 2014), but in linear time. NaN without a reference; 0 where nothing
    is estimated.
    """
    if not len(reference):
        return (float("nan"),) * 3
    hits = _pairs(reference.tolist(), estimated.tolist())
    if not hits:
        return 0.0, 0.0, 0.0
    precision, recall = hits / len(estimated), hits / len(reference)
    return 2 * precision * recall / (precision + recall), precision, recall


def _pairs(reference: list[float], estimated: list[float]) -> int:
    # With one tolerance for all, to pair the earliest two that can be never costs a pair later.
    pairs = place = 0
    for moment in estimated:
        while place < len(reference) and reference[place] < moment - TOLERANCE_S:
            place += 1
        if place < len(reference) and reference[place] <= moment + TOLERANCE_S:
            pairs, place = pairs + 1, place + 1
    return pairs


def beat_seconds(onsets: Floats, seconds: float) -> Seconds:
    """Return for each second [0, 1), [1, 2), ... of a sound of that length whether an onset falls into it."""
    found = np.zeros(ceil(seconds), dtype=bool)
    places = np.floor(onsets).astype(np.intp)
    found[places[places < len(found)]] = True
    return found


def coverage_and_hit(reference: Seconds, generated: Seconds) -> tuple[float, float]:
    """Return beats coverage and beat hit as D2M-GAN has them (Zhu et al., ECCV 2022); NaN without a reference beat.

    Coverage is the number of the generated sound's beat seconds over that of the reference (it can exceed 1), hit the
    share of the reference's beat seconds that are the generated sound's too.
    """
    generated = _as_long(generated, reference)
    beats = int(reference.sum())
    if not beats:
        return float("nan"), float("nan")
    return int(generated.sum()) / beats, int((generated & reference).sum()) / beats


def precision_and_recall(reference: Seconds, generated: Seconds) -> tuple[float, float]:
    """Return what LORIS (Yu et al., ICML 2023) calls beats coverage and beats hit scores: precision and recall.

    Shares of the generated sound's, and of the reference's beat seconds that are the other's too; 0 of none, as there.
    """
    generated = _as_long(generated, reference)
    hits = int((generated & reference).sum())
    return hits / max(int(generated.sum()), 1), hits / max(int(reference.sum()), 1)


def _as_long(generated: Seconds, reference: Seconds) -> Seconds:
    """Return the generated beat seconds over the reference's time: a sound that ends early has none after its end."""
    result = np.zeros_like(reference)
    result[: len(generated)] = generated[: len(reference)]
    return result
