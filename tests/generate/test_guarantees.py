"""What every dance is, whatever the model makes: models here ignore seeds, sink, jitter, and know nothing of floors."""

from typing import Any

import numpy as np
import pytest
from tiny_dances import FPS, click

from workflow_scripts.generate.guarantees import danced
from workflow_scripts.generate.seed_motion import seed_motion
from workflow_scripts.models.base import DanceModel
from workflow_scripts.motion.kinematics import facing_angle, turned, with_bone_lengths
from workflow_scripts.motion.music_file import Music
from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats


class Swinger(DanceModel):
    """Swings its arms from a place, heading and phase drawn anew for every call, deaf to what it is to go on from."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def generate(
        self,
        music: Music,
        seconds: float,
        seed_motion: Person | None,
        rng: np.random.Generator,
        genre: str | None = None,
        stepwise: bool = False,
        memory: dict[str, Any] | None = None,
    ) -> Person:
        self.asked.append(
            {"frames": len(music.features), "before": seed_motion, "genre": genre, "stepwise": stepwise, "music": music}
            | {"memory": memory, "remembered": None if memory is None else len(memory)}
        )
        if memory is not None:
            memory[str(len(memory))] = True
        frames = round(music.fps * seconds)
        phase, heading, x, z = rng.uniform([0, -1, -0.3, -0.3], [6, 1, 0.3, 0.3])
        angle = 2 * np.pi * 0.7 * np.arange(frames) / music.fps + phase
        positions = np.tile(SMPL24.rest_positions - SMPL24.rest_positions[0], (frames, 1, 1))
        for arm in ((18, 20, 22), (19, 21, 23)):
            positions[:, arm, 1] += 0.5 * np.sin(angle)[:, None]
        positions = turned(with_bone_lengths(positions, SMPL24.rest_lengths), heading)
        root = np.stack([x + 0.05 * np.sin(angle), np.full(frames, 0.945), np.full(frames, z)], axis=1)
        return Person(positions, root)

    state = from_state = from_dataset = None  # type: ignore[assignment]


class Changed(Swinger):
    """A swinger of which something is wrong."""

    def __init__(self, change: Any) -> None:
        super().__init__()
        self.change = change

    def generate(self, music: Music, seconds: float, *rest: Any) -> Person:
        return self.change(super().generate(music, seconds, *rest), np.random.default_rng(3))


def accelerations(world: Floats) -> Floats:
    """Largest acceleration of a joint, m/s², around each inner frame."""
    return np.asarray(np.linalg.norm(np.diff(world, 2, axis=0), axis=-1).max(axis=1) * FPS**2)


def lengths(positions: Floats) -> Floats:
    parents = np.maximum(np.asarray(SMPL24.parents), 0)
    return np.asarray(np.linalg.norm(positions - positions[:, parents], axis=-1))


@pytest.mark.parametrize("seconds", [0.1, 1.0, 4.9, 7.5, 11.0, 31.7])
@pytest.mark.parametrize("length", ["song", "frame", 1.0, 5.0, 10.0])
def test_a_dance_is_as_long_as_its_song(seconds: float, length: Any) -> None:
    model = Swinger()
    dance = danced(model, click(seconds, 120), np.random.default_rng(0), None, None, length)
    assert len(dance.root) == len(dance.positions) == round(30 * seconds)
    assert all(asked["stepwise"] == (length == "frame") for asked in model.asked)
    assert sum(asked["frames"] for asked in model.asked) == round(30 * seconds)
    if isinstance(length, float):
        assert len(model.asked) == max(round(seconds / length), 1)


def test_an_interval_hears_its_part_of_the_song_and_sees_what_was_before() -> None:
    model, song = Swinger(), click(20.0, 110)
    danced(model, song, np.random.default_rng(0), length=5.0)
    for number, asked in enumerate(model.asked):
        np.testing.assert_array_equal(asked["music"].features, song.features[150 * number : 150 * (number + 1)])
        np.testing.assert_allclose(asked["music"].beats, song.beats - 5.0 * number)
        assert (asked["before"] is None) == (number == 0)
    assert len(model.asked[1]["before"].root) == 60


def test_what_a_model_remembers_is_kept_from_interval_to_interval_of_one_song() -> None:
    model = Swinger()
    for _ in range(2):
        danced(model, click(15.0, 110), np.random.default_rng(0), length=5.0)
    danced(model, click(5.0, 110), np.random.default_rng(0))
    assert [asked["remembered"] for asked in model.asked] == [0, 1, 2, 0, 1, 2, None]


@pytest.mark.parametrize("chance", range(3))
def test_between_intervals_nothing_jumps(chance: int) -> None:
    """Seams are as smooth as what the joins take: offsets of half a metre and a radian that are gone after 0.45 s."""
    world = danced(Swinger(), click(60.0, 120), np.random.default_rng(chance), length=5.0).world
    change = accelerations(world)
    seams = 150 * np.arange(1, 12)
    at_seams = np.concatenate([change[seam - 4 : seam + 2] for seam in seams])
    away = np.delete(change, np.concatenate([np.arange(seam - 4, seam + 2) for seam in seams]))
    assert at_seams.max() < 1.5 * away.max()
    assert np.median(at_seams) < 3 * np.median(away)
    # Without the joins: arms would be elsewhere from one frame to the next.
    speed = np.linalg.norm(np.diff(world, axis=0), axis=-1).max(axis=1) * FPS
    assert max(speed[seam - 1] for seam in seams) < speed.max()
    # The dancer neither turns away nor leaves.
    assert np.abs(facing_angle(world)).max() < 2.0
    assert np.abs(world[:, 0, [0, 2]]).max() < 1.5


def test_intervals_differ_by_chance_and_repeat_with_it() -> None:
    song = click(20.0, 120)
    first, again, other = (danced(Swinger(), song, np.random.default_rng(s), length=5.0).world for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert np.abs(first[:150] - first[150:300]).max() > 0.1


@pytest.mark.parametrize("length", ["song", 5.0])
@pytest.mark.parametrize("heading", [0.0, 2.5])
def test_a_dance_goes_on_from_a_motion_where_and_as_it_ended(heading: float, length: Any) -> None:
    song = click(15.0, 120)
    given = danced(Swinger(), click(3.0, 120), np.random.default_rng(5))
    world = turned(given.world, heading) + np.array([2.0, 0.0, -1.0])
    before = Person(world - world[:, :1], world[:, 0])
    dance = danced(Swinger(), song, np.random.default_rng(0), before, None, length)
    change = accelerations(np.concatenate([before.world, dance.world]))
    at_join = change[len(before.root) - 4 : len(before.root) + 2]
    assert at_join.max() < 1.5 * np.delete(change, np.arange(len(before.root) - 4, len(before.root) + 2)).max()
    assert np.linalg.norm(dance.world[0] - before.world[-1], axis=-1).max() < 0.1
    # It stays there: the given motion's place and heading are what it dances around.
    assert np.linalg.norm(dance.root[-1, [0, 2]] - before.root[-1, [0, 2]]) < 1.0


@pytest.mark.parametrize("seed_pose", ["t_pose", "mean", "random"])
def test_a_dance_starts_from_a_pose_at_rest(seed_pose: str) -> None:
    crouched = SMPL24.rest_positions - np.array([0.0, 0.2, 0.0])
    poses = {"mean": SMPL24.rest_positions, "random": np.stack([SMPL24.rest_positions, crouched])}
    before = seed_motion(seed_pose, poses, FPS, np.random.default_rng(1))
    assert before is not None
    dance = danced(Swinger(), click(4.0, 120), np.random.default_rng(0), before)
    assert np.linalg.norm(dance.positions[0] - before.positions[-1], axis=-1).max() < 0.02
    assert np.linalg.norm(np.diff(dance.world[:3], axis=0), axis=-1).max() * FPS < 0.6
    assert dance.world[..., 1].min() > -1e-5  # also where the pose is below the floor


def sunken(dance: Person, rng: np.random.Generator) -> Person:
    return Person(dance.positions, dance.root + np.array([0, 1, 0]) * rng.normal(-0.3, 0.5, (len(dance.root), 1)))


def stretched(dance: Person, rng: np.random.Generator) -> Person:
    return Person(dance.positions * rng.uniform(0.5, 2.0, (len(dance.root), 24, 1)), dance.root)


def collapsed(dance: Person, rng: np.random.Generator) -> Person:
    return Person(0 * dance.positions, dance.root)


@pytest.mark.parametrize("change", [sunken, stretched, collapsed])
@pytest.mark.parametrize("length", ["song", 5.0])
@pytest.mark.parametrize("seconds", [0.1, 11.0])
def test_bones_are_firm_and_nothing_is_below_the_floor(change: Any, length: Any, seconds: float) -> None:
    song = click(seconds, 120)
    dance = danced(Changed(change), song, np.random.default_rng(0), length=length)
    assert np.abs(lengths(dance.positions) - SMPL24.rest_lengths).max() < 1e-4
    assert dance.world[..., 1].min() > -1e-5


def shorter(dance: Person, rng: np.random.Generator) -> Person:
    return dance.part(slice(0, len(dance.root) - 1))


def undefined(dance: Person, rng: np.random.Generator) -> Person:
    return Person(dance.positions, np.full(dance.root.shape, np.nan))


@pytest.mark.parametrize("change", [shorter, undefined])
def test_defects_of_a_model_never_reach_a_file(change: Any) -> None:
    with pytest.raises(ValueError, match=r"59 frames for 60|not finite"):
        danced(Changed(change), click(2.0, 100), np.random.default_rng(0))
