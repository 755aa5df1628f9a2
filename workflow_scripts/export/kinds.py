"""The kinds of files a dance is exported to, by the name they have in the configuration."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from workflow_scripts.workflow.errors import UserError

# What a kind's files end with in results/exports; one module of this stage with a function `write` makes each.
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        "bvh": "bvh",
        "glb": "glb",
        "tsv": "tsv",
        "videopose3d": "h36m17.npy",
        "edge": "edge.npz",
        "aistpp": "aistpp.npz",
    }
)
# Of a path somebody names, any array (T, 17, 3) is VideoPose3D's; an archive may be two things.
_ENDINGS = MappingProxyType({f".{suffix}": kind for kind, suffix in SUFFIXES.items()} | {".npy": "videopose3d"})


def kind_of_suffix(suffix: str) -> str:
    """Return the kind whose files in results/exports end with ".{suffix}"."""
    return next(kind for kind, own in SUFFIXES.items() if own == suffix)


def kind_of(path: Path) -> str:
    """Return the kind of file that a path asks for by how it ends.

    Raises:
        UserError: no kind ends so, or it takes more to tell.
    """
    name = path.name.lower()
    for ending, kind in _ENDINGS.items():
        if name.endswith(ending):
            return kind
    if name.endswith(".npz"):
        raise UserError(
            f"{path}: EDGE's or AIST++'s layout? End it with .edge.npz or .aistpp.npz, or say --format edge (aistpp)"
        )
    if name.endswith((".html", ".htm")):
        raise UserError(f"{path}: pages are made by python -m workflow_scripts.export.viewer.write (docs/viewing.md)")
    raise UserError(f"{path}: nothing is exported to such a file; possible are {', '.join(sorted(_ENDINGS))}")
