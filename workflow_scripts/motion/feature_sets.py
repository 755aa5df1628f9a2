"""Names of music features, the groups that compute them, and the sets that models are fed.

A feature set is named by a set, a feature, or several of either joined with "+", as in "mfcc+beat_phase": their columns
in that order.
"""

import difflib
from collections.abc import Sequence

from workflow_scripts.workflow.errors import UserError

# Which group computes a feature, and its width.
FEATURES: dict[str, tuple[str, int]] = {
    "onset": ("spectral", 1),
    "mfcc": ("spectral", 20),
    "rms": ("spectral", 1),
    "chroma_cens": ("chroma", 12),
    "onset_peaks": ("rhythm", 1),
    "beat_pulses": ("rhythm", 1),
    "beat_phase": ("rhythm", 4),
    "mfcc_mean": ("mfcc_mean", 20),
    "mel": ("mel", 2 * 128),
    "spectrogram": ("spectrogram", 2 * 513),
    "tempogram": ("tempogram", 384),
    "mfcc_delta": ("hpss", 20),
    "harmonic_chroma": ("hpss", 12),
    "percussive_onset": ("hpss", 1),
    "percussive_beats": ("hpss", 1),
    "percussive_tempogram": ("hpss", 384),
}
# Features are sets of one as well.
FEATURE_SETS: dict[str, tuple[str, ...]] = {
    # The 35 numbers of FACT (Li et al., ICCV 2021), as EDGE (Tseng et al., CVPR 2023) computes them with librosa.
    "edge35": ("onset", "mfcc", "chroma_cens", "onset_peaks", "beat_pulses"),
    # The 438 numbers of Bailando (Siyao et al., CVPR 2022), in its order: column 53 is the beat.
    "bailando438": (
        "mfcc", "mfcc_delta", "harmonic_chroma", "percussive_onset", "percussive_beats", "percussive_tempogram",
    ),
    "chroma": ("chroma_cens",),
}  # fmt: skip
GROUPS: tuple[str, ...] = ("spectral", "chroma", "rhythm", "mfcc_mean", "mel", "spectrogram", "tempogram", "hpss")
# Every model is told the beats, whatever features it uses.
BEATS_GROUP = "rhythm"


def features_of(feature_set: str) -> tuple[str, ...]:
    """Return the features of a feature set, in the order of its columns.

    Raises:
        UserError: it names what is neither a set nor a feature, or has a feature twice.
    """
    features: list[str] = []
    for name in feature_set.split("+"):
        if name not in FEATURE_SETS and name not in FEATURES:
            known = list(dict.fromkeys([*FEATURE_SETS, *FEATURES]))
            close = difflib.get_close_matches(name, known, n=1)
            hint = f'did you mean "{close[0]}"? ' if close else ""
            raise UserError(f'unknown music feature "{name}"; {hint}known are {", ".join(known)}')
        features += FEATURE_SETS.get(name, (name,))
    twice = sorted({name for name in features if features.count(name) > 1})
    if twice:
        raise UserError(f'the feature set "{feature_set}" has {", ".join(twice)} twice. Leave one of them out')
    return tuple(features)


def canonical(feature_set: str | Sequence[str], key: str) -> str:
    """Return the name of a feature set that is given by its name or by a list of names.

    Raises:
        UserError: see `features_of`; the message names the `key` of the configuration.
    """
    name = feature_set if isinstance(feature_set, str) else "+".join(feature_set)
    try:
        features_of(name)
    except UserError as error:
        raise UserError(f"{key}: {error}") from error
    return name


def width_of(feature_set: str) -> int:
    """Return how many columns a feature set has."""
    return sum(FEATURES[name][1] for name in features_of(feature_set))


def groups_of(feature_set: str) -> tuple[str, ...]:
    """Return the groups whose files a feature set and the beats need, in the order of `GROUPS`."""
    needed = {FEATURES[name][0] for name in features_of(feature_set)} | {BEATS_GROUP}
    return tuple(group for group in GROUPS if group in needed)
