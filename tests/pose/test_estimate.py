import json
import shutil
import subprocess
import sys
import weakref
from dataclasses import replace

import numpy as np
import pytest
from pose.synthetic import FPS, HEIGHT, WIDTH, dancer

from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.pose import estimate
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.workflow.errors import BrokenFileError
from workflow_scripts.workflow.media import video_writer
from workflow_scripts.workflow.tables import read_table, write_table


class Fake:
    """An estimator that finds the synthetic dancer in the frames it is told to; `doubles` more stand beside it."""

    name = "fake 1"

    def __init__(self, found=lambda frame: True, shake=0.0, doubles=0):
        self.found, self.shake, self.doubles = found, shake, doubles

    def tracks(self, clips):
        for frames in clips:
            tracks = self.track(frames)
            beside = [replace(track, keypoints=track.keypoints + 90 * (n + 1)) for track in tracks for n in range(9)]
            yield tracks + beside[: self.doubles]

    def track(self, frames):
        count = sum(1 for _ in frames)
        track = dancer(max(count, 1)).track()
        seen = np.array([self.found(frame) for frame in range(count)], dtype=bool)
        if not seen.any():
            return []
        noise = np.random.default_rng(0).normal(scale=self.shake, size=track.joints.shape) if self.shake else 0
        return [
            Track(
                np.where(seen[:, None, None], track.keypoints, np.nan),
                np.where(seen[:, None], track.confidence, 0),
                np.where(seen[:, None, None], track.joints + noise, np.nan),
            )
        ]


def write_video(path, frames, fps=FPS):
    rng = np.random.default_rng(1)
    with video_writer(path, WIDTH, HEIGHT, fps, preset="ultrafast") as sink:
        for _ in range(frames):
            sink.write(np.repeat(rng.integers(0, 255, (HEIGHT, WIDTH, 1), dtype=np.uint8), 3, axis=2))


def write_clips(folder, *frame_counts, videos=None):
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "clip": f"{i:04d}",
            "start_s": 10.0 * i,
            "end_s": 10.0 * i + n / FPS,
            "frames": n,
            "video": f"{i:04d}.mp4" if videos is None else videos[i],
        }
        for i, n in enumerate(frame_counts)
    ]
    write_table(folder / "clips.tsv", estimate.COLUMNS, rows)
    return folder / "clips.tsv"


def run(monkeypatch, clips, output, backend=None, **config):
    if backend is not None:
        monkeypatch.setattr(estimate, "make_backend", lambda config: backend)
    monkeypatch.setattr(
        sys, "argv", ["estimate", "--clips", str(clips), "--config", json.dumps(config), "--output", str(output)]
    )
    estimate.main()
    return read_poses(output)


def test_every_clip_is_in_the_file_with_its_times(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v01", 40, 35)
    write_video(clips.parent / "0000.mp4", 40)
    write_video(clips.parent / "0001.mp4", 35)
    poses = run(monkeypatch, clips, tmp_path / "v01.h5", Fake(), min_detection=0.4)
    assert (poses.source, poses.backend, poses.fps) == ("v01", "fake 1", 30.0)
    assert poses.provenance["config"]["min_detection"] == 0.4
    assert [len(clip.people[0].root) for clip in poses.clips.values()] == [40, 35]
    assert poses.clips["0001"].start_s == 10
    assert poses.clips["0001"].end_s == pytest.approx(10 + 35 / 30)
    assert set(poses.kept()) == {"0000", "0001"}


def test_the_clips_frame_rate_is_taken_over(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 20)
    write_video(clips.parent / "0000.mp4", 20, fps=25)
    assert run(monkeypatch, clips, tmp_path / "v.h5", Fake()).fps == 25


def test_same_input_same_bytes(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 30)
    write_video(clips.parent / "0000.mp4", 30)
    for name in ("a", "b"):
        run(monkeypatch, clips, tmp_path / f"{name}.h5", Fake(shake=0.01))
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_second_project_estimates_nothing_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYLIST2DANCE_STORE", str(tmp_path / "store"))
    clips = write_clips(tmp_path / "v", 30)
    write_video(clips.parent / "0000.mp4", 30)
    first = run(monkeypatch, clips, tmp_path / "one.h5", Fake())
    other = tmp_path / "renamed" / "clips.tsv"
    shutil.copytree(clips.parent, other.parent)
    # Without a backend nothing can be estimated.
    monkeypatch.setattr(estimate, "make_backend", None)
    second = run(monkeypatch, other, tmp_path / "two.h5")
    assert (first.source, second.source) == ("v", "renamed")
    assert np.array_equal(first.clips["0000"].people[0].root, second.clips["0000"].people[0].root)
    with pytest.raises(TypeError):  # other settings
        run(monkeypatch, other, tmp_path / "two.h5", min_quality=0.2)
    for part, changed in {
        "code_version": lambda *names: "other",
        "versions": lambda *names: {"av": "other"},
        "runtime_name": lambda config: "cuda fp16",
    }.items():
        with monkeypatch.context() as other_program:
            other_program.setattr(estimate, part, changed)
            with pytest.raises(TypeError):
                run(monkeypatch, other, tmp_path / "two.h5")
    rows = read_table(clips, estimate.COLUMNS)
    write_table(clips, (*estimate.COLUMNS, "shots"), [row | {"shots": "12"} for row in rows])
    with pytest.raises(TypeError):  # another table
        run(monkeypatch, clips, tmp_path / "one.h5")
    write_video(other.parent / "0000.mp4", 30, fps=25)
    with pytest.raises(TypeError):  # other bytes behind the same name
        run(monkeypatch, other, tmp_path / "two.h5")


@pytest.mark.parametrize(("threshold", "kept"), [(0.5, False), (0.2, True)])
def test_too_few_frames_with_a_person(tmp_path, monkeypatch, threshold, kept):
    clips = write_clips(tmp_path / "v", 40)
    write_video(clips.parent / "0000.mp4", 40)
    found = Fake(found=lambda frame: frame % 4 == 0)
    clip = run(monkeypatch, clips, tmp_path / "v.h5", found, min_detection=threshold, min_quality=0).clips["0000"]
    assert bool(clip.people) is kept
    assert clip.verdict == ("kept" if kept else "no person found in 75 % of the frames")


def test_nobody_at_all(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 20)
    write_video(clips.parent / "0000.mp4", 20)
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake(found=lambda frame: False), min_detection=0).clips["0000"]
    assert clip.verdict == "no person found in 100 % of the frames"
    assert clip.people == []
    assert clip.quality == 0


def test_low_quality_is_rejected_with_its_reason(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 40)
    write_video(clips.parent / "0000.mp4", 40)
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake(shake=0.05), min_quality=0.95).clips["0000"]
    assert clip.people == []
    assert clip.verdict.startswith(f"pose quality {clip.quality:.2f} is below 0.95 (weakest: calm 0.")
    assert min(clip.quality_terms, key=clip.quality_terms.get) == "calm"


@pytest.mark.parametrize(("people", "count"), [("main", 1), ("all", 3)])
def test_one_person_or_all_are_kept(tmp_path, monkeypatch, people, count):
    clips = write_clips(tmp_path / "v", 40)
    write_video(clips.parent / "0000.mp4", 40)
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake(doubles=2), people=people).clips["0000"]
    assert len(clip.people) == count
    assert clip.quality_terms["solitude"] == 0.5
    first = clip.people[0].keypoints_2d
    for number, person in enumerate(clip.people):
        np.testing.assert_allclose(person.keypoints_2d, first + 90 * number, atol=2)


def test_somebody_who_is_hardly_there_is_no_second_person(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 40)
    write_video(clips.parent / "0000.mp4", 40)

    class Passing(Fake):
        def tracks(self, clips):
            for first, second in super().tracks(clips):
                second.keypoints[15:] = np.nan
                yield [first, second]

    clip = run(monkeypatch, clips, tmp_path / "v.h5", Passing(doubles=1), people="all").clips["0000"]
    assert len(clip.people) == 1
    assert clip.quality_terms["solitude"] == pytest.approx(1 - 0.5 * 15 / 40)


def test_shots_of_the_table_part_the_motion(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 80, 80)
    rows = read_table(clips, estimate.COLUMNS)
    rows[0]["shots"], rows[1]["shots"] = "30,50", ""
    write_table(clips, (*estimate.COLUMNS, "shots"), rows)
    write_video(clips.parent / "0000.mp4", 80)
    write_video(clips.parent / "0001.mp4", 80)
    shots = []

    class Watching(Fake):
        def track(self, frames):
            shots.append(frames.shots)
            return super().track(frames)

    poses = run(monkeypatch, clips, tmp_path / "v.h5", Watching())
    assert shots == [(30, 50), ()]
    assert poses.clips["0000"].people[0].stretches.tolist() == [[0, 30], [50, 80]]  # 20 frames are too few
    assert poses.clips["0001"].people[0].stretches.tolist() == [[0, 80]]


def test_less_than_a_second_is_no_motion(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 20, 1)
    write_video(clips.parent / "0000.mp4", 20)
    write_video(clips.parent / "0001.mp4", 1)
    for clip in run(monkeypatch, clips, tmp_path / "v.h5", Fake(), min_quality=0).clips.values():
        assert clip.people == []
        assert clip.verdict == "a person is found for less than 1 s at a stretch"


def test_a_clip_broken_midway_is_used_as_far_as_it_goes(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 60)
    video = clips.parent / "0000.mp4"
    write_video(video, 60)
    whole = video.read_bytes()
    video.write_bytes(whole[: int(len(whole) * 0.7)])
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake()).clips["0000"]
    assert clip.verdict == "kept"
    # As long as its sound: what comes after matches the two.
    person = clip.people[0]
    assert len(person.root) == 60
    assert clip.end_s == 2
    ((start, stop),) = person.stretches
    assert start == 0
    assert 30 < stop < 60
    assert not person.valid[stop:].any()
    assert person.interpolated[stop:].all()
    assert clip.quality_terms["detection"] == pytest.approx(stop / 60)
    assert clip.quality < 0.95
    video.write_bytes(whole[: int(len(whole) * 0.2)])
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake()).clips["0000"]
    assert clip.people == []
    assert "of 60 frames can be decoded" in clip.verdict


def test_unreadable_and_absent_videos(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 60, 60, videos=["0000.mp4", ""])
    (clips.parent / "0000.mp4").write_bytes(b"no video at all" * 100)
    poses = run(monkeypatch, clips, tmp_path / "v.h5", Fake())
    assert poses.clips["0000"].verdict.startswith("0000.mp4: not a readable video")
    assert str(tmp_path) not in poses.clips["0000"].verdict
    assert poses.clips["0001"].verdict == "the clip has no video"


def test_a_video_that_vanished_heals_by_cutting_again(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 60)
    with pytest.raises(BrokenFileError, match=r"0000\.mp4 it lists is missing"):
        run(monkeypatch, clips, tmp_path / "v.h5", Fake())
    assert not clips.exists()


def test_bad_configuration_is_one_line(tmp_path):
    clips = write_clips(tmp_path / "v", 60)
    command = [sys.executable, "-m", "workflow_scripts.pose.estimate", "--clips", str(clips), "--output", "x.h5"]
    done = subprocess.run([*command, "--config", '{"smooth": 1}'], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: pose: unknown key 'smooth'")
    assert done.stderr.count("\n") == 1


def test_frames_are_not_kept(tmp_path, monkeypatch):
    """Memory is flat in the length of the clip: hardly more than the frame at hand is alive at any time."""
    clips = write_clips(tmp_path / "v", 40)
    write_video(clips.parent / "0000.mp4", 40)
    references, alive = [], []

    class Watching(Fake):
        def track(self, frames):
            def watched():
                for frame in frames:
                    references.append(weakref.ref(frame))
                    alive.append(sum(reference() is not None for reference in references))
                    yield frame

            return super().track(watched())

    run(monkeypatch, clips, tmp_path / "v.h5", Watching())
    assert len(alive) == 40
    assert max(alive) <= 3
