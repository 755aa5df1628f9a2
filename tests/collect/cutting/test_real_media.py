"""Real videos and songs, where a folder of them is given."""

import os
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import offset_s, read_wav

from workflow_scripts.collect.cut import cut_clip
from workflow_scripts.collect.cutting.choosing import choose, watch
from workflow_scripts.collect.cutting.hearing import listen
from workflow_scripts.collect.fetching.inspection import inspect_media
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


def one_shot_videos() -> list[Path]:
    # A switching background, a moving camera, weak contrast: none of it is a cut.
    return sorted([*(DATA / "tiktok").glob("*.mp4"), *(DATA / "videos").glob("*.*")])


def test_one_shot_footage_is_not_cut_and_no_dancing_stands_still() -> None:
    for media in one_shot_videos():
        assert watch(media, (0.0, inspect_media(media, "videos").duration_s), True, True) == ([], []), media.name


def test_only_pauses_of_the_music_are_left_out() -> None:
    for media in one_shot_videos():
        duration = inspect_media(media, "videos").duration_s
        clips, out = choose(media, (0.0, duration), {}, {})
        if media.name == "dancer.avi":  # three dances, and rests between them
            assert [round(end - start) for start, end in clips] == [18, 18, 18]
            assert {reason for _, _, reason in out} == {"silence"}
        else:
            assert (clips, out) == ([(0.0, duration)], [])


def test_no_music_is_taken_for_talk() -> None:
    songs = [*(DATA / "songs_cc").glob("*.ogg"), *(DATA / "gtzan_beats").glob("*.wav")]
    assert len(songs) == 24
    for song in sorted(songs):
        stretches = listen(song, 0.0, inspect_media(song, "songs").duration_s, True, True)
        # Recordings begin and end with a second of silence.
        assert all(one.reason == "silence" and one.end_s - one.start_s < 3 for one in stretches), song.name


@pytest.mark.parametrize("flashes", ["", "lt(mod(n+8,15),1+mod(floor(n/15),3))"])
@pytest.mark.parametrize(
    ("names", "fps"),
    [
        (["videos/kunkun_cut.mp4", "videos/musepose_dance.mp4", "videos/dancer.avi"], 25),
        (["tiktok/letskillthislove1.mp4", "tiktok/letskillthislove5.mp4", "tiktok/letskillthislove3.mp4"], 30),
    ],
)
def test_joined_videos_are_parted_to_the_frame_and_flashes_are_not(
    tmp_path: Path, names: list[str], fps: int, flashes: str
) -> None:
    length, joined = 80, tmp_path / "joined.mp4"
    inputs = [part for name in names for part in ("-i", str(DATA / name))]
    take = f"fps={fps},trim=start_frame=30:end_frame={30 + length},setpts=PTS-STARTPTS,scale=320:180,setsar=1"
    chain = "".join(f"[{index}:v]{take}[v{index}];" for index in range(3)) + "[v0][v1][v2]concat=n=3:v=1"
    if flashes:  # one to three white pictures, twice a second
        chain += f",drawbox=c=white:t=fill:enable='{flashes}'"
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-x264-params", "scenecut=0", "-an"]
    run_ffmpeg([*inputs, "-filter_complex", f"{chain}[out]", "-map", "[out]", *coding, joined], joined)
    begins, _ = watch(joined, (0.0, 3 * length / fps), True, True)
    assert [round(begin * fps, 3) for begin in begins] == [length, 2 * length]
