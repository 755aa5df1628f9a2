"""Speed of batches: frames per second from a dataset in memory into a training's batches, beside plain PyTorch.

    python benchmarks/dataset.py

Made-up data of the size of dance_with_melody (32 dances, 53,000 frames), 35 features and 72 numbers of motion; windows
of 180 frames, one in 30, in random order, 64 to a batch; one epoch, frames of overlapping windows counted as often as
they come. Ours is what the train stage uses. What a user would write instead is a torch Dataset with default collation
that cuts a window out of a list of arrays, or one that loads its clip from a .npz file. All take turns, the median of
the rounds counts, in processor time of one thread, so that other work on the machine counts little.
Writes benchmarks/results/dataset.json: rows of name, value, unit, baseline, ratio (value / baseline) and target. Rows
that were not measured this time stay as they are.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from results.table import keep
from torch.utils.data import DataLoader, Dataset

from workflow_scripts.models.examples import Examples
from workflow_scripts.motion.windows import WindowPlan
from workflow_scripts.train.gradient import EpochOrder, loader

OUTPUT = Path(__file__).parent / "results" / "dataset.json"
ROUNDS = 7
CLIPS, FRAMES, FEATURES, MOTION = 32, 1656, 35, 72
WINDOW, STRIDE, BATCH = 180, 30, 64
TARGET = 200_000.0
Arrays = list[dict[str, np.ndarray]]


class Sliced(Dataset):
    """The usual: a list of arrays, from which each window is cut."""

    def __init__(self, clips: Arrays, windows: np.ndarray) -> None:
        self.clips, self.windows = clips, windows

    def __len__(self) -> int:
        return len(self.windows)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        number, start, frames = self.windows[index]
        return {name: torch.from_numpy(values[start : start + frames]) for name, values in self.clips[number].items()}


class Loaded(Dataset):
    """The usual for what is a file per clip: each window loads its own."""

    def __init__(self, paths: list[Path], windows: np.ndarray) -> None:
        self.paths, self.windows = paths, windows

    def __len__(self) -> int:
        return len(self.windows)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        number, start, frames = self.windows[index]
        with np.load(self.paths[number]) as file:
            return {name: torch.from_numpy(file[name][start : start + frames]) for name in file.files}


def made_up() -> Arrays:
    """Return clips of random features and motion."""
    rng = np.random.default_rng(1)
    sizes = {"features": FEATURES, "motion": MOTION}
    return [{name: rng.random((FRAMES, size), dtype=np.float32) for name, size in sizes.items()} for _ in range(CLIPS)]


def rate(batches: Callable[[], DataLoader]) -> float:
    """Frames per processor second of one epoch, the loader's making included."""
    start, frames = time.process_time(), 0
    for batch in batches():
        frames += batch["motion"].shape[0] * batch["motion"].shape[1]
    return frames / (time.process_time() - start)


def measure_loading() -> list[dict[str, Any]]:
    """Return the rows of batches."""
    clips = made_up()
    windows = WindowPlan("window", WINDOW, STRIDE).windows([(number, FRAMES) for number in range(CLIPS)])
    examples = Examples(
        {
            number: {name: torch.from_numpy(values) for name, values in clip.items()}
            for number, clip in enumerate(clips)
        },
        windows,
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.npz" for number in range(CLIPS)]
        for path, clip in zip(paths, clips, strict=True):
            np.savez(path, **clip)
        ways: dict[str, Callable[[], DataLoader]] = {
            "ours": lambda: loader(examples, BATCH, EpochOrder(np.ones(len(windows)), 1)),
            "sliced": lambda: DataLoader(Sliced(clips, windows), BATCH, shuffle=True),
            "loaded": lambda: DataLoader(Loaded(paths, windows), BATCH, shuffle=True),
        }
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                rates[name].append(rate(way))
    ours, sliced, loaded = (median(rates[name]) for name in ways)
    unit = "frames per second of one core"
    return [row("batches", ours, unit, sliced, TARGET), row("batches_from_files", ours, unit, loaded, TARGET)]


def row(name: str, value: float, unit: str, baseline: float, target: float | None) -> dict[str, Any]:
    """A row of the results."""
    ratio = round(value / baseline, 2)
    return dict(name=name, value=round(value), unit=unit, baseline=round(baseline), ratio=ratio, target=target)


def main() -> None:
    """Measure, print, write."""
    torch.set_num_threads(1)
    rows = measure_loading()
    for one in rows:
        print("{name}: {value} {unit}, beside {baseline} (ratio {ratio}), target {target}".format(**one))
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
