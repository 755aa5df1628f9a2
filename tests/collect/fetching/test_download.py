"""Taking local files: good ones are linked or copied, bad ones become a reason, nothing changes the original."""

import fcntl
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from collect.synthetic_media import noise, numbered_video, write_wav

from workflow_scripts.collect import download as downloading
from workflow_scripts.collect.admit import admit
from workflow_scripts.collect.download import Report, download
from workflow_scripts.collect.list_collection import list_collection
from workflow_scripts.collect.playlist import COLUMNS
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.media import run_ffmpeg, video_writer
from workflow_scripts.workflow.tables import write_table


def taken(source: Path, tmp_path: Path, kind: str = "videos", item: str = "v01") -> Report:
    row = {"id": item, "url": str(source), "title": "", "digest": ""}
    return download(row, {"kind": kind}, tmp_path / "results" / "videos" / "mine" / f"{item}.json")


def stored(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "results" / "videos" / "mine").iterdir()}


def test_a_good_file_is_linked(tmp_path: Path, video: Path) -> None:
    before = (sha256_of(video), video.stat().st_mtime_ns)
    report = taken(video, tmp_path)
    facts = (report.duration_s, 128, 64, 25.0, 44100, 2, video.stat().st_size)
    limits = dict.fromkeys(("match_filter", "max_seconds", "max_megabytes", "max_pixels"))
    assert report == Report("ok", "", "good", str(video), "v01.mp4", before[0], *facts, limits=limits)
    assert report.duration_s == pytest.approx(2.0, abs=1e-3)
    assert (tmp_path / "results" / "videos" / "mine" / "v01.mp4").samefile(video)
    assert (sha256_of(video), video.stat().st_mtime_ns) == before
    assert stored(tmp_path) == {"v01.mp4"}


def test_a_file_on_another_disk_is_copied(tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    assert taken(video, tmp_path).sha256 == sha256_of(video)
    assert not (tmp_path / "results" / "videos" / "mine" / "v01.mp4").samefile(video)


def test_a_linked_file_is_not_a_link_afterwards(tmp_path: Path, video: Path) -> None:
    (tmp_path / "link.mp4").symlink_to(video)
    taken(tmp_path / "link.mp4", tmp_path)
    assert not (tmp_path / "results" / "videos" / "mine" / "v01.mp4").is_symlink()


def test_odd_names(tmp_path: Path, video: Path) -> None:
    folder = tmp_path / 'a {b} "c"'
    for name in ("it's {great}  $HOME `id` ダンス.MP4", "same.mp4", "sub/same.mp4", "-rf.mp4", "%(id)s.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(video, folder / name)
    rows = list_collection("mine", {"source": str(folder)})
    reports = [taken(Path(row["url"]), tmp_path, item=row["id"]) for row in rows]
    assert [report.status for report in reports] == ["ok"] * 5
    assert stored(tmp_path) == {f"{row['id']}.mp4" for row in rows}
    assert len(stored(tmp_path)) == 5


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bad")
    good = numbered_video(folder / "good.mp4", 2.0, 25)
    names = ["text", "beginning", "picture", "silent", "sound", "short", "empty", "playlist"]
    files = {name: folder / f"{name}.mp4" for name in names}
    files["text"].write_text("this is no film")
    files["beginning"].write_bytes(good.read_bytes()[:3000])
    run_ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-frames:v", "1", folder / "p.png"], good)
    (folder / "p.png").rename(files["picture"])
    run_ffmpeg(["-i", good, "-an", "-c", "copy", files["silent"]], good)
    run_ffmpeg(["-i", good, "-vn", "-c", "copy", files["sound"]], good)
    run_ffmpeg(["-i", good, "-t", "0.5", files["short"]], good)
    files["empty"].touch()
    files["playlist"].write_text(f"#EXTM3U\n#EXTINF:2,\n{good}\n#EXT-X-ENDLIST\n")
    return files


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text", "not a readable audio or video file"),
        ("beginning", "not a readable audio or video file"),
        ("picture", "not a readable audio or video file"),
        ("empty", "not a readable audio or video file"),
        ("playlist", "not a readable audio or video file"),
        ("silent", "no audio stream found"),
        ("sound", "no video stream found"),
        ("short", "shorter than 1 s: put a longer one in its place, or take it out"),
        ("missing", "the file cannot be read (No such file or directory)"),
    ],
)
def test_bad_files_become_reasons(tmp_path: Path, bad_files: dict[str, Path], name: str, reason: str) -> None:
    report = taken(bad_files.get(name, tmp_path / "missing.mp4"), tmp_path)
    assert (report.status, report.reason, report.file, report.sha256) == ("bad", reason, "", "")
    assert report.lasting
    assert stored(tmp_path) == set()


def test_a_folder_with_good_and_bad_files(tmp_path: Path, bad_files: dict[str, Path]) -> None:
    rows = list_collection("mine", {"source": str(bad_files["text"].parent)})
    videos = tmp_path / "results" / "videos" / "mine"
    for row in rows:
        downloading.write_json(videos / f"{row['id']}.json", vars(taken(Path(row["url"]), tmp_path, item=row["id"])))
    write_table(tmp_path / "mine.tsv", COLUMNS, rows)
    verdicts = {row["title"]: row["verdict"] for row in admit(tmp_path / "mine.tsv", videos, {})}
    assert verdicts.pop("good") == "ok"
    assert len(verdicts) == 8
    assert verdicts["silent"] == f"{bad_files['silent']}: no audio stream found"
    (videos / "good.json").unlink()
    with pytest.raises(UserError, match=r"good\.json is missing"):
        admit(tmp_path / "mine.tsv", videos, {})


def test_sound_and_cover_picture_make_no_video(tmp_path: Path, video: Path) -> None:
    song, cover = tmp_path / "song.mp3", tmp_path / "cover.png"
    run_ffmpeg(["-i", video, "-frames:v", "1", cover], cover)
    run_ffmpeg(
        [
            "-i",
            video,
            "-i",
            cover,
            "-map",
            "0:a",
            "-map",
            "1:v",
            "-c:v",
            "copy",
            "-disposition:v:0",
            "attached_pic",
            song,
        ],
        song,
    )
    assert taken(song, tmp_path).reason == "no video stream found"
    report = taken(song, tmp_path, "songs")
    assert (report.status, report.file, report.width, report.audio_rate) == ("ok", "v01.mp3", 0, 44100)


def test_the_song_of_a_video_may_be_short_in_pictures(tmp_path: Path, bad_files: dict[str, Path]) -> None:
    assert taken(bad_files["sound"], tmp_path, "songs").status == "ok"


def test_durations_are_measured_not_believed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    whole = tmp_path / "whole.mp4"
    source = numbered_video(tmp_path / "in.mp4", 6.0, 25)
    run_ffmpeg(["-i", source, "-c", "copy", "-movflags", "+faststart", whole], source)
    cut_off = tmp_path / "cut_off.mp4"
    cut_off.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    report = taken(cut_off, tmp_path)
    assert report.status == "ok"
    assert 2.0 < report.duration_s < 4.0  # the header still says 6 s
    assert "states 6.00 s but holds" in caplog.text
    raw = tmp_path / "stream.ts"  # a container that states no duration when piped
    run_ffmpeg(["-i", source, "-c", "copy", "-f", "mpegts", raw], source)
    assert taken(raw, tmp_path).duration_s == pytest.approx(6.0, abs=0.05)
    assert stored(tmp_path) == {"v01.ts"}


def test_a_changed_file_takes_the_place_of_the_old_one(tmp_path: Path, video: Path) -> None:
    taken(video, tmp_path)
    song = write_wav(tmp_path / "song.wav", noise(1.5))
    assert taken(song, tmp_path, "songs").file == "v01.wav"
    assert stored(tmp_path) == {"v01.wav"}
    (tmp_path / "bad.wav").write_text("x")
    assert taken(tmp_path / "bad.wav", tmp_path, "songs").status == "bad"
    assert stored(tmp_path) == set()


def test_a_suffix_that_would_be_in_the_way(tmp_path: Path) -> None:
    for name in ("a.json", "b.h5 copy", "c"):
        write_wav(tmp_path / name, noise(1.5))
        assert taken(tmp_path / name, tmp_path, "songs").file == "v01.media"


def test_an_address_the_playlist_does_not_give(tmp_path: Path) -> None:
    report = download({"id": "v01", "url": "", "title": "T", "digest": ""}, {}, tmp_path / "v01.json")
    assert (report.status, report.reason) == ("bad", "the playlist gives no http(s) address for it")


def test_the_demo_is_made_with_its_truth(tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def make(url: str, seed: int, target_stem: Path) -> Path:
        calls.append((url, seed))
        target_stem.with_suffix(".truth.h5").write_bytes(b"truth")
        target = target_stem.with_suffix(".mp4")
        target.write_bytes(video.read_bytes())
        return target

    stand_in = types.ModuleType("workflow_scripts.demo.world")
    stand_in.make = make  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    row = {"id": "v01", "url": "demo:v01", "title": "Disco lesson 1", "digest": ""}
    report = download(row, {"demo": {"seed": 7}}, tmp_path / "results" / "videos" / "mine" / "v01.json")
    assert (report.status, report.title, calls) == ("ok", "Disco lesson 1", [("demo:v01", 7)])
    assert stored(tmp_path) == {"v01.mp4", "v01.truth.h5"}


def test_two_runs_at_once_do_not_meet(tmp_path: Path, video: Path) -> None:
    report = taken(video, tmp_path)
    folder = tmp_path / "results" / "videos" / "mine" / ".partial"
    with downloading._work_folder(folder, "v01", [str(video), None]) as busy:
        (busy / "v01.mp4.part").write_bytes(b"of the other run")
        assert taken(video, tmp_path) == report
        assert (busy / "v01.mp4.part").read_bytes() == b"of the other run"
    lock = os.open(busy, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # released with the folder
    os.close(lock)


def test_a_picture_that_cannot_be_decoded(tmp_path: Path, video: Path) -> None:
    noisy = tmp_path / "noise.mp4"
    rng = np.random.default_rng(1)
    with video_writer(tmp_path / "raw.mp4", 64, 64, 25) as sink:
        for _ in range(50):
            sink.write(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    run_ffmpeg(["-i", tmp_path / "raw.mp4", "-i", video, "-map", "0:v", "-map", "1:a", "-c", "copy", noisy], noisy)
    data = bytearray(noisy.read_bytes())
    start = data.index(b"mdat") + 8
    end = start + len((tmp_path / "raw.mp4").read_bytes()) * 9 // 10
    data[start:end] = bytes(len(data[start:end]))
    noisy.write_bytes(data)
    report = taken(noisy, tmp_path)
    assert report.status == "bad"
    assert report.reason in ("the video stream cannot be decoded", "not a readable audio or video file")


def test_the_entry_point_writes_its_json_for_bad_items_too(tmp_path: Path, video: Path) -> None:
    for item, source in (("good", video), ("bad", tmp_path / "no {such} 'file'.mp4")):
        output = tmp_path / "results" / "videos" / "mine" / f"{item}.json"
        row = json.dumps({"id": item, "url": str(source), "title": "", "digest": ""})
        command = [sys.executable, "-m", downloading.__name__, "--collection", "mine", "--row", row]
        command += ["--config", '{"kind": "videos"}', "--output", str(output)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        report = json.loads(output.read_text())
        assert set(report) == set(Report.__dataclass_fields__)
        assert report["status"] == ("ok" if item == "good" else "bad")
