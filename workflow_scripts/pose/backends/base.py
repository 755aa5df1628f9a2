"""What a pose estimator is to the rest of the stage: pictures in, tracks of people out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats

Frame = npt.NDArray[np.uint8]


class Pictures(Protocol):
    """The pictures of one clip (`pose.footage.Footage`): iterated once, in order; none of them is kept."""

    fps: float
    shots: tuple[int, ...]  # frames at which a new shot begins, the first (0) left out

    def __iter__(self) -> Iterator[Frame]:
        """Yield RGB pictures (height, width, 3), all of one size; ends early, without an error, where it must."""
        ...


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

    def tracks(self, clips: Iterable[Pictures]) -> Iterator[list[Track]]:
        """Follow the people through clips: for each clip, in order, its tracks, the most important person first.

        A clip in which nobody is found, or that has no pictures, gives no track. A backend may take pictures of later
        clips before it yields the tracks of earlier ones, to fill its batches. Pictures are not kept longer than that
        takes, so that memory does not grow with the length of a clip.
        """
        ...
