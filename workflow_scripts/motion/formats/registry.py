"""Which module reads which form of motion. They are imported when asked for: the Snakefile needs their names only."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow_scripts.motion.foreign import JointMotion, KeypointMotion

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "aistpp": "aistpp",
        "bvh": "bvh",
        "dance_with_melody": "dance_with_melody",
        "deepmimic": "deepmimic",
        "edge": "smpl",
        "learn2dance": "learn2dance",
        "openpose": "openpose",
        "smpl": "smpl",
        "videopose3d": "videopose3d",
    }
)

# Forms that give joints in the picture only.
IN_THE_PICTURE = frozenset({"learn2dance", "openpose"})


def module_of(kind: str) -> str:
    """Return the name of the module in `motion.formats` that reads a form of motion; the forms are `MODULES`."""
    return MODULES[kind]


def read_motion(kind: str, path: Path, fps: float) -> "JointMotion | KeypointMotion":
    """Read one motion.

    Args:
        kind: its form, one of `MODULES`.
        path: file, or folder where the form has one file per frame.
        fps: frames per second, for forms that state none.

    Returns:
        One person's joints in space or in the picture.

    Raises:
        UserError: it cannot be read; the message begins with the path.
    """
    motion: JointMotion | KeypointMotion
    motion = import_module(f"workflow_scripts.motion.formats.{module_of(kind)}").read(path, fps)
    return motion
