"""Cutting beside the two stream copies of Kakashi (our ancestor), and the search for cuts beside PySceneDetect.

    [PLAYLIST2DANCE_DATA=folder] python benchmarks/collect.py

Cutting: seconds 12.345 to 22.345 of a generated video (29.97 frames/s, a key frame every 150) whose frames show their
numbers. Speed is seconds of clip per processor second of this process and its ffmpeg. Errors are those of a reader that
counts frames and samples from the file's beginning, as pose estimators and audio libraries do. Kakashi cuts picture and
sound apart by `ffmpeg -i in -ss start -to end -c copy`.
Search: shots, black, still, silence and speech in a minute of 720p, beside PySceneDetect's AdaptiveDetector, which
looks for shots only. With the folder of real data given, also the cuts both claim in footage that has none.
Writes benchmarks/results/collect.json: rows of name, value, unit, baseline, ratio (value / baseline) and target.
"""

import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import soundfile
from scipy.signal import fftconvolve

from workflow_scripts.collect.cut import cut_clip
from workflow_scripts.collect.cutting.choosing import choose, watch
from workflow_scripts.collect.fetching.inspection import inspect_media
from workflow_scripts.workflow.files import write_json
from workflow_scripts.workflow.media import run_ffmpeg, video_writer

OUTPUT = Path(__file__).parent / "results" / "collect.json"
FPS, SECONDS, SIZE, BITS = 29.97, 60.0, (1280, 720), 16
START, END, RATE, ROUNDS = 12.345, 22.345, 44100, 2
SEARCH_TARGET, FRAME_TARGET, SOUND_TARGET_MS = 20.0, 1.0, 5.0
Row = dict[str, object]


def processor_seconds(work: Callable[[], object]) -> float:
    """User and system time that `work` takes in this process and in those it waits for."""

    def now() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    start = now()
    work()
    return now() - start


def row(name: str, value: float, unit: str, baseline: float, target: float | None) -> Row:
    """A row of the results; the ratio is left open where the baseline is 0."""
    ratio = round(value / baseline, 3) if baseline else None
    return dict(name=name, value=round(value, 2), unit=unit, baseline=round(baseline, 2), ratio=ratio, target=target)


def numbered(path: Path) -> tuple[Path, np.ndarray]:
    """Make the video; return it and its sound. Something moves before a noisy wall; the upper edge shows the number."""
    rng = np.random.default_rng(1)
    sound = (np.convolve(rng.standard_normal(round(SECONDS * RATE)), np.ones(8) / 8, "same") * 0.2).astype(np.float32)
    soundfile.write(path.with_suffix(".wav"), sound, RATE, subtype="PCM_16")
    wall = cv2.resize(rng.integers(60, 190, (45, 80, 3), dtype=np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    raw = path.with_suffix(".raw.mp4")
    with video_writer(raw, *SIZE, FPS) as sink:
        for number in range(round(SECONDS * FPS)):
            picture = wall.copy()
            centre = (640 + round(300 * np.sin(number / 9)), 400 + round(80 * np.cos(number / 5)))
            cv2.ellipse(picture, centre, (70, 200), 20 * np.sin(number / 7), 0, 360, (240, 220, 200), -1)
            bits = np.array([number >> bit & 1 for bit in range(BITS)], np.uint8) * 255
            picture[:40] = np.repeat(bits, SIZE[0] // BITS)[None, :, None]
            sink.write(picture)
    coding = [
        "-c:v",
        "libx264",
        "-preset",
        "medium",
        "-crf",
        "26",
        "-g",
        "150",
        "-keyint_min",
        "150",
        "-sc_threshold",
        "0",
    ]
    run_ffmpeg(["-i", raw, "-i", path.with_suffix(".wav"), *coding, "-c:a", "aac", path], path)
    return path, sound


def numbers(path: Path) -> list[int]:
    """The numbers that the pictures show, in the order in which OpenCV reads them."""
    capture, shown = cv2.VideoCapture(str(path)), []
    centres = (np.arange(BITS) + 0.5) * SIZE[0] / BITS
    while (read := capture.read())[0]:
        shown.append(int((read[1][20, centres.astype(int)].mean(axis=1) > 128) @ (1 << np.arange(BITS))))
    return shown


def sound_of(path: Path) -> np.ndarray:
    """The left channel of a file's sound, from its first sample."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        return np.concatenate(
            [part.to_ndarray()[0] for one in container.decode(audio=0) for part in resampler.resample(one)]
        )


def sound_error_ms(part: np.ndarray, whole: np.ndarray) -> float:
    """How much too late the sound was cut, by cross-correlation of its first second."""
    peak = int(np.argmax(fftconvolve(whole, part[RATE:0:-1]))) - RATE + 1
    return (peak / RATE - START) * 1000 - 1000 / RATE


def kakashi(media: Path, folder: Path) -> tuple[Path, Path]:
    """Cut picture and sound apart by stream copy."""
    times = ["-ss", str(START), "-to", str(END), "-c", "copy"]
    run_ffmpeg(["-i", media, *times, "-an", folder / "copy.mp4"], media)
    run_ffmpeg(["-i", media, *times, "-vn", folder / "copy.m4a"], media)
    return folder / "copy.mp4", folder / "copy.m4a"


def ours(media: Path, folder: Path) -> tuple[Path, Path]:
    """Cut as the workflow does."""
    cut_clip(media, START, END, 30, folder / "ours.mp4", folder / "ours.wav")
    return folder / "ours.mp4", folder / "ours.wav"


def cutting(media: Path, sound: np.ndarray, folder: Path) -> Iterator[Row]:
    """Measure both ways of cutting."""
    seconds = [
        min(processor_seconds(lambda way=way: way(media, folder)) for _ in range(ROUNDS)) for way in (ours, kakashi)
    ]
    yield row("cut_speed", (END - START) / seconds[0], "x real time", (END - START) / seconds[1], None)
    errors = []
    for way, rate in ((ours, 30.0), (kakashi, FPS)):
        video, audio = way(media, folder)
        shown = numbers(video)
        first = shown[0] - START * FPS
        missing = (END - START) * rate - len(shown)
        late_ms = sound_error_ms(sound_of(audio), sound)
        errors.append((abs(first), abs(missing), abs(late_ms), abs(late_ms - first / FPS * 1000)))
    names = [
        ("cut_first_frame_error", "frames", FRAME_TARGET),
        ("cut_missing_frames", "frames", FRAME_TARGET),
        ("cut_sound_error", "ms", SOUND_TARGET_MS),
        ("cut_sound_against_picture", "ms", 1000 / FPS),
    ]
    for (name, unit, target), mine, theirs in zip(names, *errors, strict=True):
        yield row(name, mine, unit, theirs, target)


def detected(media: Path) -> int:
    """The number of cuts PySceneDetect finds."""
    from scenedetect import AdaptiveDetector, SceneManager, open_video

    manager = SceneManager()
    manager.add_detector(AdaptiveDetector())
    manager.detect_scenes(open_video(str(media)))
    return max(0, len(manager.get_scene_list()) - 1)  # without a cut the list is empty


def search(media: Path) -> Row:
    """Measure the search for everything that can be left out."""
    mine = min(processor_seconds(lambda: choose(media, (0.0, SECONDS), {}, {})) for _ in range(ROUNDS))
    theirs = min(processor_seconds(lambda: detected(media)) for _ in range(ROUNDS))
    return row("search_720p_speed", SECONDS / mine, "x real time", SECONDS / theirs, SEARCH_TARGET)


def real(data: Path, folder: Path) -> Iterator[Row]:
    """Measure on real footage, each file of which is one shot."""
    videos = sorted([*(data / "tiktok").glob("*.mp4"), *(data / "videos").glob("*.*")])
    lengths = [inspect_media(media, "videos").duration_s for media in videos]
    windows = list(zip(videos, lengths, strict=True))
    claimed = sum(len(watch(media, (0.0, length), True, False)[0]) for media, length in windows)
    yield row("false_cuts_in_real_shots", claimed, "cuts", sum(map(detected, videos)), 0)
    mine = processor_seconds(lambda: [choose(media, (0.0, length), {}, {}) for media, length in windows])
    theirs = processor_seconds(lambda: [detected(media) for media in videos])
    yield row("search_real_speed", sum(lengths) / mine, "x real time", sum(lengths) / theirs, SEARCH_TARGET)
    joined = folder / "joined.mp4"
    kunkun = data / "videos" / "kunkun_cut.mp4"
    run_ffmpeg(["-stream_loop", "2", "-i", kunkun, "-c", "copy", joined], joined)
    seconds = [
        min(processor_seconds(lambda way=way: way(joined, folder)) for _ in range(ROUNDS)) for way in (ours, kakashi)
    ]
    yield row("cut_real_speed", (END - START) / seconds[0], "x real time", (END - START) / seconds[1], None)


def main() -> None:
    """Measure, print a table, write the results."""
    data = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        media, sound = numbered(folder / "in.mp4")
        rows = [*cutting(media, sound, folder), search(media)]
        if (data / "tiktok").is_dir():
            rows += real(data, folder)
    print(f"{'':28} {'ours':>10} {'theirs':>10} {'ratio':>8} {'target':>8}  unit")
    for one in rows:
        values = [one[key] if one[key] is not None else "" for key in ("value", "baseline", "ratio", "target")]
        print(f"{one['name']:28} {values[0]:>10} {values[1]:>10} {values[2]:>8} {values[3]!s:>8.5}  {one['unit']}")
    write_json(OUTPUT, rows)


if __name__ == "__main__":
    main()
