"""Real motion capture on our body, where a folder of it is given."""

import os
from pathlib import Path

import numpy as np
import pytest
from motion.strangers import FEET, SOLES

from workflow_scripts.evaluate.metrics.movement import bone_variation
from workflow_scripts.motion.footing import with_flat_feet
from workflow_scripts.motion.foreign import JointMotion
from workflow_scripts.motion.formats import dance_with_melody
from workflow_scripts.motion.formats.registry import read_motion
from workflow_scripts.motion.kinematics import facing_angle
from workflow_scripts.motion.placement import named_joints, placed
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.motion.skeletons import DWM23

DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
pytestmark = pytest.mark.skipif(
    not (DATA / "dance_with_melody").is_dir(), reason="PLAYLIST2DANCE_DATA names no folder of real data"
)
MELODY = sorted((DATA / "dance_with_melody" / "motion").glob("*.npz"))
OTHERS = [("bvh", path) for path in sorted((DATA / "bvh").glob("*.bvh"))]
OTHERS += [("deepmimic", path) for path in sorted((DATA / "deepmimic").glob("*.txt"))]


def source_body(motion):
    """The source's joints under our names, sized so that its legs are as long as ours."""
    body = placed(
        {name: motion.joints[:, index] for name, index in named_joints(motion.skeleton).items()}, motion.skeleton
    )
    legs = np.median([np.linalg.norm(body[:, a] - body[:, b], axis=-1) for a, b in ((1, 4), (4, 7), (2, 5), (5, 8))], 1)
    return body * SMPL24.rest_lengths[[4, 7]].sum() / (legs.sum() / 2)


def check(motion):
    """Put a motion on our body and compare its feet with the source's."""
    person = to_smpl24(motion)
    world, source = person.world.astype(float), source_body(motion)
    assert np.isfinite(world).all()
    assert bone_variation(person.positions.astype(float)) < 1e-5
    turn = np.angle(np.exp(1j * (facing_angle(world) - facing_angle(source))))
    assert np.degrees(np.median(np.abs(turn))) < 3
    heights = source[:, FEET, 1] - np.percentile(source[:, FEET, 1], 5, axis=0)
    speeds, own = (np.linalg.norm(np.diff(body[:, FEET][:, :, [0, 2]], axis=0), axis=-1) for body in (source, world))
    stands = (heights[1:] < 0.04) & (heights[:-1] < 0.04) & (speeds * motion.fps < 0.3)
    assert own[stands].mean() * motion.fps < speeds[stands].mean() * motion.fps + 0.03
    lower = heights.reshape(-1, 2, 2).min(axis=-1)[1:].argmin(axis=1)
    every = np.arange(len(lower))
    on_it = stands.reshape(-1, 2, 2).any(axis=-1)[every, lower]
    soles = (world[1:, FEET, 1] - SOLES).reshape(-1, 2, 2).min(axis=-1)[every, lower]
    assert (np.abs(soles[on_it]) < 0.02).mean() > 0.97
    assert (world[:, FEET, 1] - SOLES).min() > -0.03


@pytest.mark.parametrize("path", MELODY, ids=lambda path: path.stem)
def test_dances_with_melody_stand_on_the_floor_as_their_dancers_do(path):
    motion = dance_with_melody.read(path, 30)
    window = dance_with_melody.read_window(path)
    assert len(motion.joints) / motion.fps == pytest.approx(window[1])
    check(motion)


def test_the_published_layout_holds_the_same_dances():
    for folder in sorted((DATA / "dance_with_melody" / "original_layout").iterdir()):
        published = dance_with_melody.read(folder, 30)
        compact = dance_with_melody.read(DATA / "dance_with_melody" / "motion" / f"{folder.name}.npz", 30)
        assert published.fps == compact.fps
        np.testing.assert_allclose(published.joints, compact.joints, atol=1e-4)


def test_the_forearms_of_melody_are_as_long_as_forearms_and_straight():
    joints = dance_with_melody.read(MELODY[0], 30).joints
    for side in ("left", "right"):
        elbow, middle, wrist = (joints[:, DWM23.index(f"{side}_{name}")] for name in ("elbow", "forearm", "wrist"))
        assert 0.2 < np.median(np.linalg.norm(wrist - elbow, axis=-1)) < 0.3
        bend = ((middle - elbow) * (wrist - middle)).sum(axis=-1)
        bend /= np.linalg.norm(middle - elbow, axis=-1) * np.linalg.norm(wrist - middle, axis=-1)
        assert np.percentile(np.degrees(np.arccos(bend)), 95) < 50


def test_the_markers_of_melody_are_on_the_sides_they_are_taken_for():
    joints = dance_with_melody.read(MELODY[0], 30).joints
    toes, heels = (joints[:, [DWM23.index(f"{side}_{end}") for side in ("left", "right")]] for end in ("toe", "heel"))
    ahead = (toes - heels).mean(axis=1)
    facing = facing_angle(source_body(JointMotion(DWM23, joints, 25)))
    assert np.median(np.cos(np.arctan2(ahead[:, 0], ahead[:, 2]) - facing)) > 0.8


@pytest.mark.parametrize(("kind", "path"), OTHERS, ids=lambda value: getattr(value, "stem", value))
def test_other_motion_stands_on_the_floor_as_its_dancers_do(kind, path):
    motion = read_motion(kind, path, 30)
    check(motion)
    assert with_flat_feet(source_body(motion)).shape == (len(motion.joints), 24, 3)
