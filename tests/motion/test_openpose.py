import json
import os
from pathlib import Path

import numpy as np
import pytest
from motion.walkers import walker

from workflow_scripts.motion.foreign import KeypointMotion
from workflow_scripts.motion.formats.openpose import COCO18, read, read_numbering, read_recording, write
from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.workflow.errors import UserError

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))


def put(folder: Path, number: int, people, name: str = "dance", key: str = "pose_keypoints_2d") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}_{number:012d}_keypoints.json"
    people = [{"person_id": [-1], key: np.nan_to_num(person).ravel().tolist()} for person in people]
    path.write_text(json.dumps({"version": 1.3, "people": people}))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, person in enumerate(walker(20, 300, 30)):
        put(tmp_path / "dance", number, [person])
    return tmp_path / "dance"


def test_a_folder_gives_one_persons_keypoints(folder: Path) -> None:
    motion = read(folder, 30.0)
    assert (motion.skeleton, motion.fps) == (BODY25, 30.0)
    np.testing.assert_allclose(motion.keypoints, walker(20, 300, 30)[..., :2])
    assert (motion.confidence == 0.8).all()


def test_a_joint_not_found_is_missing(folder: Path) -> None:
    person = walker(20, 300, 30)[7]
    person[4] = 0
    put(folder, 7, [person])
    motion = read(folder, 30.0)
    assert np.isnan(motion.keypoints[7, 4]).all()
    assert motion.confidence[7, 4] == 0
    assert np.isfinite(np.delete(motion.keypoints, 7, axis=0)).all()


def test_every_second_frame_is_a_video_of_half_the_rate(tmp_path: Path) -> None:
    people = walker(20, 300, 30)
    for number in range(0, 20, 2):
        if number != 8:
            put(tmp_path / "dance", 100 + number, [people[number]])
    numbering = read_numbering(tmp_path / "dance")
    assert (numbering.first, numbering.step, numbering.length, numbering.stem) == (100, 2, 10, "dance")
    motion = read(tmp_path / "dance", 15.0)
    assert np.isnan(motion.keypoints[4]).all()
    np.testing.assert_allclose(motion.keypoints[5], people[10, :, :2])


def test_empty_frames_and_people_in_any_order(tmp_path: Path) -> None:
    first, second = walker(30, 300, 20), walker(30, 90, 0, height=120)
    for number in range(30):
        people = [] if number == 11 else [first[number], second[number]][:: 1 if number % 3 else -1]
        put(tmp_path / "dance", number, people)
    motion = read(tmp_path / "dance", 30.0)
    assert not motion.found[11]
    np.testing.assert_allclose(np.delete(motion.keypoints, 11, axis=0), np.delete(first[..., :2], 11, axis=0))


BROKEN = ["", '{"version": 1.3, "peo', "[]", '{"people": [{"pose_keypoints_2d": ["x"]}]}', '{"people": 3}', "[" * 9999]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_a_missing_frame_and_counted(folder: Path, text: str) -> None:
    read_numbering(folder).files[5].write_text(text)
    recording = read_recording(folder)
    assert recording.broken == 1
    assert len(recording.people[5]) == 0
    assert read(folder, 30.0).found.sum() == 19


def test_too_many_broken_files_are_an_error_that_names_the_first(folder: Path) -> None:
    for path in list(read_numbering(folder).files.values())[3:6]:
        path.write_text("{")
    with pytest.raises(UserError, match=r"dance: 3 of 20 frames cannot be read \(the first: dance_000000000003_keyp"):
        read(folder, 30.0)


def test_a_huge_file_is_not_read(folder: Path) -> None:
    with read_numbering(folder).files[5].open("wb") as file:
        file.truncate(100_000_000)
    assert read_recording(folder).broken == 1


def test_hundreds_of_people_are_cut_off(folder: Path) -> None:
    put(folder, 5, [walker(1, 10 * k, 0)[0] for k in range(300)])
    assert len(read_recording(folder).people[5]) == 30


def test_wild_numbers_are_joints_not_found(folder: Path) -> None:
    path = read_numbering(folder).files[5]
    data = json.loads(path.read_text())
    data["people"][0]["pose_keypoints_2d"][:12] = [1e300, 5, 1, float("nan"), 5, 1, -5, 5, float("inf"), 9, 9, -1]
    path.write_text(json.dumps(data))
    motion = read(folder, 30.0)
    assert np.isnan(motion.keypoints[5, :4]).all()
    assert motion.confidence.max() <= 1


def test_the_coco_model_is_known(tmp_path: Path) -> None:
    names = [BODY25.index(name) for name in COCO18.joints]
    for number, person in enumerate(walker(5, 300, 30)):
        put(tmp_path / "dance", number, [person[names]], key="pose_keypoints")  # as OpenPose wrote it before 1.1
    motion = read(tmp_path / "dance", 30.0)
    assert motion.skeleton == COCO18
    np.testing.assert_allclose(motion.keypoints, walker(5, 300, 30)[:, names, :2])


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (45, "MPI model; run it with --model_pose BODY_25"),
        (36, r"36 numbers per person; known are 75 \(BODY_25\) or 54 \(COCO\)"),
    ],
)
def test_other_models_are_refused_by_name(tmp_path: Path, numbers: int, message: str) -> None:
    put(tmp_path / "dance", 0, [np.ones(numbers)])
    with pytest.raises(UserError, match=message):
        read(tmp_path / "dance", 30.0)


def test_models_may_not_be_mixed(folder: Path) -> None:
    put(folder, 5, [np.ones((18, 3))])
    with pytest.raises(UserError, match="54, 75 numbers per person"):
        read(folder, 30.0)


def test_coordinates_that_are_shares_of_the_picture_are_refused(tmp_path: Path) -> None:
    for number, person in enumerate(walker(5, 300, 30)):
        put(tmp_path / "dance", number, [person / [640, 480, 1]])
    with pytest.raises(UserError, match="run OpenPose with --keypoint_scale 0"):
        read(tmp_path / "dance", 30.0)


def test_what_cannot_be_one_video_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no OpenPose frames found"):
        read(tmp_path, 30.0)
    put(folder, 0, [], name="other")
    with pytest.raises(UserError, match="frames of 'dance' and 'other' in one folder"):
        read(folder, 30.0)


def test_two_files_of_one_frame_and_absurd_gaps_are_said(folder: Path) -> None:
    (folder / "dance_7_keypoints.json").write_text("{}")
    with pytest.raises(UserError, match="are the same frame"):
        read(folder, 30.0)
    (folder / "dance_7_keypoints.json").unlink()
    put(folder, 999999999998, [])
    with pytest.raises(UserError, match="too many are missing"):
        read(folder, 30.0)


def test_nobody_at_all_is_said(tmp_path: Path) -> None:
    for number in range(3):
        put(tmp_path / "dance", number, [])
    with pytest.raises(UserError, match="nobody was found in any of the 3 frames"):
        read(tmp_path / "dance", 30.0)


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    people = walker(12, 300, 30)
    people[3, 5] = people[7] = [np.nan, np.nan, 0]
    motion = KeypointMotion(BODY25, people[..., :2], people[..., 2], 25.0)
    write(tmp_path / "dance", motion)
    again = read(tmp_path / "dance", 25.0)
    np.testing.assert_array_equal(again.keypoints, motion.keypoints)
    np.testing.assert_array_equal(again.confidence, motion.confidence)
    with pytest.raises(ValueError, match="no model"):
        write(tmp_path / "other", KeypointMotion(BODY25.__class__("x", ("a",), (-1,), (), ()), people, people, 1.0))


@pytest.mark.skipif(not (DATA / "tiktok").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data")
def test_real_files_give_the_dancer_in_nearly_every_frame() -> None:
    motion = read(DATA / "tiktok" / "openpose_json", 14.985)
    assert len(motion.keypoints) == 60
    assert motion.found.mean() > 0.95
    # The dancer stands in the middle third of the 640 pixels; the false people do not.
    assert np.abs(np.nanmedian(motion.keypoints[..., 0], axis=1) - 320).max() < 110
