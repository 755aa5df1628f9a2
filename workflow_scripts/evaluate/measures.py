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
    "beat_hit_share": Measure("share of the song's beats with a motion beat within 70 ms", "beats"),
    "beat_hit_share_shuffled": Measure("the same with other songs", "beats"),
    "bar_phase": Measure("-1..1, whether dances to bars of three rise at the same place of the bar", "bars"),
    "bar_phase_difference": Measure("bar_phase minus the same motion's with other songs", "bars"),
    "fid_k": Measure("FID of kinetic features to the training motion", "distribution", "published"),
    "fid_k_floor": Measure("what as many draws from the training motion's own Gaussian reach", "distribution"),
    "fid_g": Measure("FID of geometric features to the training motion", "distribution", "published"),
    "fid_g_floor": Measure("what as many draws from the training motion's own Gaussian reach", "distribution"),
    "div_k": Measure("mean distance of kinetic features between dances", "distribution", "published"),
    "div_g": Measure("mean distance of geometric features between dances", "distribution", "published"),
    "fid_k_corrected": Measure("fid_k with true accelerations and a floor on scales", "distribution", "corrected"),
    "fid_g_corrected": Measure("fid_g with true speeds and a floor on scales", "distribution", "corrected"),
    "div_k_corrected": Measure("div_k of the corrected features", "distribution", "corrected"),
    "div_g_corrected": Measure("div_g of the corrected features", "distribution", "corrected"),
    "foot_skate": Measure("m/s, horizontal speed of standing feet", "feet"),
    "lowest_joint": Measure("m above the floor", "feet"),
    "bone_variation": Measure("relative standard deviation of the least constant bone", "body"),
    "genre_accuracy": Measure("share of dances in which a classifier tells the genre they were asked for", "genre"),
}
