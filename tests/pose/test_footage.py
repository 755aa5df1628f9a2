"""Pictures at their times: rates, turned and damaged files. The numbers in the pictures are the truth."""

import gc
import weakref

import numpy as np
import pytest
from pose.numbered import copy_packets, number_of, spoil, write_numbered

from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.footage import Footage, decode_frames
from workflow_scripts.workflow.media import MediaError, probe, run_ffmpeg


def numbers(footage):
    return [number_of(frame) for frame in footage]


def test_a_clip_as_it_is_cut(tmp_path):
    footage = Footage(write_numbered(tmp_path / "v.mp4"), 40, 30.0, shots=(7,))
    for _ in range(2):  # may be watched again
        assert numbers(footage) == list(range(40))
        assert (footage.count, footage.width, footage.height) == (40, 64, 48)
        assert (footage.lost, footage.error, footage.shots) == ([], "", (7,))


def test_no_more_pictures_than_asked_for(tmp_path):
    assert numbers(Footage(write_numbered(tmp_path / "v.mp4"), 25, 30.0)) == list(range(25))


@pytest.mark.parametrize("fps", [15, 24, 25.05, 29.97, 50, 60])
def test_other_rates_are_shown_at_their_times(tmp_path, fps):
    frames = 45
    footage = Footage(write_numbered(tmp_path / "v.mp4", frames, fps), 10**6, 30.0)
    shown = np.array(numbers(footage))
    assert abs(len(shown) - frames * 30 / fps) <= 1
    late = np.arange(len(shown)) / 30 - shown / fps
    half = 0.5 / max(fps, 30)
    assert late.min() > -half - 1e-3
    assert late.max() < 1 / fps - half + 1e-3
    assert footage.lost == []


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_changing_rate(tmp_path, kind):
    times = [0, 0.1, 0.13, 0.4, 0.41, 0.42, 0.7, 1.0, 1.03]
    footage = Footage(write_numbered(tmp_path / f"v.{kind}", times=times), 10**6, 30.0)
    shown = numbers(footage)
    expected = [max(i for i, time in enumerate(times) if time <= frame / 30 + 0.5 / 30) for frame in range(len(shown))]
    assert sum(abs(a - b) for a, b in zip(shown, expected, strict=True)) <= 1
    assert footage.lost == []


def test_pictures_that_are_missing_do_not_shift_the_rest(tmp_path):
    whole = write_numbered(tmp_path / "whole.ts")
    gone = {12, 13, 14, 30}
    path = copy_packets(whole, tmp_path / "v.ts", lambda number, packet: None if number in gone else packet)
    footage = Footage(path, 40, 30.0)
    shown = numbers(footage)
    assert shown == [*range(12), 11, 11, 11, *range(15, 30), 29, *range(31, 40)]
    assert footage.lost == sorted(gone)


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
@pytest.mark.parametrize("key_every", [1, 10])
def test_damage_in_the_middle(tmp_path, key_every, kind):
    header = 16 if kind == "mkv" else 0  # of a block, which Matroska counts as the packet's beginning
    path = spoil(write_numbered(tmp_path / f"v.{kind}", key_every=key_every), range(12, 15), header)
    footage = Footage(path, 40, 30.0)
    shown = numbers(footage)
    assert len(shown) == 40
    assert shown[:12] == list(range(12))
    after = 15 if key_every == 1 else 20
    assert shown[after:] == list(range(after, 40))
    assert footage.error == ""
    if key_every == 1:
        assert footage.lost == [12, 13, 14]


def test_damage_at_the_beginning(tmp_path):
    footage = Footage(spoil(write_numbered(tmp_path / "v.mp4"), range(3)), 40, 30.0)
    assert numbers(footage) == [3, 3, 3, *range(3, 40)]
    assert footage.lost == [0, 1, 2]


def test_lost_pictures_count_as_not_seen(tmp_path):
    path = spoil(write_numbered(tmp_path / "v.mp4"), range(12, 15))
    footage = Footage(path, 40, 30.0)
    numbers(footage)
    track = Track(np.ones((40, 24, 2)), np.ones((40, 24)), np.ones((40, 24, 3)))
    (seen,) = footage.unseen([track])
    np.testing.assert_array_equal(np.flatnonzero(~seen.found), [12, 13, 14])
    assert not seen.confidence[12:15].any()
    assert np.isnan(seen.joints[12:15]).all()
    assert np.isfinite(seen.joints[[11, 15]]).all()
    assert track.found.all()  # the original is as it was
    (flat,) = footage.unseen([Track(track.keypoints, track.confidence, None)])
    assert flat.joints is None


def test_a_file_that_ends_early(tmp_path):
    path = write_numbered(tmp_path / "v.ts", codec="libx264")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    footage = Footage(path, 40, 30.0)
    shown = numbers(footage)
    assert 15 < len(shown) < 25
    assert shown == list(range(len(shown)))
    assert footage.error == ""


@pytest.mark.parametrize(
    ("name", "content"), [("empty.mp4", b""), ("text.mp4", b"#EXTM3U\nhttp://example.org/a.ts\n" * 20)]
)
def test_no_video_at_all(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    footage = Footage(tmp_path / name, 40, 30.0)
    assert numbers(footage) == []
    assert footage.error.startswith(f"{name}: not a readable video")
    assert str(tmp_path) not in footage.error
    with pytest.raises(MediaError):
        next(decode_frames(tmp_path / name))


def test_sound_alone_is_no_video(tmp_path):
    run_ffmpeg(["-f", "lavfi", "-i", "sine=d=1", tmp_path / "v.m4a"], tmp_path)
    footage = Footage(tmp_path / "v.m4a", 40, 30.0)
    assert numbers(footage) == []
    assert footage.error == "v.m4a: holds no video"


def test_nothing_that_can_be_decoded(tmp_path):
    footage = Footage(spoil(write_numbered(tmp_path / "v.mp4"), range(40)), 40, 30.0)
    numbers(footage)
    assert footage.count == len(footage.lost) or footage.count == 0


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_pictures_stand_upright(tmp_path, degrees):
    image = np.zeros((48, 64, 3), np.uint8)
    image[:16, :16, 0], image[:16, -16:, 1], image[-16:, :16, 2] = 250, 250, 250
    plain = write_numbered(tmp_path / "plain.mp4", 2, pictures=[image, image])
    turned, upright = tmp_path / "turned.mp4", tmp_path / "upright.mp4"
    run_ffmpeg(["-display_rotation", str(degrees), "-i", plain, "-c", "copy", turned], plain)
    run_ffmpeg(["-i", turned, "-crf", "5", upright], turned)  # ffmpeg turns by itself
    footage = Footage(turned, 10, 30.0)
    picture = next(iter(footage))
    expected = next(iter(Footage(upright, 10, 30.0)))
    assert picture.shape == expected.shape == ((64, 48, 3) if degrees != 180 else (48, 64, 3))
    assert np.abs(picture.astype(int) - expected).mean() < 6
    assert (footage.width, footage.height) == (picture.shape[1], picture.shape[0])


def test_pixels_are_made_square(tmp_path):
    plain = write_numbered(tmp_path / "plain.mp4", 3)
    run_ffmpeg(["-i", plain, "-vf", "setsar=2", tmp_path / "v.mp4"], plain)
    assert next(iter(Footage(tmp_path / "v.mp4", 3, 30.0))).shape == (48, 128, 3)


def test_large_pictures_are_made_smaller_where_asked(tmp_path):
    path = write_numbered(tmp_path / "v.mp4", 3, size=(640, 360))
    assert next(iter(Footage(path, 3, 30.0, lines=180))).shape == (180, 320, 3)
    assert next(iter(Footage(path, 3, 30.0, lines=720))).shape == (360, 640, 3)


def test_a_size_that_changes_on_the_way(tmp_path):
    """Pictures stay of the first size; the others are fitted in, in proportion."""
    write_numbered(tmp_path / "a.h264", 10, size=(64, 48))
    write_numbered(tmp_path / "b.h264", 10, size=(96, 96))
    (tmp_path / "v.h264").write_bytes((tmp_path / "a.h264").read_bytes() + (tmp_path / "b.h264").read_bytes())
    run_ffmpeg(["-r", "30", "-i", tmp_path / "v.h264", "-c", "copy", tmp_path / "v.ts"], tmp_path)
    footage = Footage(tmp_path / "v.ts", 20, 30.0)
    frames = [frame.copy() for frame in footage]
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    assert [number_of(frame) for frame in frames] == [*range(10), *range(10)]
    assert frames[15][:, :6].max() < 4  # black beside the square picture
    assert footage.lost == []


def test_beginning_later(tmp_path):
    path = write_numbered(tmp_path / "v.mp4", key_every=10)
    footage = Footage(path, 10, 30.0, start_s=0.5)
    assert numbers(footage) == list(range(15, 25))
    assert footage.lost == []
    assert numbers(Footage(path, 10, 30.0, start_s=9)) == []


def test_a_stream_whose_clock_does_not_begin_at_zero(tmp_path):
    path = write_numbered(tmp_path / "v.ts", times=[100 + i / 30 for i in range(20)])
    footage = Footage(path, 20, 30.0)
    assert numbers(footage) == list(range(20))
    assert footage.lost == []


def test_pictures_are_not_kept(tmp_path):
    references, alive = [], []
    for frame in Footage(write_numbered(tmp_path / "v.mp4"), 40, 30.0):
        references.append(weakref.ref(frame))
        del frame
        gc.collect()
        alive.append(sum(reference() is not None for reference in references))
    assert max(alive) <= 2


def test_frames_of_a_whole_file(tmp_path):
    assert [number_of(frame) for frame in decode_frames(write_numbered(tmp_path / "v.mp4", 30, 24))] == list(range(30))


def test_names_in_another_encoding_are_no_obstacle(tmp_path):
    """A title in Latin-1, as old cameras and AVI files have it."""
    path = write_numbered(tmp_path / "v.avi", 10, codec="mpeg4")
    title = tmp_path / "titled.avi"
    run_ffmpeg(["-i", path, "-c", "copy", "-metadata", "title=CHANGEME", title], path)
    data = title.read_bytes()
    assert b"CHANGEME" in data
    title.write_bytes(data.replace(b"CHANGEME", "Tanz für".encode("latin-1")))
    footage = Footage(title, 10, 30.0)
    assert len(list(footage)) == 10
    assert footage.error == ""
    assert probe(title).video
