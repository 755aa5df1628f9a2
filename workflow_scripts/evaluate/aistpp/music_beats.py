"""Entry point: the music beats of the AIST++ protocol, on the grid of 60 frames per second.

    python -m workflow_scripts.evaluate.aistpp.music_beats --sound WAV --output JSON

Column 53 of Bailando's music features: the sound at 30,720 Hz, its percussive part, onset strength by the median over
bands every 512 samples, and librosa's beat tracker over that, all else as it comes (Siyao et al., Bailando, CVPR 2022).
They are librosa's (0.11) on the sound as this project cut it; the paper's were another version's, and a beat or two per
song may lie elsewhere.
"""

import argparse
from pathlib import Path

import numpy as np

from workflow_scripts.evaluate.beats_again import FORMAT
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import read_audio
from workflow_scripts.workflow.provenance import code_version, versions

HOP = 512
RATE = 60 * HOP


def protocol_beats(samples: Floats) -> Floats:
    """Return the beats, seconds, of mono samples (N,) at `RATE`; none where there is less than a second of sound."""
    import librosa

    if len(samples) < RATE or not np.any(samples):
        return np.empty(0)
    percussive = librosa.effects.percussive(np.asarray(samples, dtype=np.float32))
    strength = librosa.onset.onset_strength(y=percussive, sr=RATE, hop_length=HOP, aggregate=np.median)
    _, frames = librosa.beat.beat_track(onset_envelope=strength, sr=RATE, hop_length=HOP)
    return np.asarray(frames, dtype=np.float64) * HOP / RATE


def main() -> None:
    """Parse the arguments, track, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sound", type=Path, required=True, help="results/clips/songs/<song>/0000.wav")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    beats = protocol_beats(read_audio(arguments.sound, RATE, mono=True)[0])
    provenance = {
        "code": code_version("workflow_scripts.evaluate.aistpp.music_beats"),
        "versions": versions("librosa", "numpy", "soxr"),
    }
    write_json(arguments.output, {"format": FORMAT, "beats": beats.round(6).tolist(), "provenance": provenance})


if __name__ == "__main__":
    entry_point(main)
