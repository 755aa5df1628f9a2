"""Speed of videos, encoding included, beside matplotlib's FuncAnimation on the same motion in the same run.

    python benchmarks/render.py

FuncAnimation is what VideoPose3D, Kakashi, EDGE and Bailando draw with: one 3D skeleton of lines, redrawn for every
frame, with its default axes, which are the baseline; without axes it is several times as fast, and that is a row too.
It draws in the same size to the same encoder. Ours draws by all cores this process may use. Frames per second are
those of the clock, and count set-up (posing, meshing the body, painting the room; its figure and axes); compiling does
not count, for kernels are kept on disk. Ours are 30 s of dance, FuncAnimation's the first 10 s of it. The rounds are
taken in turns. The best of each counts: other work on the machine only ever slows down. Beside the clock stand frames
per processor second, of this process and its encoders together, which say more on a machine that is shared.
`draw_*` are the frames per second of drawing alone, by one thread, without an encoder.
Writes benchmarks/results/render.json: rows of name, value, unit, baseline, ratio (value / baseline) and target.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
import numpy as np
import soundfile
from results.table import keep

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.film import Look, film
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.render.pictures import Pictures
from workflow_scripts.render.scene import Dancer, Scene
from workflow_scripts.render.settings import RenderSettings
from workflow_scripts.render.show import show
from workflow_scripts.workflow.media import ffmpeg_exe

OUTPUT = Path(__file__).parent / "results" / "render.json"
ROUNDS, SECONDS, BASELINE_FRAMES, WITHOUT_AXES_FRAMES, DRAWN_FRAMES = 3, 30.0, 300, 300, 90
FILM, SHOW = (480, 640), (1280, 720)
SHOWN = {
    "skeleton_720p": (RenderSettings(style="skeleton"), 12.0),
    "figure_draft_720p": (RenderSettings(quality="draft"), 5.0),
    "figure_full_720p": (RenderSettings(quality="full"), 1.0),
}
FILM_TARGET, DRAFT_TARGET = 25.0, 80.0
Row = dict[str, Any]


@dataclass
class Rates:
    """Frames per second of every round, by the clock and by processor time."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def measure(self, frames: int, work: Callable[[], object]) -> None:
        """Time `work`, which makes so many frames."""
        start, spent = time.perf_counter(), processor_seconds()
        work()
        self.clock.append(frames / (time.perf_counter() - start))
        self.processor.append(frames / (processor_seconds() - spent))


def processor_seconds() -> float:
    """User and system time of this process and of the encoders it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def animate(world: np.ndarray, size: tuple[int, int], target: Path, axes_off: bool = False) -> None:
    """What one would write by hand: a 3D plot of the bones, redrawn for every frame."""
    mpl.use("Agg")
    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg_exe()
    import matplotlib.pyplot as plt
    from matplotlib.animation import FFMpegWriter, FuncAnimation

    figure = plt.figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    axes = figure.add_subplot(projection="3d", xlim=(-1, 1), ylim=(-1, 1), zlim=(0, 2))
    if axes_off:
        axes.set_axis_off()
    bones = [(joint, parent) for joint, parent in enumerate(SMPL24.parents) if parent >= 0]
    lines = [axes.plot([], [], [], lw=3)[0] for _ in bones]

    def draw(index: int) -> list[object]:
        for line, bone in zip(lines, bones, strict=True):
            x, y, z = world[index, list(bone)].T
            line.set_data_3d(x, -z, y)
        return list(lines)

    animation = FuncAnimation(figure, draw, frames=len(world))
    animation.save(
        target, writer=FFMpegWriter(fps=30, codec="libx264", extra_args=["-preset", "superfast", "-crf", "22"])
    )
    plt.close(figure)


def draw(scene: Scene, settings: RenderSettings) -> None:
    """Draw some frames of a scene and throw them away."""
    drawing = Pictures(scene, settings, OUTPUT).drawing()
    out = np.empty(SHOW[0] * SHOW[1] * 3 // 2, np.uint8)
    for index in range(DRAWN_FRAMES):
        drawing(index, out)


def row(name: str, unit: str, value: float, baseline: float | None = None, target: float | None = None) -> Row:
    """A row of the results."""
    ratio, against = (round(value / baseline, 2), round(baseline, 1)) if baseline else (None, None)
    return dict(name=name, value=round(value, 1), unit=unit, baseline=against, ratio=ratio, target=target)


def measure(folder: Path, rounds: int) -> dict[str, Rates]:
    """Time everything in turns."""
    beats = np.arange(0.5, SECONDS, 0.5)
    world = choreograph(beats, SECONDS, "disco", 4)
    song, video, clock = folder / "song.wav", folder / "v.mp4", np.arange(int(44100 * SECONDS)) / 44100
    soundfile.write(song, 0.4 * np.sin(2 * np.pi * 220 * clock), 44100, subtype="PCM_16")

    def scene(frames: int) -> Scene:
        return Scene((Dancer(world, "a model"),), 30, frames / 30, "A song", song, beats, beats[::4])

    filmed = world[: len(world) // 3]
    frames, part, off = len(world), world[:BASELINE_FRAMES], world[:WITHOUT_AXES_FRAMES]
    work: dict[str, tuple[int, Callable[[], object]]] = {
        "axes_720p": (len(part), lambda: animate(part, SHOW, video)),
        "axes_480x640": (len(part), lambda: animate(part, FILM, video)),
        "no_axes_720p": (len(off), lambda: animate(off, SHOW, video, axes_off=True)),
        "film_480x640": (len(filmed), lambda: film(video, filmed, song, Look.from_seed(1), size=FILM)),
    }
    for name, (settings, _) in SHOWN.items():
        work[name] = frames, lambda settings=settings: show(video, scene(frames), settings)
        work["draw_" + name] = DRAWN_FRAMES, lambda settings=settings: draw(scene(frames), settings)
        show(video, scene(3), settings)  # compiles
    film(video, world[:3], song, Look.from_seed(1), size=FILM)
    rates = {name: Rates() for name in work}
    for _ in range(rounds):
        for name, (count, make) in work.items():
            rates[name].measure(count, make)
    return rates


def main() -> None:
    """Measure, print a table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        rates = measure(Path(folder), rounds)
    per_second, per_core = "frames per second", "frames per processor second"
    axes = rates["axes_720p"]
    rows = []
    for name, (_, target) in SHOWN.items():
        rows.append(row(name, per_second, max(rates[name].clock), max(axes.clock), target))
        rows.append(row(f"{name}_per_core", per_core, max(rates[name].processor), max(axes.processor)))
        rows.append(row(f"draw_{name}", per_core, max(rates["draw_" + name].processor)))
    fastest = max(rates["figure_draft_720p"].clock)
    rows.append(row("figure_draft_720p_fps", per_second, fastest, None, DRAFT_TARGET))
    film_rates = [max(rates[name].processor) for name in ("film_480x640", "axes_480x640")]
    rows.append(row("film_480x640", per_core, *film_rates, FILM_TARGET))
    rows.append(row("funcanimation_720p", per_second, max(axes.clock)))
    rows.append(row("funcanimation_without_axes_720p", per_second, max(rates["no_axes_720p"].clock)))
    print(f"{'':32} {'value':>8} {'beside':>8} {'ratio':>7} {'target':>7}  unit")
    for one in rows:
        shown = [str(one[key]) if one[key] is not None else "" for key in ("value", "baseline", "ratio", "target")]
        print("{:32} {:>8} {:>8} {:>7} {:>7}".format(one["name"], *shown), "", one["unit"])
    print("medians of the rounds, frames per second: " + ", ".join(
        f"{name} {median(one.clock):.1f}" for name, one in rates.items()
    ))  # fmt: skip
    keep(OUTPUT, rows)


if __name__ == "__main__":
    main()
