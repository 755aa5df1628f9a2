"""BVH of a dance, for animation programs."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from workflow_scripts.export.piece import Piece
from workflow_scripts.motion.formats import bvh

# The names of MotionBuilder and Mixamo, which tools that put motion on other characters know without being told.
_SIDES = {
    "hip": "UpLeg",
    "knee": "Leg",
    "ankle": "Foot",
    "foot": "ToeBase",
    "collar": "Shoulder",
    "shoulder": "Arm",
    "elbow": "ForeArm",
    "wrist": "Hand",
    "hand": "HandMiddle1",
}
NAMES: Mapping[str, str] = MappingProxyType(
    {"pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head"}
    | {f"{side}_{ours}": side.capitalize() + theirs for side in ("left", "right") for ours, theirs in _SIDES.items()}
)


def write(path: Path, piece: Piece) -> None:
    """Write a BVH file: see `motion.formats.bvh.write`, whose module also reads it."""
    bvh.write(path, piece.motion, NAMES)
