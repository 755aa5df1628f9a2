import json
from pathlib import Path

import pytest

from workflow_scripts.collect.sources.motion import motion_rows
from workflow_scripts.workflow.errors import UserError


def put_frames(folder: Path, numbers: range, stem: str) -> None:
    folder.mkdir(parents=True)
    for number in numbers:
        (folder / f"{stem}_{number:012d}_keypoints.json").write_text(json.dumps({"version": 1.3, "people": []}))


def listed(source: Path, music: Path | None = None, fps: float = 30.0) -> list[dict[str, str]]:
    return list(motion_rows("openpose", source, music, fps))


def test_every_folder_of_frames_is_one_motion(tmp_path: Path) -> None:
    put_frames(tmp_path / "b", range(60), "b")
    put_frames(tmp_path / "deep" / "a.mp4", range(30), "a")
    put_frames(tmp_path / ".hidden", range(30), "c")
    rows = listed(tmp_path)
    assert [(row["id"], row["title"], row["duration"], row["offset"]) for row in rows] == [
        ("b", "b", "2.000", "0.000000"),
        ("a", "a", "1.000", "0.000000"),
    ]
    assert [row["url"] for row in rows] == [str(tmp_path / "b"), str(tmp_path / "deep" / "a.mp4")]


def test_one_folder_of_frames_is_a_source_too(tmp_path: Path) -> None:
    put_frames(tmp_path / "dance", range(30), "dance")
    assert [row["id"] for row in listed(tmp_path / "dance")] == ["dance"]


def test_frames_that_begin_later_begin_later_in_the_music(tmp_path: Path) -> None:
    put_frames(tmp_path / "dance", range(90, 150, 2), "dance")
    (row,) = listed(tmp_path, fps=15.0)
    assert (row["offset"], row["duration"]) == ("3.000000", "2.000")


@pytest.mark.parametrize("place", ["dance.wav", "frames/dance.mp3", "frames/film.m4a", "film.mp4", "music/x/film.flac"])
def test_music_beside_in_the_folder_or_elsewhere(tmp_path: Path, place: str) -> None:
    put_frames(tmp_path / "in" / "dance.mp4", range(30), "film")
    path = tmp_path / place.replace("frames", "in/dance.mp4") if "/" in place else tmp_path / "in" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    (row,) = listed(tmp_path / "in", music=tmp_path / "music")
    assert row["audio"] == str(path)


def test_without_music_the_audio_is_empty(tmp_path: Path) -> None:
    put_frames(tmp_path / "dance", range(30), "dance")
    (tmp_path / "other.wav").touch()
    assert [row["audio"] for row in listed(tmp_path)] == [""]


def test_a_folder_with_frames_of_two_videos_is_listed_and_judged_later(tmp_path: Path) -> None:
    put_frames(tmp_path / "dance", range(30), "a")
    (tmp_path / "dance" / "b_000000000000_keypoints.json").touch()
    (row,) = listed(tmp_path)
    assert (row["id"], row["offset"]) == ("dance", "0")


def test_no_frames_is_said(tmp_path: Path) -> None:
    (tmp_path / "dance.json").touch()
    with pytest.raises(UserError, match="no OpenPose frames found"):
        listed(tmp_path)
