"""Stretches and several people: what is between stretches is in no dataset."""

from pathlib import Path

import numpy as np
import pytest

from workflow_scripts.dataset.align import aligned, part_of, read_video
from workflow_scripts.dataset.build import DatasetConfig, assembled
from workflow_scripts.motion.dataset_file import DatasetClip, read_dataset, write_dataset
from workflow_scripts.motion.feature_sets import FEATURES, groups_of
from workflow_scripts.motion.music_choice import MusicChoice
from workflow_scripts.motion.music_file import Music, MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses

FRAMES = 150
FILLER = 1e6  # must not be seen anywhere


def person(runs: list[tuple[int, int]], fps: float = 30.0, frames: int = FRAMES) -> Person:
    """A person whose root is at (frame's time, 1, 0); filler outside the runs."""
    valid = np.zeros(frames, dtype=bool)
    for start, stop in runs:
        valid[start:stop] = True
    root = np.stack([np.arange(frames) / fps, np.ones(frames), np.zeros(frames)], axis=1)
    root[~valid] = FILLER
    stretches = np.array(runs, dtype=np.int32).reshape(-1, 2)
    return Person(np.zeros((frames, 24, 3), np.float32), root.astype(np.float32), valid=valid, stretches=stretches)


def music(frames: int = FRAMES) -> Music:
    """Music whose only feature is its time, with a beat every half second and a bar every two."""
    time = np.arange(frames) / 30
    return Music(time[:, None].astype(np.float32), np.arange(0, time[-1], 0.5), np.arange(0, time[-1], 2.0), 120.0, 30)


@pytest.mark.parametrize("fps", [24.0, 25.05, 30.0, 60.0, 120.0])
def test_each_stretch_keeps_its_time_and_its_music(fps: float) -> None:
    frames = round(5 * fps)
    runs = [(3, frames // 3), (frames // 3, frames // 2), (round(0.6 * frames), frames)]
    pieces = aligned(person(runs, fps, frames), fps, music(), 30, Path("x.h5"))
    assert len(pieces) == 3
    for (start, motion, sound), run in zip(pieces, runs, strict=True):
        assert len(motion.root) == len(sound.features)
        assert motion.root.max() < FILLER / 1e3
        # A clip's last frame is held by up to one of its own frames.
        np.testing.assert_allclose(motion.root[:-1, 0], sound.features[:-1, 0], atol=1e-4)
        assert abs(motion.root[-1, 0] - sound.features[-1, 0]) <= 1 / fps + 1e-4
        assert start / 30 - run[0] / fps < 1 / 30 + 1e-6
        assert abs(len(motion.root) / 30 - (run[1] - run[0]) / fps) < 2.5 / 30
    assert pieces[0][0] + len(pieces[0][1].root) <= pieces[1][0]


def test_beats_are_counted_from_the_start_of_the_stretch() -> None:
    part = part_of(music(), 45, 120)
    assert part.beats.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert part.downbeats.tolist() == [0.5]
    assert part.features[0, 0] == 1.5


def write_video(results: Path, *people: Person) -> None:
    write_poses(
        results / "poses/c/v.h5",
        PoseFile(
            30.0, "v", "test", {"0000": PoseClip(0, 5, people=list(people)), "0001": PoseClip(5, 6, verdict="no")}
        ),
    )
    for group in groups_of("edge35"):
        features = {name: np.zeros((FRAMES, d), np.float32) for name, (g, d) in FEATURES.items() if g == group}
        if group == "rhythm":
            features |= {
                "beats": music().beats,
                "downbeats": music().downbeats,
                "tempo": np.float64(120),
                "beats_per_bar": np.float64(4),
            }
        write_features(results / f"features/{group}/c/v.h5", MusicFile(group, 30.0, "v", {"0000": features}))


def test_every_stretch_of_every_person_is_a_clip_of_its_own(tmp_path: Path) -> None:
    write_video(tmp_path, person([(0, 60), (75, 150)]), person([(30, 150)]))
    clips, left_out = read_video(tmp_path, "c", "v", MusicChoice("edge35"), 30, 0)
    assert left_out == {"0001": "no"}
    assert [(clip.person, clip.stretch, clip.start_s, len(clip.motion.root)) for clip in clips] == [
        (0, 0, 0.0, 60),
        (0, 1, 2.5, 75),
        (1, 0, 1.0, 120),
    ]
    made = [
        DatasetClip("c", "v", c.clip, "s", "", "train", 1.0, c.motion, c.music, c.person, c.stretch, c.start_s)
        for c in clips
    ]
    config = DatasetConfig(collections=("c",), window_s=1.0, stride_s=0.4, validation=0, seed=1)
    write_dataset(tmp_path / "d.h5", assembled(made, config))
    back = read_dataset(tmp_path / "d.h5")
    assert [clip.name for clip in back.clips] == ["c.v.0000", "c.v.0000.0.1", "c.v.0000.1.0"]
    assert [clip.start_s for clip in back.clips] == [0.0, 2.5, 1.0]
    for number, start, frames in back.windows["train"]:
        assert back.clips[number].motion.root[start : start + frames].max() < FILLER / 1e3
        assert start + frames <= len(back.clips[number].motion.root)
    assert np.abs(back.motion.mean).max() < FILLER / 1e3


def test_everybody_is_as_good_as_their_own_motion(tmp_path: Path) -> None:
    good, poor = person([(0, 150)]), person([(0, 150)])
    good.quality, poor.quality = 0.8, 0.4
    write_video(tmp_path, poor, good)
    clips, left_out = read_video(tmp_path, "c", "v", MusicChoice("edge35"), 30, 0.5)
    assert [(clip.person, clip.quality) for clip in clips] == [(1, 0.8)]
    assert left_out == {"0001": "no"}
    reason = "pose quality 0.80 is below the dataset's 0.9"
    assert read_video(tmp_path, "c", "v", MusicChoice("edge35"), 30, 0.9) == ([], {"0000": reason, "0001": "no"})


def test_nobody_left_is_no_clip(tmp_path: Path) -> None:
    write_video(tmp_path, person([]))
    clips, _ = read_video(tmp_path, "c", "v", MusicChoice("edge35"), 30, 0)
    assert clips == []
