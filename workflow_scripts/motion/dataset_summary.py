"""What a dataset is made of, in numbers for people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.motion.dataset_file import SPLITS, Dataset, DatasetClip


@dataclass(frozen=True)
class Share:
    """One part of a dataset: clips, different videos, songs and dancers (0: nobody says), minutes by split."""

    name: str
    clips: int
    videos: int
    songs: int
    dancers: int
    minutes: dict[str, float]

    @property
    def all_minutes(self) -> float:
        """Minutes of all splits."""
        return sum(self.minutes.values())


def shares(dataset: Dataset, of: Callable[[DatasetClip], str]) -> list[Share]:
    """Return the parts of a dataset that `of` tells apart, by name."""
    names = sorted({of(clip) for clip in dataset.clips})
    return [_share(name, [clip for clip in dataset.clips if of(clip) == name], dataset.fps) for name in names]


def whole(dataset: Dataset) -> Share:
    """Return the whole dataset as one part."""
    return _share("all", dataset.clips, dataset.fps)


def _share(name: str, clips: Sequence[DatasetClip], fps: float) -> Share:
    return Share(
        name=name,
        clips=len(clips),
        videos=len({(clip.collection, clip.video) for clip in clips}),
        songs=len({clip.song for clip in clips}),
        dancers=len({clip.dancer for clip in clips} - {""}),
        minutes={
            split: sum(len(clip.motion.root) for clip in clips if clip.split == split) / fps / 60 for split in SPLITS
        },
    )


@dataclass(frozen=True)
class Histogram:
    """Minutes of dance by the value of something: `edges` (K + 1,), `minutes` (K,)."""

    edges: tuple[float, ...]
    minutes: tuple[float, ...]


def histogram(
    dataset: Dataset, of: Callable[[DatasetClip], float], width: float, span: tuple[float, float] | None = None
) -> Histogram:
    """Return the minutes of dance by the value that `of` gives a clip, in bins of `width`.

    `span` is the range of the bins, whose last one holds its upper end as well; by default that of the values.
    """
    if not dataset.clips:
        return Histogram((), ())
    values = np.array([of(clip) for clip in dataset.clips])
    minutes = np.array([len(clip.motion.root) for clip in dataset.clips]) / dataset.fps / 60
    bins = np.floor(values / width + 1e-9).astype(int)
    first, last = int(bins.min()), int(bins.max())
    if span is not None:
        first, last = round(span[0] / width), round(span[1] / width) - 1
        bins = bins.clip(first, last)
    sums = np.bincount(bins - first, weights=minutes, minlength=last - first + 1)
    edges = (np.arange(first, last + 2) * width).round(6).tolist()
    return Histogram(tuple(edges), tuple(sums.tolist()))


def examples(dataset: Dataset, of: Callable[[DatasetClip], str], per_part: int) -> list[DatasetClip]:
    """Return clips to show: of every part the longest ones of different videos, in the order of names of parts."""
    chosen: list[DatasetClip] = []
    for name in sorted({of(clip) for clip in dataset.clips}):
        clips = sorted((clip for clip in dataset.clips if of(clip) == name), key=lambda clip: -len(clip.motion.root))
        first: dict[str, DatasetClip] = {}
        for clip in clips:
            first.setdefault(f"{clip.collection}/{clip.video}", clip)
        chosen += list(first.values())[:per_part]
    return chosen
