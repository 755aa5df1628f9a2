"""Gather the sound of every clip of a dataset, equally loud, for models that learn from it or play it again.

`python -m workflow_scripts.soundtrack.gather_sound --dataset H5 --clips results/clips --rate native|8000 --output H5`
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from workflow_scripts.motion.dataset_file import COPY_MARK, Dataset, DatasetClip, read_dataset
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.motion.sound_file import SoundFile, write_sounds
from workflow_scripts.soundtrack.loudness import LoudnessMeter
from workflow_scripts.workflow.errors import UserError, broken_file, entry_point
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import code_version, versions

NATIVE_RATE = 44100  # of the clips that the collect stage writes, which are stereo


class GatheredSounds(Mapping[str, Floats]):
    """{name of a clip of the dataset: its sound}, read when it is asked for: stereo at `NATIVE_RATE`, else mono."""

    def __init__(self, dataset: Dataset, clips: Path, rate: int) -> None:
        self._entries = {clip.name: clip for clip in dataset.clips if COPY_MARK not in clip.clip}
        self._fps, self._clips, self._rate = dataset.fps, clips, rate
        self._gains: dict[Path, float] = {}

    def __getitem__(self, name: str) -> Floats:
        """Return (N, channels) float32 in [-1, 1] of one clip, as long as its motion.

        Raises:
            UserError: there is no sound of the clip.
        """
        import soundfile
        import soxr

        clip = self._entries[name]
        path = sound_of(clip, self._clips)
        if not path.is_file():
            raise UserError(f"{path} is missing: a soundtrack model needs the sound of {name}. Run `snakemake clips`")
        try:
            # The clip's loudness, not that of one stretch of it: a quiet passage stays one.
            if path not in self._gains:
                self._gains[path] = gain_of(path)
            with soundfile.SoundFile(path) as file:
                file.seek(min(round(clip.start_s * file.samplerate), len(file)))
                native = round(len(clip.motion.root) / self._fps * file.samplerate)
                samples = file.read(native, dtype="float32", always_2d=True) * np.float32(self._gains[path])
                samples = np.pad(samples, ((0, native - len(samples)), (0, 0)))
                rate = file.samplerate
        except soundfile.LibsndfileError as error:
            raise broken_file(path, f"not a readable WAV file ({error})") from error
        if self._rate == rate:
            return samples
        samples = soxr.resample(samples.mean(axis=1, keepdims=True), rate, self._rate, quality="HQ")
        length = round(len(clip.motion.root) / self._fps * self._rate)
        return np.pad(samples[:length], ((0, max(length - len(samples), 0)), (0, 0)))

    def __iter__(self) -> Iterator[str]:
        """Return the names."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return the number of clips."""
        return len(self._entries)


def gain_of(path: Path) -> float:
    """Return the factor that makes a WAV file as loud as others; it is read in pieces."""
    import soundfile

    with soundfile.SoundFile(path) as file:
        meter = LoudnessMeter(file.samplerate, file.channels)
        for piece in file.blocks(30 * file.samplerate, dtype="float32", always_2d=True):
            meter.add(piece)
    return meter.gain()


def sound_of(clip: DatasetClip, clips: Path) -> Path:
    """Return where the collect stage wrote a clip's sound."""
    return clips / clip.collection / clip.video / f"{clip.clip}.wav"


def main() -> None:
    """Parse the arguments, gather, write the sound file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True, help="the folder results/clips")
    parser.add_argument("--rate", required=True, help="samples per second, mono; or native: 44.1 kHz, stereo")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    rate = NATIVE_RATE if arguments.rate == "native" else int(arguments.rate)
    sounds = GatheredSounds(read_dataset(arguments.dataset), arguments.clips, rate)
    provenance = {
        "dataset": sha256_of(arguments.dataset),
        "code": code_version("workflow_scripts.soundtrack.gather_sound"),
        "versions": versions("numpy", "soxr"),
    }
    write_sounds(arguments.output, SoundFile(rate, sounds, provenance))
    print(f"{arguments.output}: the sound of {len(sounds)} clips at {rate} Hz")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)
