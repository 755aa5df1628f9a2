"""Where frames lie in the beat, the bar and the phrase of two bars that dances are made of."""

from dataclasses import dataclass

import numpy as np

from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.skeleton import Floats

BARS_PER_PHRASE = 2  # a dancer's "eight"
# The pulse that is imagined where a song has no beats: a calm 60 per minute.
CALM_PERIOD_S = 1.0
PHASES = 10


@dataclass
class Metre:
    """Positions (T,) of frames, counted in beats, bars and phrases from the first downbeat; negative before it."""

    beat: Floats
    bar: Floats
    phrase: Floats


def metre(music: Music, frames: int) -> Metre:
    """Return the metre of `frames` frames at `music.fps`: linear between beats, and beyond them at the same tempo."""
    time = np.arange(frames) / music.fps
    beats: Floats = music.beats
    downbeats: Floats = music.downbeats
    if len(beats) < 2:
        beats = CALM_PERIOD_S * np.arange(music.beats_per_bar)
        downbeats = np.empty(0)
    first = downbeats[:1] if len(downbeats) else beats[:1]
    beat = _counted(time, beats) - _counted(first, beats)
    bar = beat / music.beats_per_bar if len(downbeats) < 2 else _counted(time, downbeats)
    return Metre(beat, bar, bar / BARS_PER_PHRASE)


def phase_features(position: Metre) -> Floats:
    """Return (T, PHASES) float32: sine and cosine of the phase in half beat, beat, half bar, bar and phrase."""
    cycles = [2 * position.beat, position.beat, 2 * position.bar, position.bar, position.phrase]
    angles = 2 * np.pi * np.stack(cycles, axis=1)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def _counted(time: Floats, ticks: Floats) -> Floats:
    """Return the position of times among ticks (K >= 2 ascending seconds): k at the k-th tick."""
    period = float(np.median(np.diff(ticks)))
    inside = np.interp(time, ticks, np.arange(len(ticks)))
    before, after = np.minimum(time - ticks[0], 0.0), np.maximum(time - ticks[-1], 0.0)
    result: Floats = inside + (before + after) / period
    return result
