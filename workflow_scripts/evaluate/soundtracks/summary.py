"""Rows of the table: means over sounds with intervals over songs, of a model's sounds and of every control."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.evaluate.soundtracks.distances import frechet_distance, scale_of
from workflow_scripts.evaluate.soundtracks.heard import DIMENSIONS
from workflow_scripts.evaluate.soundtracks.measures import MEASURES, TOGETHER, deviation, loris_f1
from workflow_scripts.evaluate.soundtracks.scoring import MODEL, Score, Scored
from workflow_scripts.evaluate.summary import NOTHING, Part
from workflow_scripts.motion.skeleton import Floats

HALVES = "truth_halves"  # the row of the Frechet distance's floor
SPLITS = 20  # random halves of the originals
LEFT_OUT = 50  # the jackknife leaves out songs one by one, or in so many parts where there are more
RESAMPLES, LEVEL, NORMAL_QUANTILE = 2000, 0.95, 1.96


def rows_of(group: Scored, seed: int) -> dict[str, dict[str, Part]]:
    """Return {"model", name of a control or `HALVES`: {measure: {mean, low, high}}}; None where unknown.

    Intervals are 95 % bootstrap intervals over songs (over dances whose song is not known), and for the Frechet
    distance the jackknife's: a draw with repetitions is farther from the originals than the set itself.
    """
    originals = _originals(group)
    rows = {}
    for name, scores in group.scores.items():
        songs = [score.dance.group for score in scores]
        row = {}
        for key in MEASURES:
            row[key] = _part(mean_interval([score.measures.get(key, np.nan) for score in scores], songs, seed))
        row |= _loris(scores, songs, seed)
        row["frechet_distance"] = frechet_row(originals, [(score.dance.group, score.windows) for score in scores])
        rows[name] = row
    rows[HALVES] = {key: NOTHING for key in (*MEASURES, *TOGETHER)} | {"frechet_distance": halves_row(originals, seed)}
    return rows


def differences_of(group: Scored, seed: int) -> dict[str, dict[str, Part]]:
    """Return {control: {measure: {mean, low, high}}}: the model's number less the control's, of the same dance.

    Both are of one dance, so this tells more than whether two intervals overlap.
    """
    result = {}
    for name, scores in group.scores.items():
        if name == MODEL:
            continue
        beside = {score.dance.name: score.measures for score in scores}
        pairs = [(score, beside[score.dance.name]) for score in group.scores[MODEL] if score.dance.name in beside]
        songs = [score.dance.group for score, _ in pairs]
        result[name] = {
            key: _part(
                mean_interval([s.measures.get(key, np.nan) - other.get(key, np.nan) for s, other in pairs], songs, seed)
            )
            for key in MEASURES
        }
    return result


def frechet_row(originals: dict[tuple[str, str], Floats], made: Sequence[tuple[str, Floats]]) -> Part:
    """Return the Frechet distance of sounds from the originals, its interval by the jackknife over songs.

    Args:
        originals: {(song, what tells one original from another): windows (W, D)}.
        made: (song, windows) of each sound.
    """

    def distance(left_out: Sequence[str]) -> float:
        reference = _joined([windows for (song, _), windows in originals.items() if song not in left_out])
        generated = _joined([windows for song, windows in made if song not in left_out])
        return frechet_distance(reference, generated, scale_of(reference))

    value = distance(())
    if not np.isfinite(value):
        return NOTHING
    songs = sorted({song for song, _ in made})
    parts = np.array_split(np.array(songs), min(len(songs), LEFT_OUT))
    values = np.array([distance(part.tolist()) for part in parts])
    if len(parts) < 2 or not np.isfinite(values).all():
        return {"mean": value, "low": None, "high": None}
    # Efron and Tibshirani 1993, chapter 11.
    error = float(np.sqrt((len(parts) - 1) * np.mean((values - values.mean()) ** 2)))
    return {"mean": value, "low": max(value - NORMAL_QUANTILE * error, 0.0), "high": value + NORMAL_QUANTILE * error}


def halves_row(originals: dict[tuple[str, str], Floats], seed: int) -> Part:
    """Return the Frechet distance of one half of the originals' songs from the other: what few sounds cost alone.

    The mean of `SPLITS` random halves, and the range in which 95 % of them lie.
    """
    songs = sorted({song for song, _ in originals})
    if len(songs) < 2:
        return NOTHING
    rng, values = np.random.default_rng(seed), []
    for _ in range(SPLITS):
        first = set(rng.permutation(songs)[: len(songs) // 2].tolist())
        one, two = (
            _joined([windows for (song, _), windows in originals.items() if (song in first) is side])
            for side in (True, False)
        )
        values.append(frechet_distance(one, two, scale_of(_joined(list(originals.values())))))
    if not np.isfinite(values).all():
        return NOTHING
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"mean": float(np.mean(values)), "low": float(low), "high": float(high)}


def _originals(group: Scored) -> dict[tuple[str, str], Floats]:
    """Return the windows of each original once: dances by several models may share theirs."""
    return {
        (score.dance.group, _digest(score.dance.original.windows)): score.windows
        for score in group.scores["truth"]
        if score.dance.original
    }


def _digest(windows: Floats) -> str:
    return hashlib.sha256(windows.tobytes()).hexdigest()


def _loris(scores: Sequence[Score], songs: Sequence[str], seed: int) -> dict[str, Part]:
    known = [number for number, score in enumerate(scores) if "loris_recall" in score.measures]
    precision, recall = (
        np.array([scores[number].measures[key] for number in known]) for key in ("loris_precision", "loris_recall")
    )
    groups = [songs[number] for number in known]
    return {
        "loris_f1": _resampled(lambda drawn: loris_f1(precision[drawn], recall[drawn]), groups, seed),
        "loris_csd": _resampled(lambda drawn: deviation(precision[drawn]), groups, seed),
        "loris_hsd": _resampled(lambda drawn: deviation(recall[drawn]), groups, seed),
    }


def _resampled(statistic: Callable[[npt.NDArray[np.intp]], float], groups: Sequence[str], seed: int) -> Part:
    """Return a statistic of sounds (given by their places) with its interval by drawing whole groups."""
    if not groups:
        return NOTHING
    names, number = np.unique(np.asarray(groups), return_inverse=True)
    value = statistic(np.arange(len(groups)))
    if not np.isfinite(value):
        return NOTHING
    if len(names) < 2:
        return {"mean": value, "low": None, "high": None}
    members = [np.flatnonzero(number == place) for place in range(len(names))]
    draws = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    values = [statistic(np.concatenate([members[place] for place in draw])) for draw in draws.tolist()]
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"mean": value, "low": float(low), "high": float(high)}


def _part(interval: tuple[float | None, float | None, float | None]) -> Part:
    return dict(zip(("mean", "low", "high"), interval, strict=True))


def _joined(windows: Sequence[Floats]) -> Floats:
    return np.concatenate([np.empty((0, DIMENSIONS)), *windows]).astype(np.float64)
