"""What is kept of a song: its beats, and where it strikes how hard. The samples stay where they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.skeleton import Floats

FEWEST_BEATS = 4
ONSET_RATE, ONSET_HOP = 22_050, 512  # librosa's own: its onset strength is the field's measure of "strong"
# An onset is placed, within so much of the frame that librosa finds it in, where the sound rises most.
SEARCH_S, ENERGY_S = 0.04, 0.0015
# Blocks whose mean square is below this share of the loudest do not count for a song's level (as in ITU-R BS.1770).
BLOCK_S, GATE = 0.4, 0.1


@dataclass(frozen=True)
class Song:
    """The sound of one training clip.

    Attributes:
        name: of the clip, by which its samples are asked for.
        genre: of the clip, "" where not known.
        seconds: how long it is.
        beats: (K,) seconds, those of its tracker, continued at either end at the same pace as far as there is sound.
        bars: (K,) which of them begin a bar.
        onsets: (N,) seconds, where the sound rises most, ascending.
        strengths: (N,) how far each stands out among its neighbours, of the song's largest onset strength.
        level: root mean square of what is not quiet.
    """

    name: str
    genre: str
    seconds: float
    beats: Floats
    bars: npt.NDArray[np.bool_]
    onsets: Floats
    strengths: Floats
    level: float

    @property
    def period(self) -> float:
        """The usual length of a beat, seconds."""
        return float(np.median(np.diff(self.beats)))

    def table(self) -> dict[str, Any]:
        """Return it as numbers, strings and tensors."""
        import torch

        arrays = {name: torch.from_numpy(getattr(self, name)) for name in _ARRAYS}
        return {"name": self.name, "genre": self.genre, "seconds": self.seconds, "level": self.level, **arrays}

    @classmethod
    def of_table(cls, table: dict[str, Any]) -> "Song":
        """Rebuild it."""
        return cls(**{**table, **{name: table[name].numpy() for name in _ARRAYS}})


_ARRAYS = ("beats", "bars", "onsets", "strengths")


def heard(clip: DatasetClip, samples: Floats, rate: int) -> Song | None:
    """Return what is kept of a clip's song; None where it has no beats, or is silent.

    Args:
        clip: of the dataset.
        samples: (N, channels), from its first frame on.
        rate: samples per second.
    """
    seconds = len(samples) / rate
    known = clip.music.beats[(clip.music.beats >= 0) & (clip.music.beats <= seconds)]
    level = level_of(samples, rate)
    if len(known) < FEWEST_BEATS or level <= 0:
        return None
    beats, before = continued(known, seconds)
    first = np.abs(known[:, None] - clip.music.downbeats).min(axis=1) < 0.05 if len(clip.music.downbeats) else []
    bars = np.zeros(len(beats), dtype=bool)
    phase = int(np.flatnonzero(first)[0]) + before if np.any(first) else before
    bars[phase % clip.music.beats_per_bar :: clip.music.beats_per_bar] = True
    onsets, strengths = onsets_of(samples.mean(axis=1), rate)
    return Song(clip.name, clip.genre, seconds, beats, bars, onsets, strengths, level)


def continued(beats: Floats, seconds: float) -> tuple[Floats, int]:
    """Return beats (K,) continued at their own pace to both ends of a sound, and how many come before the first."""
    period = float(np.median(np.diff(beats)))
    before = int(beats[0] / period + 1e-6)
    after = int((seconds - beats[-1]) / period + 1e-6)
    steps = [beats[0] - period * np.arange(before, 0, -1), beats, beats[-1] + period * np.arange(1, after + 1)]
    return np.clip(np.concatenate(steps), 0, seconds), before


def level_of(samples: Floats, rate: int) -> float:
    """Return the root mean square of sound (N, channels), quiet parts left out; 0 for silence."""
    if not len(samples):
        return 0.0
    size = max(min(round(BLOCK_S * rate), len(samples)), 1)
    power = np.square(samples[: len(samples) // size * size], dtype=np.float64).mean(axis=1)
    blocks = power.reshape(-1, size).mean(axis=1)
    return float(np.sqrt(blocks[blocks >= GATE * blocks.max()].mean()))


def onsets_of(mono: Floats, rate: int) -> tuple[Floats, Floats]:
    """Return the onsets (seconds) of mono sound, and how far each stands out, 0 to 1, of the strongest."""
    import librosa
    import soxr

    resampled = np.asarray(soxr.resample(mono.astype(np.float32), rate, ONSET_RATE))
    if len(resampled) < 2 * ONSET_HOP or not np.abs(resampled).max() > 0:
        return np.empty(0), np.empty(0)
    strength = librosa.onset.onset_strength(y=resampled, sr=ONSET_RATE, hop_length=ONSET_HOP)
    frames = librosa.onset.onset_detect(
        onset_envelope=strength, sr=ONSET_RATE, hop_length=ONSET_HOP, pre_max=1, post_max=2, wait=1, delta=0.02
    )
    around = np.array([strength[max(frame - 3, 0) : frame + 3].mean() for frame in frames])
    standing = (strength[frames] - around) / max(float(strength.max()), 1e-9)
    times = _steepest(mono, rate, frames * ONSET_HOP / ONSET_RATE)
    order = np.argsort(times, kind="stable")
    return times[order], np.clip(standing[order], 0.0, 1.0)


def _steepest(mono: Floats, rate: int, times: Floats) -> Floats:
    """Move each time to where the logarithm of the energy (of the first difference: highs count) rises most."""
    size = max(round(ENERGY_S * rate), 1)
    edged = np.diff(mono, prepend=mono[:1])
    energy = np.square(edged[: len(edged) // size * size]).reshape(-1, size).mean(axis=1)
    floor = 1e-4 * float(energy.max()) + 1e-12
    level = np.log(np.convolve(energy, np.full(3, 1 / 3), "same") + floor)
    rise = level[4:] - level[:-4]  # over 6 ms, about block t + 2
    reach = round(SEARCH_S / ENERGY_S)
    moved = []
    for time in times:
        centre = round(float(time) * rate / size) - 2
        first = min(max(centre - reach, 0), max(len(rise) - 1, 0))
        near = rise[first : max(centre + reach // 2, first + 1)]
        moved.append((first + int(np.argmax(near)) + 2) * size / rate)
    return np.array(moved, dtype=np.float64)


def genres_of(songs: Sequence[Song]) -> tuple[str, ...]:
    """Return the genres of songs, sorted; "" is none."""
    return tuple(sorted({song.genre for song in songs} - {""}))
