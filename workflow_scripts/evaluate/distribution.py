"""How the dances of a model are spread, all together, beside the training motion: FID and diversity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from workflow_scripts.evaluate.metrics import geometric, kinetic
from workflow_scripts.evaluate.metrics.frechet import Least, diversity, frechet_floor, frechet_interval
from workflow_scripts.evaluate.metrics.jackknife import jackknife_interval
from workflow_scripts.evaluate.summary import NOTHING, Part
from workflow_scripts.motion.skeleton import Floats


@dataclass(frozen=True)
class Spread:
    """A kind of features: the measures made of it, and the least scales of corrected ones (`frechet.standardised`)."""

    distance: str
    diversity: str
    features: str
    least: Least = None


SPREADS = (
    Spread("fid_k", "div_k", "kinetic"),
    Spread("fid_g", "div_g", "geometric"),
    Spread("fid_k_corrected", "div_k_corrected", "kinetic_corrected", kinetic.LEAST_SCALE),
    Spread("fid_g_corrected", "div_g_corrected", "geometric_corrected", geometric.LEAST_SCALE),
)
TOGETHER = tuple(name for each in SPREADS for name in (each.distance, f"{each.distance}_floor", each.diversity))


def distribution(
    features: Sequence[dict[str, Floats]], songs: Sequence[str], reference: dict[str, Floats], seed: int
) -> dict[str, Part]:
    """Return {measure of TOGETHER: {mean, low, high}} of dances; None where there are too few of them.

    Args:
        features: of each dance, `alone.motion_features`.
        songs: of each dance; intervals are the jackknife's over them.
        reference: {name: (N, D)} of the training motion.
        seed: of the draws behind the floors.
    """
    result: dict[str, Part] = {}
    for each in SPREADS:
        beside = _finite(reference[each.features])
        rows = np.array([row[each.features] for row in features]).reshape(len(features), -1)
        # A dance of one or two frames has no speed.
        known = np.isfinite(rows).all(axis=1)
        made, played = rows[known], [song for song, there in zip(songs, known, strict=True) if there]
        if min(len(made), len(beside)) < 2:
            result |= dict.fromkeys((each.distance, f"{each.distance}_floor", each.diversity), NOTHING)
            continue
        result[each.distance] = _part(*frechet_interval(made, beside, played, each.least))
        floor = frechet_floor(len(made), beside, each.least, seed)
        result[f"{each.distance}_floor"] = _part(floor, None, None)
        spread = partial(diversity, reference=beside, least=each.least)
        result[each.diversity] = _part(*jackknife_interval(spread, made, played))
    return result


def _finite(rows: Floats) -> Floats:
    return rows[np.isfinite(rows).all(axis=1)]


def _part(mean: float | None, low: float | None, high: float | None) -> Part:
    if mean is None or not math.isfinite(mean):
        return NOTHING
    return {"mean": mean, "low": None if low is None else max(low, 0.0), "high": high}  # distances are not negative
