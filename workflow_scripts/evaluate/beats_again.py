"""Entry point: the beats of a sound by another tracker than the one dances were made with.

    python -m workflow_scripts.evaluate.beats_again --sound WAV --output JSON

A model that dances to the beats it is given scores well by the same beats even where the tracker heard none; what
holds with a second tracker's beats is in the music. They are librosa's as they come (Ellis, Beat Tracking by Dynamic
Programming, 2007; librosa 0.11 with its defaults), also where its tempo is twice or half of what one would tap.
"""

import argparse
from pathlib import Path

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import read_json, write_json
from workflow_scripts.workflow.media import read_audio
from workflow_scripts.workflow.provenance import code_version, versions

RATE = 22050  # librosa's own
PIECE_S = 600.0  # longer sounds are tracked in pieces, which bounds memory
FORMAT = "playlist2dance/beats"


def beats_again(samples: Floats) -> Floats:
    """Return librosa's beats, seconds, of mono samples (N,) at `RATE`; none in silence."""
    import librosa

    piece = round(PIECE_S * RATE)
    found: list[Floats] = [np.empty(0)]
    for first in range(0, len(samples), piece):
        part = samples[first : first + piece]
        if len(part) < RATE:  # nothing to tap to
            continue
        _, beats = librosa.beat.beat_track(y=part, sr=RATE, units="time")
        found.append(np.asarray(beats, dtype=np.float64) + first / RATE)
    return np.concatenate(found)


def sound_beats(path: Path) -> Floats:
    """Return `beats_again` of a WAV file."""
    return beats_again(read_audio(path, RATE, mono=True)[0])


def read_beats(path: Path) -> Floats:
    """Return the beats, seconds, of a file that this entry point wrote."""
    return np.asarray(read_json(path)["beats"], dtype=np.float64)


def main() -> None:
    """Parse the arguments, track, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sound", type=Path, required=True, help="results/clips/songs/<song>/0000.wav")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    beats = sound_beats(arguments.sound)
    provenance = {"code": code_version("workflow_scripts.evaluate.beats_again"), "versions": versions("librosa")}
    write_json(arguments.output, {"format": FORMAT, "beats": beats.round(6).tolist(), "provenance": provenance})


if __name__ == "__main__":
    entry_point(main)
