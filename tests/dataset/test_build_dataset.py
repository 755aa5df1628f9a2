import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.dataset.align import aligned, resampled
from workflow_scripts.dataset.build import DatasetConfig, assembled, build
from workflow_scripts.dataset.statistics import statistics
from workflow_scripts.motion.dataset_file import Dataset, read_dataset, write_dataset
from workflow_scripts.motion.feature_sets import FEATURES, features_of, groups_of
from workflow_scripts.motion.music_file import Music, MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.windows import window_starts
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.tables import read_table, write_table


def config(**settings: object) -> DatasetConfig:
    defaults = {"collections": ["demo"], "window_s": 1.0, "stride_s": 0.4, "validation": 0.25, "seed": 1}
    return DatasetConfig.model_validate(defaults | settings)


def moving_body(frames: int, fps: float, seed: int) -> Person:
    time = np.arange(frames)[:, None, None] / fps
    amplitude = np.random.default_rng(seed).uniform(0.1, 0.3, (24, 3))
    positions = SMPL24.rest_positions - SMPL24.rest_positions[0] + amplitude * np.sin(2 * time)
    positions[:, 0] = 0
    root = np.concatenate([0 * time[:, 0], 0.9 + 0 * time[:, 0], 0.1 * time[:, 0]], axis=1)
    return Person(positions.astype(np.float32), root.astype(np.float32))


def write_video(results: Path, video: str, frames: int = 70, fps: float = 30.0, **changes: object) -> None:
    """One video of one clip: motion at `fps`, `frames` of music at 30."""
    seed = int(changes.get("seed", sum(map(ord, video))))  # type: ignore[call-overload]
    collection = str(changes.get("collection", "demo"))
    clip = PoseClip(0, frames / 30, float(changes.get("quality", 1)), str(changes.get("verdict", "kept")))  # type: ignore[arg-type]
    person = moving_body(int(changes.get("pose_frames", round(frames / 30 * fps))), fps, seed)  # type: ignore[call-overload]
    clip.people = [replace(person, quality=clip.quality)]
    write_poses(results / f"poses/{collection}/{video}.h5", PoseFile(fps, video, "test", {"0000": clip}))
    rng = np.random.default_rng(seed)
    for group in groups_of("edge35"):
        features = {
            name: rng.random((frames, FEATURES[name][1])).astype(np.float32)
            for name in features_of("edge35")
            if FEATURES[name][0] == group
        }
        if group == "rhythm":
            features |= {
                "beats": np.arange(0, 9, 0.5),
                "downbeats": np.arange(0, 9, 2.0),
                "tempo": np.float64(120),
                "beats_per_bar": np.float64(4),
            }
        write_features(
            results / f"features/{group}/{collection}/{video}.h5", MusicFile(group, 30.0, video, {"0000": features})
        )


def write_admitted(results: Path, rows: list[tuple[str, ...]], collection: str = "demo") -> Path:
    path = results / f"admitted/{collection}.tsv"
    columns = ["id", "verdict", "genre", "split", "title", "dancer"]
    write_table(path, columns, [dict(zip(columns, row, strict=False)) for row in rows])
    return path


def write_songs(results: Path, songs: dict[str, str]) -> Path:
    path = results / "songs/d.tsv"
    rows = [dict(zip(["collection", "video"], name.split("/"), strict=True)) | {"song": songs[name]} for name in songs]
    write_table(path, ["collection", "video", "song"], rows)
    return path


def built(results: Path, admitted: list[Path], songs: dict[str, str] | None = None, **settings: object) -> Dataset:
    """The dataset in which every video has a song of its own, but for those in `songs`."""
    table = {
        f"{path.stem}/{row['id']}": f"{path.stem}/{row['id']}"
        for path in admitted
        for row in read_table(path, ["id", "verdict"])
        if row["verdict"] == "ok"
    }
    return build(admitted, write_songs(results, table | (songs or {})), results, config(**settings))


@pytest.fixture
def corpus(tmp_path: Path) -> tuple[Path, list[Path]]:
    names = [f"v{number}" for number in range(4)]
    for number, name in enumerate(names):
        write_video(tmp_path, name, frames=61 + 10 * number)
    return tmp_path, [write_admitted(tmp_path, [(name, "ok", "ab"[int(name[1]) % 2]) for name in names])]


@pytest.mark.parametrize(
    ("frames", "window", "stride"), [(61, 30, 12), (30, 30, 12), (8, 30, 12), (60, 30, 30), (31, 30, 50)]
)
def test_windows_cover_every_frame(frames: int, window: int, stride: int) -> None:
    covered = np.zeros(frames, bool)
    for start in window_starts(frames, window, stride):
        assert start + min(window, frames) <= frames
        covered[start : start + window] = True
    assert covered[: min(frames, window)].all()
    assert covered[-1]
    assert covered.all() or stride > window


def test_statistics_by_hand() -> None:
    result = statistics([np.array([[1.0, 5.0]]), np.array([[3.0, 5.0]])])
    np.testing.assert_array_equal(result.mean, [2, 5])
    np.testing.assert_array_equal(result.std, [1, 1])  # the second column is constant


def test_statistics_of_parts_are_those_of_the_whole() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.normal(1000 * k, k + 1, (length, 3)) for k, length in enumerate((5, 0, 1, 700))]
    result, whole = statistics(iter(parts)), np.concatenate(parts)
    np.testing.assert_allclose(result.mean, whole.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(result.std, whole.std(axis=0), rtol=1e-6)


def test_resampling_keeps_time() -> None:
    """A joint that moves at 1 m/s does so at any rate."""
    time = np.arange(60) / 60
    root = np.stack([time, 0 * time, 0 * time], axis=1).astype(np.float32)
    at_30 = resampled(Person(np.zeros((60, 24, 3), np.float32), root), 60, 30)
    np.testing.assert_allclose(at_30.root[:, 0], np.arange(30) / 30, atol=1e-6)
    at_60 = resampled(at_30, 30, 60)
    assert len(at_60.root) == 60
    np.testing.assert_allclose(at_60.root[:59, 0], time[:59], atol=1e-6)


def test_lengths_must_fit() -> None:
    music = Music(np.zeros((70, 35), np.float32), np.array([0.5, 2.2]), np.array([0.5]), 120.0, 30.0)
    ((start, person, short),) = aligned(moving_body(66 + 1, 30, 0), 30, music, 30, Path("x.h5"))
    assert start == 0
    assert len(person.root) == len(short.features) == 67
    assert short.beats.tolist() == [0.5, 2.2]
    with pytest.raises(UserError, match=r"x\.h5.*66 frames.*70"):
        aligned(moving_body(66, 30, 0), 30, music, 30, Path("x.h5"))


def test_dataset_round_trip(corpus: tuple[Path, list[Path]], tmp_path: Path) -> None:
    dataset = built(*corpus)
    write_dataset(tmp_path / "d.h5", dataset)
    back = read_dataset(tmp_path / "d.h5")
    assert [clip.name for clip in back.clips] == [f"demo.v{number}.0000" for number in range(4)]
    assert [len(clip.motion.root) for clip in back.clips] == [61, 71, 81, 91]
    for split, windows in back.windows.items():
        assert {back.clips[number].split for number, _, _ in windows} == ({split} if split != "test" else set())
    training = back.split("train")
    assert len(training) == 3
    np.testing.assert_allclose(
        back.features.mean, np.concatenate([c.music.features for c in training]).mean(0), rtol=1e-5
    )


def test_statistics_ignore_validation(corpus: tuple[Path, list[Path]]) -> None:
    before = built(*corpus)
    held_out = before.split("validation")[0]
    write_video(corpus[0], held_out.video, frames=80, seed=999)
    after = built(*corpus)
    assert after.split("validation")[0].video == held_out.video
    assert not np.array_equal(after.split("validation")[0].motion.positions[20], held_out.motion.positions[20])
    for name in ("features", "motion"):
        np.testing.assert_array_equal(getattr(before, name).mean, getattr(after, name).mean)
        np.testing.assert_array_equal(getattr(before, name).std, getattr(after, name).std)


def test_a_song_is_never_in_two_splits(corpus: tuple[Path, list[Path]]) -> None:
    """Every video again in a second collection under another id: the copies go where the originals go."""
    results, admitted = corpus
    for number in range(4):
        write_video(results, f"copy{number}", 61 + 10 * number, collection="other", seed=sum(map(ord, f"v{number}")))
    admitted.append(write_admitted(results, [(f"copy{number}", "ok", "") for number in range(4)], "other"))
    songs = {f"other/copy{number}": f"demo/v{number}" for number in range(4)}
    dataset = built(results, admitted, songs, collections=["demo", "other"])
    split = {f"{clip.collection}/{clip.video}": clip.split for clip in dataset.clips}
    assert all(split[f"demo/v{number}"] == split[f"other/copy{number}"] for number in range(4))
    assert sorted(split.values()) == ["train"] * 6 + ["validation"] * 2


def test_playlist_split_and_rejected_videos(corpus: tuple[Path, list[Path]]) -> None:
    results, _ = corpus
    write_video(results, "v3", verdict="no person")
    rows = [("v0", "ok", "", "train"), ("v1", "ok", "", "validation"), ("v2", "private", ""), ("v3", "ok", "")]
    dataset = built(results, [write_admitted(results, rows)])
    assert {clip.video: clip.split for clip in dataset.clips} == {"v0": "train", "v1": "validation"}


def test_a_test_clip_is_in_the_file_and_nowhere_else(corpus: tuple[Path, list[Path]], tmp_path: Path) -> None:
    results, _ = corpus
    rows = [("v0", "ok", ""), ("v1", "ok", ""), ("v2", "ok", ""), ("v3", "ok", "", "test")]
    with_test = built(results, [write_admitted(results, rows)])
    without = built(results, [write_admitted(results, rows[:3])])
    write_dataset(tmp_path / "d.h5", with_test)
    assert [clip.video for clip in read_dataset(tmp_path / "d.h5").split("test")] == ["v3"]
    assert {clip.video: clip.split for clip in with_test.clips} == {
        "v3": "test", **{clip.video: clip.split for clip in without.clips}
    }  # fmt: skip
    for split in ("train", "validation"):
        np.testing.assert_array_equal(with_test.windows[split], without.windows[split])
    for name in ("features", "motion"):
        np.testing.assert_array_equal(getattr(with_test, name).mean, getattr(without, name).mean)
        np.testing.assert_array_equal(getattr(with_test, name).std, getattr(without, name).std)


def test_official_splits_that_share_a_song(corpus: tuple[Path, list[Path]]) -> None:
    """v0 trains, but its song is danced to in the test video v3: v0 is left out, and the file says so."""
    results, _ = corpus
    rows = [
        ("v0", "ok", "", "train"),
        ("v1", "ok", "", "train"),
        ("v2", "ok", "", "Validation"),
        ("v3", "ok", "", "test"),
    ]
    dataset = built(results, [write_admitted(results, rows)], {"demo/v0": "Volare", "demo/v3": "Volare"})
    assert {clip.video: clip.split for clip in dataset.clips} == {"v1": "train", "v2": "validation", "v3": "test"}
    assert dataset.provenance["left_out"] == {"demo/v0": "its song is in the test split: demo/v3"}


def test_an_unusable_video_changes_nothing(corpus: tuple[Path, list[Path]], tmp_path: Path) -> None:
    """Also where a song is named after it."""
    results, _ = corpus
    write_video(results, "a0", verdict="no person")
    rows = [("a0", "ok", ""), *((f"v{number}", "ok", "") for number in range(4)), ("z", "private", "")]
    write_dataset(tmp_path / "with.h5", built(results, [write_admitted(results, rows)], {"demo/v1": "demo/a0"}))
    write_dataset(tmp_path / "without.h5", built(results, [write_admitted(results, rows[1:-1])]))
    assert (tmp_path / "with.h5").read_bytes() == (tmp_path / "without.h5").read_bytes()


def test_leakage_is_an_error_of_the_build(corpus: tuple[Path, list[Path]]) -> None:
    dataset = built(*corpus)
    for clip in dataset.clips:
        clip.song = "one song"
    with pytest.raises(AssertionError, match="a song is in more than one split"):
        assembled(dataset.clips, config())


def test_a_table_of_songs_that_lacks_a_video_is_made_again(corpus: tuple[Path, list[Path]]) -> None:
    results, admitted = corpus
    songs = write_songs(results, {"demo/v0": "demo/v0"})
    with pytest.raises(UserError, match=r"d\.tsv: it lacks demo/v1.*run the same command again"):
        build(admitted, songs, results, config())
    assert not songs.exists()


def test_no_usable_clip_says_where_to_look(corpus: tuple[Path, list[Path]]) -> None:
    results, _ = corpus
    write_video(results, "v0", quality=0.2)
    admitted = [write_admitted(results, [("v0", "ok", ""), ("v1", "private", "")])]
    with pytest.raises(UserError, match=r"1 videos and 1 clips .*quarantine\.tsv"):
        built(results, admitted, min_quality=0.5)


def test_entry_point(corpus: tuple[Path, list[Path]]) -> None:
    command = [sys.executable, "-m", "workflow_scripts.dataset.build", "--admitted", str(corpus[1][0])]
    songs = write_songs(
        corpus[0], {f"demo/v{number}": "Volare" if number < 2 else f"demo/v{number}" for number in range(4)}
    )
    command += [
        "--songs",
        str(songs),
        "--results",
        str(corpus[0]),
        "--output",
        str(corpus[0] / "datasets/d.h5"),
        "--config",
    ]
    outputs = []
    write_admitted(corpus[0], [("v0", "ok", "", "validation"), *((f"v{number}", "ok", "") for number in range(1, 4))])
    for _ in range(2):
        done = subprocess.run([*command, config().model_dump_json()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "left out: demo/v1: its song is in the validation split: demo/v0" in done.stdout
        outputs.append((corpus[0] / "datasets/d.h5").read_bytes())
    assert outputs[0] == outputs[1]
    done = subprocess.run([*command, json.dumps({"window": 3})], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "window" in done.stderr


def test_examples_may_be_clips_or_frames(corpus: tuple[Path, list[Path]]) -> None:
    results, admitted = corpus
    lengths = {61 + 10 * number for number in range(4)}
    clips = built(results, admitted, mode="clip")
    rows = np.concatenate(list(clips.windows.values()))
    assert (rows[:, 1] == 0).all()
    assert set(rows[:, 2]) == lengths
    frames = built(results, admitted, mode="frame")
    assert sum(map(len, frames.windows.values())) == sum(lengths)
    assert all((windows[:, 2] == 1).all() for windows in frames.windows.values())
    path = results / "d.h5"
    write_dataset(path, frames)
    assert read_dataset(path).plan == frames.plan


def test_dancers_and_weights(tmp_path: Path) -> None:
    for collection in ("demo", "mine"):
        for name in ("v0", "v1"):
            write_video(tmp_path, name, collection=collection)
    tables = [
        write_admitted(tmp_path, [(v, "ok", "", "", "", f"{c} {v}") for v in ("v0", "v1")], c) for c in ("demo", "mine")
    ]
    dataset = built(tmp_path, tables, collections=["demo", "mine"], weights={"mine": 3.0})
    write_dataset(tmp_path / "d.h5", dataset)
    for clip in read_dataset(tmp_path / "d.h5").clips:
        assert clip.weight == {"demo": 1.0, "mine": 3.0}[clip.collection]
        assert clip.dancer == f"{clip.collection} {clip.video}"


def test_features_may_be_grouped_and_combined(corpus: tuple[Path, list[Path]]) -> None:
    results, admitted = corpus
    plain = built(results, admitted, feature_set="mfcc+beat_pulses")
    dataset = built(results, admitted, feature_set="mfcc+beat_pulses", grouping="beat")
    assert (dataset.feature_set, dataset.grouping) == ("mfcc+beat_pulses", "beat")
    one, two = plain.clips[0].music.features, dataset.clips[0].music.features
    assert one.shape[1] == two.shape[1] == 21
    assert np.array_equal(one[:, 20], two[:, 20])
    np.testing.assert_allclose(
        two[:15, :20], np.tile(one[:15, :20].mean(axis=0), (15, 1)), rtol=1e-5
    )  # beats at 0, 0.5
    write_dataset(results / "d.h5", dataset)
    assert read_dataset(results / "d.h5").grouping == "beat"
