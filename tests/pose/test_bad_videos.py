"""Videos in a bad state: a valid pose file comes of each, with a motion or with a reason, and never NaN in it."""

import itertools
import os
import re
from pathlib import Path

import h5py
import numpy as np
import pytest
from pose.numbered import copy_packets, number_of, picture, spoil, write_numbered
from pose.synthetic import HEIGHT, WIDTH, dancer

from workflow_scripts.motion.pose_file import KEPT, PoseFile, read_poses, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.pose.estimate import estimate_clips
from workflow_scripts.pose.footage import Footage
from workflow_scripts.workflow.media import run_ffmpeg, video_writer

SIZE, FRAMES = (WIDTH, HEIGHT), 44


class Watcher:
    """An estimator that finds the dancer as it is in the picture it is shown: the number in it says when that was.

    `people` more are found beside; `spoilt` changes the track.
    """

    name = "watcher 1"

    def __init__(self, people=1, spoilt=lambda track: track):
        self.people, self.spoilt = people, spoilt

    def tracks(self, clips):
        for frames in clips:
            shown = np.array([number_of(frame) for frame in frames], dtype=int)
            if not len(shown) or not self.people:
                yield []
                continue
            track = dancer(60).track()
            seen = self.spoilt(Track(*(values[np.clip(shown, 0, 59)] for values in vars(track).values())))
            yield [Track(seen.keypoints + 60 * n, seen.confidence, seen.joints) for n in range(self.people)]


def estimated(tmp_path, video, backend=None, frames=FRAMES, **config):
    """The clip, after it has been written to a file and read again; the file holds no NaN."""
    row = {"clip": "0000", "start_s": "5", "end_s": str(5 + frames / 30), "frames": str(frames), "video": video.name}
    backend = backend or Watcher()
    clips = estimate_clips([row], video.parent, 30.0, backend, PoseConfig.from_dict(config))
    write_poses(tmp_path / "poses.h5", PoseFile(30.0, "v", backend.name, clips))
    with h5py.File(tmp_path / "poses.h5") as file:
        file.visititems(check_finite)
    clip = read_poses(tmp_path / "poses.h5").clips["0000"]
    assert clip.verdict
    assert bool(clip.people) == (clip.verdict == KEPT)
    assert 0 <= clip.quality <= 1
    return clip


def check_finite(name, item):
    numbers = [item[()]] if isinstance(item, h5py.Dataset) else []
    numbers += [value for value in item.attrs.values() if isinstance(value, float | np.floating)]
    for values in numbers:
        assert np.isfinite(values).all(), name


def whole(tmp_path, **options):
    return write_numbered(tmp_path / "whole.mp4", FRAMES, size=SIZE, **options)


def pixels(clip, frames):
    return clip.people[0].keypoints_2d[frames]


def test_damage_in_the_middle_does_not_move_what_follows(tmp_path):
    video = whole(tmp_path)
    good = estimated(tmp_path, video)
    bad = estimated(tmp_path, spoil(video, range(15, 20)))
    person = bad.people[0]
    assert len(person.root) == FRAMES
    assert bad.end_s == good.end_s
    np.testing.assert_array_equal(np.flatnonzero(person.interpolated), range(15, 20))
    np.testing.assert_allclose(pixels(bad, slice(20, None)), pixels(good, slice(20, None)), atol=1)
    assert bad.quality < good.quality


def test_long_damage_is_not_made_up_for(tmp_path):
    person = estimated(tmp_path, spoil(whole(tmp_path), range(2, 13))).people[0]
    assert person.stretches.tolist() == [[13, FRAMES]]
    assert not person.valid[:13].any()


def test_damage_that_later_pictures_build_on(tmp_path):
    clip = estimated(tmp_path, spoil(whole(tmp_path, key_every=12), [13, 14]))
    assert len(clip.people[0].root) == FRAMES


def test_more_damage_than_pictures(tmp_path):
    clip = estimated(tmp_path, spoil(whole(tmp_path), range(4, FRAMES - 4)))
    assert clip.verdict == f"only 8 of {FRAMES} frames can be decoded"


def test_packets_that_are_gone(tmp_path):
    video = copy_packets(whole(tmp_path), tmp_path / "v.ts", lambda n, packet: None if 15 <= n < 18 else packet)
    person = estimated(tmp_path, video).people[0]
    np.testing.assert_array_equal(np.flatnonzero(person.interpolated), [15, 16, 17])


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_file_cut_off_anywhere(tmp_path, share, kind):
    data = write_numbered(tmp_path / f"whole.{kind}", FRAMES, size=SIZE).read_bytes()
    video = tmp_path / f"v.{kind}"
    video.write_bytes(data[: int(len(data) * share)])
    clip = estimated(tmp_path, video)
    if kind == "mp4" or share < 0.01:  # what an MP4 file holds is said at its end
        assert clip.verdict.startswith(f"v.{kind}: not a readable video")
    elif share < 0.5:
        assert re.fullmatch(rf"only \d+ of {FRAMES} frames can be decoded", clip.verdict)
    elif share < 0.8:  # half of the frames and less than a second
        assert clip.verdict == "a person is found for less than 1 s at a stretch"
    else:
        assert clip.verdict == KEPT
        assert 30 < clip.people[0].stretches[0, 1] < len(clip.people[0].root) == FRAMES


@pytest.mark.parametrize("seed", range(6))
def test_bytes_spoilt_anywhere(tmp_path, seed):
    video = whole(tmp_path, key_every=10)
    data = bytearray(video.read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data) - 40, 12):
        data[place : place + 40] = rng.bytes(40)
    video.write_bytes(bytes(data))
    estimated(tmp_path, video)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_clip_of_hardly_any_pictures(tmp_path, frames):
    video = write_numbered(tmp_path / "v.mp4", frames, size=SIZE)
    clip = estimated(tmp_path, video, frames=frames)
    assert "less than" in clip.verdict


def test_nobody(tmp_path):
    clip = estimated(tmp_path, whole(tmp_path), Watcher(people=0), min_detection=0.0)
    assert clip.verdict == "no person found in 100 % of the frames"


@pytest.mark.parametrize(("people", "expected"), [("main", 1), ("all", 5)])
def test_many_people(tmp_path, people, expected):
    clip = estimated(tmp_path, whole(tmp_path), Watcher(people=5), people=people, min_quality=0.0)
    assert len(clip.people) == expected


def test_a_size_that_changes_on_the_way(tmp_path):
    for name, frames, size in (("a", range(20), SIZE), ("b", range(20, FRAMES), (320, 320))):
        images = [picture(number, *size) for number in frames]
        write_numbered(tmp_path / f"{name}.h264", len(images), size=size, pictures=images)
    both = tmp_path / "both.h264"
    both.write_bytes((tmp_path / "a.h264").read_bytes() + (tmp_path / "b.h264").read_bytes())
    run_ffmpeg(["-r", "30", "-i", both, "-c", "copy", tmp_path / "v.ts"], both)
    clip = estimated(tmp_path, tmp_path / "v.ts")
    assert clip.verdict == KEPT
    assert len(clip.people[0].root) == FRAMES


def blinked(track):
    """Joints lost here and there, one far away, one in the camera, confidence that is none."""
    keypoints, confidence, joints = track.keypoints.copy(), track.confidence.copy(), track.joints.copy()
    wrist = SMPL24.index("left_wrist")
    keypoints[::7, wrist], confidence[::7, wrist], joints[::7, wrist] = np.nan, 0, np.nan
    keypoints[5], joints[9] = 1e7, 1e5
    joints[12] = 0.0
    confidence[20:22] = 0.0
    return Track(keypoints, confidence, joints)


def vanished(track):
    return Track(*(np.zeros_like(values) for values in vars(track).values()))


@pytest.mark.parametrize("spoilt", [blinked, vanished])
def test_an_estimator_that_talks_nonsense(tmp_path, spoilt):
    estimated(tmp_path, whole(tmp_path), Watcher(spoilt=spoilt), min_quality=0.0, min_detection=0.0)


@pytest.fixture(scope="module")
def mediapipe():
    from workflow_scripts.pose.backends.mediapipe import MediaPipeBackend

    return MediaPipeBackend()


@pytest.mark.parametrize("frames", [1, 20])
def test_mediapipe_in_the_dark(tmp_path, mediapipe, frames):
    with video_writer(tmp_path / "v.mp4", 320, 240, 30.0) as sink:
        for _ in range(frames):
            sink.write(np.zeros((240, 320, 3), np.uint8))
    clip = estimated(tmp_path, tmp_path / "v.mp4", mediapipe, frames)
    assert clip.verdict == "no person found in 100 % of the frames"


@pytest.mark.parametrize("size", [(2, 2), (16, 320), (4096, 64)])
def test_mediapipe_and_odd_pictures(tmp_path, mediapipe, size):
    video = write_numbered(tmp_path / "v.mp4", 5, size=size)
    assert estimated(tmp_path, video, mediapipe, 5).people == []


@pytest.fixture(scope="module")
def dance(tmp_path_factory):
    folder = os.environ.get("PLAYLIST2DANCE_DATA")
    path = Path(folder or "", "videos", "musepose_dance.mp4")
    if not folder or not path.is_file():
        pytest.skip("PLAYLIST2DANCE_DATA does not name the folder of real data")
    frames = [frame[::3, ::3] for frame in itertools.islice(Footage(path, FRAMES, 30.0), FRAMES)]
    frames = [frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2] for frame in frames]
    return write_numbered(
        tmp_path_factory.mktemp("dance") / "dance.mp4", FRAMES, size=frames[0].shape[1::-1], pictures=frames
    )


def test_mediapipe_goes_on_after_the_damage(tmp_path, mediapipe, dance):
    good = estimated(tmp_path, dance, mediapipe)
    (tmp_path / "v.mp4").write_bytes(dance.read_bytes())
    bad = estimated(tmp_path, spoil(tmp_path / "v.mp4", range(14, 20)), mediapipe)
    assert (good.verdict, bad.verdict) == (KEPT, KEPT)
    assert bad.people[0].interpolated[14:20].all()
    after = slice(22, None)
    error = np.linalg.norm(pixels(bad, after) - pixels(good, after), axis=-1)
    moved = np.linalg.norm(pixels(good, slice(22 - 6, -6)) - pixels(good, after), axis=-1)
    assert np.median(error) < 2
    assert np.median(error) < 0.5 * np.median(moved)  # as it would be, had the rest moved up


def test_mediapipe_and_the_largest_pictures(tmp_path, mediapipe, dance):
    video = tmp_path / "v.mp4"
    run_ffmpeg(["-i", dance, "-vf", "scale=2160:3840", "-frames:v", "36", "-preset", "ultrafast", video], dance)
    clip = estimated(tmp_path, video, mediapipe, 36)
    assert clip.verdict == KEPT
    assert pixels(clip, slice(None))[..., 1].max() > 2000  # pixels of the clip, whatever the network is shown


def test_mediapipe_and_two_people(tmp_path, mediapipe, dance):
    """One of them is followed; which one cannot be chosen."""
    video = tmp_path / "v.mp4"
    run_ffmpeg(["-i", dance, "-vf", "split[a][b];[a][b]hstack,scale=720:640", "-crf", "5", video], dance)
    assert len(estimated(tmp_path, video, mediapipe).people) == 1
