"""The configuration of the pose stage."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from workflow_scripts.workflow.errors import UserError

BACKENDS = ("mediapipe",)


@dataclass(frozen=True)
class PoseConfig:
    """Settings of the pose stage; every one has a default.

    Attributes:
        backend: which estimator to use.
        smoothing_s: window of the smoothing of joints, seconds. Longer rounds off accents, shorter keeps jitter.
        depth_smoothing_s: window of the smoothing of the dancer's distance from the camera, the least certain of all.
        min_detection: clips with a person in a smaller share of their frames are rejected.
        min_quality: clips of a lower quality score (0..1, see `pose.clean.quality`) are rejected.
    """

    backend: str = "mediapipe"
    smoothing_s: float = 0.37
    depth_smoothing_s: float = 1.0
    min_detection: float = 0.5
    min_quality: float = 0.3

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "PoseConfig":
        """Check and take over the `pose:` section of the configuration.

        Raises:
            UserError: an unknown key, or a value out of range; the message names the key and what it may be.
        """
        known = [field.name for field in fields(cls)]
        if unknown := sorted(set(values) - set(known)):
            raise UserError(f"pose: unknown key {unknown[0]!r}; known are {', '.join(known)}")
        config = cls(**values)
        if config.backend not in BACKENDS:
            raise UserError(f"pose.backend: {config.backend!r} is none of {', '.join(BACKENDS)}")
        for name, highest in (
            ("smoothing_s", 5.0),
            ("depth_smoothing_s", 10.0),
            ("min_detection", 1.0),
            ("min_quality", 1.0),
        ):
            value = getattr(config, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
                raise UserError(f"pose.{name}: {value!r} is no number from 0 to {highest:g}")
        return config
