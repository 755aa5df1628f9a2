"""Sounds that say nothing of a dance, or all that can be said: each is scored exactly as what a model made.

All are mono samples (N,) float32 at `RATE`.
"""

import numpy as np
import numpy.typing as npt

from workflow_scripts.evaluate.beats_again import RATE
from workflow_scripts.motion.skeleton import Floats

Samples = npt.NDArray[np.float32]

NOISE_LEVEL = 0.1  # root mean square of noise where there is no original
TEMPI = (60.0, 180.0)  # beats per minute between which a random metronome ticks
CLICK_HZ, CLICK_S, CLICK_LEVEL = 1000.0, 0.03, 0.5
# A click is heard so much after it began (`heard.hear`: a frame is 23 ms, its onset strength peaks in the next).
HEARD_LATE_S = 0.019
# The controls in the order of tables, and what each is.
CONTROLS: dict[str, str] = {
    "silence": "no sound at all",
    "noise": "white noise, as loud as the original",
    "metronome_random": "clicks at a random tempo (60-180 per minute) and phase",
    "metronome": "clicks at the original's own tempo and phase, fitted to the beats that are heard in it",
    "other": "the true soundtrack of another clip, of another song",
    "truth": "the true soundtrack; of a generated dance, the song it was danced to",
}


def silence(count: int) -> Samples:
    """Return `count` zeros."""
    return np.zeros(count, dtype=np.float32)


def noise(count: int, level: float, rng: np.random.Generator) -> Samples:
    """Return Gaussian white noise whose root mean square is `level`."""
    return (level * rng.standard_normal(count)).astype(np.float32)


def clicks(count: int, times: Floats) -> Samples:
    """Return short decaying tones that begin at `times`, seconds; those outside of the sound are left out."""
    time = np.arange(round(CLICK_S * RATE)) / RATE
    click = (CLICK_LEVEL * np.sin(2 * np.pi * CLICK_HZ * time) * np.exp(-time * 5 / CLICK_S)).astype(np.float32)
    sound = np.zeros(count + len(click), dtype=np.float32)
    for start in np.round(np.asarray(times) * RATE).astype(int).tolist():
        if 0 <= start < count:
            sound[start : start + len(click)] += click
    return sound[:count]


def metronome(count: int, period: float, phase: float) -> Samples:
    """Return `clicks` at `phase` and every `period` seconds before and after."""
    return clicks(count, np.arange(phase % period, count / RATE, period))


def random_metronome(count: int, rng: np.random.Generator) -> Samples:
    """Return a metronome whose tempo is drawn evenly on a logarithmic scale between `TEMPI`, and whose phase is."""
    period = 60 / float(np.exp(rng.uniform(*np.log(TEMPI))))
    return metronome(count, period, float(rng.uniform(0, period)))


def right_metronome(count: int, beats: Floats) -> Samples | None:
    """Return the metronome whose period and phase fit the tracked beats (seconds) of a sound best; None below three.

    Its clicks come `HEARD_LATE_S` before them: heard as the sound was, they are where its beats are.
    A beat that was not found leaves a gap of two: beats are numbered by their distances before the line is fitted.
    """
    if len(beats) < 3:
        return None
    typical = float(np.median(np.diff(beats)))
    number = np.cumsum(np.concatenate([[0.0], np.maximum(np.round(np.diff(beats) / typical), 1.0)]))
    period, phase = np.polyfit(number, beats, 1)
    return metronome(count, float(period), float(phase) - HEARD_LATE_S)


def repeated(sound: Samples, count: int) -> Samples | None:
    """Return `count` samples of a sound, from its start again where it ends; None of an empty one."""
    return np.resize(sound, count) if len(sound) else None
