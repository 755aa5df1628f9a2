"""What is measured of a sound that goes with a dance. docs/soundtrack_scores.md says more of each measure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from workflow_scripts.evaluate.soundtracks.distances import envelope_correlation, log_spectral_distance
from workflow_scripts.evaluate.soundtracks.events import beat_seconds, coverage_and_hit, f_measure, precision_and_recall
from workflow_scripts.evaluate.soundtracks.heard import Heard
from workflow_scripts.motion.skeleton import Floats

# Of one sound. The order is that of the columns of soundtracks.csv.
MEASURES: dict[str, str] = {
    "onset_f": "0..1, F of strong onsets against the dancer's accents, +-70 ms",
    "onset_precision": "0..1, share of the strong onsets that are on an accent",
    "onset_recall": "0..1, share of the accents that have a strong onset",
    "onset_f_shuffled": "onset_f with the accents of other dances: chance level",
    "onset_f_difference": "onset_f - onset_f_shuffled",
    "beat_f": "0..1, F of librosa's beats of the sound against the dancer's accents, +-70 ms",
    "beat_f_shuffled": "beat_f with the accents of other dances: chance level",
    "beat_f_difference": "beat_f - beat_f_shuffled",
    "onsets_per_s": "1/s, strong onsets of the sound",
    "d2mgan_coverage": "seconds with a strong onset over those of the original (D2M-GAN); can exceed 1",
    "d2mgan_hit": "0..1, share of the original's seconds with a strong onset that have one too (D2M-GAN)",
    "loris_precision": "0..1, share of the seconds with a strong onset that are the original's too (LORIS BCS)",
    "loris_recall": "0..1, share of the original's seconds with a strong onset that have one too (LORIS BHS)",
    "cycle_beat_f": "0..1, F of librosa's beats of the sound against those of the original, +-70 ms",
    "cycle_beat_f_others": "cycle_beat_f with the beats of other songs: chance level",
    "cycle_beat_f_difference": "cycle_beat_f - cycle_beat_f_others",
    "cycle_envelope": "-1..1, correlation of the onset strengths of sound and original",
    "cycle_envelope_others": "cycle_envelope with other songs: chance level",
    "cycle_envelope_difference": "cycle_envelope - cycle_envelope_others",
    "log_spectral_distance": "dB from the original, log-mel spectra of equal loudness",
}
# Of several sounds together.
TOGETHER: dict[str, str] = {
    "loris_f1": "0..1, harmonic mean of the averages of loris_precision and loris_recall",
    "loris_csd": "standard deviation of loris_precision over sounds",
    "loris_hsd": "standard deviation of loris_recall over sounds",
    "frechet_distance": "Frechet distance of the embeddings of all windows from the originals'",
}
OTHERS = 20  # at most so many other dances and songs stand for chance


@dataclass(frozen=True)
class Dance:
    """What a sound is to go with.

    Attributes:
        name: of its own.
        song: id of its music, "" where it is not known.
        seconds: how long it takes.
        accents: of its dancer, seconds, ascending (`motion.accents`).
        original: the sound that it was danced to, as long as it; None where there is none.
    """

    name: str
    song: str
    seconds: float
    accents: Floats
    original: Heard | None = None

    @property
    def group(self) -> str:
        """Dances of one group are not independent: those to one song, or else the dance alone."""
        return self.song or self.name


def others_of(dance: Dance, dances: Sequence[Dance], rng: np.random.Generator) -> list[Dance]:
    """Return up to `OTHERS` dances of other groups, drawn from `dances`."""
    others = [other for other in dances if other.group != dance.group]
    if len(others) <= OTHERS:
        return others
    return [others[place] for place in sorted(rng.choice(len(others), OTHERS, replace=False).tolist())]


def measure(sound: Heard, dance: Dance, others: Sequence[Dance]) -> dict[str, float]:
    """Return the numbers of `MEASURES` of a sound; NaN where one cannot be measured.

    Args:
        sound: of the dance, no longer than it.
        dance: what it goes with.
        others: dances to other songs, for chance levels.
    """
    strong = sound.onsets["loris"]
    onset, precision, recall = f_measure(dance.accents, strong)
    beat = f_measure(dance.accents, sound.beats)[0]
    # What cannot be measured of the dance itself has no chance level either.
    known = others if len(dance.accents) else ()
    onset_chance, beat_chance = (
        _mean(_f_over_common_time(other.accents, other.seconds, moments, dance.seconds) for other in known)
        for moments in (strong, sound.beats)
    )
    return {
        "onset_f": onset,
        "onset_precision": precision,
        "onset_recall": recall,
        "onset_f_shuffled": onset_chance,
        "onset_f_difference": onset - onset_chance,
        "beat_f": beat,
        "beat_f_shuffled": beat_chance,
        "beat_f_difference": beat - beat_chance,
        "onsets_per_s": len(strong) / sound.seconds if sound.seconds else float("nan"),
        **_against_original(sound, dance, [other.original for other in others if other.original is not None]),
    }


def _against_original(sound: Heard, dance: Dance, others: Sequence[Heard]) -> dict[str, float]:
    original = dance.original
    if original is None:
        return {}
    seconds = {
        name: (beat_seconds(original.onsets[name], original.seconds), beat_seconds(sound.onsets[name], sound.seconds))
        for name in ("d2mgan", "loris")
    }
    coverage, hit = coverage_and_hit(*seconds["d2mgan"])
    precision, recall = precision_and_recall(*seconds["loris"])
    beat = f_measure(original.beats, sound.beats)[0]
    beat_chance = _mean(_f_over_common_time(other.beats, other.seconds, sound.beats, dance.seconds) for other in others)
    # A sound that ends early is still until the end of the dance.
    envelope = np.pad(sound.envelope, (0, max(len(original.envelope) - len(sound.envelope), 0)))
    likeness = envelope_correlation(original.envelope, envelope)
    chance = _mean(envelope_correlation(other.envelope, envelope) for other in others)
    return {
        "d2mgan_coverage": coverage,
        "d2mgan_hit": hit,
        "loris_precision": precision,
        "loris_recall": recall,
        "cycle_beat_f": beat,
        "cycle_beat_f_others": beat_chance,
        "cycle_beat_f_difference": beat - beat_chance,
        "cycle_envelope": likeness,
        "cycle_envelope_others": chance,
        "cycle_envelope_difference": likeness - chance,
        "log_spectral_distance": log_spectral_distance(original.spectrum, sound.spectrum),
    }


def harmonic_mean(one: float, two: float) -> float:
    """Return the harmonic mean of two numbers, 0 of two zeros."""
    return 2 * one * two / (one + two) if one + two else 0.0


def loris_f1(precision: Floats, recall: Floats) -> float:
    """Return LORIS's F1 of several sounds: the harmonic mean of the averages (not the average of harmonic means)."""
    return harmonic_mean(float(precision.mean()), float(recall.mean()))


def deviation(values: Floats) -> float:
    """Return the standard deviation over sounds, with n - 1, as LORIS has it (CSD, HSD); NaN of fewer than two."""
    return float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _f_over_common_time(reference: Floats, reference_s: float, estimated: Floats, estimated_s: float) -> float:
    common = min(reference_s, estimated_s)
    return f_measure(reference[reference < common], estimated[estimated < common])[0]


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def settings() -> dict[str, object]:
    """Return the numbers that the measures rest on, for the record."""
    from workflow_scripts.evaluate.beats_again import RATE
    from workflow_scripts.evaluate.soundtracks import controls, distances, events, heard

    return {
        "rate_hz": RATE,
        "fft": heard.FFT,
        "hop": heard.HOP,
        "mel_bands": heard.BANDS,
        "piece_s": heard.PIECE / RATE,
        "silent_below": heard.SILENT,
        "spectrum_floor_db": heard.FLOOR_DB,
        "onsets": heard.ONSETS,
        "strong_onsets": "loris",
        "tolerance_s": events.TOLERANCE_S,
        "embedding": {
            "window_s": heard.WINDOW_S,
            "hop_s": heard.WINDOW_HOP_S,
            "mfcc": heard.COEFFICIENTS,
            "spectral_contrast": heard.CONTRASTS,
            "dimensions": heard.DIMENSIONS,
        },
        "envelope_smoothing_s": distances.ENVELOPE_SMOOTHING_S,
        "random_tempi_per_min": controls.TEMPI,
        "others_at_most": OTHERS,
    }
