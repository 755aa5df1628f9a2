"""Real videos and songs, where a folder of them is given."""

import os
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import offset_s, read_wav

from workflow_scripts.collect.cut import cut_clip
from workflow_scripts.collect.inspection import inspect_media
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.workflow.media import run_ffmpeg

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
pytestmark = pytest.mark.skipif(
    not (DATA / "tiktok").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data"
)


def test_nine_dances_of_450_frames() -> None:
    rows = list_collection("tiktok", {"source": str(DATA / "tiktok"), "kind": "videos"})
    assert len(rows) == 9
    for row in rows:
        facts = inspect_media(Path(row["url"]), "videos")
        assert (facts.width, facts.height, facts.audio_rate) == (640, 360, 44100)
        assert facts.duration_s == pytest.approx(450 / 29.97, abs=0.01)


def test_a_real_cut_is_where_it_belongs(tmp_path: Path) -> None:
    source = DATA / "tiktok" / "letskillthislove1.mp4"
    whole = tmp_path / "whole.wav"
    run_ffmpeg(["-i", source, "-vn", "-ac", "2", "-ar", "44100", "-c:a", "pcm_s16le", whole], source)
    assert cut_clip(source, 6.789, 8.789, 30, tmp_path / "c.mp4", tmp_path / "c.wav") == (60, 88200)
    assert offset_s(read_wav(tmp_path / "c.wav")[4410:-4410], read_wav(whole)) == pytest.approx(6.889, abs=0.001)


@pytest.mark.parametrize("name", ["dancer.avi", "kunkun_cut.mp4", "musepose_dance.mp4"])
def test_other_containers_sizes_and_rates(tmp_path: Path, name: str) -> None:
    facts = inspect_media(DATA / "videos" / name, "videos")
    assert facts.duration_s > 10
    assert cut_clip(DATA / "videos" / name, 3, 4, 30, tmp_path / "c.mp4", tmp_path / "c.wav") == (30, 44100)
    assert np.abs(read_wav(tmp_path / "c.wav")).max() > 100


def test_ogg_songs(tmp_path: Path) -> None:
    rows = list_collection("songs", {"source": [str(DATA / "songs_cc")], "kind": "songs"})
    durations = sorted(inspect_media(Path(row["url"]), "songs").duration_s for row in rows)
    assert durations == pytest.approx([45.8, 61.5, 119.9, 133.0], abs=0.2)
