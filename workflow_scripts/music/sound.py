"""The sound of a clip, handed out in parts: memory stays flat however long the song is.

44,100 samples become 15,360 by the ratio 256 / 735. A part that begins on a multiple of 735 samples therefore begins
on a sample of the resampled sound, and resampled by itself, with some samples more on either side, it is the same as
that part of the whole resampled at once (to the rounding of float32; soxr's filter reaches no further).
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from math import ceil, gcd
from pathlib import Path

import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.music.overview import Overview, overview
from workflow_scripts.music.sound_sources import Memory, Source, WavFile
from workflow_scripts.music.windows import FFT_SIZE, HOP, RATE, consecutive

# Samples that are resampled at once, and how many such pieces are kept: mono 16 MB, a song of four minutes, so that
# groups that share a Sound and those that need two passes read and resample it once.
PIECE, PIECES_KEPT = 1 << 18, 16
# How the channels (N, channels) of a file are mixed before they are resampled.
Mix = Callable[[Floats], Floats]
# Samples on either side of a piece: the error is that of rounding from 256 on.
CONTEXT = 1024
# Windows at a time: their spectra fit the processor's cache.
BLOCK = 128


class Sound:
    """Sound at `rate`, silent before its beginning and after its end.

    Attributes:
        source: where its samples come from, at their own rate.
        rate: samples per second.
        length: samples N.
        frames: feature frames T = 1 + N // HOP; frame t is centred on sample t * HOP.
    """

    def __init__(self, source: Source, rate: int = RATE) -> None:
        self.source, self.rate = source, rate
        common = gcd(rate, source.rate)
        self._up, self._down = rate // common, source.rate // common
        self._piece = ceil(PIECE / self._up) * self._up
        self.length = round(source.count * self._up / self._down)
        self.frames = 1 + self.length // HOP
        self._kept: dict[tuple[int, Mix], Floats] = {}

    @classmethod
    def open(cls, path: Path) -> "Sound":
        """Return the sound of a WAV file.

        Raises:
            MediaError: it cannot be read.
        """
        return cls(WavFile(path))

    @classmethod
    def of(cls, samples: Floats, rate: int = RATE) -> "Sound":
        """Return the sound of samples (N,) or (N, channels) in memory, which are at `rate` already."""
        return cls(Memory(samples, rate), rate)

    def at(self, rate: int) -> "Sound":
        """Return the same sound at another rate."""
        return Sound(self.source, rate)

    def mono(self, start: int, stop: int) -> Floats:
        """Return samples start to stop (stop - start,) float32 of the mean of all channels; any start and stop."""
        return self._assembled(start, stop, _one_channel)

    def stereo(self, start: int, stop: int) -> Floats:
        """Return samples start to stop (stop - start, 2) float32, left and right; any start and stop.

        Mono is given as two equal channels. Of more than two, the first two are left and right, as WAV orders them,
        and the mean of the others is heard on both sides.
        """
        return self._assembled(start, stop, _two_channels)

    def blocks(self, size: int = FFT_SIZE, hop: int = HOP, stereo: bool = False) -> Iterator[tuple[int, Floats]]:
        """Yield (t, windows (n, size), or (n, 2, size) if stereo): of the frames t to t + n, in order.

        Window t is centred on sample t * hop; there are 1 + N // hop.
        """
        count, read = 1 + self.length // hop, self.stereo if stereo else self.mono
        for first in range(0, count, BLOCK):
            last = min(first + BLOCK, count) - 1
            yield first, consecutive(read(first * hop - size // 2, last * hop + size - size // 2), size, hop)

    def framewise(
        self, function: Callable[[Floats], Floats], size: int = FFT_SIZE, hop: int = HOP, stereo: bool = False
    ) -> Floats:
        """Return `function` of all windows, (1 + N // hop, ...) float32; it is given them by `blocks`."""
        joined = np.empty(0, dtype=np.float32)
        for first, rows in self.blocks(size, hop, stereo):
            values = function(rows)
            if not first:  # one array from the start: joining blocks in the end would need twice the memory
                joined = np.empty((1 + self.length // hop, *values.shape[1:]), dtype=np.float32)
            joined[first : first + len(values)] = values
        return joined

    @cached_property
    def overview(self) -> Overview:
        """What most groups need of the mono sound, computed in one pass, once."""
        return overview(self.blocks(), self.frames, self.rate)

    def _assembled(self, start: int, stop: int, mixed: Mix) -> Floats:
        first, last = max(start, 0), min(stop, self.length)
        numbers = range(first // self._piece, -(-last // self._piece)) if first < last else range(0)
        parts = []
        for number in numbers:
            origin = number * self._piece
            parts.append(self._kept_piece(number, mixed)[max(first - origin, 0) : last - origin])
        # Without samples, none of a piece all the same: it has the right number of channels.
        parts = parts or [self._kept_piece(0, mixed)[:0]]
        inside = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if len(inside) == stop - start:
            return inside
        before = min(max(-start, 0), stop - start)
        silence = [(before, stop - start - before - len(inside)), *[(0, 0)] * (inside.ndim - 1)]
        return np.pad(inside, silence)

    def _kept_piece(self, number: int, mixed: Mix) -> Floats:
        if (number, mixed) not in self._kept:
            if len(self._kept) == PIECES_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[number, mixed] = self._resampled(number, mixed)
        return self._kept[number, mixed]

    def _resampled(self, number: int, mixed: Mix) -> Floats:
        """Piece `number` of the sound at `rate`, its channels mixed first."""
        start = number * self._piece
        length = min(self._piece, self.length - start)
        if self._up == self._down:
            return mixed(self.source.read(start, start + length))
        import soxr

        # Whole multiples of the ratio, so that the part begins on a sample of both.
        units = min(ceil(CONTEXT / min(self._up, self._down)), start // self._up)
        origin = start // self._up - units
        end = min(ceil((start + length + CONTEXT) / self._up) * self._down, self.source.count)
        part = mixed(self.source.read(origin * self._down, end))
        resampled = soxr.resample(part, self._down, self._up, quality="HQ")[units * self._up :][:length]
        missing = [(0, length - len(resampled)), *[(0, 0)] * (resampled.ndim - 1)]
        return np.asarray(np.pad(resampled, missing) if missing[0][1] else resampled, dtype=np.float32)


def _one_channel(samples: Floats) -> Floats:
    # As a product: the mean along so short an axis takes ten times as long.
    channels = samples.shape[1]
    return np.ascontiguousarray(samples[:, 0]) if channels == 1 else samples @ np.full(channels, 1 / channels, "f4")


def _two_channels(samples: Floats) -> Floats:
    if samples.shape[1] == 1:
        return np.repeat(samples, 2, axis=1)
    if samples.shape[1] == 2:
        return samples
    return samples[:, :2] + samples[:, 2:].mean(axis=1, keepdims=True)
