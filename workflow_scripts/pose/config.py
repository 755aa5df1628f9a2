"""The configuration of the pose stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from workflow_scripts.workflow.errors import UserError


@dataclass(frozen=True)
class MMPoseConfig:
    """Settings of the backend `mmpose`.

    Attributes:
        detector: finds the people in a picture.
        network: finds the joints of one person in the picture.
        lifter: puts them into space.
        detect_every: frames from one detection to the next; people are followed by their joints between.
        batch: most pictures, or people in them, that a network sees at once.
        precision: of the networks' numbers; `auto` takes fp16 on a GPU, fp32 elsewhere.
        device: `auto` takes CUDA where it is.
    """

    detector: str = "rtmdet_nano"
    network: str = "rtmpose_m_halpe26"
    lifter: str = "videopose3d_243"
    detect_every: int = 10
    batch: int = 32
    precision: str = "auto"
    device: str = "auto"


@dataclass(frozen=True)
class PoseConfig:
    """Settings of the pose stage; every one has a default.

    Attributes:
        backend: which estimator to use.
        people: `main`, the most important person of a clip, or `all` that a backend finds.
        smoothing: the filter over the joints.
        smoothing_s: window of the smoothing of joints, seconds. Longer rounds off accents, shorter keeps jitter.
        depth_smoothing_s: window of the smoothing of the dancer's distance from the camera, the least certain of all.
        foot_lock: whether feet that stand are held in their place.
        max_gap: frames for which a person, or a joint, may be lost and is interpolated. Longer gaps part stretches.
        min_detection: clips with a person in a smaller share of their frames are rejected.
        min_quality: clips of a lower quality score (0..1, see `pose.clean.quality`) are rejected.
        mmpose: settings of the backend of this name.
    """

    backend: str = "mediapipe"
    people: str = "main"
    smoothing: str = "savitzky_golay"
    smoothing_s: float = 0.37
    depth_smoothing_s: float = 1.0
    foot_lock: bool = True
    max_gap: int = 8
    min_detection: float = 0.5
    min_quality: float = 0.3
    mmpose: MMPoseConfig = field(default_factory=MMPoseConfig)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PoseConfig":
        """Check and take over the `pose:` section of the configuration.

        Raises:
            UserError: an unknown key, or a value out of range; the message names the key and what it may be.
        """
        values = dict(values)
        if "mmpose" in values:
            values["mmpose"] = MMPoseConfig(**_checked(values["mmpose"], MMPoseConfig, "pose.mmpose"))
        return cls(**_checked(values, cls, "pose"))


# What each key may be: one of these words, or a number of a type in a range (inclusive), or true and false.
_WORDS: dict[str, tuple[str, ...]] = {
    "pose.backend": ("mediapipe", "mmpose", "auto"),
    "pose.people": ("main", "all"),
    "pose.smoothing": ("savitzky_golay", "one_euro"),
    "pose.mmpose.detector": ("rtmdet_nano", "rtmdet_m"),
    "pose.mmpose.network": ("rtmpose_m_halpe26", "rtmpose_m_halpe26_384"),
    "pose.mmpose.lifter": ("videopose3d_243", "motionbert"),
    "pose.mmpose.precision": ("auto", "fp32", "bf16", "fp16"),
    "pose.mmpose.device": ("auto", "cpu", "cuda"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "pose.smoothing_s": (0.0, 2.0),
    "pose.depth_smoothing_s": (0.0, 10.0),
    "pose.min_detection": (0.0, 1.0),
    "pose.min_quality": (0.0, 1.0),
}
_WHOLE: dict[str, tuple[int, int]] = {
    "pose.max_gap": (0, 300),
    "pose.mmpose.detect_every": (1, 300),
    "pose.mmpose.batch": (1, 4096),
}


def _checked(values: Any, shape: type, section: str) -> dict[str, Any]:
    """Return the values of a section, all of them known and right."""
    if not isinstance(values, Mapping):
        raise UserError(f"{section}: {values!r} is no mapping of keys to values")
    known = [one.name for one in fields(shape)]
    if unknown := sorted(set(values) - set(known)):
        raise UserError(f"{section}: unknown key {unknown[0]!r}; known are {', '.join(known)}")
    for name, value in values.items():
        key = f"{section}.{name}"
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if key in _WORDS and value not in _WORDS[key]:
            raise UserError(f"{key}: {value!r} is none of {', '.join(_WORDS[key])}")
        if key in _RANGES and not (number and _RANGES[key][0] <= value <= _RANGES[key][1]):
            raise UserError(f"{key}: {value!r} is no number from {_RANGES[key][0]:g} to {_RANGES[key][1]:g}")
        if key in _WHOLE and not (number and isinstance(value, int) and _WHOLE[key][0] <= value <= _WHOLE[key][1]):
            raise UserError(f"{key}: {value!r} is no whole number from {_WHOLE[key][0]} to {_WHOLE[key][1]}")
        if key == "pose.foot_lock" and not isinstance(value, bool):
            raise UserError(f"{key}: {value!r} is neither true nor false")
    return dict(values)
