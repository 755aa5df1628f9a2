"""A contact sheet: pictures evenly over the video, upright, in reading order, each with its time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from render.films import SIZE, grey, write_film

from workflow_scripts.render.contact_sheet import GAP, WIDEST, _columns, make_sheet
from workflow_scripts.workflow.media import MediaError, run_ffmpeg


def cells(sheet: np.ndarray, columns: int, rows: int) -> list[np.ndarray]:
    height, width = (sheet.shape[0] - GAP) // rows, (sheet.shape[1] - GAP) // columns
    return [
        sheet[GAP + row * height : (row + 1) * height, GAP + column * width : (column + 1) * width]
        for row in range(rows)
        for column in range(columns)
    ]


@pytest.mark.parametrize("frames", [60, 300])  # 300: more than one key frame
def test_pictures_are_the_middles_of_equal_parts(tmp_path: Path, frames: int) -> None:
    write_film(tmp_path / "film.mp4", frames)
    make_sheet(tmp_path / "film.mp4", tmp_path / "out" / "a.png", 6)
    sheet = np.asarray(Image.open(tmp_path / "out" / "a.png"))
    assert sheet.shape == (GAP + 2 * (SIZE[1] + GAP), GAP + 3 * (SIZE[0] + GAP), 3)
    for number, cell in enumerate(cells(sheet, 3, 2)):
        middle = cell[120:220, 120:300].mean()
        assert middle == pytest.approx(grey(int((number + 0.5) * frames / 6)), abs=3)
        red, blue = cell[-20:, 10].mean(axis=0), cell[5, 200:].mean(axis=0)
        assert red[0] > 180
        assert blue[2] > 180
        # The time stands in the upper left corner, and nowhere else.
        assert (cell[:40, :120].min(axis=-1) > 200).sum() > 20
        assert (cell[40:].min(axis=-1) > 235).sum() == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


def test_times_differ_from_picture_to_picture(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", 128)  # the wave's period is 64: equal pictures but for the time
    make_sheet(tmp_path / "film.mp4", tmp_path / "a.png", 2)
    first, second = cells(np.asarray(Image.open(tmp_path / "a.png")), 1, 2)
    differs = np.abs(first.astype(int) - second).max(axis=-1) > 60
    assert differs[:40, :120].any()
    assert not differs[60:].any()


def test_a_video_of_one_frame_is_shown_as_often_as_asked(tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4", 1)
    make_sheet(tmp_path / "film.mp4", tmp_path / "a.png", 4)
    for cell in cells(np.asarray(Image.open(tmp_path / "a.png")), 2, 2):
        assert cell[120:220, 120:300].mean() == pytest.approx(grey(0), abs=3)


def test_sheets_of_large_and_of_upright_videos_stay_within_bounds(tmp_path: Path) -> None:
    for size in ((1920, 1080), (720, 1280)):
        write_film(tmp_path / "film.mp4", 3, size=size)
        make_sheet(tmp_path / "film.mp4", tmp_path / "a.png", 12)
        with Image.open(tmp_path / "a.png") as sheet:
            assert sheet.width <= WIDEST
            assert 0.8 < sheet.width / sheet.height < 2.4


@pytest.mark.parametrize(("shape", "columns"), [(16 / 9, 3), (1.0, 4), (9 / 16, 6)])
def test_twelve_pictures_leave_no_place_empty(shape: float, columns: int) -> None:
    assert _columns(12, shape) == columns


def test_what_is_no_video_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    for name in ("text.mp4", "none.mp4"):
        with pytest.raises(MediaError, match=f"{name}: not a playable video"):
            make_sheet(tmp_path / name, tmp_path / "a.png")
    soundfile.write(tmp_path / "song.wav", np.zeros(8000), 8000)
    Image.new("RGB", (32, 32)).save(tmp_path / "cover.png")
    covered = ["-i", tmp_path / "song.wav", "-i", tmp_path / "cover.png", "-map", "0", "-map", "1", "-c:v", "png"]
    run_ffmpeg([*covered, "-disposition:v", "attached_pic", tmp_path / "song.mp3"], tmp_path / "song.mp3")
    for name in ("song.wav", "song.mp3"):
        with pytest.raises(MediaError, match=f"{name}: holds no video"):
            make_sheet(tmp_path / name, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
