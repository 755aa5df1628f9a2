"""Beats on annotated music: ours beside librosa's default tracker, by halves of which one was never used to choose.

The split, written down before anything of the tracker was chosen with it: the clips of `gtzan_beats` in sorted order,
those of even index (0, 2, ...) are for tuning and those of odd index are held out; the dances of `dance_with_melody`
in sorted order likewise (their style tells the metre and the range of tempo); demo songs of the seeds 500-505 are for
tuning, 700-703 held out.
"""

from collections.abc import Sequence


def tuning(names: Sequence[str]) -> list[str]:
    """Return the names that constants may be chosen on."""
    return sorted(names)[0::2]


def held_out(names: Sequence[str]) -> list[str]:
    """Return the names that are only looked at in the end."""
    return sorted(names)[1::2]
