"""Motion at other frame rates keeps its time, its course and its speed."""

import numpy as np

from tests.render.moving import turning
from workflow_scripts.motion.kinematics import bone_lengths
from workflow_scripts.render.frame_rate import CHUNK, at_rate


def circle(frames: int, fps: float) -> np.ndarray:
    time = np.arange(frames) / fps
    return np.stack([np.cos(5 * time), np.sin(5 * time), 0 * time], axis=-1)[:, None]


def test_frames_that_exist_are_taken_as_they_are() -> None:
    world = turning(90)
    np.testing.assert_array_equal(at_rate(world, 60.0, 30.0), world[::2])
    np.testing.assert_array_equal(at_rate(world, 30.0, 60.0)[::2], world)
    assert at_rate(world, 30.0, 30.0) is world
    assert at_rate(world, 29.97, 30.0).shape == (90, 24, 3)


def test_between_frames_it_goes_on_along_its_course() -> None:
    slow, fast = circle(60, 30.0), circle(120, 60.0)
    smooth = at_rate(slow, 30.0, 60.0)
    assert len(smooth) == 120
    cubic, straight = np.abs(smooth - fast)[2:-3].max(), np.abs((slow[:-1] + slow[1:]) / 2 - fast[1:-2:2]).max()
    assert cubic < straight / 10
    assert (np.diff(smooth[:-2], axis=0) != 0).any(axis=(1, 2)).all()  # never the same frame twice
    np.testing.assert_array_equal(smooth[-1], smooth[-2])  # behind the last frame there is no more


def test_limbs_keep_their_lengths() -> None:
    world = turning(60)
    np.testing.assert_allclose(bone_lengths(at_rate(world, 30.0, 60.0)), bone_lengths(world), rtol=2e-3)


def test_unknown_joints_stay_unknown_and_spoil_no_others() -> None:
    world = turning(40)
    holes = world.copy()
    holes[20, 5] = np.nan
    whole, part = at_rate(world, 30.0, 60.0), at_rate(holes, 30.0, 60.0)
    unknown = np.isnan(part).any(axis=-1)
    assert set(map(tuple, np.argwhere(unknown))) == {(39, 5), (40, 5), (41, 5)}
    np.testing.assert_allclose(part[~unknown], whole[~unknown], atol=0.02)


def test_parts_join_without_a_seam_and_one_frame_is_a_motion() -> None:
    world = circle(CHUNK + 100, 30.0)
    long = at_rate(world, 30.0, 60.0)
    np.testing.assert_allclose(long[CHUNK - 5 : CHUNK + 5], circle(2 * CHUNK, 60.0)[CHUNK - 5 : CHUNK + 5], atol=1e-3)
    assert at_rate(world[:1], 30.0, 60.0).shape == (1, 1, 3)
