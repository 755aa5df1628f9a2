"""Tiny dances to learn from, made here: arms that swing on the beat of a click, known in closed form."""

from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.feature_sets import FEATURES, features_of, groups_of
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.music_file import Music, MusicFile, write_features
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24

FPS = 30.0


def click(seconds: float, bpm: float, seed: int = 0) -> Music:
    """Features of a song of clicks: noise that is the song's own, and pulses on its beats."""
    frames = round(FPS * seconds)
    rng = np.random.default_rng(seed)
    beats = np.arange(0.2, seconds, 60 / bpm)
    features = rng.normal(rng.normal(size=35), 0.3, (frames, 35))
    features[:, 33:] = 0
    features[np.round(beats * FPS).astype(int).clip(max=frames - 1), 33:] = 1
    return Music(features.astype(np.float32), beats, beats[::4], bpm, FPS)


def silence(seconds: float) -> Music:
    """A song without sound: no beats, features far from those of any other."""
    frames = round(FPS * seconds)
    features = np.zeros((frames, 35), np.float32)
    features[:, 1] = -1000.0  # the first MFCC of digital silence
    return Music(features, np.empty(0), np.empty(0), 0.0, FPS)


def swing(music: Music, style: float = 1.0) -> Person:
    """Arms swing once in two beats, the body sways once in a bar, to the music's beats."""
    time = np.arange(len(music.features)) / FPS
    beat = (time - music.beats[0]) * music.tempo / 60
    positions = np.tile(SMPL24.rest_positions - SMPL24.rest_positions[0], (len(time), 1, 1))
    angle = 0.8 * style * np.sin(np.pi * beat)
    for side, arm in ((1, (18, 20, 22)), (-1, (19, 21, 23))):
        shoulder = positions[:, 16 if side == 1 else 17]
        reach = (positions[:, arm, 0] - shoulder[:, None, 0]) * side
        positions[:, arm, 0] = shoulder[:, None, 0] + side * reach * np.cos(angle)[:, None]
        positions[:, arm, 1] = shoulder[:, None, 1] + reach * np.sin(side * angle)[:, None]
    root = np.stack([0.08 * np.sin(np.pi / 2 * beat), 0 * beat + 0.945, 0 * beat], axis=1)
    positions = with_bone_lengths(positions, SMPL24.rest_lengths)
    return Person(positions.astype(np.float32), root.astype(np.float32))


def tiny_dataset(clips: int = 3, seconds: float = 6.0, window_s: float = 3.0) -> Dataset:
    """`clips` songs of 100-130 bpm and their dances; the last is for validation when there is more than one."""
    made = []
    for number in range(clips):
        music = click(seconds, 100.0 + 10 * number, number)
        split = "validation" if 0 < number == clips - 1 else "train"
        name = f"v{number}"
        motion = swing(music, 1 - 0.2 * number)
        made.append(DatasetClip("tiny", name, "0000", f"tiny/{name}", "", split, 1.0, motion, music))
    settings = {"collections": ["tiny"], "window_s": window_s, "stride_s": 1.0, "validation": 0.3, "seed": 1}
    return assembled(made, DatasetConfig.model_validate(settings))


def write_song(folder: Path, name: str, music: Music) -> list[Path]:
    """Write the files of a song's features, edge35, and return their paths."""
    paths, first = [], 0
    columns = {}
    for feature in features_of("edge35"):
        width = FEATURES[feature][1]
        columns[feature] = music.features[:, first : first + width]
        first += width
    for group in groups_of("edge35"):
        features = {key: values for key, values in columns.items() if FEATURES[key][0] == group}
        if group == "rhythm":
            features |= {
                "beats": music.beats,
                "downbeats": music.downbeats,
                "tempo": np.float64(music.tempo),
                "beats_per_bar": np.float64(music.beats_per_bar),
            }  # type: ignore[dict-item]
        paths.append(folder / "features" / group / "songs" / f"{name}.h5")
        write_features(paths[-1], MusicFile(group, FPS, name, {"0000": features}))
    return paths


def taught(model: Any, dataset: Dataset, steps: int, rate: float = 0.01) -> Any:
    """Take plain steps on all training windows at once; returns the model, ready to dance."""
    import torch

    examples = model.examples(dataset, "train")
    batch = examples.__getitems__(range(len(examples)))
    optimizer = torch.optim.Adam(model.network.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()
    model.network.eval()
    return model
