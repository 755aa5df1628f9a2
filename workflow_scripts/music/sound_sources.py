"""Where the samples of a `Sound` come from: a WAV file, or memory. Both are read in parts."""

from pathlib import Path
from typing import Protocol

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.media import MediaError


class Source(Protocol):
    """Samples in [-1, 1]: `count` times `channels` of them, `rate` per second."""

    rate: int
    channels: int
    count: int

    def read(self, start: int, stop: int) -> Floats:
        """Return samples (stop - start, channels) float32, 0 <= start <= stop <= count."""


class WavFile:
    """A WAV file, as the collect stage writes them; it stays open as long as this object lives.

    Raises:
        MediaError: the file is missing or no sound, or (from `read`) ends before its header says.
    """

    def __init__(self, path: Path) -> None:
        import soundfile

        try:
            self._file = soundfile.SoundFile(path)
        except soundfile.LibsndfileError as error:
            raise MediaError(f"{path}: not a readable WAV file ({error})") from error
        self._path = path
        # As whole numbers the samples of the usual file are read several times faster, and are the same.
        self._dtype = "int16" if self._file.subtype == "PCM_16" else "float32"
        self.rate, self.channels, self.count = self._file.samplerate, self._file.channels, self._file.frames

    def read(self, start: int, stop: int) -> Floats:
        """Return samples (stop - start, channels) float32."""
        import soundfile

        try:
            self._file.seek(start)
            samples = self._file.read(stop - start, dtype=self._dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise MediaError(f"{self._path}: unreadable from sample {start} on ({error})") from error
        if len(samples) != stop - start:
            raise MediaError(f"{self._path}: ends at sample {start + len(samples)} of {self.count}")
        return np.asarray(samples if self._dtype == "float32" else samples * np.float32(2**-15), dtype=np.float32)


class Memory:
    """Samples (N,) or (N, channels) that are in memory already."""

    def __init__(self, samples: Floats, rate: int) -> None:
        self._samples = np.asarray(samples, dtype=np.float32).reshape(len(samples), -1 if np.size(samples) else 1)
        self.rate, (self.count, self.channels) = rate, self._samples.shape

    def read(self, start: int, stop: int) -> Floats:
        """Return samples (stop - start, channels) float32."""
        return self._samples[start:stop]
