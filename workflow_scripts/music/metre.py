"""Bars: how many beats they have, three or four, and which beat is their first."""

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music import bands
from workflow_scripts.music.windows import FPS

METRES = (4, 3)
# With fewer beats two metres cannot be told apart: the usual one is taken.
FEWEST_BEATS = 12
# Chords live below 1 kHz.
CHORD_BANDS = 45


def bars(beats: Floats, rise: Floats, decibels: Floats) -> tuple[int, npt.NDArray[np.bool_]]:
    """Return the beats per bar and which beats (K,) begin a bar: one metre and one phase for the whole clip.

    A bar shows in the bass, which strikes its first beat, and in chords, which change there. The metre is the one that
    explains more of their variance from beat to beat, the first beat the one with the most of them. The curves were
    chosen on the tuning half of the annotated music (benchmarks/beats.py); results on the other half are there too.

    Args:
        beats: (K,) seconds.
        rise: (T, bands) of `bands.rises`.
        decibels: (T', MEL_BANDS) mel spectrogram at 30 frames per second.
    """
    mask = np.zeros(len(beats), dtype=bool)
    if len(beats) < 2 * METRES[0]:
        mask[:1] = True
        return METRES[0], mask
    spectra = _spectra(beats, decibels[:, :CHORD_BANDS])
    curves = [np.sqrt(_strikes(beats, rise[:, 0])), change_of_sound(spectra, 1), change_of_sound(spectra, 2)]
    metre = metre_of(curves) if len(beats) >= FEWEST_BEATS else METRES[0]
    votes = np.sum([_votes_of_phases(curve, metre) for curve in curves], axis=0)
    mask[int(np.argmax(votes)) :: metre] = True
    return metre, mask


def metre_of(curves: list[Floats]) -> int:
    """Return the beats per bar that explain most of curves (K,) with a value per beat; the first of `METRES` if none.

    Explained variance is adjusted for the number of phases (Wherry's R squared): else four would explain noise better.
    """
    return max(METRES, key=lambda metre: sum(_explained(curve, metre) for curve in curves))


def change_of_sound(spectra: Floats, span: int) -> Floats:
    """Return the distance (K,) between the mean spectra of the `span` beats from each beat on and of those before.

    Args:
        spectra: (K, bands) mean spectrum from each beat to the next.
        span: two beats of dance music hold a kick and a snare wherever they begin, so that the chord is what changes.
    """
    change = np.zeros(len(spectra))
    for k in range(1, len(spectra)):
        before, after = spectra[max(0, k - span) : k], spectra[k : k + span]
        change[k] = np.linalg.norm(after.mean(axis=0) - before.mean(axis=0))
    return change


def _explained(curve: Floats, metre: int) -> float:
    total = float(np.var(curve)) * len(curve)
    if total <= 0:
        return 0.0
    phases = [curve[phase::metre] for phase in range(metre)]
    left = sum(float(np.var(phase)) * len(phase) for phase in phases)
    return 1 - left / (len(curve) - metre) / (total / (len(curve) - 1))


def _votes_of_phases(curve: Floats, metre: int) -> Floats:
    """Mean of a curve (K,) on every phase of the bar, (metre,), in standard deviations above their mean."""
    means = np.array([curve[phase::metre].mean() for phase in range(metre)])
    return (means - means.mean()) / max(float(curve.std()), 1e-9)


def _strikes(beats: Floats, rise: Floats) -> Floats:
    """The largest rise (K,) within two frames of each beat."""
    frames = np.round(beats * bands.FPS).astype(np.intp)
    return rise[np.clip(frames[:, None] + np.arange(-2, 3), 0, len(rise) - 1)].max(axis=1)


def _spectra(beats: Floats, decibels: Floats) -> Floats:
    frames = np.clip(np.round(beats * FPS).astype(np.intp), 0, len(decibels) - 1)
    ends = [*frames[1:], len(decibels)]
    return np.array([decibels[a : max(b, a + 1)].mean(axis=0) for a, b in zip(frames, ends, strict=True)])
