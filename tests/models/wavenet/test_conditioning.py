import numpy as np
import pytest
import torch
from tiny_dances import FPS, click, swing

from workflow_scripts.models.wavenet.conditioning import (
    COLUMNS,
    LONGEST_S,
    NEAR_S,
    POSE,
    TIMING,
    Conditioning,
    timing,
)
from workflow_scripts.motion.accents import accents
from workflow_scripts.motion.kinematics import turned
from workflow_scripts.motion.pose_file import Person

RATE, HOP = 8000, 64
DANCE = swing(click(6.0, 100.0))
FRAMES = round(6.0 * RATE / HOP)


def conditioning() -> Conditioning:
    return Conditioning.of([DANCE], FPS, RATE, HOP)


def test_timing_is_phase_and_nearness_of_the_accents_on_both_sides() -> None:
    found = timing(np.array([0.5, 1.25, 2.5]), np.array([1.0, 2.0]))
    assert found.shape == (3, TIMING)
    near = np.array(NEAR_S)
    quarter = [0, 1, -1, 0, *np.exp(-0.25 / near), *np.exp(-0.75 / near), 1 / LONGEST_S]
    np.testing.assert_allclose(found[1], quarter, atol=1e-12)
    nothing = np.zeros(len(NEAR_S))
    np.testing.assert_allclose(found[0], [0, 0, 0, 0, *nothing, *np.exp(-0.5 / near), 0], atol=1e-12)
    np.testing.assert_allclose(found[2], [0, 0, 0, 0, *np.exp(-0.5 / near), *nothing, 0], atol=1e-12)


def test_without_accents_timing_says_nothing() -> None:
    assert not timing(np.array([0.0, 3.0]), np.empty(0)).any()
    assert timing(np.empty(0), np.array([1.0])).shape == (0, TIMING)


def test_conditions_are_finer_than_frames_of_the_motion() -> None:
    frames = conditioning().frames(DANCE, FPS, FRAMES).numpy()
    beats = accents(DANCE, FPS)
    times = (np.arange(FRAMES) + 0.5) * HOP / RATE
    inner = (times > beats[0]) & (times < beats[-1])
    phase = np.arctan2(frames[inner, 1 + POSE + 1], frames[inner, 1 + POSE]) / (2 * np.pi)
    steps = np.diff(phase) % 1.0
    period = np.diff(beats)
    assert steps.min() > 0.9 * HOP / RATE / period.max()
    assert steps.max() < 1.1 * HOP / RATE / period.min()


def test_poses_are_standardised_by_the_training_dances() -> None:
    frames = conditioning().frames(DANCE, FPS, FRAMES).numpy()
    assert (frames[:, 0] == 1).all()
    wrists = frames[:, 1:][:, [9, 10]]  # left wrist, x and y
    np.testing.assert_allclose(wrists.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(wrists.std(axis=0), 1, atol=0.05)


def test_place_and_heading_do_not_matter() -> None:
    other = Person(
        turned(DANCE.positions, 1.1).astype(np.float32),
        (turned(DANCE.root, 1.1) + np.array([3.0, 0.0, -2.0])).astype(np.float32),
    )
    rows = [conditioning().frames(person, FPS, FRAMES) for person in (DANCE, other)]
    torch.testing.assert_close(rows[0], rows[1], atol=2e-3, rtol=0)


def test_outside_of_stretches_nobody_is_known() -> None:
    person = Person(DANCE.positions, DANCE.root, stretches=np.array([[30, 60], [90, 150]], np.int32))
    frames = conditioning().frames(person, FPS, FRAMES).numpy()
    times = (np.arange(FRAMES) + 0.5) * HOP / RATE
    known = ((times >= 1) & (times < 2)) | ((times >= 3) & (times < 5))
    np.testing.assert_array_equal(frames[:, 0], known)
    assert not frames[~known].any()
    # Nothing is known of the time between the stretches: the first has no accent after its last.
    last = accents(person, FPS)[accents(person, FPS) < 2].max()
    after = (times > last) & (times < 2)
    assert after.any()
    assert not frames[after, 1 + POSE : 1 + POSE + 4].any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_dances_of_hardly_a_frame(count: int) -> None:
    person = DANCE.part(slice(0, count))
    frames = conditioning().frames(person, FPS, 40).numpy()
    assert frames.shape == (40, COLUMNS)
    assert np.isfinite(frames).all()
    known = (np.arange(40) + 0.5) * HOP / RATE < count / FPS
    np.testing.assert_array_equal(frames[:, 0], known)
    fresh = Conditioning.of([person], FPS, RATE, HOP)
    assert torch.isfinite(fresh.frames(DANCE, FPS, 40)).all()


def test_a_motionless_dancer_has_no_accents_and_no_noise_is_blown_up() -> None:
    still = Person(np.repeat(DANCE.positions[:1], 90, axis=0), np.repeat(DANCE.root[:1], 90, axis=0))
    still.positions = still.positions + np.random.default_rng(0).normal(0, 1e-4, still.positions.shape)
    frames = Conditioning.of([still], FPS, RATE, HOP).frames(still, FPS, 300).numpy()
    assert (frames[:, 0] == 1).all()
    assert np.abs(frames[:, 1 : 1 + POSE]).max() < 0.2
    assert not frames[:, 1 + POSE :].any()


def test_state_is_the_way_back() -> None:
    again = Conditioning(**conditioning().state())
    torch.testing.assert_close(again.frames(DANCE, FPS, 50), conditioning().frames(DANCE, FPS, 50), rtol=0, atol=0)
