"""How long a model needs to learn twelve dances by heart, and how well it then dances them from their music alone.

    python benchmarks/memorise.py [seq2seq | spectrogram_cnn_lstm] [--settings JSON] [--seconds 180]

Twelve songs of the demo, 14 s each, with their choreographies as truth. The model is trained on windows of 14 / 3 s,
twelve to a batch. Every few seconds it dances the whole clips freely: it is given the music only, never a true pose.
Printed is when the mean error of joints (root-relative, 23 joints, all frames of all clips) first was 30 mm or less,
and where it ended. Seconds are processor time of training, without that of the checks, so that other work on the
machine counts little: on one thread, the time it takes on one free core. Standing still in the mean pose of each clip
is the error to beat. Writes benchmarks/results/memorise.json; a row "goal" is null where 30 mm were not reached.
"""

import argparse
import json
import math
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import torch
from results.table import keep

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.corpus import GENRES
from workflow_scripts.demo.songs import compose
from workflow_scripts.models.base import load_architecture
from workflow_scripts.motion.dataset_file import Dataset, DatasetClip
from workflow_scripts.motion.feature_sets import groups_of
from workflow_scripts.motion.kinematics import with_bone_lengths
from workflow_scripts.motion.music_choice import MusicChoice
from workflow_scripts.motion.music_file import write_features
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.music.extract import CLIP_RATE, group_features

OUTPUT = Path(__file__).parent / "results" / "memorise.json"
CLIPS, SECONDS, FPS, BATCH = 12, 14.0, 30.0, 12
GOAL_MM, CHECK_S = 30.0, 6.0
# To learn by heart: nothing is left out or varied, nothing is smoothed, and the music alone says what to dance.
PLAIN = {"code": 0, "music_dropout": 0.0, "variation": 0.0, "choices": 1, "smoothing_s": 0.0}
FEATURE_SETS = {"seq2seq": "edge35", "spectrogram_cnn_lstm": "spectrogram"}


def made(feature_set: str, clips: int = CLIPS) -> Dataset:
    """Return the dances with the features of their songs, everything for training."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(clips):
            genre = GENRES[number % len(GENRES)]
            song = compose(genre, 100 + number, SECONDS)
            place = Path(folder) / f"v{number:02d}"
            place.mkdir()
            soundfile.write(place / "0000.wav", song.samples, CLIP_RATE)
            (place / "clips.tsv").write_text(f"clip\taudio\tsamples\n0000\t0000.wav\t{len(song.samples)}\n")
            paths = []
            for group in groups_of(feature_set):
                paths.append(place / f"{group}.h5")
                write_features(paths[-1], group_features(group, place / "clips.tsv", {}))
            music = MusicChoice(feature_set).read(paths)["0000"]
            world = choreograph(song.beats, SECONDS, genre, 100 + number, FPS, song.sections)
            root = world[:, 0]
            positions = with_bone_lengths(world - root[:, None], SMPL24.rest_lengths)
            motion = Person(positions.astype(np.float32), root.astype(np.float32))
            name = f"v{number:02d}"
            rows.append(DatasetClip("demo", name, "0000", f"demo/{name}", genre, "train", 1.0, motion, music))
    settings = {"collections": ["demo"], "feature_set": feature_set, "mode": "window", "validation": 0.0, "seed": 1}
    return assembled(rows, DatasetConfig.model_validate(settings | {"window_s": SECONDS / 3, "stride_s": SECONDS / 6}))


def error_mm(model, dataset: Dataset) -> float:
    """Return the mean error of joints of dances made from the music alone."""
    errors = []
    for clip in dataset.clips:
        person = model.generate(clip.music, len(clip.motion.root) / FPS, None, np.random.default_rng(0))
        errors.append(np.linalg.norm(person.positions - clip.motion.positions, axis=-1)[:, 1:].mean())
    return 1000 * float(np.mean(errors))


def still_mm(dataset: Dataset) -> float:
    """Return the error of standing still in each clip's own mean pose."""
    poses = [clip.motion.positions for clip in dataset.clips]
    return 1000 * float(np.mean([np.linalg.norm(p - p.mean(axis=0), axis=-1)[:, 1:].mean() for p in poses]))


def main() -> None:
    """Train, check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("architecture", nargs="?", default="seq2seq", choices=sorted(FEATURE_SETS))
    parser.add_argument("--settings", default="{}", help="of the architecture, as JSON")
    parser.add_argument("--seconds", type=float, default=180.0, help="of training")
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    dataset = made(FEATURE_SETS[arguments.architecture])
    architecture = load_architecture(arguments.architecture)
    model = architecture.from_dataset(architecture.Config(**(PLAIN | json.loads(arguments.settings))), dataset)
    examples = model.examples(dataset, "train")
    batches: list[torch.Tensor] = []
    optimizer = torch.optim.Adam(model.network.parameters(), lr=arguments.learning_rate)
    print(f"standing still: {still_mm(dataset):.0f} mm")
    spent, checked, first, steps = 0.0, 0.0, None, 0
    while spent < arguments.seconds:
        start = time.process_time()
        model.network.train()
        # Down along a half cosine over the time there is.
        for group in optimizer.param_groups:
            group["lr"] = arguments.learning_rate * (0.02 + 0.49 * (1 + math.cos(math.pi * spent / arguments.seconds)))
        batches = batches or list(torch.randperm(len(examples)).split(BATCH))
        optimizer.zero_grad()
        loss = model.loss(examples.__getitems__(batches.pop().tolist()))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.network.parameters(), 1.0)
        optimizer.step()
        spent, steps = spent + time.process_time() - start, steps + 1
        if spent - checked >= CHECK_S or spent >= arguments.seconds:
            checked, error = spent, error_mm(model, dataset)
            first = spent if first is None and error <= GOAL_MM else first
            print(f"{spent:6.1f} s, step {steps}: loss {loss.item():.4f}, {error:.1f} mm", flush=True)
    reached = "not reached" if first is None else f"first reached after {first:.0f} s"
    print(f"{arguments.architecture}: {error:.1f} mm at the end; {GOAL_MM:.0f} mm {reached}")
    if arguments.settings != "{}":
        return  # not what the table is of
    still, name = round(still_mm(dataset), 1), arguments.architecture
    end = {"value": round(error, 1), "unit": "mm", "baseline": still, "ratio": round(error / still, 3)}
    goal = {"value": first and round(first, 1), "unit": "s of one core", "baseline": None, "ratio": None}
    keep(OUTPUT, [{"name": f"{name}_end", **end, "target": GOAL_MM}, {"name": f"{name}_goal", **goal, "target": 180.0}])


if __name__ == "__main__":
    main()
