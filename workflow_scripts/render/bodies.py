"""Bodies for videos of any length: where their bones are is worked out for a part of the frames at a time."""

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workflow_scripts.figure.appearance import Appearance
from workflow_scripts.figure.body import Body, make_mesh
from workflow_scripts.figure.posing import bone_transforms, rest_joints
from workflow_scripts.motion.skeleton import Floats
from workflow_scripts.render.staging import Staged

CHUNK = 256
# Bone lengths are those of so many frames from all over the dance: enough for a median.
MEASURED = 512


def staged_body(staged: Staged, look: Appearance, coarse: bool) -> Body:
    """Model the body of a dancer in its place, coarsely for drafts.

    Its `world` and `transforms` may be indexed by frames of the video.
    """
    world = staged.dancer.world
    measured = np.asarray(world[:: max(len(world) // MEASURED, 1)], np.float64)
    rest = rest_joints(measured)
    parts = _Parts(staged, rest)
    return Body(look, make_mesh(rest, look, coarse), _Moving(parts, 1), _Moving(parts, 0))


@dataclass
class _Parts:
    """Joints and bones of the last two parts of the dance that were asked for (threads may be in both)."""

    staged: Staged
    rest: Floats
    known: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, frame: int) -> tuple[Floats, Floats]:
        """Return the part that holds a frame: joints and transforms."""
        number = frame // CHUNK
        with self.lock:
            if number not in self.known:
                if len(self.known) > 1:
                    del self.known[next(iter(self.known))]
                joints = self.staged.joints(number * CHUNK, min((number + 1) * CHUNK, self.staged.frames))
                self.known[number] = joints, bone_transforms(joints, self.rest).astype(np.float32)
            return self.known[number]


@dataclass(frozen=True)
class _Moving:
    """A `ByFrame` of joints or transforms, to who takes one frame at a time."""

    parts: _Parts
    which: int

    def __getitem__(self, where: Any) -> Floats:
        frame, *rest = where if isinstance(where, tuple) else (where,)
        found = self.parts.at(int(frame))[self.which][int(frame) % CHUNK]
        return found[tuple(rest)] if rest else found
