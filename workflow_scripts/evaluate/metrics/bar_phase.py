"""Whether dances to music in bars of three keep their place in the bar.

Waltz dancers do not rest on every beat (beat by beat they are at chance), but their pelvis rises and falls once in a
bar, and always at the same place of it: the one measure of hearing music that real waltz passes. Phases are those of
one Fourier coefficient each, at the song's own constant bar frequency; which place of the bar the rise belongs to is
taken from the other dances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.motion.skeleton import Floats

HIGH_PASS_S = 2.5  # standard deviation of the Gaussian that is taken off the pelvis's height: drift, not dance
STILL_M = 1e-4  # a pelvis that rises and falls less than this in a bar has no phase
MIN_DANCES = 3  # below, "where the others are" is one dance
WALTZ = 3  # beats per bar


@dataclass(frozen=True)
class BarDance:
    """The pelvis's height (T,), metres at `fps`, of a dance to `song`, with the song's beats and downbeats, seconds."""

    song: str
    height: Floats
    fps: float
    beats: Floats
    downbeats: Floats


def bar_frequency(beats: Floats, beats_per_bar: int = WALTZ) -> float | None:
    """Return the constant frequency of bars, Hz, that fits all beats best; None with fewer than three of them.

    A beat that was not found leaves a gap of two: beats are numbered by their distances before the line is fitted.
    """
    if len(beats) < 3:
        return None
    period = float(np.median(np.diff(beats)))
    number = np.cumsum(np.concatenate([[0.0], np.maximum(np.round(np.diff(beats) / period), 1.0)]))
    return 1.0 / (beats_per_bar * float(np.polyfit(number, beats, 1)[0]))


def coefficient(values: Floats, times: Floats, frequency: float, seconds: float) -> complex:
    """Return the Fourier coefficient of values (N,) at times (N,) in 0..seconds under a Hann window of weight 1."""
    window = np.sin(np.pi * times / seconds) ** 2
    turning = np.exp(-2j * np.pi * frequency * times)
    return complex((values * window * turning).sum() / max(float(window.sum()), 1e-12))


def without_drift(height: Floats, fps: float) -> Floats:
    """Return heights (T,) less what changes in more than about `HIGH_PASS_S`."""
    height = np.asarray(height, dtype=np.float64)
    return np.asarray(height - gaussian_filter1d(height, HIGH_PASS_S * fps, mode="nearest"))


def pelvis_phase(height: Floats, fps: float, frequency: float) -> float | None:
    """Return the phase, radians, at `frequency` of `without_drift` heights (T,); None where they do not move."""
    times = np.arange(len(height)) / fps
    found = coefficient(height, times, frequency, len(times) / fps)
    return float(np.angle(found)) if abs(found) > STILL_M / 4 else None


def downbeat_phase(downbeats: Floats, frequency: float, seconds: float) -> float | None:
    """Return the phase, radians, at `frequency` of pulses on the downbeats of the first `seconds`; None without any."""
    inside = downbeats[(downbeats >= 0) & (downbeats < seconds)]
    if not len(inside):
        return None
    return float(np.angle(coefficient(np.ones(len(inside)), inside, frequency, seconds)))


def bar_scores(
    dances: Sequence[BarDance], music_phases: Sequence[float | None] | None = None
) -> list[tuple[float, float]]:
    """Return (score with its own song, mean score with the other songs) of each dance; NaN where there is none.

    The score is cos(motion phase - music phase - mean of the other songs' dances): 1 when all dances rise at the same
    place of the bar, 0 on average by chance.

    Args:
        dances: all of them to music in bars of three.
        music_phases: of each dance's song at its bar frequency, in the place of its downbeats' (from its sound, say).
    """
    heights = [without_drift(dance.height, dance.fps) for dance in dances]
    frequencies = [bar_frequency(dance.beats) for dance in dances]
    music = [
        None if rate is None else downbeat_phase(dance.downbeats, rate, len(dance.height) / dance.fps)
        for dance, rate in zip(dances, frequencies, strict=True)
    ]
    music = music if music_phases is None else list(music_phases)

    def difference(dancing: int, playing: int) -> complex:
        """Motion phase less music phase as a point on the circle; NaN where one is missing."""
        rate, heard = frequencies[playing], music[playing]
        if rate is None or heard is None:
            return complex(np.nan)
        phase = pelvis_phase(heights[dancing], dances[dancing].fps, rate)
        return complex(np.nan) if phase is None else complex(np.exp(1j * (phase - heard)))

    songs = np.array([dance.song for dance in dances])
    own = np.array([difference(number, number) for number in range(len(dances))])
    known = np.isfinite(own)
    scores = []
    for number, song in enumerate(songs):
        others = own[known & (songs != song)]
        if len(set(songs[known])) < MIN_DANCES or not len(others):
            scores.append((float("nan"), float("nan")))
            continue
        mean = np.exp(-1j * np.angle(others.mean()))
        wrong = [difference(number, place) for place in np.flatnonzero(songs != song).tolist()]
        wrong = [value for value in wrong if np.isfinite(value)]
        chance = float(np.mean([(value * mean).real for value in wrong])) if wrong else float("nan")
        scores.append((float((own[number] * mean).real), chance))
    return scores
