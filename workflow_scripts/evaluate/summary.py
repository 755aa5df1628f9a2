"""Rows of the table: what is measured of a model's dances, or of a control's motions, with intervals over songs."""

from collections.abc import Sequence

from workflow_scripts.evaluate.bootstrap import mean_interval

Part = dict[str, float | None]
NOTHING: Part = {"mean": None, "low": None, "high": None}


def summary(rows: Sequence[dict[str, float]], songs: Sequence[str], seed: int) -> dict[str, Part]:
    """Return {measure: {mean, low, high}} over dances, with 95 % intervals over songs; None where unknown.

    Args:
        rows: {measure: value} of each dance, all with the same measures.
        songs: of each dance.
        seed: of the draws.
    """
    names = rows[0] if rows else {}
    result: dict[str, Part] = {}
    for name in names:
        mean, low, high = mean_interval([row[name] for row in rows], songs, seed)
        result[name] = {"mean": mean, "low": low, "high": high}
    return result
