"""Beats of a sound of which none are known: a generated one has no file of music features."""

from pathlib import Path

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import read_audio

RATE = 22050
# A steady pulse, and not every onset: the stage would flicker with those of a restless sound.
SHORTEST_S = 0.5
SILENCE = 1e-3  # of full scale, -60 dB


def heard_beats(audio: Path) -> tuple[Floats, Floats]:
    """Return the beats (seconds) that librosa's tracker hears in a WAV file, and no downbeats: it hears none.

    Silence, and what is too short to have a pulse, has no beats. Source: Ellis, "Beat Tracking by Dynamic Programming"
    (2007).

    Raises:
        MediaError: the file is unreadable.
    """
    samples, _ = read_audio(audio, RATE, mono=True)
    none: Floats = np.empty(0)
    if len(samples) < SHORTEST_S * RATE or np.abs(samples).max() < SILENCE:
        return none, none
    import librosa

    _, beats = librosa.beat.beat_track(y=samples, sr=RATE, units="time")
    return np.asarray(beats, dtype=np.float64), none
