"""Speed of films and renders, encoding included, beside matplotlib's FuncAnimation on the same joints in the same run.

    python benchmarks/render.py

Frames per second of one core: frames over the processor seconds of this process and its encoders together, so that
other work on the machine counts little. Set-up (meshing the body, painting the room) is included, compiling is not
(kernels are kept on disk). The rounds are taken in turns and the best of each counts. FuncAnimation draws one 3D
skeleton of lines with its default axes, in the same size, to the same encoder.
Writes benchmarks/results/render.json: rows of name, value, unit, baseline, ratio (value / baseline) and target.
"""

import resource
import tempfile
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import soundfile

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.demo.film import Look, film
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.render.show import show
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import ffmpeg_exe

OUTPUT = Path(__file__).parent / "results" / "render.json"
ROUNDS, SECONDS, BASELINE_FRAMES = 2, 10.0, 45
FILM, SHOW = (480, 640), (1280, 720)
FILM_TARGET, SHOW_TARGET = 25.0, 60.0


def processor_seconds() -> float:
    """User and system time of this process and of the encoders it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def rate(frames: int, work: Callable[[], object]) -> float:
    """Frames per processor second of `work`."""
    start = processor_seconds()
    work()
    return frames / (processor_seconds() - start)


def animate(world: np.ndarray, size: tuple[int, int], target: Path) -> None:
    """What one would write by hand: a 3D plot of the bones, redrawn for every frame."""
    mpl.use("Agg")
    mpl.rcParams["animation.ffmpeg_path"] = ffmpeg_exe()
    import matplotlib.pyplot as plt
    from matplotlib.animation import FFMpegWriter, FuncAnimation

    figure = plt.figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    axes = figure.add_subplot(projection="3d", xlim=(-1, 1), ylim=(-1, 1), zlim=(0, 2))
    bones = [(joint, parent) for joint, parent in enumerate(SMPL24.parents) if parent >= 0]
    lines = [axes.plot([], [], [], lw=3)[0] for _ in bones]

    def draw(index: int) -> list[object]:
        for line, bone in zip(lines, bones, strict=True):
            x, y, z = world[index, list(bone)].T
            line.set_data_3d(x, -z, y)
        return list(lines)

    animation = FuncAnimation(figure, draw, frames=len(world))
    animation.save(
        target, writer=FFMpegWriter(fps=30, codec="libx264", extra_args=["-preset", "veryfast", "-threads", "1"])
    )
    plt.close(figure)


def main() -> None:
    """Measure, print a table, write the results."""
    beats = np.arange(0.5, SECONDS, 0.5)
    world = choreograph(beats, SECONDS, "disco", 4)
    time = np.arange(int(44100 * SECONDS)) / 44100
    with tempfile.TemporaryDirectory() as folder:
        song, video = Path(folder) / "song.wav", Path(folder) / "v.mp4"
        soundfile.write(song, 0.4 * np.sin(2 * np.pi * 220 * time), 44100, subtype="PCM_16")
        work = {
            "film_480x640": (FILM, FILM_TARGET, lambda n: film(video, world[:n], song, Look.from_seed(1), size=FILM)),
            "figure_draft_720p": (
                SHOW,
                SHOW_TARGET,
                lambda n: show(video, world[:n], song, beats, beats[::4], SHOW, "A song", "a model"),
            ),
        }
        rows = []
        for name, (size, target, make) in work.items():
            film(video, world[:2], None, Look.from_seed(1), size=FILM)  # compiles
            show(video, world[:2], _short(song), beats, beats[::4], SHOW, "A song", "a model")
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(rate(len(world), lambda make=make: make(len(world))))
                part = world[:BASELINE_FRAMES]
                theirs.append(rate(len(part), lambda size=size, part=part: animate(part, size, video)))
            value, baseline = max(ours), max(theirs)
            rows.append(
                {
                    "name": name,
                    "value": round(value, 1),
                    "unit": "frames per second and core",
                    "baseline": round(baseline, 1),
                    "ratio": round(value / baseline, 2),
                    "target": target,
                }
            )
    print(f"{'':20} {'frames/s/core':>14} {'FuncAnimation':>14} {'ratio':>7} {'target':>7}")
    for row in rows:
        print(f"{row['name']:20} {row['value']:14} {row['baseline']:14} {row['ratio']:7} {row['target']:7}")
    write_json(OUTPUT, rows)


def _short(song: Path) -> Path:
    """Return a tenth of a second of the song, beside it."""
    samples, sample_rate = soundfile.read(song, stop=4410)
    soundfile.write(song.with_name("short.wav"), samples, sample_rate, subtype="PCM_16")
    return song.with_name("short.wav")


if __name__ == "__main__":
    main()
