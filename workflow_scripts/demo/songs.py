"""Seeded songs in three genres with exactly known beats: drums, bass, chords and lead, stereo at 44.1 kHz."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from workflow_scripts.demo import instruments
from workflow_scripts.demo.instruments import RATE, BassSound, ChordSound, LeadSound
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.workflow.errors import UserError

BEATS_PER_BAR = 4
BARS_PER_SECTION = 2
FADE_OUT_S = 0.35
# Chords of natural minor as semitones above the tonic.
CHORDS = {
    "i": (0, 3, 7, 10), "III": (3, 7, 10, 14), "iv": (5, 8, 12, 15),
    "v": (7, 10, 14, 17), "VI": (8, 12, 15, 19), "VII": (10, 14, 17, 20),
}  # fmt: skip
PROGRESSIONS = (
    ("i", "VI", "III", "VII"),
    ("i", "iv", "VI", "v"),
    ("i", "VII", "VI", "VII"),
    ("i", "III", "VII", "iv"),
)


@dataclass(frozen=True)
class Style:
    """What makes a genre: tempo range (bpm), drum pattern (beats within a bar: gain), bass line and sounds.

    Attributes:
        swing: delay of the second half of a beat, in beats.
        bass_line: (beat, semitones above the chord's root, gain) within a bar.
        duck: how far (0..1) the pitched instruments fall back at every kick.
    """

    tempo: tuple[int, int]
    kick: dict[float, float]
    backbeat: dict[float, float]
    backbeat_sound: str
    closed_hat: dict[float, float]
    open_hat: dict[float, float]
    bass_line: tuple[tuple[float, int, float], ...]
    bass: BassSound
    chord: ChordSound
    chord_hits: dict[float, float]
    lead: LeadSound
    swing: float = 0.0
    duck: float = 0.5


FOUR_ON_THE_FLOOR = {0.0: 1.0, 1.0: 0.85, 2.0: 0.9, 3.0: 0.85}

GENRES: dict[str, Style] = {
    "disco": Style(
        tempo=(108, 118),
        kick=FOUR_ON_THE_FLOOR,
        backbeat={1.0: 0.7, 3.0: 0.7},
        backbeat_sound="snare",
        closed_hat=dict.fromkeys((0.0, 1.0, 2.0, 3.0), 0.35),
        open_hat=dict.fromkeys((0.5, 1.5, 2.5, 3.5), 0.40),
        bass_line=tuple((k / 2, 12 * (k % 2), 0.55 if k == 0 else 0.42) for k in range(8)),
        bass=instruments.saw_bass,
        chord=instruments.strings,
        chord_hits={0.0: 4.0},
        lead=instruments.bell,
    ),
    "hiphop": Style(
        tempo=(86, 98),
        kick={0.0: 1.0, 1.0: 0.45, 2.0: 0.85, 2.5: 0.45, 3.0: 0.40},
        backbeat={1.0: 0.85, 3.0: 0.85},
        backbeat_sound="snare",
        closed_hat={k / 2: 0.45 if k % 2 == 0 else 0.22 for k in range(8)},
        open_hat={},
        bass_line=((0.0, 0, 0.60), (1.5, 0, 0.35), (2.0, 0, 0.45), (3.0, 7, 0.40)),
        bass=instruments.sub_bass,
        chord=instruments.electric_piano,
        chord_hits={0.0: 2.0, 2.0: 2.0},
        lead=instruments.whistle,
        swing=0.12,
        duck=0.3,
    ),
    "house": Style(
        tempo=(122, 132),
        kick=FOUR_ON_THE_FLOOR,
        backbeat={1.0: 0.6, 3.0: 0.6},
        backbeat_sound="clap",
        closed_hat={k / 4: (0.30, 0.12, 0.18, 0.12)[k % 4] for k in range(16)},
        open_hat=dict.fromkeys((0.5, 1.5, 2.5, 3.5), 0.30),
        bass_line=((0.0, 0, 0.5), (0.5, 0, 0.30), (1.5, 0, 0.35), (2.5, 0, 0.35), (3.5, 7, 0.35)),
        bass=instruments.acid_bass,
        chord=instruments.stab,
        chord_hits={0.0: 1.0, 0.75: 1.0, 1.5: 1.0, 2.5: 1.0, 3.25: 1.0},
        lead=instruments.pluck,
        duck=0.7,
    ),
}


@dataclass(frozen=True)
class Song:
    """A song and the truth about it.

    Attributes:
        samples: (N, 2) float32 in [-1, 1] at 44.1 kHz.
        beats, downbeats: seconds from the start of `samples`; every fourth beat is a downbeat, the first one too.
        sections: "intro", "verse" or "chorus" for every eight beats (the lead plays in a chorus).
    """

    samples: Floats
    beats: Floats
    downbeats: Floats
    bpm: float
    genre: str
    sections: tuple[str, ...]


def compose(genre: str, seed: int, duration_s: float) -> Song:
    """Compose a song of exactly `duration_s` seconds; equal arguments give equal samples.

    Raises:
        UserError: the genre is unknown.
    """
    if genre not in GENRES:
        raise UserError(f"unknown demo genre {genre!r}: choose one of {', '.join(GENRES)}")
    style = GENRES[genre]
    rng, bpm, first_beat, (tonic, progression) = _drawn(genre, seed)
    period = 60 / bpm
    beats = np.arange(first_beat, duration_s - 0.05, period)
    bars = -(-len(beats) // BEATS_PER_BAR)
    sections = _sections(-(-bars // BARS_PER_SECTION))
    mixer = _Mixer(duration_s, beats[0], period, style.swing)
    for bar in range(bars):
        chord = CHORDS[PROGRESSIONS[progression][bar % len(PROGRESSIONS[progression])]]
        _play_pitched(mixer, style, bar, tonic, chord, sections[bar // BARS_PER_SECTION], rng)
    mixer.duck(style, bars)
    _play_drums(mixer, style, bars, sections, rng)
    return Song(mixer.master(), beats, beats[::BEATS_PER_BAR], bpm, genre, sections)


def harmony(genre: str, seed: int) -> tuple[int, int]:
    """Return the tonic (MIDI) and the number of the progression of the song that `compose` makes.

    Two songs of a genre with both in common are one to the ear, and to a fingerprint, if their tempi are near.
    """
    return _drawn(genre, seed)[3]


def _drawn(genre: str, seed: int) -> tuple[np.random.Generator, float, float, tuple[int, int]]:
    """Return the source of the song's further choices, its tempo (bpm), the second of its first beat, its harmony."""
    # The genre is part of the seed: the same seed gives unrelated songs in two genres.
    rng = np.random.default_rng([seed, *genre.encode()])
    slowest, fastest = GENRES[genre].tempo
    bpm, first_beat = float(rng.integers(slowest, fastest + 1)), float(rng.uniform(0.25, 0.55))
    return rng, bpm, first_beat, (int(rng.integers(40, 47)), int(rng.integers(len(PROGRESSIONS))))


def _sections(count: int) -> tuple[str, ...]:
    return tuple("intro" if k == 0 else ("verse", "chorus")[k % 2 == 0] for k in range(count))


def _call(instrument: Callable[..., Floats], *arguments: float) -> Floats:
    return instrument(*arguments)


class _Mixer:
    """A stereo track onto which sounds are laid by bar and beat."""

    def __init__(self, duration_s: float, lead_in_s: float, period_s: float, swing: float) -> None:
        self.track = np.zeros((round(duration_s * RATE), 2))
        self.lead_in, self.period, self.swing = lead_in_s, period_s, swing
        self.note = cache(_call)  # a song repeats its notes

    def sample(self, bar: int, beat: float) -> int:
        late = self.swing if (beat % 1.0) == 0.5 else 0.0
        return round((self.lead_in + (bar * BEATS_PER_BAR + beat + late) * self.period) * RATE)

    def add(self, sound: Floats, bar: int, beat: float, gain: float, pan: float = 0.0) -> None:
        """Lay a sound with constant-power panning, -1 left to 1 right; what exceeds the end is cut."""
        start = self.sample(bar, beat)
        sound = sound[: max(0, len(self.track) - start)]
        sides = np.sqrt(0.5 * np.array([1 - pan, 1 + pan]))
        self.track[start : start + len(sound)] += gain * sound[:, None] * sides

    def duck(self, style: Style, bars: int) -> None:
        """Side chain: turn down all that sounds so far at each kick, for a quarter of a second."""
        envelope = np.ones(len(self.track))
        shape = 1 - style.duck * np.linspace(1, 0, round(0.25 * RATE))
        for bar in range(bars):
            for beat in style.kick:
                part = envelope[self.sample(bar, beat) :][: len(shape)]
                np.minimum(part, shape[: len(part)], out=part)
        self.track *= envelope[:, None]

    def master(self) -> Floats:
        """Return the track limited, faded out and normalised: (N, 2) float32."""
        track = self.track / np.abs(self.track).max()
        track = np.tanh(1.3 * track)
        fade = round(FADE_OUT_S * RATE)
        track[-fade:] *= np.linspace(1, 0, fade)[:, None]
        return (0.9 * track / np.abs(track).max()).astype(np.float32)


def _play_pitched(
    mixer: _Mixer, style: Style, bar: int, tonic: int, chord: tuple[int, ...], section: str, rng: np.random.Generator
) -> None:
    for beat, length in style.chord_hits.items():
        for tone in chord:
            for pan, detune in ((-0.6, -0.003), (0.6, 0.003)):
                sound = style.chord(tonic + 24 + tone, length * mixer.period, detune)
                mixer.add(sound, bar, beat, 0.09 if section == "chorus" else 0.07, pan)
    root = tonic - 12 + chord[0] % 12
    for beat, interval, gain in style.bass_line:
        mixer.add(mixer.note(style.bass, root + interval, 0.45 * mixer.period), bar, beat, gain)
    if section == "chorus":
        for eighth in range(2 * BEATS_PER_BAR):
            tone = chord[int(rng.integers(len(chord)))]
            gain = 0.15 if eighth % 2 == 0 else 0.09
            pan = 0.4 if eighth % 2 else -0.4
            mixer.add(mixer.note(style.lead, tonic + 36 + tone, 0.4 * mixer.period), bar, eighth / 2, gain, pan)


def _play_drums(mixer: _Mixer, style: Style, bars: int, sections: tuple[str, ...], rng: np.random.Generator) -> None:
    kit = {name: getattr(instruments, name)(rng) for name in ("kick", "snare", "clap", "hat")}
    open_hat, crash = instruments.hat(rng, 0.09), instruments.hat(rng, 0.5)
    for bar in range(bars):
        section = sections[bar // BARS_PER_SECTION]
        for beat, gain in style.kick.items():
            mixer.add(kit["kick"], bar, beat, 0.9 * gain)
        for beat, gain in style.backbeat.items():
            mixer.add(kit[style.backbeat_sound], bar, beat, gain)
        for beat, gain in style.closed_hat.items():
            mixer.add(kit["hat"], bar, beat, gain, 0.3)
        if section != "intro":
            for beat, gain in style.open_hat.items():
                mixer.add(open_hat, bar, beat, gain, -0.3)
        if bar % BARS_PER_SECTION == 0 and bar:
            mixer.add(crash, bar, 0.0, 0.30)
