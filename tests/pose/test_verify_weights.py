import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from pose.synthetic import FPS, Dancer, dancer
from rich.console import Console

from workflow_scripts.motion.keypoint_error import pck
from workflow_scripts.motion.pose_file import Person, PoseClip, PoseFile
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.pose import verify_weights
from workflow_scripts.pose.backends.base import Pictures, Track
from workflow_scripts.pose.verify_weights import Measures, measured, shortfalls, verify
from workflow_scripts.workflow.errors import UserError

FRAMES = 60
NOWHERE = Path("no_film.mp4")


class Estimator:
    """Says of every clip what it was told to."""

    def __init__(self, *tracks: Track, name: str = "mmpose made-up") -> None:
        self.name = name
        self._tracks = list(tracks)

    def tracks(self, clips: Iterable[Pictures]) -> Iterator[list[Track]]:
        for _ in clips:
            yield self._tracks


@pytest.fixture(scope="module")
def true() -> Dancer:
    return dancer(FRAMES)


@pytest.fixture(scope="module")
def truth(true: Dancer) -> PoseFile:
    root = true.world[:, 0]
    person = Person(positions=true.world - root[:, None], root=root, keypoints_2d=true.pixels)
    clip = PoseClip(start_s=0.0, end_s=FRAMES / FPS, people=[person])
    return PoseFile(FPS, "made up", "truth", {"0000": clip})


def lost(track: Track, frames: int) -> Track:
    """The same, with nobody in the first frames."""
    keypoints, confidence, joints = track.keypoints.copy(), track.confidence.copy(), track.joints.copy()
    keypoints[:frames], confidence[:frames], joints[:frames] = np.nan, 0, np.nan
    return Track(keypoints, confidence, joints)


def test_the_truth_is_perfect(true: Dancer, truth: PoseFile) -> None:
    found = measured(Estimator(true.track()), NOWHERE, truth)
    assert (found.detection, found.pck) == (1.0, 1.0)
    assert found.pa_mpjpe_mm < 1e-3
    assert found.frames_per_s > 0


def test_frames_without_the_dancer_count_against_detection_alone(true: Dancer, truth: PoseFile) -> None:
    found = measured(Estimator(lost(true.track(), 6)), NOWHERE, truth)
    assert found.detection == pytest.approx(0.9)
    assert found.pck == 1.0
    assert found.pa_mpjpe_mm < 1e-3


def test_left_for_right_is_an_error_in_space_and_in_the_picture(true: Dancer, truth: PoseFile) -> None:
    track = true.track()
    swapped = list(range(SMPL24.size))
    for i, name in enumerate(SMPL24.joints):
        if name.startswith("left_"):
            j = SMPL24.index(name.replace("left_", "right_"))
            swapped[i], swapped[j] = j, i
    found = measured(
        Estimator(Track(track.keypoints[:, swapped], track.confidence, track.joints[:, swapped])), NOWHERE, truth
    )
    assert found.pck < 0.5
    assert found.pa_mpjpe_mm > 40  # not more: a body about its own axis turned is much the same one


def test_a_mirrored_depth_is_an_error_in_space(true: Dancer, truth: PoseFile) -> None:
    track = true.track()
    found = measured(Estimator(Track(track.keypoints, track.confidence, track.joints * [1, 1, -1])), NOWHERE, truth)
    assert found.pa_mpjpe_mm > 5


def test_nobody_found_is_the_worst(truth: PoseFile) -> None:
    assert shortfalls(measured(Estimator(), NOWHERE, truth)) == [
        "detection 0 is below 0.97",
        "pck 0 is below 0.9",
        "pa_mpjpe_mm inf is above 100",
    ]


@pytest.mark.parametrize(
    ("measures", "fault"),
    [
        (Measures(0.97, 0.90, 100.0, 1.0), ""),
        (Measures(0.96, 0.95, 50.0, 1.0), "detection 0.96 is below 0.97"),
        (Measures(1.0, 0.89, 50.0, 1.0), "pck 0.89 is below 0.9"),
        (Measures(1.0, 0.95, 101.0, 1.0), "pa_mpjpe_mm 101 is above 100"),
        (Measures(1.0, 0.95, float("nan"), 1.0), "pa_mpjpe_mm nan is above 100"),
    ],
)
def test_floors(measures: Measures, fault: str) -> None:
    assert "; ".join(shortfalls(measures)) == fault


def test_a_joint_is_near_within_a_fifth_of_the_torso(true: Dancer) -> None:
    shoulders, hips = ([SMPL24.index(f"{side}_{name}") for side in ("left", "right")] for name in ("shoulder", "hip"))
    torso = np.linalg.norm(true.pixels[:, shoulders].mean(axis=1) - true.pixels[:, hips].mean(axis=1), axis=-1)
    for share, expected in ((0.19, 1.0), (0.21, 0.0)):
        aside = true.pixels + np.stack([share * torso, 0 * torso], axis=-1)[:, None]
        assert pck(aside, true.pixels) == expected
    half_lost = true.pixels.copy()
    half_lost[::2] = np.nan
    assert pck(half_lost, true.pixels) == 0.5


def test_good_weights_pass_and_bad_ones_fail_with_the_table_shown(true: Dancer, truth: PoseFile) -> None:
    films = {"first": (NOWHERE, truth), "second": (NOWHERE, truth)}
    good, bad = Estimator(true.track()), Estimator(lost(true.track(), 20), name="mmpose bad")
    printed = StringIO()
    verify({"mmpose": good, "mediapipe": bad}, films, Console(file=printed, width=120))
    assert "The weights do what they should: mmpose made-up" in printed.getvalue()
    for word in ("first", "second", "mean", "66.7%", "100.0%", "mediapipe"):
        assert word in printed.getvalue()
    with pytest.raises(UserError, match=r"detection 0\.667 is below 0\.97\. Are the weights .* mmpose bad"):
        verify({"mmpose": bad, "mediapipe": good}, films, Console(file=printed, width=120))


def test_without_weights_one_message_says_which_and_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["verify_weights", "--lifter", "motionbert"])
    monkeypatch.setattr(verify_weights, "make", lambda *_: pytest.fail("filmed for nothing"))
    with pytest.raises(UserError) as caught:
        verify_weights.main()
    message = str(caught.value)
    for part in ("rtmdet_nano, rtmpose_m_halpe26, motionbert are missing", "motionbert_ft_h36m-d80af323", "weights"):
        assert part in message
    assert "videopose" not in message


def test_an_unknown_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["verify_weights", "--lifter", "crane"])
    with pytest.raises(UserError, match=r"pose\.mmpose\.lifter"):
        verify_weights.main()
