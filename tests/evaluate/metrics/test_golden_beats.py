"""Motion beats and beat alignment against numbers of the published code, clip by clip."""

import numpy as np
import pytest
from golden import NAMES, motion, needs_golden, numbers

from workflow_scripts.evaluate.metrics.beat_alignment import beat_alignment, beats_inside, motion_beats
from workflow_scripts.evaluate.metrics.motion_alignment import published_motion_alignment, published_motion_beats

pytestmark = needs_golden


def at(name, rate):
    """The joints of a clip at 60, 30 or 20 frames per second."""
    return motion(name)["joints60"][:: 60 // rate]


def bailando(name, music_frames, rate=60):
    """Bailando's score with its smoothing and tolerance in frames of any rate, for which those of 60 are taken."""
    found = motion_beats(at(name, rate), 60.0)
    return beat_alignment(found, music_frames / 60) if len(found) else np.nan


def inside(name, of, rate=60):
    frames = motion(of)[f"music_frames{rate}"]
    return frames[frames < len(at(name, rate)) - 1]


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("bailando60", lambda name: motion_beats(at(name, 60), 60.0) * 60),
        ("lodge30", lambda name: motion_beats(at(name, 30), 60.0) * 60),
        ("motius60", lambda name: motion_beats(at(name, 60), 60.0) * 60),
        ("motius30", lambda name: motion_beats(at(name, 30), 30.0) * 30),
        ("fact60", lambda name: published_motion_beats(at(name, 60))),
        ("fact30", lambda name: published_motion_beats(at(name, 30))),
        ("fact20", lambda name: published_motion_beats(at(name, 20), order=3)),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_motion_beats(method, found, name):
    expected = numbers()[f"beats_{name}_{method}_motion_beats"]
    assert np.array_equal(np.round(found(name)).astype(int), expected)


@pytest.mark.parametrize("name", NAMES)
def test_bailando(name):
    row = NAMES.index(name)
    assert bailando(name, inside(name, name)) == pytest.approx(numbers()["bas_bailando60"][row], abs=1e-9, nan_ok=True)
    crossed = [bailando(name, inside(name, other)) for other in NAMES]
    np.testing.assert_allclose(crossed, numbers()["bas_bailando60_cross"][row], atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_lodge_with_all_of_the_music(name):
    found = bailando(name, motion(name)["music_frames30"], rate=30)
    assert found == pytest.approx(numbers()["bas_lodge30"][NAMES.index(name)], abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("rate", [60, 30])
@pytest.mark.parametrize("name", NAMES)
def test_motius_in_seconds(name, rate):
    world = at(name, rate)
    frames = motion(name)["music_frames60"]
    music = frames[frames < np.ceil((len(world) - 1) * 60 / rate)] / 60
    expected = numbers()[f"bas_motius{rate}"][NAMES.index(name)]
    assert beat_alignment(motion_beats(world, float(rate)), music) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_beats_inside_are_those_of_the_published_code(name):
    world = at(name, 60)
    found = beats_inside(motion(name)["music_beats_s"], len(world), 60.0)
    assert np.array_equal(np.floor(found * 60 + 0.5).astype(int), inside(name, name))


@pytest.mark.parametrize(("rate", "order"), [(60, 10), (30, 10), (20, 3)])
@pytest.mark.parametrize("name", NAMES)
def test_per_motion_beat(name, rate, order):
    world = at(name, rate)
    music = motion(name)[f"music_frames{rate}"]
    found = published_motion_alignment(published_motion_beats(world, order), music[music < len(world)])
    expected = numbers()[f"bas_fact{rate}_order{order}_sigma3"][NAMES.index(name)]
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_popdg_s_pairing_of_300_frames_with_150(name):
    music = motion(name)["music_frames30"]
    found = published_motion_alignment(published_motion_beats(at(name, 30)[:300]), music[music < 150])
    expected = numbers()["bas_popdg30_motion300_music150"][NAMES.index(name)]
    assert found == pytest.approx(expected, abs=1e-6)
