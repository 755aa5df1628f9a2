"""The scores of the protocol: features of a set of dances against those of the pool, and beats.

As Bailando's published code has it: FID and diversity of the first 1,200 frames, the first frame's root in the origin,
against whole sequences; beat alignment of the whole dance (Siyao et al., Bailando, CVPR 2022; utils/metrics_new.py and
utils/beat_align_score.py). Beside each number that is published in a wrong form stands its corrected one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from workflow_scripts.evaluate.aistpp.sequences import Case
from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, motion_beats
from workflow_scripts.evaluate.metrics.form import Form
from workflow_scripts.evaluate.metrics.frechet import diversity, frechet_floor, frechet_interval
from workflow_scripts.evaluate.metrics.geometric import LEAST_SCALE as GEOMETRIC_SCALE
from workflow_scripts.evaluate.metrics.geometric import geometric_features
from workflow_scripts.evaluate.metrics.kinetic import LEAST_SCALE as KINETIC_SCALE
from workflow_scripts.evaluate.metrics.kinetic import anchored, kinetic_features
from workflow_scripts.evaluate.metrics.resampling import RATE
from workflow_scripts.motion.skeleton import Floats

FRAMES = 1200
FORMS: tuple[Form, ...] = get_args(Form)
EXTRACTORS = {"k": kinetic_features, "g": geometric_features}
LEAST_SCALES: dict[str, Floats | float] = {"k": KINETIC_SCALE, "g": GEOMETRIC_SCALE}


@dataclass(frozen=True)
class Dance:
    """A dance of one case: world joints (T, 24, 3) at 60 frames/s, metres, y up."""

    case: Case
    world: Floats


@dataclass(frozen=True)
class Features:
    """Features of a set of motions: {("k" or "g", form): (N, 72) or (N, 32)}."""

    tables: Mapping[tuple[str, Form], Floats]

    @property
    def count(self) -> int:
        """How many motions."""
        return len(self.tables["k", "published"])


def features_of(worlds: Iterable[Floats]) -> Features:
    """Return the features of motions (T, 24, 3) at 60 frames/s, each with its first root in the origin."""
    rows: dict[tuple[str, Form], list[Floats]] = {(kind, form): [] for kind in EXTRACTORS for form in FORMS}
    for world in worlds:
        body = anchored(world)
        for (kind, form), found in rows.items():
            found.append(EXTRACTORS[kind](body, RATE, form))
    return Features({key: np.array(found, dtype=np.float64) for key, found in rows.items()})


def distances(predicted: Features, reference: Features, songs: Sequence[str]) -> dict[str, float | None]:
    """Return FID_k, FID_g, Div_k and Div_g of a set of dances, and the same `_corrected`.

    Each FID has an interval over songs (`_low`, `_high`).

    Args:
        predicted: features of the dances.
        reference: features of the pool.
        songs: the song of each of the dances.
    """
    found: dict[str, float | None] = {}
    for form in FORMS:
        ending = "" if form == "published" else f"_{form}"
        for kind, least in LEAST_SCALES.items():
            ours, pool = predicted.tables[kind, form], reference.tables[kind, form]
            bound = None if form == "published" else least
            distance, low, high = frechet_interval(ours, pool, songs, bound)
            found |= {f"FID_{kind}{ending}": distance, f"FID_{kind}{ending}_low": low, f"FID_{kind}{ending}_high": high}
            found[f"Div_{kind}{ending}"] = diversity(ours, pool, bound)
    return found


def floors(count: int, reference: Features, seed: int) -> dict[str, float]:
    """Return the floor of FID_k and FID_g: what `count` draws from the pool's own distribution would have."""
    tables = {kind: reference.tables[kind, "published"] for kind in EXTRACTORS}
    return {f"FID_{kind}_floor": frechet_floor(count, table, seed=seed) for kind, table in tables.items()}


def beat_scores(dances: Sequence[Dance], beats: Mapping[str, Floats]) -> list[dict[str, float]]:
    """Return for each dance BAS with its own song, with the other songs of the cases (mean), and the difference.

    Args:
        dances: of cases.
        beats: {song: music beats in seconds, on the grid of 60 frames/s} of every case.
    """
    songs = sorted({dance.case.song for dance in dances})
    rows = []
    for dance in dances:
        found = motion_beats(dance.world, RATE)
        scores = {song: beat_alignment(found, beats_inside(beats[song], len(dance.world), RATE)) for song in songs}
        own = scores.pop(dance.case.song)
        others = [score for score in scores.values() if np.isfinite(score)]
        chance = float(np.mean(others)) if others else float("nan")
        rows.append({"BAS": own, "BAS_other_songs": chance, "BAS_difference": own - chance})
    return rows


def beat_summary(rows: Sequence[dict[str, float]], dances: Sequence[Dance], seed: int) -> dict[str, float | None]:
    """Return the means of `beat_scores`, with 95 % intervals over songs of BAS and of the difference."""
    songs = [dance.case.song for dance in dances]
    summary: dict[str, Any] = {}
    for key in ("BAS", "BAS_other_songs", "BAS_difference"):
        mean, low, high = mean_interval([row[key] for row in rows], songs, seed)
        summary[key] = mean
        if key != "BAS_other_songs":
            summary |= {f"{key}_low": low, f"{key}_high": high}
    return summary
