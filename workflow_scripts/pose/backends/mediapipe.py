"""MediaPipe Pose: one person, 2D and 3D, 30 to 80 frames per second on one core; the backend that always works.

The wheel of 0.10.21 is the last one with this interface and holds the weights of "full" only, so that nothing is
downloaded (`model_complexity=1`).
"""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from workflow_scripts.pose.backends.base import Frame, Pictures, Track
from workflow_scripts.pose.backends.blazepose import LANDMARKS, confidence_of, joints_of
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import versions

_WEIGHTS = "modules/pose_landmark/pose_landmark_full.tflite"
_FRAME_US = 33_333  # MediaPipe's own clock between two pictures; without its smoothing it means nothing
_FIRST_FRAMES = 1024
_IMAGE, _WORLD = attrgetter("x", "y", "visibility"), attrgetter("x", "y", "z")


class MediaPipeBackend:
    """The person MediaPipe finds first and then follows; which one it is cannot be chosen."""

    def __init__(self) -> None:
        with _native_log_held_back(), _without_pyplot():
            import mediapipe

        self._pose = _graph_of(mediapipe)
        weights = Path(mediapipe.__file__).parent / _WEIGHTS
        self.name = f"mediapipe {versions('mediapipe')['mediapipe']} full {sha256_of(weights)[:12]}"

    def tracks(self, clips: Iterable[Pictures]) -> Iterator[list[Track]]:
        """Follow one person through each clip; see `PoseBackend.tracks`."""
        return map(self._track, clips)

    def _track(self, frames: Pictures) -> list[Track]:
        seen, count, size = _room_for(_FIRST_FRAMES), 0, (0, 0)
        # Every clip has a tracker of its own, so that no clip depends on the one before. MediaPipe's smoothing looks
        # back only and would delay the motion against the music; ours (`motion.smoothing`) does not.
        with ExitStack() as stack:
            # The last of the start-up messages comes with the first person found.
            quiet = stack.enter_context(ExitStack())
            quiet.enter_context(_native_log_held_back())
            pose = stack.enter_context(self._pose(model_complexity=1, smooth_landmarks=False))
            for frame in frames:
                if count == len(seen):
                    seen = np.concatenate([seen, _room_for(count)])
                image, world = pose.landmarks(frame)
                if image is not None:
                    quiet.close()
                    seen[count, :, :3] = [_IMAGE(point) for point in image.landmark]
                    seen[count, :, 3:] = [_WORLD(point) for point in world.landmark]
                count, size = count + 1, (frame.shape[1], frame.shape[0])
        seen = seen[:count].astype(float)
        if np.isnan(seen).all():
            return []
        confidence = confidence_of(np.nan_to_num(seen[..., 2]))
        return [Track(joints_of(seen[..., :2] * size), confidence, joints_of(seen[..., 3:]))]


def make_backend(_config: PoseConfig, _weights: Path) -> MediaPipeBackend:
    """Return the backend; it has no settings, and its weights come with the package."""
    return MediaPipeBackend()


def _room_for(frames: int) -> npt.NDArray[np.float32]:
    """Return room (frames, 33, 6) for x, y and visibility in the picture, x, y and z in space; nobody found.

    One array and not one for each frame: small ones that stay lie between the pictures that do not, and the gaps these
    leave are taken by the next small one, so that memory would grow by a picture for every frame.
    """
    return np.full((frames, LANDMARKS, 6), np.nan, np.float32)


def _graph_of(mediapipe: Any) -> Any:
    """Return MediaPipe's `Pose` in one thread and with a shorter way to the landmarks: the same numbers in less time.

    `Pose.process` makes a class for every frame and takes every landmark in hand to remove a field from it, and its
    graph hands every frame to threads of its own and back, as many as the machine has cores.
    """
    creator, getter = mediapipe.packet_creator, mediapipe.packet_getter

    class Pose(mediapipe.solutions.pose.Pose):  # type: ignore[misc]
        def _initialize_graph_interface(self, *arguments: Any, **named: Any) -> Any:
            config = super()._initialize_graph_interface(*arguments, **named)
            executor = config.executor[0] if config.executor else config.executor.add()
            executor.type = "ApplicationThreadExecutor"
            return config

        def landmarks(self, frame: Frame) -> tuple[Any, Any]:
            """Return the landmarks of the next frame in the picture and in space, both None where nobody is found."""
            self._graph_outputs.clear()
            self._simulated_timestamp += _FRAME_US
            packet = creator.create_image_frame(frame, image_format=mediapipe.ImageFormat.SRGB)
            self._graph.add_packet_to_input_stream("image", packet.at(self._simulated_timestamp))
            self._graph.wait_until_idle()
            found = [self._graph_outputs.get(name) for name in ("pose_landmarks", "pose_world_landmarks")]
            if any(packet is None or packet.is_empty() for packet in found):
                return None, None
            return getter.get_proto(found[0]), getter.get_proto(found[1])

    return Pose


@contextmanager
def _without_pyplot() -> Iterator[None]:
    """Let MediaPipe import its drawing aids without matplotlib's, half of the time its import takes; none is used."""
    names = [name for name in ("matplotlib", "matplotlib.pyplot") if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in names})
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


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
