"""The dancers: bones that do not stretch, feet on the floor, rest on beats, moves that tell genres apart."""

import numpy as np
import pytest

from workflow_scripts.demo.choreography import choreograph, key_poses, move_names
from workflow_scripts.demo.moves import BEATS_PER_MOVE, VOCABULARY, Pose
from workflow_scripts.motion.kinematics import facing_angle, kinematic_minima, mean_joint_speed
from workflow_scripts.motion.skeleton import SMPL24
from workflow_scripts.workflow.errors import UserError

FPS = 30.0
BPM = {"disco": 113, "hiphop": 92, "house": 127}
SECONDS = 16.0
CASES = [(genre, seed) for genre in VOCABULARY for seed in (0, 1, 2)]


def beats_of(genre):
    return np.arange(0.4, SECONDS - 0.1, 60 / BPM[genre])


@pytest.fixture(scope="module")
def dances():
    return {(genre, seed): choreograph(beats_of(genre), SECONDS, genre, seed) for genre, seed in CASES}


def joint(world, name):
    return world[:, SMPL24.index(name)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_shape_and_finite(dances, case):
    assert dances[case].shape == (round(SECONDS * FPS), 24, 3)
    assert np.isfinite(dances[case]).all()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bones_are_rigid(dances, case):
    world = dances[case]
    parents = np.array(SMPL24.parents[1:])
    lengths = np.linalg.norm(world[:, 1:] - world[:, parents], axis=-1)
    assert np.ptp(lengths, axis=0).max() < 1e-3
    # All bones are those of the skeleton, scaled to one height.
    scale = lengths[0] / SMPL24.rest_lengths[1:]
    assert np.ptp(scale) < 1e-6
    assert 1.55 < 1.72 * scale[0] < 1.9


@pytest.mark.parametrize("case", CASES, ids=str)
def test_feet_stand_on_the_floor(dances, case):
    world = dances[case]
    assert world[..., 1].min() > 0.0, "nothing below the floor"
    toes = world[:, [10, 11]]
    assert toes[..., 1].min(axis=1).max() < 0.2, "no flying beyond a hop"
    height = np.minimum(toes[1:, :, 1], toes[:-1, :, 1])
    speed = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * FPS
    contact = height < 0.03
    assert contact.any(axis=1).mean() > 0.5, "a dancer hops, but does not fly"
    assert speed[contact].mean() < 0.03, "no skating (m/s)"
    assert np.quantile(speed[contact], 0.99) < 0.15


@pytest.mark.parametrize("case", CASES, ids=str)
def test_body_rests_on_beats_not_between(dances, case):
    genre = case[0]
    beats = beats_of(genre)[1:-1]
    minima = (kinematic_minima(dances[case], FPS) + 0.5) / FPS

    def alignment(times):
        gaps = np.abs(minima[:, None] - times).min(axis=0)
        return np.exp(-(gaps**2) / (2 * 0.05**2)).mean()

    assert alignment(beats) > 0.75
    assert alignment(beats + 0.5 * 60 / BPM[genre]) < 0.25
    speed = mean_joint_speed(dances[case], FPS)
    at = speed[np.round(beats * FPS).astype(int)].mean()
    between = speed[np.round((beats + 0.5 * 60 / BPM[genre]) * FPS).astype(int)].mean()
    assert at < 0.35 * between


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bodies_stay_human(dances, case):
    world = dances[case]
    for side in ("left", "right"):
        shoulder, elbow, wrist = (joint(world, f"{side}_{name}") for name in ("shoulder", "elbow", "wrist"))
        hip, knee, ankle = (joint(world, f"{side}_{name}") for name in ("hip", "knee", "ankle"))
        upper, fore = elbow - shoulder, wrist - elbow
        flexion = np.degrees(
            np.arccos((upper * fore).sum(1) / np.linalg.norm(upper, axis=1) / np.linalg.norm(fore, axis=1))
        )
        assert flexion.max() < 150, "elbow folds at most 150 degrees"
        thigh, shin = knee - hip, ankle - knee
        bend = np.degrees(
            np.arccos((thigh * shin).sum(1) / np.linalg.norm(thigh, axis=1) / np.linalg.norm(shin, axis=1))
        )
        assert bend.max() < 140
        # Knees bend forwards: the knee lies ahead of the line from hip to ankle.
        facing = facing_angle(world - world[:, :1])
        forward = np.stack([np.sin(facing), np.zeros_like(facing), np.cos(facing)], axis=1)
        middle = (
            hip + (ankle - hip) * (np.linalg.norm(thigh, axis=1) / np.linalg.norm(ankle - hip, axis=1))[:, None] / 2
        )
        assert ((knee - middle) * forward).sum(axis=1).min() > -0.05
    spine = joint(world, "neck") - joint(world, "pelvis")
    assert (spine[:, 1] / np.linalg.norm(spine, axis=1)).min() > np.cos(np.radians(45)), "upright"
    assert np.linalg.norm(np.diff(world, axis=0), axis=-1).max() * FPS < 12, "m/s"
    assert np.abs(world[:, 0, [0, 2]]).max() < 0.5, "stays near the spot"
    # Nobody's wrist goes through the spine.
    for side in ("left", "right"):
        for name in ("spine1", "spine2", "spine3"):
            assert np.linalg.norm(joint(world, f"{side}_wrist") - joint(world, name), axis=1).min() > 0.06


def test_people_of_one_genre_differ():
    one, other = (choreograph(beats_of("disco"), SECONDS, "disco", seed) for seed in (10, 11))
    assert np.abs(one - other).max() > 0.1
    assert abs(one[0, 15, 1] - other[0, 15, 1]) > 0.005, "height"


def test_same_seed_same_bytes():
    again = [choreograph(beats_of("house"), 4.0, "house", 3).tobytes() for _ in range(2)]
    assert again[0] == again[1]


def test_vocabulary_differs_per_genre():
    names = [set(sections["verse"]) | set(sections["chorus"]) for sections in VOCABULARY.values()]
    assert all(len(moves) >= 5 for moves in names)
    assert not names[0] & names[1] | names[0] & names[2] | names[1] & names[2]
    poses = [move[0] for sections in VOCABULARY.values() for moves in sections.values() for move in moves.values()]
    assert len(set(poses)) == len(poses)
    assert all(
        len(move) == BEATS_PER_MOVE
        for sections in VOCABULARY.values()
        for moves in sections.values()
        for move in moves.values()
    )


def test_move_follows_the_section_of_the_music():
    sections = ("intro", "chorus", "verse", "chorus")
    for genre, vocabulary in VOCABULARY.items():
        for seed in range(5):
            names = move_names(genre, seed, 4, sections)
            assert names[0] == next(iter(vocabulary["verse"]))
            assert names[1] in vocabulary["chorus"]
            assert names[2] in vocabulary["verse"]
            assert names[3] in vocabulary["chorus"]
    assert len({tuple(move_names("disco", seed, 6)) for seed in range(8)}) > 3


def test_mirrored_pose_is_the_mirror_image():
    pose = VOCABULARY["hiphop"]["chorus"]["jab"][0]
    assert pose.mirrored().mirrored() == pose
    assert pose.mirrored() != pose
    assert Pose().mirrored() == Pose()


def test_phrases_hold_eight_beats():
    poses = key_poses("house", 4, 20)
    assert len(poses) == 20
    facing = [pose.turn for pose in poses]
    assert len(set(facing[:8])) == 1
    assert facing[8] != facing[0]


def test_wrong_input_is_named():
    with pytest.raises(UserError, match="polka"):
        choreograph([0.5, 1.0], 2.0, "polka", 1)
    with pytest.raises(UserError, match="two beats"):
        choreograph([0.5], 2.0, "disco", 1)
