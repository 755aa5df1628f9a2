"""The music group `rhythm`: onsets, beats, bars and tempo.

Beats are those of `pattern.py`, bars those of `metre.py`. With the setting `compat: edge` beats and the one-hot columns
are those of EDGE's own extractor: the published tracker of `tracking.py`, late and now and then at half the tempo.
"""

from typing import Any

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music import bands
from workflow_scripts.music.metre import METRES, bars
from workflow_scripts.music.pattern import EVIDENCE, STEADINESS, beat_times
from workflow_scripts.music.phase import beat_phase
from workflow_scripts.music.sound import Sound
from workflow_scripts.music.spectral import onset_strength
from workflow_scripts.music.tracking import MAX_BPM, TIGHTNESS, beat_frames, onset_frames, tempo
from workflow_scripts.music.windows import FPS, HOP, RATE, Frames

# Edge's own prior for the tempo comes from a second analysis at this rate (librosa's default).
EDGE_PRIOR_RATE = 22_050
# How late its beats lie: median over the 18 demo songs of the seeds 500-505, 15 s each.
EDGE_LATENCY_S = 0.0437
PARAMETERS: dict[str, Any] = {
    "onset_peaks": {"rate": RATE, "hop": HOP, "delta": 0.07, "unit": "none"},
    "beat_pulses": {
        "rate": RATE,
        "compat": "none",
        # What holds for the one that `compat` names.
        "none": {"hop": bands.HOP, "evidence": EVIDENCE, "steadiness": STEADINESS},
        "edge": {"hop": HOP, "tightness": TIGHTNESS, "max_bpm": MAX_BPM},
        "unit": "none",
    },
    "beat_phase": {"columns": ["sine in beat", "cosine in beat", "sine in bar", "cosine in bar"], "unit": "none"},
    "beats": {"unit": "s"},
    "downbeats": {"unit": "s"},
    "tempo": {"unit": "bpm"},
    "beats_per_bar": {"unit": "beats", "of": METRES},
}


def extract(sound: Sound, settings: dict[str, Any]) -> dict[str, Floats]:
    """Return onset_peaks and beat_pulses (T, 1), beat_phase (T, 4), beats and downbeats (K,) in s, tempo () in bpm.

    Also beats_per_bar (), 3 or 4.

    Args:
        sound: its mono is used.
        settings: `compat: edge` has the beats of EDGE's extractor.
    """
    decibels, rise = sound.overview.decibels, bands.rises(sound)
    strength = onset_strength(decibels)
    frames = len(strength)
    if settings.get("compat") == "edge":
        pulses = beat_frames(strength, FPS, tempo(strength, FPS, _edge_prior(sound)))
        beats: Floats = pulses / FPS
        metre, first = bars(beats - EDGE_LATENCY_S, rise, decibels)
    else:
        beats = beat_times(rise, bands.standardised(rise))
        beats = beats[(beats >= 0) & (beats < sound.length / RATE)]
        pulses = np.unique(np.round(beats * FPS).astype(np.intp))
        metre, first = bars(beats, rise, decibels)
    return {
        "onset_peaks": _one_hot(onset_frames(strength, FPS), frames),
        "beat_pulses": _one_hot(pulses, frames),
        "beat_phase": beat_phase(beats, beats[first], frames),
        "beats": beats,
        "downbeats": beats[first],
        "tempo": np.asarray(tempo_of(beats)),
        "beats_per_bar": np.asarray(float(metre)),
    }


def tempo_of(beats: Floats) -> float:
    """Return the tempo of beats in seconds as bpm: the mean of the intervals near their median; 0 when unknown."""
    intervals = np.diff(beats)
    if not len(intervals):
        return 0.0
    usual = np.median(intervals)
    near = intervals[np.abs(intervals - usual) <= 0.15 * usual]
    # Of an even number, none need be near the median.
    return float(60 / (near.mean() if len(near) else usual))


def _edge_prior(sound: Sound) -> float:
    strength = onset_strength(sound.at(EDGE_PRIOR_RATE).overview.decibels)
    return tempo(strength, EDGE_PRIOR_RATE / HOP)


def _one_hot(frames: Frames, length: int) -> Floats:
    column = np.zeros((length, 1))
    column[frames[frames < length]] = 1.0
    return column
