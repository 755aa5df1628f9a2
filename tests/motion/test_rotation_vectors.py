import os
from pathlib import Path

import numpy as np
import pytest
import torch
from motion.moving_body import OFFSETS, axis_angles, bending_dance, rigid_dance

from workflow_scripts.demo.choreography import choreograph
from workflow_scripts.motion.formats import dance_with_melody
from workflow_scripts.motion.kinematics import bone_lengths, facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.representation import to_person, to_vectors
from workflow_scripts.motion.retarget import to_smpl24
from workflow_scripts.motion.rotation_6d import rotation_matrices
from workflow_scripts.motion.rotation_vectors import (
    CONTACTS,
    HEIGHT,
    ROTATIONS,
    VELOCITY,
    WIDTH,
    from_rotation_vectors,
    heading,
    to_rotation_vectors,
    world_joints,
)
from workflow_scripts.motion.rotations import matrices_of_axis_angles
from workflow_scripts.motion.skeleton import SMPL24, Floats

FPS = 30.0
ROUND_TRIP = 0.005  # m, mean over frames and joints
WAYS = {"positions": (to_vectors, to_person), "rotations": (to_rotation_vectors, from_rotation_vectors)}
DATA = Path(os.environ.get("PLAYLIST2DANCE_DATA", ""))
MELODY = sorted((DATA / "dance_with_melody" / "motion").glob("*.npz"))


def person_of(world: Floats) -> Person:
    world = world.astype(np.float64)
    return Person((world - world[:, :1]).astype(np.float32), world[:, 0].astype(np.float32))


def demo(genre: str = "disco", seed: int = 1, seconds: float = 14.0) -> Person:
    return person_of(choreograph(np.arange(0.3, seconds, 0.5), seconds, genre, seed, FPS))


def there_and_back(person: Person, way: str, **more: Floats) -> Floats:
    """Distances (T, 24) by which the world joints of a whole clip, its path included, come back elsewhere."""
    forth, back = WAYS[way]
    start = (float(person.root[0, 0]), float(person.root[0, 2]))
    again = back(forth(person, FPS), FPS, start=start, **more)
    assert np.isfinite(again.world).all()
    distances: Floats = np.linalg.norm(again.world.astype(np.float64) - person.world, axis=-1)
    return distances


def plain_joints(vectors: Floats, fps: float, start: tuple[float, float]) -> Floats:
    """What `world_joints` computes, one frame and one joint after the other."""
    result = np.zeros((len(vectors), 24, 3))
    x, z = start
    for frame, row in enumerate(np.asarray(vectors, dtype=np.float64)):
        turns = []
        for joint in range(24):
            first, second = row[7 + 6 * joint : 10 + 6 * joint], row[10 + 6 * joint : 13 + 6 * joint]
            first = first / np.linalg.norm(first)
            second = second - first.dot(second) * first
            second = second / np.linalg.norm(second)
            local = np.column_stack([first, second, np.cross(first, second)])
            turns.append(local if joint == 0 else turns[SMPL24.parents[joint]] @ local)
        # The heading: the twist about y of the pelvis's quaternion.
        angle = np.arctan2(turns[0][0, 2] - turns[0][2, 0], turns[0][0, 0] + turns[0][2, 2])
        if frame:
            x += (np.cos(angle) * row[4] + np.sin(angle) * row[5]) / fps
            z += (np.cos(angle) * row[5] - np.sin(angle) * row[4]) / fps
        result[frame, 0] = x, row[6], z
        for joint in range(1, 24):
            parent = SMPL24.parents[joint]
            result[frame, joint] = result[frame, parent] + turns[parent] @ OFFSETS[joint]
    return result


def test_the_way_back_equals_the_plain_one_for_any_numbers_and_batches() -> None:
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(2, 3, 20, WIDTH))
    start = rng.normal(size=(2, 3, 2))
    found = world_joints(torch.from_numpy(vectors), FPS, torch.from_numpy(start)).numpy()
    assert found.shape == (2, 3, 20, 24, 3)
    for place in np.ndindex(2, 3):
        plain = plain_joints(vectors[place], FPS, (start[place][0], start[place][1]))
        np.testing.assert_allclose(found[place], plain, atol=1e-9)


def test_a_rigid_body_comes_back() -> None:
    person = person_of(rigid_dance(200).joints)
    assert there_and_back(person, "rotations").max() < 1e-4


def test_rotations_are_those_that_made_the_body_where_joints_determine_them() -> None:
    matrices = matrices_of_axis_angles(axis_angles(60))
    vectors = to_rotation_vectors(person_of(rigid_dance(60).joints), FPS)
    numbers = vectors[:, ROTATIONS].reshape(60, 24, 2, 3)
    np.testing.assert_allclose(numbers[:, 0], np.swapaxes(matrices[:, 0, :, :2], 1, 2), atol=1e-5)
    # The twist of a spine of one line and of straight limbs is free; the way the bones point is not.
    along = rotation_matrices(torch.from_numpy(vectors[:, ROTATIONS]).unflatten(1, (24, 6))).numpy()
    world = {0: matrices[:, 0]}, {0: along[:, 0]}
    for joint in range(1, 24):
        parent = SMPL24.parents[joint]
        bones = [turns[parent] @ OFFSETS[joint] for turns in world]
        np.testing.assert_allclose(bones[1], bones[0], atol=1e-4)
        for turns, local in zip(world, (matrices, along), strict=True):
            turns[joint] = turns[parent] @ local[:, joint]


def test_columns_mean_what_they_say() -> None:
    """The rest pose, facing +x, walks ahead at 0.6 m/s: to itself that is +z."""
    time = np.arange(30) / FPS
    rest = turned(np.tile(SMPL24.rest_positions, (30, 1, 1)), np.pi / 2)
    vectors = to_rotation_vectors(person_of(rest + 0.6 * time[:, None, None] * np.array([1.0, 0, 0])), FPS)
    assert vectors.shape == (30, WIDTH) == (30, 151)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[:, VELOCITY], np.tile([0.0, 0.6], (30, 1)), atol=1e-5)
    np.testing.assert_allclose(vectors[:, HEIGHT], 0.945, atol=1e-6)
    numbers = vectors[:, ROTATIONS].reshape(30, 24, 6)
    np.testing.assert_allclose(numbers[:, 0], np.tile([0, 0, -1, 0, 1, 0], (30, 1)), atol=1e-6)
    np.testing.assert_allclose(numbers[:, 1:], np.tile([1, 0, 0, 0, 1, 0], (30, 23, 1)), atol=1e-6)


def test_contacts_tell_tiptoe_from_flat_and_one_foot_from_the_other() -> None:
    world = np.tile(SMPL24.rest_positions, (90, 1, 1))
    ankle, foot = SMPL24.feet[1]
    world[30:60, ankle, 1] += 0.08  # the right heel is raised
    world[60:, [ankle, foot], 1] += 0.2  # the right foot is off the floor
    contacts = to_rotation_vectors(person_of(world), FPS)[:, CONTACTS]
    np.testing.assert_array_equal(contacts[15], [1, 1, 1, 1])
    np.testing.assert_array_equal(contacts[45], [1, 1, 0, 1])
    np.testing.assert_array_equal(contacts[75], [1, 1, 0, 0])


@pytest.mark.parametrize("angle", [0.7, -2.5])
def test_a_turn_changes_nothing_but_the_pelvis(angle: float) -> None:
    dance = person_of(bending_dance(90).joints)
    other = Person(turned(dance.positions, angle), turned(dance.root, angle))
    here, there = (to_rotation_vectors(person, FPS) for person in (dance, other))
    pelvis = slice(ROTATIONS.start, ROTATIONS.start + 6)
    np.testing.assert_allclose(np.delete(there, pelvis, axis=1), np.delete(here, pelvis, axis=1), atol=2e-4)
    assert np.abs(there[:, pelvis] - here[:, pelvis]).max() > 0.3


def test_heading_is_the_facing_of_an_upright_body_and_finite_upside_down() -> None:
    dance = demo()
    vectors = torch.from_numpy(to_rotation_vectors(dance, FPS))
    pelvis = vectors[:, ROTATIONS.start : ROTATIONS.start + 6].reshape(-1, 2, 3).mT
    pelvis = torch.cat([pelvis, torch.linalg.cross(pelvis[..., :1], pelvis[..., 1:], dim=-2)], dim=-1)
    difference = heading(pelvis).numpy() - facing_angle(dance.positions)
    assert np.degrees(np.abs(np.angle(np.exp(1j * difference)))).mean() < 12
    upside_down = torch.diag(torch.tensor([1.0, -1.0, -1.0])).requires_grad_()
    heading(upside_down).backward()
    assert torch.isfinite(upside_down.grad).all()


def test_gradients_are_those_of_differences() -> None:
    rng = torch.Generator().manual_seed(1)
    vectors = torch.randn(1, 3, WIDTH, dtype=torch.float64, generator=rng, requires_grad=True)
    assert torch.autograd.gradcheck(lambda values: world_joints(values, FPS)[..., ::5, :], (vectors,))


def test_single_precision_keeps_the_path_of_a_song() -> None:
    """Five minutes in single precision, as a network gives them: the path ends within a millimetre."""
    person = person_of(np.tile(rigid_dance(300).joints, (30, 1, 1)))
    vectors = torch.from_numpy(to_rotation_vectors(person, FPS))
    single, double = (world_joints(values, FPS)[:, 0] for values in (vectors, vectors.double()))
    assert (single - double).abs().max() < 1e-3


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_very_short_motion(frames: int) -> None:
    person = demo()
    part = person_of(with_bone_lengths(person.world, SMPL24.rest_lengths)[:frames])
    vectors = to_rotation_vectors(part, FPS)
    assert vectors.shape == (frames, WIDTH)
    assert there_and_back(part, "rotations").max() < 1e-5


def test_odd_bodies_make_no_nan() -> None:
    """All joints in one place, straight limbs that do not move, limbs that point to where they come from."""
    still = np.tile(SMPL24.rest_positions, (5, 1, 1))
    folded = still.copy()
    folded[:, SMPL24.index("left_ankle")] = folded[:, SMPL24.index("left_hip")]
    folded[:, SMPL24.index("head")] = folded[:, SMPL24.index("neck")] - [0, 0.1, 0]
    for world in (np.zeros((5, 24, 3)), still, folded):
        vectors = to_rotation_vectors(person_of(world), FPS)
        assert np.isfinite(vectors).all()
        assert np.isfinite(from_rotation_vectors(vectors, FPS).world).all()
    assert np.isfinite(from_rotation_vectors(np.zeros((5, WIDTH)), FPS).world).all()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("genre", ["disco", "hiphop", "house"])
def test_the_truth_of_the_demo_comes_back(way: str, genre: str) -> None:
    """With the dancer's own bones as it is, with those of the fixed skeleton once it has them."""
    for seed in range(3):
        person = demo(genre, seed)
        own = bone_lengths(person.positions.astype(np.float64))
        assert there_and_back(person, way, lengths=own).mean() < ROUND_TRIP / 100
        fixed = person_of(with_bone_lengths(person.world, SMPL24.rest_lengths))
        assert there_and_back(fixed, way).mean() < ROUND_TRIP / 100


@pytest.mark.skipif(not MELODY, reason="PLAYLIST2DANCE_DATA names no folder of real data")
@pytest.mark.parametrize("way", WAYS)
def test_captured_dances_come_back(way: str) -> None:
    """All of the captured dances: what is left of rotations is in trunks that bend within themselves."""
    for path in MELODY:
        distances = there_and_back(to_smpl24(dance_with_melody.read(path, FPS)), way)
        assert distances.mean() < ROUND_TRIP, path.stem
        assert distances[:, 0].max() < 1e-5, path.stem
