"""How often `pose_clusters` guesses the next cluster of dances to songs it has not met: every song left out once.

    python benchmarks/held_out_clusters.py results/datasets/main.h5 [--folds 6] [--seeds 1] [--epochs N] [--name NAME]

Folds are dealt as in benchmarks/left_out.py. For each, clusters and classifier are made anew of the others, with their
mirror images, and the classifier is given the true clusters before each guess. Beside it are the most frequent cluster
and the bigram table of the same training dances. Intervals of the difference to the bigram are 95 % bootstrap intervals
over folds, whose guesses are what is counted. Writes benchmarks/results/held_out_clusters.json.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from left_out import folds_of
from results.table import keep

from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.evaluate.bootstrap import mean_interval
from workflow_scripts.models.pose_clusters.clustering import ClusterSettings, find_clusters
from workflow_scripts.motion.augmentation import Augmentation
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.train.clips import chosen_clips
from workflow_scripts.train.fit import TrainConfig, fit_model

OUTPUT = Path(__file__).parent / "results" / "held_out_clusters.json"


def held_out(dataset: Dataset, seed: int, settings: dict[str, int]) -> dict[str, float]:
    """Return what a model, fitted to the training split, says of the validation split."""
    config = TrainConfig(architecture="pose_clusters", settings=settings, seed=seed, augment=Augmentation(mirror=True))
    part = find_clusters(chosen_clips(dataset, None, config.augment, seed), ClusterSettings(), seed).arrays()
    with tempfile.TemporaryDirectory() as folder:
        return fit_model(config, dataset, Path(folder) / "last.ckpt", part).held_out


def main() -> None:
    """Fit, count, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, nargs="?", default=Path("results/datasets/main.h5"))
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=0, help="of the classifier; 0: its default")
    parser.add_argument("--name", default="", help="stands before the names of the rows")
    arguments = parser.parse_args()
    if not arguments.dataset.exists():
        print(f"{arguments.dataset} is missing: `snakemake --cores 4 datasets` makes it")
        return
    whole = read_dataset(arguments.dataset)
    plan = {
        "collections": ["all"],
        "window_s": whole.plan.frames / whole.fps,
        "stride_s": whole.plan.stride / whole.fps,
    }
    plan |= {"feature_set": whole.feature_set, "validation": 0.2, "seed": 1}
    fold = folds_of(whole.clips, arguments.folds)
    settings = {"max_epochs": arguments.epochs} if arguments.epochs else {}
    found: list[dict[str, float]] = []
    of_fold: list[str] = []
    for number in range(arguments.folds):
        split = [replace(clip, split="validation" if fold[clip.song] == number else "train") for clip in whole.clips]
        dataset = assembled(split, DatasetConfig.model_validate(plan))
        for seed in range(1, arguments.seeds + 1):
            found.append(held_out(dataset, seed, settings))
            of_fold.append(str(number))
            print(f"fold {number + 1}, seed {seed}: {found[-1]}", flush=True)
    counts = np.array([row["predictions"] for row in found])
    share = {
        name: float(np.average([row[name] for row in found], weights=counts))
        for name in ("accuracy", "bigram_accuracy", "majority_accuracy")
    }
    differences = np.array([row["accuracy"] - row["bigram_accuracy"] for row in found])
    often = counts.astype(int)
    mean, low, high = mean_interval(np.repeat(differences, often).tolist(), np.repeat(of_fold, often).tolist(), 1)
    print(f"{share}; above the bigram by {mean:+.3f} [{low:+.3f}, {high:+.3f}], {int(counts.sum())} predictions")
    name = f"{arguments.name}_accuracy" if arguments.name else "accuracy"
    row = {"name": name, "value": round(share["accuracy"], 4), "unit": f"share of {int(counts.sum())} guesses"}
    row |= {"baseline": round(share["bigram_accuracy"], 4), "majority": round(share["majority_accuracy"], 4)}
    row |= {"ratio": round(share["accuracy"] / share["bigram_accuracy"], 3), "target": 1.0}
    row |= {"difference": mean and round(mean, 4), "low": low and round(low, 4), "high": high and round(high, 4)}
    keep(OUTPUT, [row])


if __name__ == "__main__":
    main()
