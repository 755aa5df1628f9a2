"""Names of music features, the groups that compute them, and the sets that models are fed."""

# Which group computes a feature, and its width. Feature sets are concatenations, in this order.
FEATURES: dict[str, tuple[str, int]] = {
    "onset": ("spectral", 1),
    "mfcc": ("spectral", 20),
    "chroma_cens": ("chroma", 12),
    "onset_peaks": ("rhythm", 1),
    "beat_pulses": ("rhythm", 1),
}
# edge35: the 35 numbers of FACT (Li et al., ICCV 2021), as EDGE (Tseng et al., CVPR 2023) computes them with librosa.
FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "edge35": ("onset", "mfcc", "chroma_cens", "onset_peaks", "beat_pulses"),
}
GROUPS: tuple[str, ...] = ("spectral", "chroma", "rhythm")
# Every model is told the beats, whatever features it uses.
BEATS_GROUP = "rhythm"


def groups_of(feature_set: str) -> tuple[str, ...]:
    """Return the groups whose files a feature set and the beats need, in the order of `GROUPS`."""
    needed = {FEATURES[name][0] for name in FEATURE_SETS[feature_set]} | {BEATS_GROUP}
    return tuple(group for group in GROUPS if group in needed)
