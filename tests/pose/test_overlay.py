"""The picture of what the pose stage made of a video."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from pose.numbered import number_of, write_numbered
from pose.synthetic import HEIGHT, WIDTH, dancer

from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose import overlay
from workflow_scripts.pose.backends.base import Track
from workflow_scripts.pose.drawing.canvas import GOOD, GUESSED, LEFT, RIGHT, Layer
from workflow_scripts.pose.drawing.sheet import HEAD, MARGIN, PANEL_WIDTH, Sheet, Title
from workflow_scripts.pose.drawing.skeleton import draw_seen
from workflow_scripts.pose.drawing.views import FRONT, SIDE, View
from workflow_scripts.workflow.errors import UserError
from workflow_scripts.workflow.media import probe, run_ffmpeg

KNEE = [SMPL24.index("left_hip"), SMPL24.index("left_knee")]


def standing(frames=40, **changes):
    """A person at rest, in the middle of a picture of 480 x 640, the left foot down."""
    keypoints = SMPL24.rest_positions[:, :2] * [250, -250] + [240, 560]
    person = Person(
        positions=np.repeat((SMPL24.rest_positions - SMPL24.rest_positions[0])[None], frames, axis=0),
        root=np.repeat(SMPL24.rest_positions[:1], frames, axis=0),
        keypoints_2d=np.repeat(keypoints[None], frames, axis=0),
        confidence=np.ones((frames, 24)),
        valid=np.ones(frames, bool),
        interpolated=np.zeros(frames, bool),
        stretches=np.array([[0, frames]], np.int32),
        contacts=np.repeat([[True, False]], frames, axis=0),
    )
    return replace(person, **changes)


def share_of(picture, colour, far=60):
    return float((np.abs(picture.astype(int) - colour).sum(axis=-1) < far).mean())


def colour_at(picture, point):
    return picture[round(point[1]), round(point[0])].astype(int)


def seen(person, frame=0):
    layer, picture = Layer(480, 640), np.zeros((640, 480, 3), np.uint8)
    draw_seen(layer, person, frame, 1.0)
    layer.lay_on(picture)
    return picture


def test_bones_lie_on_the_keypoints_in_the_colour_of_their_side():
    person = standing()
    picture, points = seen(person), person.keypoints_2d[0]
    thigh = points[KNEE].mean(axis=0)
    assert np.abs(colour_at(picture, thigh) - np.array(LEFT) * 0.9).max() < 12
    other = points[[SMPL24.index("right_hip"), SMPL24.index("right_knee")]].mean(axis=0)
    assert np.abs(colour_at(picture, other) - np.array(RIGHT) * 0.9).max() < 12
    assert share_of(picture, (0, 0, 0), 1) > 0.9


def test_less_sure_is_fainter_interpolated_is_marked_and_what_is_not_used_is_not_drawn():
    thigh = standing().keypoints_2d[0, KNEE].mean(axis=0)
    bright = [colour_at(seen(standing(confidence=np.full((40, 24), c))), thigh)[0] for c in (1, 0.5, 0)]
    assert bright[0] > bright[1] + 40 > bright[2] + 80 > 80
    guessed = seen(standing(interpolated=np.ones(40, bool)))
    ratio = colour_at(guessed, thigh) / np.array(GUESSED)
    assert ratio.std() < 0.03
    assert not seen(standing(valid=np.zeros(40, bool))).any()


def panel(person, direction, frame=0):
    picture = np.zeros((640, PANEL_WIDTH, 3), np.uint8)
    View(person, direction, PANEL_WIDTH, 640, 30.0).paint(picture, frame)
    return picture


def columns_of(picture, colour):
    return np.flatnonzero((np.abs(picture.astype(int) - colour).sum(axis=-1) < 60).any(axis=0))


def test_the_front_shows_the_left_side_at_the_right_and_the_side_shows_who_leans():
    front = panel(standing(), FRONT)
    assert np.median(columns_of(front, LEFT)) > PANEL_WIDTH / 2 > np.median(columns_of(front, RIGHT))
    upright, leaning = standing(), standing()
    angle = np.radians(30)
    x, y, z = np.moveaxis(upright.world, -1, 0)
    world = np.stack([x, y * np.cos(angle), z + y * np.sin(angle)], axis=-1)  # towards the camera
    leaning = replace(leaning, positions=world - world[:, :1], root=world[:, 0])
    head = [row_middle(panel(person, SIDE), 640 * 0.4) for person in (upright, leaning)]
    assert abs(head[0] - PANEL_WIDTH / 2) < 20
    assert head[1] < head[0] - 40  # the camera is at the left


def row_middle(picture, row):
    bright = picture[round(row) - 20 : round(row) + 20].astype(int).sum(axis=-1) > 400
    return float(np.flatnonzero(bright.any(axis=0)).mean())


def test_a_foot_that_stands_is_marked_under_it():
    both = np.repeat([[True, True]], 40, axis=0)
    one, two, none = (
        share_of(panel(standing(contacts=contacts), FRONT), GOOD) for contacts in (standing().contacts, both, ~both)
    )
    assert none == 0
    assert two > 1.5 * one > 0


def test_where_the_motion_is_not_used_it_is_grey():
    assert len(columns_of(panel(standing(valid=np.zeros(40, bool)), FRONT), LEFT)) == 0


def test_a_sheet_for_any_shape_of_picture():
    for size in ((1920, 1080), (90, 1200), (1200, 90), (1, 1), (480, 640)):
        clip = PoseClip(0, 1, people=[standing()])
        sheet = Sheet(clip, Title("a name " * 60, ("line " * 99, "line")), 40, 30.0, size)
        picture = sheet.paint(np.full((size[1], size[0], 3), 200, np.uint8), 39, lost=True)
        assert picture.shape == (sheet.size[1], sheet.size[0], 3)
        assert not sheet.size[0] % 2
        assert not sheet.size[1] % 2
        nobody = Sheet(PoseClip(0, 1), Title("v", ()), 40, 30.0, size)
        assert nobody.paint(np.zeros((size[1], size[0], 3), np.uint8), 3).shape[0] == sheet.size[1]


class Fake:
    name = "fake 1"

    def __init__(self, found=True):
        self.found = found

    def tracks(self, clips):
        for frames in clips:
            count = sum(1 for _ in frames)
            track = dancer(max(count, 1)).track()
            yield [Track(track.keypoints, track.confidence, track.joints)] if self.found and count else []


def make(monkeypatch, video, output, *options, backend=None):
    monkeypatch.setattr(overlay, "make_backend", lambda config: backend or Fake())
    monkeypatch.setattr(sys, "argv", ["overlay", str(video), str(output), *map(str, options)])
    overlay.main()
    return frames_of(output)


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def shown(frame):
    """Which picture a frame of the overlay of 64 x 48 shows: its lower left is free of the dancer."""
    return number_of(frame[HEAD + 500 : HEAD + 600, MARGIN + 20 : MARGIN + 120])


@pytest.fixture
def beep(tmp_path):
    """40 numbered pictures at 30 per second whose sound is silence but for the last half second."""
    silent = write_numbered(tmp_path / "silent.mp4", 40)
    sound = "aevalsrc=if(gt(t\\,0.833)\\,0.5*sin(3000*t)\\,0):d=1.334:s=44100"
    run_ffmpeg(["-i", silent, "-f", "lavfi", "-i", sound, "-c:v", "copy", tmp_path / "beep.mp4"], silent)
    return tmp_path / "beep.mp4"


def loudness(path):
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return np.abs(sound[: len(sound) // 441 * 441]).reshape(-1, 441).max(axis=1)  # of every hundredth of a second


def test_pictures_and_sound_of_the_whole(tmp_path, monkeypatch, beep, caplog):
    caplog.set_level("INFO")
    output = tmp_path / "out" / "o.mp4"
    frames = make(monkeypatch, beep, output)
    assert [shown(frame) for frame in frames] == list(range(40))
    starts = np.flatnonzero(loudness(output) > 0.1)[0] / 100
    assert starts == pytest.approx(0.833, abs=0.04)
    info = probe(output)
    assert info.duration_s == pytest.approx(40 / 30, abs=0.05)
    data = output.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert "fake 1  ·  quality 0." in caplog.text
    assert caplog.text.rstrip().endswith("kept")


def test_a_part_of_it(tmp_path, monkeypatch, beep):
    output = tmp_path / "o.mp4"
    frames = make(monkeypatch, beep, output, "--start", 0.5, "--seconds", 0.7)
    assert [shown(frame) for frame in frames] == list(range(15, 36))
    assert np.flatnonzero(loudness(output) > 0.1)[0] / 100 == pytest.approx(0.333, abs=0.04)


def test_no_sound_and_nobody(tmp_path, monkeypatch):
    output = tmp_path / "o.mp4"
    frames = make(monkeypatch, write_numbered(tmp_path / "v.mp4", 12), output, backend=Fake(found=False))
    assert len(frames) == 12
    assert probe(output).audio_rate is None


@pytest.mark.parametrize(("name", "rate"), [("v.avi", 24), ("v.mov", 25.05), ("v.webm", 15)])
def test_other_files_and_rates(tmp_path, monkeypatch, name, rate):
    plain = write_numbered(tmp_path / "plain.mp4", 40)
    run_ffmpeg(["-i", plain, "-r", str(rate), tmp_path / name], plain)
    seconds = len(frames_of(tmp_path / name)) / rate
    assert len(make(monkeypatch, tmp_path / name, tmp_path / "o.mp4")) == pytest.approx(30 * seconds, abs=1)


def test_a_turned_video_stands_upright(tmp_path, monkeypatch):
    plain, turned = write_numbered(tmp_path / "plain.mp4", 3, size=(640, 360)), tmp_path / "turned.mp4"
    run_ffmpeg(["-display_rotation", "90", "-i", plain, "-c", "copy", turned], plain)
    wide, high = (make(monkeypatch, video, tmp_path / "o.mp4")[0].shape[1] for video in (plain, turned))
    assert wide - high == 960 - 360


def test_a_rejected_motion_is_drawn_with_the_reason(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    plain = write_numbered(tmp_path / "v.mp4", 40, size=(WIDTH, HEIGHT))
    monkeypatch.setattr(overlay.PoseConfig, "from_dict", classmethod(lambda cls, values: cls(min_quality=1.0)))
    frames = make(monkeypatch, plain, tmp_path / "o.mp4")
    assert "is below 1" in caplog.text
    assert share_of(frames[20][HEAD:, -PANEL_WIDTH:], LEFT) > 0.001


def test_poses_of_a_finished_run(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    video = write_numbered(tmp_path / "0003.mp4", 40, size=(WIDTH, HEIGHT))
    clip = PoseClip(1, 2.3, 0.75, people=[standing(38)], quality_terms={"calm": 0.5})
    write_poses(tmp_path / "p.h5", PoseFile(30.0, "v", "other 2", {"0003": clip}))
    frames = make(monkeypatch, video, tmp_path / "o.mp4", "--poses", tmp_path / "p.h5")
    assert len(frames) == 40  # the last pose stays
    assert "other 2  ·  quality 0.75  ·  kept" in caplog.text
    thigh = standing().keypoints_2d[0, KNEE].mean(axis=0)
    assert np.abs(colour_at(frames[0][HEAD:, MARGIN:], thigh) - np.array(LEFT) * 0.9).max() < 40
    with pytest.raises(UserError, match=r"has no clip '0007'; it has 0003"):
        make(monkeypatch, video, tmp_path / "o.mp4", "--poses", tmp_path / "p.h5", "--clip", "0007")


def test_poses_of_another_video_are_not_drawn(tmp_path, monkeypatch):
    video = write_numbered(tmp_path / "0003.mp4", 40, size=(WIDTH, HEIGHT))
    short = PoseClip(1, 1.5, 0.75, people=[standing(15)])
    write_poses(tmp_path / "p.h5", PoseFile(30.0, "v", "other 2", {"0003": short}))
    with pytest.raises(UserError, match=r"clip 0003 is 0\.5 s long .* 1\.3 s: these are poses of another video"):
        make(monkeypatch, video, tmp_path / "o.mp4", "--poses", tmp_path / "p.h5")


def test_what_is_no_pose_file_is_told_and_left_alone(tmp_path, monkeypatch):
    video = write_numbered(tmp_path / "0000.mp4", 40)
    diary = tmp_path / "diary.txt"
    diary.write_text("mine")
    for other in (diary, video):
        before = other.read_bytes()
        with pytest.raises(UserError, match=rf"{other.name}: not a readable pose file"):
            make(monkeypatch, video, tmp_path / "o.mp4", "--poses", other)
        assert other.read_bytes() == before
    with pytest.raises(UserError, match=r"none\.h5: there is no such pose file"):
        make(monkeypatch, video, tmp_path / "o.mp4", "--poses", tmp_path / "none.h5")


def test_what_the_user_can_mend(tmp_path, monkeypatch):
    video = write_numbered(tmp_path / "v.mp4", 5)
    for arguments, message in (
        ((tmp_path / "none.mp4", tmp_path / "o.mp4"), "there is no such video"),
        ((video, video), "is the video itself"),
        ((video, tmp_path / "o.mp4", "--start", -1), "--start has to be 0 or more"),
        ((video, tmp_path / "o.mp4", "--start", 60), "no picture can be decoded in this part"),
        ((tmp_path / "text.mp4", tmp_path / "o.mp4"), "not a readable video"),
    ):
        (tmp_path / "text.mp4").write_text("no video")
        with pytest.raises(UserError, match=message):
            make(monkeypatch, *arguments)
    with pytest.raises(UserError, match=r"pose\.backend"):
        make(monkeypatch, video, tmp_path / "o.mp4", "--backend", "other")
    assert not (tmp_path / "o.mp4").exists()


def test_a_real_video(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO")
    folder = os.environ.get("PLAYLIST2DANCE_DATA")
    path = Path(folder or "", "videos", "kunkun_cut.mp4")
    if not folder or not path.is_file():
        pytest.skip("PLAYLIST2DANCE_DATA does not name the folder of real data")
    output = tmp_path / "o.mp4"
    monkeypatch.setattr(sys, "argv", ["overlay", str(path), str(output), "--start", "4", "--seconds", "1.5"])
    overlay.main()
    assert len(frames_of(output)) == 45
    assert "kept" in caplog.text
    assert loudness(output).max() > 0.01
