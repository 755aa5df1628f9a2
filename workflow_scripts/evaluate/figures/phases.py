"""Draw where between two beats dances rest: `python -m workflow_scripts.evaluate.figures.phases --help`.

A histogram per model and one of the truth: the phase of every motion beat between the music's beats around it, -½ to ½,
0 on the beat. By chance it is flat (the dashed line). R is the length of the mean phase vector, 0 (flat) to 1.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workflow_scripts.evaluate.metrics.beat_alignment import motion_beats
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.evaluate.model import song_of
from workflow_scripts.evaluate.one_dance import read_alone
from workflow_scripts.evaluate.songs import read_songs
from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.plots import GREY, colour, svg

BINS = 20
TRUTH = "truth"


def phases(rests: Floats, beats: Floats) -> Floats:
    """Return the phase, -½..½, of motion beats between the two music beats around them; of others none."""
    if len(beats) < 2:
        return np.empty(0)
    after = np.searchsorted(beats, rests, side="right")
    inside = (after > 0) & (after < len(beats))
    before, next_one = beats[after[inside] - 1], beats[after[inside]]
    phase = (rests[inside] - before) / (next_one - before)
    return np.asarray(np.where(phase >= 0.5, phase - 1, phase))


def concentration(phase: Floats) -> float:
    """Return the length of the mean vector of phases, 0..1; NaN of none."""
    return float(np.abs(np.exp(2j * np.pi * phase).mean())) if len(phase) else float("nan")


def draw_phases(target: Path, found: Mapping[str, Floats]) -> None:
    """Draw a histogram per name."""
    columns = min(len(found), 3)
    lines = -(-len(found) // columns)
    with svg(target, 3.2 * columns, 0.3 + 1.9 * lines) as figure:
        axes = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True)
        for axis in axes.flat[len(found) :]:
            axis.set_visible(False)
        number = 0
        for axis, (name, phase) in zip(axes.flat, found.items(), strict=False):
            share = np.histogram(phase, BINS, (-0.5, 0.5))[0] / max(len(phase), 1)
            edges = np.linspace(-0.5, 0.5, BINS + 1)
            paint = GREY if name == TRUTH else colour(number)
            number += name != TRUTH
            axis.bar(edges[:-1], share, 1 / BINS, align="edge", color=paint)
            axis.axhline(1 / BINS, color="black", linestyle="--", linewidth=0.8)
            axis.set_title(f"{name}: R = {concentration(phase):.2f} (n = {len(phase)})", fontsize=8, loc="left")
        for axis in axes[-1]:
            axis.set_xlabel("phase in the beat")
        for axis in axes[:, 0]:
            axis.set_ylabel("share")


def main() -> None:
    """Parse the arguments, read what was measured, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measures", type=Path, nargs="+", required=True, help="<model>/songs/<song>_<sample>.json")
    parser.add_argument("--rhythms", type=Path, nargs="+", required=True, help="music files <song>.h5, group rhythm")
    parser.add_argument("--datasets", type=Path, nargs="+", required=True, help="whose clips kept aside are the truth")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    songs = read_songs(arguments.rhythms, [])
    parts: dict[str, list[Floats]] = {}
    for path in arguments.measures:
        rests = read_alone(path).accents["smoothed"]
        parts.setdefault(path.parents[1].name, []).append(phases(rests, songs[song_of(path)].beats))
    truth: dict[str, Floats] = {}
    for path in arguments.datasets:
        dataset = read_dataset(path)
        for clip in dataset.split("validation") or dataset.split("test") or dataset.split("train"):
            # Datasets of the same collections, with other features, have the same clips.
            truth[clip.name] = phases(motion_beats(resampled(clip.motion.world, dataset.fps), RATE), clip.music.beats)
    parts[TRUTH] = list(truth.values())
    draw_phases(arguments.output, {name: np.concatenate(each) for name, each in parts.items()})


if __name__ == "__main__":
    entry_point(main)
