import json
import sys

import numpy as np
import pytest

from workflow_scripts.evaluate import demo
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.music_file import MusicFile, write_features
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile, read_poses, write_poses
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError

FPS = 30.0
FRAMES = 300
BEATS = np.arange(0.25, 10, 0.5)


def true_person():
    time = np.arange(FRAMES)[:, None] / FPS
    body = np.broadcast_to(SMPL24.rest_positions, (FRAMES, 24, 3)).copy()
    body[:, [20, 21]] += 0.2 * np.sin(3 * time)[..., None]
    body += np.stack([0.4 * np.sin(time), 0 * time, 0.3 * np.cos(time)], axis=-1)
    root = body[:, 0].copy()
    return Person(body - root[:, None], root, keypoints_2d=200 * body[..., :2] + [240, 0])


def save(path, person, start=0.0, backend="fake", verdict="kept", provenance=None):
    end = start + len(person.root) / FPS if person else 10.0
    clip = PoseClip(start, end, verdict=verdict, people=[person] if person else [])
    write_poses(path, PoseFile(FPS, path.stem, backend, {"0000": clip}, provenance=provenance or {}))
    return path


def save_beats(path, beats):
    clip = {"beats": np.asarray(beats), "downbeats": np.asarray(beats)[::4], "tempo": np.asarray(120.0)}
    write_features(path, MusicFile("rhythm", FPS, path.stem, {"0000": clip}))
    return path


@pytest.fixture
def truth(tmp_path):
    return save(tmp_path / "v01.truth.h5", true_person(), backend="truth", provenance={"beats": BEATS.tolist()})


def measured(tmp_path, monkeypatch, truth, person, beats=BEATS, **attributes):
    poses = save(tmp_path / "v01.h5", person, **attributes)
    rhythm = save_beats(tmp_path / "rhythm.h5", beats)
    output = tmp_path / "demo.json"
    lists = ["--poses", str(poses), "--truths", str(truth), "--rhythm", str(rhythm), "--output", str(output)]
    monkeypatch.setattr(sys, "argv", ["demo", *lists])
    demo.main()
    return json.loads(output.read_text(), parse_constant=pytest.fail)


def test_the_truth_itself_is_perfect(tmp_path, monkeypatch, truth):
    result = measured(tmp_path, monkeypatch, truth, true_person())
    assert result["mean"] == result["videos"]["v01"]
    expected = dict(detection=1, pck_02_torso=1, pa_mpjpe_mm=0, root_error_m=0, speed_ratio=1, beats_f=1)
    for name, value in expected.items():
        assert result["mean"][name] == pytest.approx(value, abs=1e-4), name
    assert result["mean"]["beats_bias_ms"] == pytest.approx(0, abs=1e-6)


def test_size_heading_and_origin_do_not_count(tmp_path, monkeypatch, truth):
    person = true_person()
    person.positions, person.root = 0.8 * turned(person.positions, 0.5), 0.8 * turned(person.root, 0.5)
    person.root += [3.0, 0, -2.0]
    mean = measured(tmp_path, monkeypatch, truth, person)["mean"]
    assert mean["pa_mpjpe_mm"] == pytest.approx(0, abs=0.01)
    assert mean["root_error_m"] == pytest.approx(0, abs=1e-4)
    assert mean["speed_ratio"] == pytest.approx(1, abs=1e-4)


def test_errors_are_in_their_units(tmp_path, monkeypatch, truth):
    person = true_person()
    person.root[:, 1] += 0.07
    # The torso is 0.475 m = 95 px in the picture: 18 px is inside 0.2 of it, 20 px is not.
    person.keypoints_2d[:, [16, 17, 18]] += [18, 0]
    person.keypoints_2d[:, [1, 2, 4]] += [20, 0]
    person.interpolated = np.arange(FRAMES) < 30
    mean = measured(tmp_path, monkeypatch, truth, person)["mean"]
    assert mean["detection"] == pytest.approx(0.9)
    assert mean["pck_02_torso"] == pytest.approx(9 / 12)
    assert mean["root_error_m"] == pytest.approx(0.07, abs=1e-4)


def test_pose_error_is_of_the_twelve_limb_joints(tmp_path, monkeypatch, truth):
    person = true_person()
    person.positions[:, SMPL24.index("head")] += 1.0
    assert measured(tmp_path, monkeypatch, truth, person)["mean"]["pa_mpjpe_mm"] == pytest.approx(0, abs=0.01)
    person.positions[:, SMPL24.index("left_wrist")] += 0.1
    assert measured(tmp_path, monkeypatch, truth, person)["mean"]["pa_mpjpe_mm"] > 10


def test_a_clip_from_the_middle_meets_its_own_part_of_the_truth(tmp_path, monkeypatch, truth):
    whole = true_person()
    part = Person(whole.positions[120:], whole.root[120:], whole.keypoints_2d[120:])
    beats = BEATS[BEATS >= 4] - 4  # rhythm files count from the start of the clip
    mean = measured(tmp_path, monkeypatch, truth, part, beats, start=4.0)["mean"]
    assert mean["root_error_m"] == pytest.approx(0, abs=1e-4)
    assert mean["pck_02_torso"] == 1
    assert mean["beats_f"] == 1


def test_beats_late_and_missed(tmp_path, monkeypatch, truth):
    late = BEATS[::2] + 0.04
    mean = measured(tmp_path, monkeypatch, truth, true_person(), late)["mean"]
    assert mean["beats_f"] == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert mean["beats_bias_ms"] == pytest.approx(40)
    mean = measured(tmp_path, monkeypatch, truth, true_person(), BEATS + 0.08)["mean"]
    assert (mean["beats_f"], mean["beats_bias_ms"]) == (0, None)
    assert measured(tmp_path, monkeypatch, truth, true_person(), [])["mean"]["beats_f"] == 0


def test_a_rejected_clip_counts_as_not_detected(tmp_path, monkeypatch, truth):
    mean = measured(tmp_path, monkeypatch, truth, None, verdict="no person found in 97 % of the frames")["mean"]
    assert mean["detection"] == 0
    assert mean["pa_mpjpe_mm"] is None


def test_the_mean_is_over_videos_that_have_the_measure():
    assert demo.mean_measures([{"a": 1.0, "b": None}, {"a": 3.0, "b": 5.0}]) == {"a": 2.0, "b": 5.0}
    assert demo.mean_measures([]) == {}


def test_lists_of_different_length_are_refused(tmp_path, monkeypatch, truth):
    monkeypatch.setattr(
        sys, "argv", ["demo", "--poses", str(truth), "--truths", "--rhythm", "--output", str(tmp_path / "x.json")]
    )
    with pytest.raises(UserError, match="got 1, 0 and 0"):
        demo.main()
    assert read_poses(truth).source == "v01.truth"
