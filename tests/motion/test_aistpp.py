import pickle
from pathlib import Path

import numpy as np
import pytest
from motion.moving_body import axis_angles, bending_dance, rigid_dance, root_path

from workflow_scripts.motion.formats import aistpp
from workflow_scripts.motion.formats.aistpp import SequenceName, parsed_name
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import COCO17
from workflow_scripts.workflow.errors import UserError

FRAMES = 30
SCALE = 93.77


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("shape", [(FRAMES, 72), (FRAMES, 24, 3)])
def test_motions_are_scaled_to_metres(tmp_path: Path, protocol: int, shape: tuple[int, ...]) -> None:
    path = tmp_path / "gBR_sBM_cAll_d04_mBR0_ch01.pkl"
    content = {
        "smpl_loss": 1.5,
        "smpl_poses": axis_angles(FRAMES).reshape(shape),
        "smpl_scaling": np.array([SCALE]),
        "smpl_trans": root_path(FRAMES) * SCALE,
    }
    path.write_bytes(pickle.dumps(content, protocol))
    motion = aistpp.read(path, fps=25)
    assert (motion.skeleton, motion.fps) == (SMPL24, 60.0)
    np.testing.assert_allclose(motion.joints, rigid_dance(FRAMES).joints, atol=1e-9)


@pytest.mark.parametrize("optimised", [False, True])
def test_keypoints_are_centimetres_with_gaps_and_the_smoothed_are_taken(tmp_path: Path, optimised: bool) -> None:
    points = np.random.default_rng(0).normal(100, 40, (FRAMES, 17, 3))
    raw = points.copy()
    raw[3, 5] = np.nan
    path = tmp_path / "a.pkl"
    content = {"keypoints3d": raw} | ({"keypoints3d_optim": points} if optimised else {})
    path.write_bytes(pickle.dumps(content))
    motion = aistpp.read(path, 30)
    assert (motion.skeleton, motion.fps) == (COCO17, 60.0)
    np.testing.assert_allclose(motion.joints, (points if optimised else raw) / 100)


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    for dance, limit in ((rigid_dance(fps=60), 1e-5), (bending_dance(fps=60), 0.012)):
        aistpp.write(tmp_path / "d.npz", dance)
        again = aistpp.read(tmp_path / "d.npz", 30)
        assert np.linalg.norm(again.joints - dance.joints, axis=-1).mean() < limit
    with pytest.raises(ValueError, match="60 frames/s, the motion 30"):
        aistpp.write(tmp_path / "d.npz", rigid_dance(fps=30))


def test_names_say_what_a_sequence_is() -> None:
    assert parsed_name("gBR_sBM_cAll_d04_mBR0_ch01") == SequenceName("break", "d04", "mBR0")
    assert parsed_name("gWA_sGR_cAll_d25_d26_d27_mWA2_ch21") == SequenceName("waack", "d25_d26_d27", "mWA2")
    assert parsed_name("gLH_sBM_c01_d17_mLH4_ch02_slice3") == SequenceName("LA-style hip-hop", "d17", "mLH4")
    assert parsed_name("gXX_sBM_cAll_d04_mXX0_ch01") == SequenceName("XX", "d04", "mXX0")
    assert parsed_name("my dance") is None


def test_faults_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    for content, message in (
        ({"smpl_poses": axis_angles(3), "smpl_trans": root_path(3)}, "has no 'smpl_scaling'"),
        ({"keypoints2d": np.zeros((9, 3, 17, 3))}, "has no 'keypoints3d' .it has: keypoints2d"),
        ({"keypoints3d": np.zeros((3, 18, 3))}, r"'keypoints3d' is \(3, 18, 3\)"),
        ({"smpl_poses": axis_angles(3), "smpl_trans": root_path(3), "smpl_scaling": np.zeros(1)}, "positive number"),
    ):
        path.write_bytes(pickle.dumps(content))
        with pytest.raises(UserError, match=message):
            aistpp.read(path, 30)
