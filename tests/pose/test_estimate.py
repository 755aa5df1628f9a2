import json
import subprocess
import sys
import weakref

import numpy as np
import pytest
from pose.synthetic import FPS, HEIGHT, WIDTH, dancer

from workflow_scripts.motion.pose_file import read_poses
from workflow_scripts.pose import estimate
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.workflow.errors import BrokenFileError, UserError
from workflow_scripts.workflow.media import video_writer
from workflow_scripts.workflow.tables import write_table


class Fake:
    """An estimator that finds the synthetic dancer in the frames it is told to."""

    name = "fake 1"

    def __init__(self, found=lambda frame: True, shake=0.0):
        self.found, self.shake = found, shake

    def tracks(self, clips):
        return map(self.track, clips)

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
        monkeypatch.setattr(estimate, "make_backend", lambda name: backend)
    monkeypatch.setattr(
        sys, "argv", ["estimate", "--clips", str(clips), "--config", json.dumps(config), "--output", str(output)]
    )
    estimate.main()
    return read_poses(output)


def test_every_clip_is_in_the_file_with_its_times(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v01", 40, 25)
    write_video(clips.parent / "0000.mp4", 40)
    write_video(clips.parent / "0001.mp4", 25)
    poses = run(monkeypatch, clips, tmp_path / "v01.h5", Fake(), min_detection=0.4)
    assert (poses.source, poses.backend, poses.fps) == ("v01", "fake 1", 30.0)
    assert poses.provenance["config"]["min_detection"] == 0.4
    assert [len(clip.people[0].root) for clip in poses.clips.values()] == [40, 25]
    assert poses.clips["0001"].start_s == 10
    assert poses.clips["0001"].end_s == pytest.approx(10 + 25 / 30)
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
    assert clip.verdict.startswith(f"pose quality {clip.quality:.2f} is below 0.95 (weakest: rigidity 0.")


def test_a_clip_broken_midway_is_used_as_far_as_it_goes(tmp_path, monkeypatch):
    clips = write_clips(tmp_path / "v", 60)
    video = clips.parent / "0000.mp4"
    write_video(video, 60)
    whole = video.read_bytes()
    video.write_bytes(whole[: int(len(whole) * 0.7)])
    clip = run(monkeypatch, clips, tmp_path / "v.h5", Fake()).clips["0000"]
    assert clip.verdict == "kept"
    assert 30 <= len(clip.people[0].root) < 60
    assert clip.end_s == pytest.approx(len(clip.people[0].root) / FPS)
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


def test_an_unknown_backend_is_refused():
    with pytest.raises(UserError, match="unknown"):
        estimate.make_backend("other")


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
