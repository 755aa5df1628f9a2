"""MediaPipe Pose: one person, 2D and 3D, about 40 frames per second on one core; the backend that always works.

The wheel of 0.10.21 is the last one with this interface and holds the weights of "full" only, so that nothing is
downloaded (`model_complexity=1`).
"""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workflow_scripts.pose.backends.base import Pictures, Track
from workflow_scripts.pose.backends.blazepose import LANDMARKS, confidence_of, joints_of
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import versions

_WEIGHTS = "modules/pose_landmark/pose_landmark_full.tflite"


class MediaPipeBackend:
    """The person MediaPipe finds first and then follows; which one it is cannot be chosen."""

    def __init__(self) -> None:
        with _native_log_held_back():
            import mediapipe

        self._solution = mediapipe.solutions.pose
        weights = Path(mediapipe.__file__).parent / _WEIGHTS
        self.name = f"mediapipe {versions('mediapipe')['mediapipe']} full {sha256_of(weights)[:12]}"

    def tracks(self, clips: Iterable[Pictures]) -> Iterator[list[Track]]:
        """Follow one person through each clip; see `PoseBackend.tracks`."""
        return map(self._track, clips)

    def _track(self, frames: Pictures) -> list[Track]:
        pixels, metres, visibility = [], [], []
        # Every clip has a tracker of its own, so that no clip depends on the one before. MediaPipe's smoothing looks
        # back only and would delay the motion against the music; ours (`motion.smoothing`) does not.
        with ExitStack() as stack:
            # The last of the start-up messages comes with the first person found.
            quiet = stack.enter_context(ExitStack())
            quiet.enter_context(_native_log_held_back())
            pose = stack.enter_context(self._solution.Pose(model_complexity=1, smooth_landmarks=False))
            for frame in frames:
                result = pose.process(frame)
                image, world = result.pose_landmarks, result.pose_world_landmarks
                if image is not None:
                    quiet.close()
                size = frame.shape[1], frame.shape[0]
                pixels.append(_coordinates(image, "xy") * size)
                metres.append(_coordinates(world, "xyz"))
                visibility.append(_coordinates(image, ("visibility",))[:, 0])
        if not pixels or np.isnan(pixels).all():
            return []
        confidence = confidence_of(np.nan_to_num(np.array(visibility)))
        return [Track(joints_of(np.array(pixels)), confidence, joints_of(np.array(metres)))]


def _coordinates(landmarks: Any, fields: Iterable[str]) -> Any:
    fields = tuple(fields)
    if landmarks is None:
        return np.full((LANDMARKS, len(fields)), np.nan)
    return np.array([[getattr(point, name) for name in fields] for point in landmarks.landmark])


@contextmanager
def _native_log_held_back() -> Iterator[None]:
    """Hold back what native code writes to stderr; show it only if the block fails.

    MediaPipe's C++ greets with a dozen harmless lines while it starts, which no environment variable silences.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(saved, held.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
