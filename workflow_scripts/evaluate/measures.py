"""What is measured: the table of measures. docs/evaluation.md says more of each, docs/metrics.md how it is computed."""

from dataclasses import dataclass
from typing import Literal

from workflow_scripts.evaluate.metrics.form import Form

Group = Literal["movement", "beats", "bars", "distribution", "plausibility", "feet", "body", "genre"]


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        says: its unit, and what it is.
        group: the table it stands in.
        form: `published` to the letter of a paper's code, or its `corrected` twin; None for what has one form only.
    """

    says: str
    group: Group
    form: Form | None = None


# The order is that of the columns of comparison.csv.
MEASURES: dict[str, Measure] = {
    "mean_speed": Measure("m/s, mean over joints and time", "movement"),
    "speed_ratio": Measure("mean_speed over that of the training motion", "movement"),
    "late_speed": Measure("m/s, mean speed of the last 10 s", "movement"),
    "late_speed_ratio": Measure("mean speed of the last 10 s over that of the first 10 s", "movement"),
    "late_training_ratio": Measure("mean speed of the last 10 s over that of the training motion", "movement"),
    "longest_frozen_s": Measure("s, longest stretch without movement", "movement"),
    "frozen_share": Measure("share of the time without movement (freezing rate)", "movement"),
    "longest_held_s": Measure("s, longest time one pose is held to the centimetre", "movement"),
    "beat_alignment": Measure("0..1, per music beat (Bailando), with the dance's own song", "beats", "published"),
    "beat_alignment_shuffled": Measure("0..1, the same motion with other songs: chance level", "beats", "published"),
    "beat_alignment_difference": Measure("beat_alignment - beat_alignment_shuffled", "beats"),
    "beat_alignment_second": Measure("beat_alignment with the beats of a second tracker", "beats"),
    "beat_alignment_second_difference": Measure("the same minus that with other songs", "beats"),
    "beat_alignment_motion": Measure("0..1, per motion beat (FACT, EDGE), at 60 frames/s", "beats", "published"),
    "beat_alignment_motion_shuffled": Measure("the same with other songs", "beats", "published"),
    "beat_alignment_motion_corrected": Measure("0..1, per motion beat, in seconds", "beats", "corrected"),
    "beat_alignment_motion_corrected_shuffled": Measure("the same with other songs", "beats", "corrected"),
    "beat_hit_share": Measure("share of the song's beats with a motion beat within 70 ms", "beats"),
    "beat_hit_share_shuffled": Measure("the same with other songs", "beats"),
    "beat_f_measure": Measure("0..1, F-measure of motion beats against music beats, 70 ms", "beats"),
    "beat_f_measure_shuffled": Measure("the same with other songs", "beats"),
    "bar_phase": Measure("-1..1, whether dances to bars of three rise at the same place of the bar", "bars"),
    "bar_phase_difference": Measure("bar_phase minus the same motion's with other songs", "bars"),
    "fid_k": Measure("FID of kinetic features to the training motion", "distribution", "published"),
    "fid_k_floor": Measure(
        "what as many draws from the training motion's own Gaussian reach", "distribution", "published"
    ),
    "fid_g": Measure("FID of geometric features to the training motion", "distribution", "published"),
    "fid_g_floor": Measure("as fid_k_floor, of geometric features", "distribution", "published"),
    "div_k": Measure("mean distance of kinetic features between dances", "distribution", "published"),
    "div_g": Measure("mean distance of geometric features between dances", "distribution", "published"),
    "fid_k_corrected": Measure("fid_k with true accelerations and a floor on scales", "distribution", "corrected"),
    "fid_k_corrected_floor": Measure("as fid_k_floor, of the corrected features", "distribution", "corrected"),
    "fid_g_corrected": Measure("fid_g with true speeds and a floor on scales", "distribution", "corrected"),
    "fid_g_corrected_floor": Measure("as fid_g_floor, of the corrected features", "distribution", "corrected"),
    "div_k_corrected": Measure("div_k of the corrected features", "distribution", "corrected"),
    "div_g_corrected": Measure("div_g of the corrected features", "distribution", "corrected"),
    "pfc": Measure("physical foot contact (EDGE), 30 frames/s", "plausibility", "published"),
    "pfc_corrected": Measure("the same over gravity, not the clip's own maximum", "plausibility", "corrected"),
    "pbc": Measure("physical body contact (POPDG), 30 frames/s", "plausibility", "published"),
    "pbc_corrected": Measure("the same over gravity, not the clip's own maxima", "plausibility", "corrected"),
    "foot_skate_ratio": Measure("share of standing frames that slide (Lodge), 30 frames/s", "feet", "published"),
    "foot_skate_ratio_corrected": Measure("the same by the true horizontal speed", "feet", "corrected"),
    "slide": Measure("m per frame, horizontal movement of standing toes (Motius), 60 frames/s", "feet", "published"),
    "foot_skate": Measure("m/s, horizontal speed of standing feet", "feet"),
    "float_share": Measure("share of the time in which no foot is near the floor", "feet"),
    "lowest_joint": Measure("m above the floor", "feet"),
    "penetration": Measure("m below the floor of the lowest joint, mean over time", "feet"),
    "jitter": Measure("m per frame², mean second difference (Motius), 60 frames/s", "body", "published"),
    "jitter_corrected": Measure("m/s², mean acceleration of joints", "body", "corrected"),
    "bone_variation": Measure("relative standard deviation of the least constant bone", "body"),
    "genre_accuracy": Measure("share of dances in which a classifier tells the genre they were asked for", "genre"),
}
