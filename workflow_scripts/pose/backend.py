"""What a pose estimator is to the rest of the stage: frames in, tracks of people out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Track:
    """One person through the T frames of a clip; NaN (confidence 0) in frames where the person was not found.

    Attributes:
        keypoints: (T, 24, 2) pixels, the joints of smpl24 in the picture.
        confidence: (T, 24) in 0..1.
        joints: (T, 24, 3) metres about an origin in the body, in the camera frame (x right, y down, z forward); None
            from a backend that sees in two dimensions only.
    """

    keypoints: Floats
    confidence: Floats
    joints: Floats | None

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """Frames (T,) in which the person was found."""
        return np.asarray(np.isfinite(self.keypoints).all(axis=(1, 2)))


class PoseBackend(Protocol):
    """An estimator. It maps its own keypoints to smpl24; everything after it is the same for all backends."""

    @property
    def name(self) -> str:
        """Name, version and digest of the weights, as recorded in the pose file."""
        ...

    def track(self, frames: Iterable[Frame]) -> list[Track]:
        """Follow the people through one clip, the most important person first; no person, no track.

        Args:
            frames: RGB pictures (height, width, 3) of one shot in order. They are taken one after the other and not
                kept, so that memory does not grow with the clip.
        """
        ...
