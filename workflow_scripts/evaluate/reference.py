"""What dances are compared with: `python -m workflow_scripts.evaluate.reference --dataset H5 --output H5`.

Of the dataset's training split alone, once for all models and controls of the dataset:

    /                  attrs: format, version, fps, mean_speed (m/s), genres, genre_right, genre_clips, code, dataset,
                              complete (written last)
    /features/<name>   (N, D) the features of `alone.FEATURES` of every clip
    /genre/            mean, scale (F,), weights (F, G), offsets (G,) of the classifier; only with two genres or more
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from workflow_scripts.evaluate.alone import FEATURES, motion_features
from workflow_scripts.evaluate.metrics.genre import GenreCheck, GenreClassifier
from workflow_scripts.evaluate.metrics.movement import mean_speed
from workflow_scripts.motion.dataset_file import Dataset, read_dataset
from workflow_scripts.motion.hdf5 import opened
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path, sha256_of
from workflow_scripts.workflow.provenance import code_version

FORMAT = "playlist2dance/reference"
VERSION = 1
_CLASSIFIER = ("mean", "scale", "weights", "offsets")


@dataclass
class Reference:
    """The training motion in numbers.

    Attributes:
        mean_speed: m/s, over joints and time.
        features: {name: (N, D)}, one row per clip.
        genre: the classifier of the dataset's genres, None where it has fewer than two.
        dataset: digest of the dataset's file.
    """

    mean_speed: float
    features: dict[str, Floats]
    genre: GenreCheck | None
    dataset: str = ""


def reference_of(dataset: Dataset) -> Reference:
    """Measure the training clips of a dataset.

    Raises:
        UserError: there are none.
    """
    training = dataset.split("train")
    if not training:
        raise UserError("the dataset has no training clips to compare dances with")
    frames = [len(clip.motion.root) for clip in training]
    speeds = [mean_speed(clip.motion.world, dataset.fps) for clip in training]
    rows = [motion_features(clip.motion.world, dataset.fps) for clip in training]
    return Reference(
        mean_speed=float(np.average(speeds, weights=frames)),
        features={name: np.array([row[name] for row in rows]) for name in FEATURES},
        genre=GenreCheck.of(training, dataset.fps),
    )


def write_reference(target: Path, reference: Reference) -> None:
    """Write the file atomically."""
    with atomic_path(target) as path, h5py.File(path, "w") as file:
        check = reference.genre
        file.attrs.update(
            format=FORMAT,
            version=VERSION,
            mean_speed=reference.mean_speed,
            dataset=reference.dataset,
            code=code_version("workflow_scripts.evaluate.reference"),
        )
        for name, values in reference.features.items():
            file.create_dataset(f"features/{name}", data=np.asarray(values, np.float64))
        if check:
            file.attrs.update(genres=check.classifier.genres, genre_right=check.right, genre_clips=check.clips)
            for name in _CLASSIFIER:
                file.create_dataset(f"genre/{name}", data=getattr(check.classifier, name))
        file.attrs["complete"] = True


def read_reference(path: Path) -> Reference:
    """Read the file.

    Raises:
        BrokenFileError: it is truncated, incomplete or of another format; it has been deleted.
    """
    with opened(path, FORMAT, VERSION, "reference of dances") as file:
        check = None
        if "genre" in file:
            genres = [str(name) for name in file.attrs["genres"]]
            classifier = GenreClassifier(genres, *(file[f"genre/{name}"][()] for name in _CLASSIFIER))
            check = GenreCheck(classifier, int(file.attrs["genre_right"]), int(file.attrs["genre_clips"]))
        features = {name: file[f"features/{name}"][()] for name in FEATURES}
        return Reference(float(file.attrs["mean_speed"]), features, check, str(file.attrs["dataset"]))


def main() -> None:
    """Parse the arguments, read the dataset, measure, write the HDF5."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", type=Path, required=True, help="results/datasets/<dataset>.h5")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    reference = reference_of(read_dataset(arguments.dataset))
    reference.dataset = sha256_of(arguments.dataset)
    write_reference(arguments.output, reference)


if __name__ == "__main__":
    entry_point(main)
