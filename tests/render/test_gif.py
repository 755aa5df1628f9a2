"""A GIF of a video: what it shows, how large and how long it is, and that it loops."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from render.films import grey, write_film

from workflow_scripts.render.gif import make_gif
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import MediaError


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gif") / "film.mp4"
    write_film(path, 60, size=(960, 540))
    return path


def frames_of(path: Path) -> tuple[list[np.ndarray], list[float]]:
    """Pictures (H, W, 3), and how long each is shown, seconds."""
    pictures, shown = [], []
    with Image.open(path) as gif:
        assert gif.info["loop"] == 0  # for ever
        for number in range(gif.n_frames):
            gif.seek(number)
            shown.append(gif.info["duration"] / 1000)
            pictures.append(np.asarray(gif.convert("RGB")))
    return pictures, shown


def test_it_shows_the_video_smaller_and_at_half_the_rate(tmp_path: Path, film: Path) -> None:
    make_gif(film, tmp_path / "out" / "a.gif")
    pictures, shown = frames_of(tmp_path / "out" / "a.gif")
    assert pictures[0].shape == (270, 480, 3)
    assert (len(pictures), sum(shown)) == (30, pytest.approx(2.0, abs=0.05))
    for number, picture in enumerate(pictures):
        middle = picture[100:200, 100:400].mean()
        assert middle == pytest.approx(grey(2 * number), abs=7)
        red, blue = picture[100:, 5].mean(axis=0), picture[5, 100:].mean(axis=0)
        assert red[0] > 180
        assert red[2] < 70
        assert blue[2] > 180
        assert blue[0] < 70
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.gif"]


def test_an_upright_video_is_as_tall_as_allowed(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", 4, size=(360, 640))
    make_gif(tmp_path / "film.mp4", tmp_path / "a.gif", side=320)
    assert frames_of(tmp_path / "a.gif")[0][0].shape == (320, 180, 3)


def test_a_small_video_is_not_enlarged(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", 4)
    make_gif(tmp_path / "film.mp4", tmp_path / "a.gif")
    assert frames_of(tmp_path / "a.gif")[0][0].shape == (240, 320, 3)


def test_a_part_can_be_asked_for(tmp_path: Path, film: Path) -> None:
    make_gif(film, tmp_path / "a.gif", start=1.0, seconds=0.5)
    pictures, shown = frames_of(tmp_path / "a.gif")
    assert sum(shown) == pytest.approx(0.5, abs=0.1)
    assert pictures[0][100:200, 100:400].mean() == pytest.approx(grey(30), abs=8)


def test_the_same_video_gives_the_same_file(tmp_path: Path, film: Path) -> None:
    for name in ("a.gif", "b.gif"):
        make_gif(film, tmp_path / name, seconds=0.5)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_what_is_no_video_is_said_and_leaves_no_file(tmp_path: Path, film: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    for video, start, reason in (
        ("text.mp4", 0.0, "text.mp4: not a readable audio or video file"),
        ("none.mp4", 0.0, "none.mp4: not a readable"),
        (str(film), 9.0, "ends at 2.0 s, before the 9 s"),
    ):
        with pytest.raises(MediaError, match=reason):
            make_gif(tmp_path / video, tmp_path / "a.gif", start=start)
    assert [path.name for path in tmp_path.iterdir()] == ["text.mp4"]


def test_the_command_says_what_it_cannot_do(tmp_path: Path, film: Path) -> None:
    command = [sys.executable, "-m", "workflow_scripts.render.gif", "--video", str(film), "--output"]
    done = subprocess.run([*command, str(tmp_path / "a.png")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"error: {tmp_path / 'a.png'}: is no .gif\n")
    done = subprocess.run(
        [*command, str(tmp_path / "a.gif"), "--fps", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: --side has to be")
    for option in ("--seconds", "--start"):
        for number in ("inf", "nan"):
            done = subprocess.run(
                [*command, str(tmp_path / "a.gif"), option, number], capture_output=True, text=True, check=False
            )
            assert (done.returncode, done.stderr[:22]) == (1, "error: --side has to b")
    (tmp_path / "folder.gif").mkdir()
    with pytest.raises(UserError, match=r"folder.gif: is a directory"):
        make_gif(film, tmp_path / "folder.gif")
    assert issubclass(MediaError, UserError)
