"""Motion as other programs give it, before it is put on our own body: what the readers in `motion.formats` return."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workflow_scripts.motion.skeleton import Floats, Skeleton


@dataclass(frozen=True)
class JointMotion:
    """Joints in space over time, at their native rate and on their native body.

    Attributes:
        skeleton: names and parents of the joints.
        joints: (T, J, 3) metres in the world, y up, right-handed; NaN where a joint is not known.
        fps: frames per second.
        told: what the file does not say and was told from the body, such as "z up", for messages.
        seen: the frame of reference is a camera's: which way the body faces is how it was seen, not chance.
    """

    skeleton: Skeleton
    joints: Floats
    fps: float
    told: str = ""
    seen: bool = False


@dataclass(frozen=True)
class KeypointMotion:
    """One person's joints in the picture over time.

    Attributes:
        skeleton: names and parents of the joints.
        keypoints: (T, J, 2) pixels, y down; NaN where a joint was not found.
        confidence: (T, J) in 0..1, 0 where a joint was not found.
        fps: frames per second.
    """

    skeleton: Skeleton
    keypoints: Floats
    confidence: Floats
    fps: float

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """Frames (T,) in which any joint was found."""
        return np.asarray((self.confidence > 0).any(axis=1))
