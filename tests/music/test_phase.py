"""Position in beat and bar of beats that are known."""

import numpy as np

from workflow_scripts.music.phase import beat_phase

NONE = np.empty(0)


def turns(columns):
    return np.mod(np.arctan2(columns[:, 0], columns[:, 1]) / (2 * np.pi), 1.0)


def test_position_in_beat_and_bar():
    beats = 0.5 + 0.5 * np.arange(12)  # every 15 frames from frame 15 on
    phase = beat_phase(beats, beats[1::4], 240)
    assert phase.shape == (240, 4)
    assert phase.dtype == np.float32
    assert not phase[:15, :2].any()
    assert not phase[:30, 2:].any()
    frames = np.arange(15, 240)  # the last beat is at frame 180: it goes on
    assert np.abs(np.exp(2j * np.pi * (turns(phase[15:, :2]) - (frames - 15) / 15)) - 1).max() < 1e-5
    frames = np.arange(30, 240)
    assert np.abs(np.exp(2j * np.pi * (turns(phase[30:, 2:]) - (frames - 30) / 60)) - 1).max() < 1e-5
    assert np.allclose(np.hypot(phase[30:, 0], phase[30:, 1]), 1, atol=1e-6)


def test_tempo_drifts():
    beats = np.cumsum(np.linspace(0.4, 0.6, 17))
    phase = beat_phase(beats, beats[::4], 260)
    on_beats = np.round(beats * 30).astype(int)
    off = np.mod(turns(phase[on_beats, :2]) + 0.5, 1.0) - 0.5
    assert np.abs(off).max() < 0.5 / 30 / 0.4 + 1e-6  # half a frame
    # The bar is a quarter further on every beat, whatever its length.
    quarter = np.mod(4 * turns(phase[on_beats, 2:]) + 0.5, 1.0) - 0.5
    assert np.allclose(quarter, off, atol=1e-4)


def test_last_interval_goes_on():
    phase = beat_phase(np.array([0.0, 1.0, 1.5]), NONE, 90)
    assert np.allclose(phase[[45, 60, 75], :2], [0, 1], atol=1e-6)
    assert np.allclose(phase[[52, 53], :2].mean(axis=0), [0, -1], atol=0.2)
    assert not phase[:, 2:].any()


def test_unknown_is_zero():
    assert not beat_phase(NONE, NONE, 10).any()
    assert not beat_phase(np.array([0.1]), np.array([0.1]), 10).any()
    one_bar = beat_phase(np.array([0.0, 0.1, 0.2]), np.array([0.0]), 10)
    assert one_bar[:, :2].any()
    assert not one_bar[:, 2:].any()
    assert beat_phase(NONE, NONE, 0).shape == (0, 4)
