"""The phrases (two bars) of training dances: what a song's phrases are danced as.

Music does not determine a dance: a network that only hears it learns the mean of what dancers did, and stands still on
a new song. So every phrase of the training clips has a learned code (as in Bojanowski et al., "Optimizing the latent
space of generative networks", ICML 2018), and a new song is danced as a sequence of codes, drawn among the phrases
whose music is most like it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch

from workflow_scripts.models.scales import Scales
from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.metre import Metre, metre
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.skeleton import Floats

# A phrase cut off by its clip's start or end is learned but not danced.
WHOLE = 0.9
# Weight of an octave of tempo, in standard deviations, when the music of phrases is compared; features count as if they
# were so many, or the thousand of a spectrogram would drown the tempo.
TEMPO_WEIGHT = 8.0
AS_MANY = 35


@dataclass
class Phrases:
    """The training phrases that may be danced.

    Attributes:
        codes: codes in all, those of phrases that are not danced included.
        number: (P,) which code.
        origin: (P,) equal for copies of one phrase (see `motion.augmentation`).
        genre: (P,) which of `genres`.
        music: (P, F + 1) what they were danced to, see `heard_phrases`.
        genres: names, sorted.
    """

    codes: int
    number: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    genre: npt.NDArray[np.int64]
    music: Floats
    genres: list[str]

    @classmethod
    def of(cls, clips: Sequence[DatasetClip], scales: Scales) -> Self:
        """Return the table of the phrases of training clips; where none is whole, all of them."""
        genres = sorted({clip.genre for clip in clips})
        rows, whole, origin, genre = [], [], [], []
        origins: dict[tuple[str, int], int] = {}
        for clip in clips:
            heard, complete = heard_phrases(clip.music, metre(clip.music, len(clip.music.features)), scales)
            rows.append(heard)
            whole.append(complete)
            origin += [origins.setdefault((clip.original, phrase), len(origins)) for phrase in range(len(heard))]
            genre += [genres.index(clip.genre)] * len(heard)
        danced = np.concatenate(whole)
        number = np.flatnonzero(danced) if danced.any() else np.arange(len(danced))
        return cls(
            codes=len(danced),
            number=number.astype(np.int64),
            origin=np.array(origin, dtype=np.int64)[number],
            genre=np.array(genre, dtype=np.int64)[number],
            music=np.concatenate(rows)[number],
            genres=genres,
        )

    def state(self) -> dict[str, Any]:
        """Return plain values and tensors: `from_state` is the way back."""
        arrays = {name: torch.from_numpy(getattr(self, name)) for name in ("number", "origin", "genre", "music")}
        return {"codes": self.codes, "genres": list(self.genres), **arrays}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild the table."""
        arrays = {name: state[name].numpy() for name in ("number", "origin", "genre", "music")}
        return cls(codes=state["codes"], genres=state["genres"], **arrays)

    def nearest(self, heard: Floats, choices: int, before: int | None, genre: str | None = None) -> list[int]:
        """Return the codes of the `choices` phrases with music most like `heard` (F + 1,), all copies of each.

        Copies of the phrase with the code `before` are passed over, and all phrases of another genre than `genre`.
        """
        passed = self.origin[self.number == before]
        fits = np.ones(len(self.number), dtype=bool) if genre is None else self.genre == self.genres.index(genre)
        found: list[int] = []
        origins: set[int] = set()
        for place in np.argsort(((self.music - heard) ** 2).sum(axis=1), kind="stable"):
            origin = int(self.origin[place])
            if origin in passed or not fits[place]:
                continue
            origins.add(origin)
            if len(origins) > choices:
                break
            found.append(int(self.number[place]))
        return found

    def chosen(
        self,
        heard: Floats,
        choices: int,
        rng: np.random.Generator | None,
        genre: str | None = None,
    ) -> list[int]:
        """Return a code for each phrase of a song, `heard` (K, F + 1); without `rng` that with the most similar music.

        Args:
            heard: from `heard_phrases`.
            choices: a phrase is drawn among this many.
            rng: the only source of chance.
            genre: one of `genres`, to dance phrases of that genre only.
        """
        codes: list[int] = []
        for row in heard:
            nearest = self.nearest(row, choices, codes[-1] if codes else None, genre)
            # A table of one phrase dances it again and again.
            nearest = nearest or self.nearest(row, choices, None, genre)
            codes.append(nearest[int(rng.integers(len(nearest))) if rng else 0])
        return codes


def phrase_numbers(position: Metre) -> npt.NDArray[np.int64]:
    """Return which phrase, whole or not, each frame (T,) lies in, counted from 0 in the first frame."""
    index = np.floor(position.phrase).astype(np.int64)
    return index - index[0]


def count_phrases(position: Metre) -> int:
    """Return the number of phrases, whole or not, that a clip touches."""
    return int(math.floor(position.phrase[-1]) - math.floor(position.phrase[0])) + 1


def heard_phrases(music: Music, position: Metre, scales: Scales) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return what is heard in each phrase of a clip, and whether all of the phrase is there.

    Args:
        music: of the clip.
        position: the metre of its frames.
        scales: of the dataset.

    Returns:
        (K, F + 1) mean of the standardised features, in sum as heavy as `AS_MANY`, and tempo in weighted octaves;
        (K,) true for whole phrases.
    """
    index = phrase_numbers(position)
    period = np.gradient(position.beat) if len(index) > 1 else np.ones(1)
    rows, whole = [], []
    # Phrases come one after the other.
    bounds = np.searchsorted(index, np.arange(count_phrases(position) + 1))
    for first, stop in pairwise(bounds):
        if stop > first:
            tempo = TEMPO_WEIGHT * math.log2(max(float(np.median(period[first:stop])) * music.fps, 1e-3))
            mean = scales.heard(music, first, stop).mean(axis=0)
            rows.append(np.append(mean * math.sqrt(AS_MANY / len(mean)), tempo))
        else:  # beats so close that no frame falls into the phrase
            rows.append(rows[-1])
        whole.append(bool(stop > first and np.ptp(position.phrase[first:stop]) >= WHOLE))
    return np.array(rows), np.array(whole)
