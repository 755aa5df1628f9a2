"""Light on the beats, under every dancer."""

import numpy as np

from tests.render.moving import walking
from workflow_scripts.figure.room import SHADOW_CELL
from workflow_scripts.render.lights import RING_RADIUS, Lights
from workflow_scripts.render.looks import choose_looks
from workflow_scripts.render.scene import Dancer
from workflow_scripts.render.staging import stage


def lights(beats: list[float], downbeats: list[float], steady_wall: bool = False) -> Lights:
    staged = stage([Dancer(walking(90, 3.0), "x"), Dancer(walking(90, 0.0), "y")], 90)
    return Lights(staged, choose_looks(["x", "y"]), 30.0, np.array(beats), np.array(downbeats), steady_wall)


def test_glow_decays_between_beats() -> None:
    shine = lights([0.5, 1.0], [])
    pulses = [shine.pulse(round(30 * time)) for time in (0.0, 0.5, 0.7, 0.9, 1.0)]
    assert pulses[0] < 1e-9
    assert pulses[1] == pulses[4] > 0.6
    assert pulses[1] > pulses[2] > pulses[3] > 0
    assert lights([0.5], [0.5]).pulse(15) == 1
    halos = [float(shine.at(frame)[0].halo.max()) for frame in (0, 15, 21)]
    assert halos[0] < 1e-9
    assert 0 < halos[2] < halos[1]


def test_a_steady_wall_is_lit_alike_in_every_frame() -> None:
    shine = lights([0.5, 1.0], [], steady_wall=True)
    before, on_beat = shine.at(0), shine.at(15)
    for frame in (before, on_beat):
        assert [spot.halo.max() > 0 for spot in frame] == [False, False, True, True]
        np.testing.assert_array_equal(frame[3].halo, before[3].halo)
        np.testing.assert_array_equal(frame[3].centre, before[3].centre)
    assert on_beat[0].ring.max() > before[0].ring.max()


def test_rings_follow_their_dancers_and_run_outward() -> None:
    shine = lights([0.5], [])
    first, second = shine.at(45)
    assert first.centre[0] < second.centre[0]
    assert shine.at(80)[0].centre[0] > first.centre[0] + 0.5  # it went along
    np.testing.assert_allclose(shine.at(80)[1].centre, second.centre, atol=1e-4)
    before = shine.at(10)[1].ring.max(axis=1)
    assert abs(before.argmax() * SHADOW_CELL / 2 - RING_RADIUS) < SHADOW_CELL
    # Half a second later the running ring is outside of the standing one.
    outside = round((RING_RADIUS + 0.15) * 2 / SHADOW_CELL)
    assert shine.at(19)[1].ring.max(axis=1)[outside:].max() > 5 * before[outside:].max(initial=1e-4)
