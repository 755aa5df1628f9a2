"""The bones of smpl24 as lines, in a picture or in space."""

import numpy as np

from workflow_scripts.motion.pose_file import Person
from workflow_scripts.motion.skeleton import SMPL24, Floats
from workflow_scripts.pose.drawing.canvas import GUESSED, LEFT, MIDDLE, RIGHT, Colour, Layer

# The collars are no more than an aid of the skeleton: shoulders hang on the neck, as they are seen.
_INNER = [SMPL24.index(name) for name in ("left_collar", "right_collar")]
_NECK = SMPL24.index("neck")
BONES = tuple(
    (_NECK if SMPL24.parents[joint] in _INNER else SMPL24.parents[joint], joint)
    for joint in range(1, SMPL24.size)
    if joint not in _INNER
)
JOINTS = tuple(joint for joint in range(SMPL24.size) if joint not in _INNER)
HEAD = SMPL24.index("head")
# A joint of no confidence at all is still hinted at.
_LEAST_COVER = 0.15


def colour_of(joint: int) -> Colour:
    """Return the colour of a joint and of the bone that ends there: which side of the body it is on."""
    name = SMPL24.joints[joint]
    return LEFT if name.startswith("left") else RIGHT if name.startswith("right") else MIDDLE


def draw_seen(layer: Layer, person: Person, frame: int, scale: float) -> None:
    """Draw a person's keypoints of one frame; the less sure, the fainter. Nothing where the frame is not valid.

    Args:
        layer: of the picture's size.
        person: with keypoints, confidence, valid and interpolated.
        frame: of the motion.
        scale: pixels of the layer to one of the keypoints.
    """
    assert person.keypoints_2d is not None
    assert person.confidence is not None
    if person.valid is not None and not person.valid[frame]:
        return
    guessed = person.interpolated is not None and bool(person.interpolated[frame])
    points = (np.asarray(person.keypoints_2d[frame], dtype=float) + 0.5) * scale
    sure = np.clip(person.confidence[frame], 0, 1)
    wide = float(np.clip(_length(points) / 26, 2, 9))
    if guessed:
        sure = np.full(len(points), 0.5)
    # A dark edge, so that bones are seen on any ground.
    for parent, joint in BONES:
        layer.line(points[parent], points[joint], (0, 0, 0), wide + 4, 0.3)
    for parent, joint in BONES:
        cover = _LEAST_COVER + (1 - _LEAST_COVER) * float(min(sure[parent], sure[joint]))
        layer.line(points[parent], points[joint], GUESSED if guessed else colour_of(joint), wide, 0.9 * cover)
    for joint in JOINTS:
        cover = _LEAST_COVER + (1 - _LEAST_COVER) * float(sure[joint])
        layer.disc(points[joint], 0.75 * wide, GUESSED if guessed else (255, 255, 255), cover)


def _length(points: Floats) -> float:
    """Return the pixels from the neck to the pelvis and on to the ankles, as far as they are seen."""
    legs = [SMPL24.index(name) for name in ("left_ankle", "right_ankle")]
    trunk = np.linalg.norm(points[_NECK] - points[0])
    return float(trunk + max(np.linalg.norm(points[0] - points[leg]) for leg in legs))
