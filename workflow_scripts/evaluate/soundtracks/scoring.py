"""Score the sounds that a model made, and the controls of each dance, by the same functions."""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workflow_scripts.evaluate.beats_again import RATE
from workflow_scripts.evaluate.soundtracks.controls import (
    CONTROLS,
    NOISE_LEVEL,
    Samples,
    noise,
    random_metronome,
    repeated,
    right_metronome,
    silence,
)
from workflow_scripts.evaluate.soundtracks.heard import Heard, hear, read_sound
from workflow_scripts.evaluate.soundtracks.items import Item, danced
from workflow_scripts.evaluate.soundtracks.measures import Dance, measure, others_of
from workflow_scripts.motion.skeleton import Floats

MODEL = "model"


@dataclass(frozen=True)
class Score:
    """The measures of one sound, its embedding (W, D), and the dance it goes with."""

    dance: Dance
    measures: dict[str, float]
    windows: Floats


@dataclass
class Scored:
    """Scores of one kind and split of items.

    Attributes:
        kind, split: as in `Item`.
        items: that the model made sound for.
        scores: {"model": in the order of items; name of a control: one for each dance that has it}.
    """

    kind: str
    split: str
    items: list[Item]
    scores: dict[str, list[Score]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """A dance, and where its original sound is (with its level) to make controls of."""

    dance: Dance
    original: Path | None
    level: float


def scored(items: Sequence[Item], seed: int) -> list[Scored]:
    """Hear and score all items and the controls of their dances, in groups of kind and split.

    Args:
        items: of one model.
        seed: of controls, and of which other dances stand for chance. A dance has the same controls in whatever
            company, but for `other`.
    """
    groups: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        groups.setdefault((item.kind, item.split), []).append(item)
    known = _known(items)
    result = []
    for (kind, split), members in sorted(groups.items()):
        # Chance is taken among all of a kind: a split alone may be a clip or two.
        company = [known[name] for name in sorted({item.dance for item in items if item.kind == kind})]
        dances = [each.dance for each in company]
        group = Scored(kind, split, members, {MODEL: [], **{name: [] for name in CONTROLS}})
        others = {
            name: others_of(known[name].dance, dances, _random(seed, name, "others"))
            for name in {item.dance for item in members}
        }
        for item in members:
            dance = known[item.dance].dance
            group.scores[MODEL].append(_score(hear(read_sound(item.wav, dance.seconds)), dance, others[item.dance]))
        for name in sorted(others):
            for control, sound, source in _controls(known[name], company, seed):
                # A soundtrack of another dance goes with that one: it is no chance level for it.
                chance = [other for other in others[name] if other.group != source]
                group.scores[control].append(_score(sound, known[name].dance, chance))
        result.append(group)
    return result


def _known(items: Sequence[Item]) -> dict[str, _Known]:
    """Return {name of a dance: what is known of it}; each original is heard once for each length of it."""
    motions = danced(items)
    heard: dict[tuple[Path, float], tuple[Heard, float]] = {}
    result = {}
    for item in items:
        accents, seconds = motions[item.poses, item.clip]
        original, level = None, NOISE_LEVEL
        if item.original:
            key = item.original, seconds
            if key not in heard:
                samples = read_sound(*key)
                root_mean_square = math.sqrt(float(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0
                heard[key] = hear(samples), root_mean_square
            original, level = heard[key]
        result[item.dance] = _Known(Dance(item.dance, item.song, seconds, accents, original), item.original, level)
    return result


def _controls(known: _Known, company: Sequence[_Known], seed: int) -> Iterator[tuple[str, Heard, str]]:
    """Yield the controls of a dance that can be made, each with the group of dances that it goes with.

    Without an original there is no truth, and no right metronome.
    """
    dance = known.dance
    count = round(dance.seconds * RATE)
    beats = dance.original.beats if dance.original else np.empty(0)
    made: dict[str, Samples | None] = {
        "silence": silence(count),
        "noise": noise(count, known.level, _random(seed, dance.name, "noise")),
        "metronome_random": random_metronome(count, _random(seed, dance.name, "metronome_random")),
        "metronome": right_metronome(count, beats),
    }
    for name, samples in made.items():
        if samples is not None:
            yield name, hear(samples), dance.group
    if (other := _other(known, company, _random(seed, dance.name, "other"))) is not None:
        samples = repeated(read_sound(other.original, dance.seconds), count) if other.original else None
        if samples is not None:
            yield "other", hear(samples), other.dance.group
    if dance.original:
        yield "truth", dance.original, dance.group


def _other(known: _Known, company: Sequence[_Known], rng: np.random.Generator) -> _Known | None:
    """Return a dance of another group that has an original; None where there is none."""
    able = [each for each in company if each.original and each.dance.group != known.dance.group]
    return able[int(rng.integers(len(able)))] if able else None


def _score(sound: Heard, dance: Dance, others: Sequence[Dance]) -> Score:
    return Score(dance, measure(sound, dance, others), sound.windows)


def _random(seed: int, name: str, use: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(f"{name}\0{use}".encode())])
