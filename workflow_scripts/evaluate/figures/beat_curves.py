"""Draw how dances move over a song, and its beats: `python -m workflow_scripts.evaluate.figures.beat_curves --help`.

A curve per dance: the mean joint speed, smoothed as for motion beats. Dots are its minima, the motion beats; filled
ones lie within 70 ms of a beat of the music. Lines are those beats, thick ones downbeats.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from workflow_scripts.evaluate.metrics.beat_alignment import HIT_S, motion_beats
from workflow_scripts.evaluate.metrics.resampling import RATE, resampled
from workflow_scripts.motion.kinematics import SPEED_SMOOTHING_S, mean_joint_speed
from workflow_scripts.motion.music_file import read_beats
from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.plots import colour, svg

CLIP = "0000"
_LEGEND = "Mean joint speed. Dots: motion beats, filled within 70 ms of a music beat (lines; thick: downbeats)."
INCHES_PER_S, NARROW, WIDE = 0.3, 7.0, 60.0


@dataclass(frozen=True)
class Curve:
    """The speed (T,) m/s of a dance at `RATE`, and its motion beats, seconds."""

    name: str
    speed: Floats
    rests: Floats


def curve(name: str, world: Floats, fps: float) -> Curve:
    """Return the curve of a dance, world joints (T, 24, 3)."""
    fast = resampled(world, fps)
    speed = mean_joint_speed(fast, RATE) if len(fast) > 1 else np.zeros(1)
    return Curve(name, gaussian_filter1d(speed, SPEED_SMOOTHING_S * RATE), motion_beats(fast, RATE))


def on_the_beat(rests: Floats, beats: Floats) -> np.ndarray:
    """Return which motion beats (N,) lie within 70 ms of a music beat."""
    if not len(beats):
        return np.zeros(len(rests), dtype=bool)
    return np.asarray(np.abs(rests[:, None] - beats).min(axis=1, initial=np.inf) <= HIT_S)


def draw_curves(target: Path, curves: Sequence[Curve], beats: Floats, downbeats: Floats, title: str) -> None:
    """Draw a panel per dance, all over the same time."""
    seconds = max(len(each.speed) for each in curves) / RATE
    width = min(max(INCHES_PER_S * seconds, NARROW), WIDE)
    strong = {round(float(beat), 3) for beat in downbeats}
    with svg(target, width, 0.8 + 1.15 * len(curves)) as figure:
        axes = figure.subplots(len(curves), 1, squeeze=False, sharex=True, sharey=True)[:, 0]
        for number, (axis, each) in enumerate(zip(axes, curves, strict=True)):
            for beat in beats:
                thick = round(float(beat), 3) in strong
                axis.axvline(beat, color="#b9bec9", linewidth=1.4 if thick else 0.6)
            time = (np.arange(len(each.speed)) + 0.5) / RATE
            axis.plot(time, each.speed, color=colour(number), linewidth=1.2)
            hit = on_the_beat(each.rests, beats)
            frames = np.minimum((each.rests * RATE).round().astype(int), len(each.speed) - 1)
            for which, face in ((hit, colour(number)), (~hit, "white")):
                axis.scatter(
                    each.rests[which] + 0.5 / RATE,
                    each.speed[frames[which]],
                    s=16,
                    color=face,
                    edgecolor=colour(number),
                    zorder=3,
                )
            share = f"{hit.mean():.0%} on the beat" if len(hit) and len(beats) else "no beats to be on"
            axis.set_title(f"{each.name}: {len(hit)} motion beats, {share}", fontsize=8, loc="left")
        axes[-1].set(xlabel="s", xlim=(0, seconds), ylim=(0, 1.05 * max(each.speed.max() for each in curves)))
        for axis in axes:
            axis.set_ylabel("m/s")
        # Two dollar signs in a title of strangers are no formula.
        figure.suptitle(f"{title}\n{_LEGEND}", fontsize=9, x=0.01, ha="left", parse_math=False)


def main() -> None:
    """Parse the arguments, read dances and beats, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--dances", type=Path, nargs="+", required=True, help="results/dances/<model>/songs/<song>_0.h5"
    )
    parser.add_argument("--models", nargs="+", required=True, help="their models, in the same order")
    parser.add_argument("--rhythm", type=Path, required=True, help="music file of the song, group rhythm")
    parser.add_argument("--title", required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    curves = []
    for path, model in zip(arguments.dances, arguments.models, strict=True):
        poses = read_poses(path)
        curves.append(curve(model, poses.clips[CLIP].people[0].world, poses.fps))
    beats, downbeats = read_beats(arguments.rhythm, CLIP)
    draw_curves(arguments.output, curves, beats, downbeats, arguments.title)


if __name__ == "__main__":
    entry_point(main)
