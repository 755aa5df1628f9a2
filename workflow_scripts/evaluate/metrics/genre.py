"""Which genre a motion looks like, told by a simple classifier that has seen real dances only.

The check of control by genre: on one and the same song, dances that were asked to be of different genres must be told
apart. A linear discriminant (Fisher 1936) with equal priors, its covariance shrunk towards the identity (Friedman,
Regularized Discriminant Analysis, 1989), over what bodies do in windows of `WINDOW_S`; windows of a dance vote with
their log posteriors.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from workflow_scripts.motion.dataset_file import DatasetClip
from workflow_scripts.motion.kinematics import facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.skeleton import SMPL24, Floats

WINDOW_S, HOP_S = 4.0, 1.0
SHRINKAGE = 0.3  # share of the identity in the covariance of standardised features: windows are few, features many
FOLDS = 10
LEAST_SCALE = 1e-3  # m, m/s: what varies less does not count more


def window_features(world: Floats, fps: float) -> Floats:
    """Return (N, 207) features of the windows of a motion (T, 24, 3): of how the body is held and moves.

    Seen from the pelvis, facing +z and with the bones of the rest pose, so that neither size nor place of a dancer
    tells: mean and standard deviation of every joint's position (m), mean speed of every joint along each axis (m/s).
    A motion shorter than a window is one.
    """
    body = with_bone_lengths(world - world[:, :1], SMPL24.rest_lengths)
    body = turned(body, -facing_angle(body)[:, None])[:, 1:].reshape(len(world), -1)
    frames, hop = min(round(WINDOW_S * fps), len(body)), max(round(HOP_S * fps), 1)
    rows = []
    for first in range(0, len(body) - frames + 1, hop):
        window = body[first : first + frames]
        speed = np.abs(np.diff(window, axis=0)).mean(axis=0) * fps if frames > 1 else np.zeros(body.shape[1])
        rows.append(np.concatenate([window.mean(axis=0), window.std(axis=0), speed]))
    return np.array(rows)


@dataclass
class GenreClassifier:
    """A fitted classifier: log posteriors of features x are `(x - mean) / scale @ weights + offsets`, up to a constant.

    Attributes:
        genres: G names, sorted.
        mean, scale: (F,).
        weights: (F, G).
        offsets: (G,).
    """

    genres: list[str]
    mean: Floats
    scale: Floats
    weights: Floats
    offsets: Floats

    @classmethod
    def fit(cls, windows: Sequence[Floats], genres: Sequence[str]) -> Self:
        """Fit to the `window_features` (N, F) of motions and the genre of each; there must be two genres at least."""
        names = sorted(set(genres))
        rows = np.concatenate(list(windows))
        label = np.repeat([names.index(genre) for genre in genres], [len(each) for each in windows])
        mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST_SCALE)
        rows = (rows - mean) / scale
        centres = np.array([rows[label == number].mean(axis=0) for number in range(len(names))])
        inner = rows - centres[label]
        covariance = (1 - SHRINKAGE) * inner.T @ inner / len(rows) + SHRINKAGE * np.eye(rows.shape[1])
        weights = np.linalg.solve(covariance, centres.T)
        return cls(names, mean, scale, weights, -0.5 * (centres.T * weights).sum(axis=0))

    def tell(self, windows: Floats) -> str:
        """Return the genre that the windows (N, F) of a motion look like."""
        score = (windows - self.mean) / self.scale @ self.weights + self.offsets
        score -= score.max(axis=1, keepdims=True)
        posterior = score - np.log(np.exp(score).sum(axis=1, keepdims=True))
        return self.genres[int(posterior.mean(axis=0).argmax())]


@dataclass
class GenreCheck:
    """A classifier of a dataset's genres, and how well it does on real dances of songs it has not seen.

    Attributes:
        classifier: fitted to all the given clips.
        right, clips: of so many clips, each told by a classifier fitted without its song, so many were told right.
    """

    classifier: GenreClassifier
    right: int
    clips: int

    @classmethod
    def of(cls, clips: Sequence[DatasetClip], fps: float) -> Self | None:
        """Fit to clips; None where they have fewer than two genres.

        Songs are left out in `FOLDS` parts. A clip whose genre is only in its own part cannot be told right.
        """
        known = [clip for clip in clips if clip.genre]
        genres = [clip.genre for clip in known]
        if len(set(genres)) < 2:
            return None
        windows = [window_features(clip.motion.world, fps) for clip in known]
        songs = sorted({clip.song for clip in known}, key=lambda song: hashlib.sha256(song.encode()).hexdigest())
        part = {song: place % FOLDS for place, song in enumerate(songs)}
        right = 0
        for number in range(min(FOLDS, len(songs))):
            seen = [place for place, clip in enumerate(known) if part[clip.song] != number]
            if len({genres[place] for place in seen}) < 2:
                continue
            fitted = GenreClassifier.fit([windows[place] for place in seen], [genres[place] for place in seen])
            for place, clip in enumerate(known):
                right += part[clip.song] == number and fitted.tell(windows[place]) == genres[place]
        return cls(GenreClassifier.fit(windows, genres), right, len(known))

    def tell(self, world: Floats, fps: float) -> str:
        """Return the genre that a motion (T, 24, 3) looks like."""
        return self.classifier.tell(window_features(world, fps))

    @property
    def chance(self) -> float:
        """The share right of a blind guess."""
        return 1 / len(self.classifier.genres)
