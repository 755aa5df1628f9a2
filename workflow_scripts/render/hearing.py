"""Beats of a sound of which none are known: a generated one has no file of music features."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import MediaError

RATE = 22050
# A steady pulse, and not every onset: the stage would flicker with those of a restless sound.
SHORTEST_S = 0.5
SILENCE = 1e-3  # of full scale, -60 dB
# So much is listened to at once, and so much of it twice: the tracker is uncertain at either end of what it hears.
WINDOW_S, TWICE_S = 120.0, 16.0
USUAL_BPM = 120.0  # the tracker's first guess of a tempo
BLOCK = 1 << 16  # samples read at once


def heard_beats(audio: Path) -> tuple[Floats, Floats]:
    """Return the beats (seconds) that librosa's tracker hears in a WAV file, and no downbeats: it hears none.

    Silence, and what is too short to have a pulse, has no beats. A long sound is heard in windows, each with the tempo
    of the one before as its first guess: an hour of sound is never held. Source: Ellis, "Beat Tracking by Dynamic
    Programming" (2007).

    Raises:
        MediaError: the file is unreadable.
    """
    heard: Floats = np.empty(0)
    bpm = USUAL_BPM
    for start, last, samples in _windows(audio):
        if len(samples) < SHORTEST_S * RATE or np.abs(samples).max() < SILENCE:
            continue
        import librosa

        tempo, beats = librosa.beat.beat_track(y=samples, sr=RATE, units="time", start_bpm=bpm)
        bpm = float(np.squeeze(tempo)) or bpm
        beats = start + np.asarray(beats, dtype=np.float64)
        # Each of two windows says where the beats are in its half of what both hear.
        first = start + TWICE_S / 2 if start else 0.0
        if len(heard):
            first = max(first, heard[-1] + 0.5 * 60 / bpm)
        end = np.inf if last else start + WINDOW_S - TWICE_S / 2
        heard = np.concatenate([heard, beats[(beats >= first) & (beats < end)]])
    return heard, np.empty(0)


def _windows(audio: Path) -> Iterator[tuple[float, bool, Floats]]:
    """Yield (seconds at which it starts, whether it is the last, samples (N,) float32 at RATE) of each window."""
    size, step = round(WINDOW_S * RATE), round((WINDOW_S - TWICE_S) * RATE)
    start, held = 0, np.empty(0, np.float32)
    for block in _mono(audio):
        held = np.concatenate([held, block])
        while len(held) > size:
            yield start / RATE, False, held[:size]
            start, held = start + step, held[step:]
    yield start / RATE, True, held


def _mono(audio: Path) -> Iterator[Floats]:
    """Yield the mean of a WAV file's channels at RATE, (N,) float32, in blocks."""
    import soundfile
    import soxr

    try:
        with soundfile.SoundFile(audio) as file:
            resampled = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32", quality="HQ")
            for block in file.blocks(BLOCK, dtype="float32", always_2d=True):
                mono = block.mean(axis=1)
                yield mono if file.samplerate == RATE else resampled.resample_chunk(mono)
            if file.samplerate != RATE:
                yield resampled.resample_chunk(np.empty(0, np.float32), last=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise MediaError(f"{audio}: not a readable WAV file ({error})") from error
