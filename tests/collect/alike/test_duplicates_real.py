"""Real music and dances: different pieces stay apart, copies are found (skipped where the data is absent)."""

import os
from pathlib import Path

import pytest
from collect.alike.fingerprint_media import recording, rows_of

from workflow_scripts.collect.alike.matching import find_matches
from workflow_scripts.collect.alike.picture_code import picture_codes
from workflow_scripts.collect.alike.sound_code import sound_codes
from workflow_scripts.workflow.media import run_ffmpeg

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
real = pytest.mark.skipif(not (DATA / "tiktok").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data")


@real
def test_different_pieces_of_real_music_stay_apart() -> None:
    """Twelve waltzes of one tempo, dances, pop of ten genres, a song in a noisy copy among them."""
    paths = [*(DATA / "gtzan_beats").glob("*.wav"), *(DATA / "songs_cc").glob("*.ogg")]
    paths += sorted((DATA / "dance_with_melody/audio").glob("DANCE_[RTW]_*.mp3"))[:18]
    fingerprints = {f"x/{path.stem}": recording(sound_codes(path)) for path in paths}
    assert len(fingerprints) == 42
    assert find_matches(fingerprints) == []


@real
def test_a_real_copy_is_found_and_other_dances_are_none(tmp_path: Path) -> None:
    """Pieces of one song, danced to before one background; the copy is mirrored, small and begins 2.3 s later."""
    fingerprints = {}
    copied = ["-ss", "2.3", "-vf", "hflip,scale=320:-2", "-crf", "30", "-b:a", "64k"]
    for name in ("5", "6", "7", "6copy"):
        source = DATA / f"tiktok/letskillthislove{name.removesuffix('copy')}.mp4"
        video, audio = tmp_path / f"{name}.mp4", tmp_path / f"{name}.wav"
        run_ffmpeg(["-i", source, *(copied if name == "6copy" else []), "-preset", "ultrafast", video], source)
        run_ffmpeg(["-i", video, "-vn", audio], source)
        fingerprints[f"x/{name}"] = recording(sound_codes(audio), picture_codes(video))
    rows = rows_of(fingerprints)
    copies = {name: row["duplicate_of"] for name, row in rows.items()}
    assert copies == {"x/5": "", "x/6": "", "x/7": "", "x/6copy": "x/6"}
    assert rows["x/6copy"]["evidence"].endswith("mirrored")
    assert float(rows["x/6copy"]["evidence"].split("offset ")[1].split(" s")[0]) == pytest.approx(2.3, abs=0.15)
