"""The mmpose backend: RTMDet -> RTMPose -> a 3D lifter, in batches across pictures, people and clips.

The package's own Inferencer takes one picture at a time through everything. Here every picture is decoded once, in a
thread; people are detected in every tenth one and in the first and last of a shot; between two detections their boxes
go evenly from one to the other, which lets all pictures between be taken at once; where the keypoints then show that a
box was off, the picture is looked at again (`sightings`). The lifter sees each person's whole shot in one pass.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.pose.backends.base import Frame, Pictures, Track
from workflow_scripts.pose.backends.mmpose.boxes import apart, between
from workflow_scripts.pose.backends.mmpose.detector import PersonDetector
from workflow_scripts.pose.backends.mmpose.lifters import Lifter, MotionBERT, VideoPose3D
from workflow_scripts.pose.backends.mmpose.pictures import decoded, pieces
from workflow_scripts.pose.backends.mmpose.published import DETECTORS, NETWORKS
from workflow_scripts.pose.backends.mmpose.runtime import Runtime
from workflow_scripts.pose.backends.mmpose.sightings import Batches, Sightings
from workflow_scripts.pose.backends.mmpose.topdown import KeypointEstimator
from workflow_scripts.pose.backends.mmpose.tracks import tracks_of
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.workflow.files import sha256_of
from workflow_scripts.workflow.provenance import versions
from workflow_scripts.workflow.threads import job_threads

_GPU_DECODERS = 4  # clips decoded at once beside a GPU, which is faster than one of them; no more than threads
# What counts as a person, and as the same one found twice: the defaults of mmpose's Inferencer.
_LEAST_SCORE, _OVERLAP = 0.3, 0.3
_MOST_PEOPLE = 16  # in one picture, the surest: crowds must not cost without end

Detector = Callable[[Sequence[Frame]], list[Floats]]


class MMPoseBackend:
    """Several people, each with keypoints in the picture and joints in space; see `PoseBackend`.

    Args:
        detector: boxes (P, 5) of RGB pictures (`PersonDetector`).
        estimator: keypoints in boxes (`KeypointEstimator`).
        lifter: joints in space (`lifters.Lifter`).
        name: of the networks and their weights, as recorded in the pose file.
        detect_every: people are detected in every so many pictures.
        batch: crops that go through the network at once.
        decoders: clips that are decoded at once, each in a thread.
    """

    def __init__(
        self,
        detector: Detector,
        estimator: KeypointEstimator,
        lifter: Lifter,
        name: str,
        detect_every: int = 10,
        batch: int = 32,
        decoders: int = 1,
    ) -> None:
        self.name = name
        self._detector, self._estimator, self._lifter = detector, estimator, lifter
        self._every, self._batch, self._decoders = detect_every, batch, decoders

    def tracks(self, clips: Iterable[Pictures]) -> Iterator[list[Track]]:
        """Follow the people through each clip; see `PoseBackend.tracks`."""
        batches = Batches(self._estimator, self._batch)
        open_clips: deque[tuple[Pictures, Sightings]] = deque()
        with closing(decoded(clips, self._decoders)) as running:
            for clip, frames in running:
                seen = Sightings()
                open_clips.append((clip, seen))
                self._look(frames, clip.shots, seen, batches)
                while open_clips and open_clips[0][1].done:
                    yield self._followed(*open_clips.popleft())
        batches.finish()
        for clip, seen in open_clips:
            yield self._followed(clip, seen)

    def _look(self, frames: Iterable[Frame], shots: Sequence[int], seen: Sightings, batches: Batches) -> None:
        """Find the people in all pictures of a clip and hand them to the batches."""
        before: Floats = np.empty((0, 5))
        for piece in pieces(frames, shots, self._every):
            found = dict(zip(piece.detect, self._people([piece.frames[at] for at in piece.detect]), strict=True))
            boxes: list[Floats] = []
            for at in piece.detect:
                gap = at - len(boxes)
                boxes += between(before, found[at], gap)
                boxes.append(found[at])
                before = found[at]
            for number, (frame, people) in enumerate(zip(piece.frames, boxes, strict=True), start=piece.start):
                seen.people.append([])
                for box in people:
                    batches.add(seen, number, frame, box)
            piece.frames.clear()  # else they would be kept while the next piece is collected
        seen.complete = True

    def _people(self, frames: Sequence[Frame]) -> list[Floats]:
        sure = (boxes[boxes[:, 4] >= _LEAST_SCORE] for boxes in self._detector(frames))
        return [boxes[apart(boxes, _OVERLAP, _MOST_PEOPLE)] for boxes in sure]

    def _followed(self, clip: Pictures, seen: Sightings) -> list[Track]:
        return tracks_of(seen.people, clip.shots, clip.fps, self._lifter)


def make_backend(config: PoseConfig, weights: Path | None) -> MMPoseBackend:
    """Return the backend with the networks (`published`) and settings of `config.mmpose`.

    Args:
        config: the stage's configuration.
        weights: folder of the weights as `pose.weights` keeps them; None gives random weights (seed 0), which find
            nobody: for tests and for measuring time only.

    Raises:
        UserError: weights are missing or not those of the network, or there is no such device.
    """
    from workflow_scripts.pose.backends.mmpose.networks import built, random_network

    settings = config.mmpose
    runtime = Runtime.chosen(settings.device, settings.precision)
    threads = job_threads()
    cv2.setNumThreads(threads)
    names = (settings.detector, settings.network, settings.lifter)
    if weights is None:
        digests = ["random"] * len(names)
        found, seen, lifted = (random_network(name, seed=0) for name in names)
    else:
        from workflow_scripts.pose.weights import load_state, weights_path

        found, seen, lifted = (built(name, load_state(name, weights)) for name in names)
        digests = [sha256_of(weights_path(name, weights))[:12] for name in names]
    installed = " ".join(f"{name} {number}" for name, number in versions("mmpose", "torch").items())
    return MMPoseBackend(
        PersonDetector(found, DETECTORS[settings.detector].size, runtime),
        KeypointEstimator(seen, NETWORKS[settings.network].size, runtime),
        MotionBERT(lifted, runtime) if settings.lifter == "motionbert" else VideoPose3D(lifted, runtime),
        " ".join([installed, runtime.name, *(f"{name} {part}" for name, part in zip(names, digests, strict=True))]),
        settings.detect_every,
        settings.batch,
        min(_GPU_DECODERS, threads) if runtime.cuda else 1,
    )
