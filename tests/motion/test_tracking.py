import numpy as np
import pytest
from motion.walkers import FPS, lost, shuffled, standing, walker

from workflow_scripts.motion.skeletons import BODY25
from workflow_scripts.motion.tracking import followed

UPPER = [
    j for j, name in enumerate(BODY25.joints) if any(part in name for part in ("shoulder", "elbow", "wrist", "eye"))
]
LOWER = [j for j in range(25) if j not in UPPER]


def frames_of(*people):
    return [list(frame) for frame in zip(*people, strict=True)]


def test_one_person_is_one_track() -> None:
    person = walker(60, 300, 50)
    (track,) = followed(shuffled(frames_of(person)), FPS)
    assert track.frames == list(range(60))
    keypoints, confidence = track.arrays(60)
    np.testing.assert_array_equal(keypoints, person[..., :2])
    assert (confidence == 0.8).all()


def test_two_people_who_pass_each_other_keep_their_tracks() -> None:
    first, second = walker(90, 100, 150), walker(90, 560, -150, height=190)
    tracks = followed(shuffled(frames_of(first, second)), FPS)
    assert len(tracks) == 2
    for track in tracks:
        keypoints, _ = track.arrays(90)
        errors = [np.abs(keypoints - person[..., :2]).max() for person in (first, second)]
        assert min(errors) == 0


def test_the_dancer_is_the_long_large_and_central_one() -> None:
    dancer = walker(90, 320, 10, height=200)
    small = walker(90, 330, 10, height=60)
    aside = walker(90, 30, 0, height=210)
    short = [[walker(90, 400, 0, height=230)[i]] if 40 <= i < 60 else [] for i in range(90)]
    frames = [[a, b, c, *d] for a, b, c, d in zip(dancer, small, aside, short, strict=True)]
    keypoints, _ = followed(shuffled(frames), FPS)[0].arrays(90)
    np.testing.assert_array_equal(keypoints, dancer[..., :2])


def test_false_people_for_a_few_frames_do_not_break_the_track() -> None:
    rng = np.random.default_rng(3)
    dancer = walker(90, 320, 10)
    frames = []
    for index in range(90):
        ghosts = [walker(1, rng.uniform(0, 640), 0, rng.uniform(40, 250))[0] for _ in range(int(rng.integers(3)))]
        clutter = lost(walker(1, rng.uniform(0, 640), 0)[0], list(range(4, 25)))
        frames.append([dancer[index], clutter, *ghosts])
    track = followed(shuffled(frames), FPS)[0]
    assert len(track.frames) == 90
    assert np.abs(track.arrays(90)[0] - dancer[..., :2]).max() < 60
    assert (np.abs(track.arrays(90)[0] - dancer[..., :2]).max(axis=(1, 2)) == 0).mean() > 0.95


def test_short_absence_leaves_missing_frames_in_one_track() -> None:
    person = walker(60, 300, 60)
    frames = [[] if 20 <= i < 27 else [person[i]] for i in range(60)]
    (track,) = followed(shuffled(frames), FPS)
    keypoints, confidence = track.arrays(60)
    assert np.isnan(keypoints[20:27]).all()
    assert not confidence[20:27].any()
    assert np.isfinite(keypoints[27:]).all()


def test_somebody_who_comes_back_where_expected_is_the_same_person() -> None:
    person = walker(150, 300, 20)
    frames = [[] if 50 <= i < 110 else [person[i]] for i in range(150)]
    (track,) = followed(shuffled(frames), FPS)
    assert len(track.frames) == 90


@pytest.mark.parametrize(("where", "height"), [(900, 200), (300, 90)])
def test_somebody_far_away_or_of_other_size_is_another_person(where: float, height: float) -> None:
    first, second = walker(120, 300, 0), walker(120, where, 0, height=height)
    frames = [[first[i]] if i < 50 else [] if i < 70 else [second[i]] for i in range(120)]
    assert sorted(len(track.frames) for track in followed(shuffled(frames), FPS)) == [50, 50]


def test_a_person_found_in_two_pieces_is_put_together() -> None:
    person = walker(60, 300, 20)
    frames = [[p] if i % 2 == 0 else [lost(p, UPPER), lost(p, LOWER)] for i, p in enumerate(person)]
    (track,) = followed(shuffled(frames), FPS)
    np.testing.assert_array_equal(track.arrays(60)[0], person[..., :2])


def test_a_second_detection_of_the_same_person_is_no_second_person() -> None:
    person = walker(60, 300, 20)
    frames = [[p, p + np.array([1.5, -1.0, -0.2])] for p in person]
    (track,) = followed(shuffled(frames), FPS)
    assert np.abs(track.arrays(60)[0] - person[..., :2]).max() <= 1.5


def test_two_who_dance_close_together_stay_two() -> None:
    first, second = walker(60, 300, 20), walker(60, 335, 20)  # 30 cm apart
    tracks = followed(shuffled(frames_of(first, second)), FPS)
    assert [len(track.frames) for track in tracks] == [60, 60]


def test_half_the_frame_rate_changes_nothing() -> None:
    first, second = walker(90, 100, 150)[::2], walker(90, 560, -150, height=190)[::2]
    assert [len(track.frames) for track in followed(shuffled(frames_of(first, second)), FPS / 2)] == [45, 45]


def test_nobody_is_no_track() -> None:
    assert followed([np.zeros((0, 25, 3))] * 5, FPS) == []
    assert followed([], FPS) == []
    assert followed([lost(walker(1, 300, 0))], FPS) == []


def test_a_person_of_no_extent_does_no_harm() -> None:
    point = np.concatenate([np.zeros((25, 2)), np.ones((25, 1))], axis=1)
    assert sum(len(track.frames) for track in followed([point[None]] * 4, FPS)) == 4


def test_standing_is_upright_and_shows_the_left_on_the_right() -> None:
    body = standing()
    assert body[BODY25.index("left_hip"), 0] > body[BODY25.index("right_hip"), 0]
    assert body[BODY25.index("nose"), 1] < body[BODY25.index("left_ankle"), 1]
