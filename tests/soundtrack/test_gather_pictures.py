"""Pictures of clips: each at its time, whole, and of the part of the video that the dataset has."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import BITS, BLOCK, numbered_video
from tiny_dances import tiny_dataset

from workflow_scripts.motion.dataset_file import Dataset, write_dataset
from workflow_scripts.motion.pictures_file import FPS, SIDE, Pictures, read_pictures
from workflow_scripts.soundtrack.pictures import pictures_of
from workflow_scripts.workflow.media import MediaError, video_writer


def numbers(pictures: Pictures) -> list[int]:
    """The numbers that the frames of a `numbered_video`, 128 x 64, show after they were made half as large."""
    assert pictures.shape[1:] == (SIDE, SIDE, 3)
    assert not pictures[:, [0, 15, 48, 63]].any()  # black above and below: nothing was cut off at the sides
    centres = [(bit * BLOCK + BLOCK // 2) // 2 for bit in range(BITS)]
    bits = pictures[:, SIDE // 2 - 8, :, 1][:, centres] > 128
    return [int(number) for number in bits.astype(int) @ (1 << np.arange(BITS))]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_video(tmp_path_factory.mktemp("video") / "0000.mp4", 6.0, 30)


def test_pictures_lie_at_their_times(video: Path) -> None:
    assert numbers(pictures_of(video, 0.0, 6.0)) == list(range(0, 180, 2))
    # Any frame may be the first: a seek comes before it, whatever the distance of key frames.
    for first in (1, 2, 37, 149):
        assert numbers(pictures_of(video, first / 30, 1.0)) == list(range(first, first + 30, 2))


def test_the_number_of_pictures_covers_the_time_asked_for(video: Path) -> None:
    assert [len(pictures_of(video, 0.0, seconds)) for seconds in (0.0, 1 / 30, 1.0, 31 / 30, 32 / 30)] == [
        1,
        1,
        15,
        16,
        16,
    ]


def test_the_last_picture_stays_where_the_video_is_over(video: Path) -> None:
    assert numbers(pictures_of(video, 5.8, 1.0)) == [174, 176, 178] + 12 * [178 + 1]
    with pytest.raises(MediaError, match=r"0000\.mp4: shows nothing after 7 s"):
        pictures_of(video, 7.0, 1.0)


@pytest.mark.parametrize("fps", [24.0, 25.0, 12.0, 60.0])
def test_other_rates_keep_their_time(tmp_path: Path, fps: float) -> None:
    path = numbered_video(tmp_path / "v.mp4", 2.0, fps)
    expected = [int(picture * fps / FPS + 1e-6) for picture in range(2 * FPS)]
    assert numbers(pictures_of(path, 0.0, 2.0)) == expected


@pytest.mark.parametrize(("width", "height"), [(48, 96), (96, 48), (32, 32), (160, 120)])
def test_the_whole_picture_is_there_in_proportion(tmp_path: Path, width: int, height: int) -> None:
    """A frame around the picture comes out on the four sides of what is not black."""
    picture = np.full((height, width, 3), 60, np.uint8)
    picture[: height // 8], picture[-height // 8 :] = (255, 0, 0), (255, 0, 0)
    with video_writer(tmp_path / "v.mp4", width, height, 30, crf=5) as sink:
        for _ in range(6):
            sink.write(picture)
    (small, *_) = pictures_of(tmp_path / "v.mp4", 0.0, 0.2).astype(int)
    rows, columns = (np.flatnonzero(small.max(axis=(axis, 2)) > 30) for axis in (1, 0))
    assert (len(rows), len(columns)) == (round(SIDE * min(height / width, 1)), round(SIDE * min(width / height, 1)))
    assert rows[0] + rows[-1] == columns[0] + columns[-1] == SIDE - 1
    for row in (rows[1], rows[-2]):
        np.testing.assert_allclose(small[row, SIDE // 2], (255, 0, 0), atol=40)
    np.testing.assert_allclose(small[SIDE // 2, SIDE // 2], 60, atol=6)


MEASURE = """
import resource, sys
from pathlib import Path
from workflow_scripts.soundtrack.pictures import pictures_of
for seconds in (0.5, 10.0):
    pictures_of(Path(sys.argv[1]), 0.0, seconds)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def test_a_long_video_is_not_held_in_memory(tmp_path: Path) -> None:
    with video_writer(tmp_path / "v.mp4", 640, 480, 30, preset="ultrafast") as sink:
        for number in range(300):
            sink.write(np.full((480, 640, 3), number % 256, np.uint8))
    done = subprocess.run([sys.executable, "-c", MEASURE, tmp_path / "v.mp4"], capture_output=True, text=True)
    short, long = map(float, done.stdout.split())
    assert long - short < 20  # MB, of which the result is 2; its frames are 138


def test_what_is_no_video_is_named(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_text("no video")
    with pytest.raises(MediaError, match=r"v\.mp4: not a readable video"):
        pictures_of(tmp_path / "v.mp4", 0.0, 1.0)


@pytest.fixture
def dataset(video: Path, tmp_path: Path) -> Dataset:
    """Three clips of 6 s: of the first only what comes after 1.5 s, and of that the second stretch as well."""
    dataset = tiny_dataset()
    first = replace(dataset.clips[0], start_s=0.5, motion=dataset.clips[0].motion.part(slice(0, 30)))
    second = replace(first, start_s=3.5, stretch=1)
    copy = replace(first, clip="0000~1")
    dataset.clips = sorted([first, second, copy, *dataset.clips[1:]], key=lambda clip: clip.name)
    for clip in dataset.clips:
        path = tmp_path / "clips" / clip.collection / clip.video / "0000.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video.read_bytes())
    return dataset


def test_every_clip_of_a_dataset_but_copies(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "main.h5", dataset)
    done = gather(tmp_path)
    assert done.returncode == 0, done.stderr
    found = read_pictures(tmp_path / "pictures" / "main.h5")
    assert list(found.pictures) == ["tiny.v0.0000", "tiny.v0.0000.0.1", "tiny.v1.0000", "tiny.v2.0000"]
    assert numbers(found.pictures["tiny.v0.0000"]) == list(range(15, 45, 2))
    assert numbers(found.pictures["tiny.v0.0000.0.1"]) == list(range(105, 135, 2))
    assert numbers(found.pictures["tiny.v2.0000"]) == list(range(0, 180, 2))
    assert found.provenance["dataset"]


def gather(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the entry point on the dataset and the clips in a folder."""
    command = [sys.executable, "-m", "workflow_scripts.soundtrack.gather_pictures", "--dataset", folder / "main.h5"]
    command += ["--clips", folder / "clips", "--output", folder / "pictures" / "main.h5"]
    return subprocess.run(command, capture_output=True, text=True)


def test_motion_without_video_is_left_out_and_said(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "main.h5", dataset)
    (tmp_path / "clips" / "tiny" / "v1" / "0000.mp4").unlink()
    done = gather(tmp_path)
    assert "1 clips have no video and are not learned from: tiny.v1.0000" in done.stdout
    found = read_pictures(tmp_path / "pictures" / "main.h5").pictures
    assert list(found) == ["tiny.v0.0000", "tiny.v0.0000.0.1", "tiny.v2.0000"]


def test_no_video_at_all_is_said(dataset: Dataset, tmp_path: Path) -> None:
    write_dataset(tmp_path / "main.h5", dataset)
    shutil.rmtree(tmp_path / "clips")
    done = gather(tmp_path)
    assert done.returncode == 1
    assert "no clip of it has a video, which `condition: video` needs" in done.stderr
