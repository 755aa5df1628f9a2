"""Synthesised drums, basses, chords and leads: mono float64 sounds at `RATE`, in about [-1, 1]."""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.signal import butter, sosfilt

from workflow_scripts.motion.skeleton import Floats

RATE = 44_100
A4_HZ, A4_MIDI = 440.0, 69


def frequency(note: float) -> float:
    """Return the frequency in Hz of a MIDI note number (equal temperament, A4 = 440 Hz)."""
    return float(A4_HZ * 2 ** ((note - A4_MIDI) / 12))


def _time(seconds: float) -> Floats:
    return np.arange(max(1, round(seconds * RATE))) / RATE


def _decay(t: Floats, attack_s: float, decay_s: float) -> Floats:
    return np.minimum(1.0, t / attack_s) * np.exp(-t / decay_s)


def _filtered(samples: Floats, cutoff: float | tuple[float, float], kind: str) -> Floats:
    return np.asarray(sosfilt(_coefficients(cutoff, kind), samples))


@cache
def _coefficients(cutoff: float | tuple[float, float], kind: str) -> Floats:
    return np.asarray(butter(2, cutoff, kind, fs=RATE, output="sos"))


def _saw(hertz: float, t: Floats) -> Floats:
    return 2 * ((hertz * t) % 1.0) - 1


def kick(rng: np.random.Generator) -> Floats:
    """A bass drum: a sine that falls from 175 to 45 Hz, with a short click."""
    t = _time(0.35)
    phase = 2 * np.pi * np.cumsum(45 + 130 * np.exp(-t / 0.035)) / RATE
    return np.tanh(2.2 * np.sin(phase) * np.exp(-t / 0.13)) + 0.25 * rng.standard_normal(len(t)) * np.exp(-t / 0.004)


def snare(rng: np.random.Generator) -> Floats:
    """A snare drum: bright noise over a 190 Hz skin."""
    t = _time(0.25)
    noise = _filtered(rng.standard_normal(len(t)), 1500, "highpass")
    return 0.6 * noise * np.exp(-t / 0.07) + 0.5 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.05)


def clap(rng: np.random.Generator) -> Floats:
    """Hands: three quick bursts of noise around 1.5 kHz and a tail."""
    t = _time(0.22)
    bursts = sum((t >= d) * np.exp(-np.maximum(t - d, 0) / 0.006) for d in (0.0, 0.008, 0.016))
    noise = _filtered(rng.standard_normal(len(t)), (900.0, 3200.0), "bandpass")
    return 1.6 * noise * (0.6 * bursts + 0.5 * np.exp(-t / 0.06))


def hat(rng: np.random.Generator, decay_s: float = 0.025) -> Floats:
    """A hi-hat: noise above 7 kHz; `decay_s` 0.025 is closed, 0.09 open, 0.5 a crash."""
    t = _time(6 * decay_s)
    return 0.7 * _filtered(rng.standard_normal(len(t)), 7000, "highpass") * np.exp(-t / decay_s)


def saw_bass(note: float, seconds: float) -> Floats:
    """A round saw-tooth bass (disco)."""
    t = _time(seconds)
    return _filtered(_saw(frequency(note), t), 500, "lowpass") * _decay(t, 0.005, 0.25)


def sub_bass(note: float, seconds: float) -> Floats:
    """A deep sine bass with a soft edge (hip-hop)."""
    t = _time(seconds)
    return (
        np.tanh(1.5 * np.sin(2 * np.pi * frequency(note) * t)) * _decay(t, 0.008, 0.45) * np.minimum(1, t[::-1] / 0.02)
    )


def acid_bass(note: float, seconds: float) -> Floats:
    """A square-wave bass with a closing filter (house)."""
    t = _time(seconds)
    square = np.sign(_saw(frequency(note), t))
    bright, dark = _filtered(square, 1600, "lowpass"), _filtered(square, 350, "lowpass")
    weight = np.exp(-t / 0.06)
    return 0.6 * (weight * bright + (1 - weight) * dark) * _decay(t, 0.004, 0.18)


def strings(note: float, seconds: float, detune: float) -> Floats:
    """A sustained saw-tooth pad, detuned by the factor 1 + `detune`."""
    t = _time(seconds)
    fade = np.minimum(1.0, t / 0.03) * np.minimum(1.0, t[::-1] / 0.05)
    return _filtered(_saw(frequency(note) * (1 + detune), t), 1800, "lowpass") * fade


def electric_piano(note: float, seconds: float, detune: float) -> Floats:
    """A two-operator electric piano."""
    t = _time(seconds)
    phase = 2 * np.pi * frequency(note) * (1 + detune) * t
    return (
        np.sin(phase + 0.8 * np.exp(-t / 0.2) * np.sin(phase)) * _decay(t, 0.006, 0.7) * np.minimum(1, t[::-1] / 0.03)
    )


def stab(note: float, seconds: float, detune: float) -> Floats:
    """A short, bright chord stab."""
    t = _time(min(seconds, 0.3))
    return _filtered(_saw(frequency(note) * (1 + detune), t), 3200, "lowpass") * _decay(t, 0.004, 0.10)


def bell(note: float, seconds: float) -> Floats:
    """A frequency-modulated bell (disco lead)."""
    t = _time(seconds)
    phase = 2 * np.pi * frequency(note) * t
    return np.sin(phase + 1.5 * np.sin(2 * phase)) * _decay(t, 0.004, 0.12)


def whistle(note: float, seconds: float) -> Floats:
    """A sine lead with vibrato (hip-hop)."""
    t = _time(seconds)
    return np.sin(2 * np.pi * frequency(note) * t + 0.6 * np.sin(2 * np.pi * 5.5 * t)) * _decay(t, 0.02, 0.25)


def pluck(note: float, seconds: float) -> Floats:
    """A plucked saw-tooth lead (house)."""
    t = _time(seconds)
    return _filtered(_saw(frequency(note), t), 4000, "lowpass") * _decay(t, 0.003, 0.07)


BassSound = Callable[[float, float], Floats]
ChordSound = Callable[[float, float, float], Floats]
LeadSound = Callable[[float, float], Floats]
