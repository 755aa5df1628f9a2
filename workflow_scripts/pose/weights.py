"""The published weights of the mmpose backend: what there is, and where it lies once `fetch_weights` was there.

`weights/<name>.pt` holds nothing but tensors: a dictionary as `load_state_dict` takes it, written by `torch.save` (no
conversion, no further package, and `torch.load(weights_only=True)` reads it, which makes nothing but tensors).
`weights/<name>.json` beside it says what it was made of. The names are those of the configuration's `pose.mmpose`.

A published file has the beginning of its own SHA-256 in its name. Eight digits tell a wrong or broken file; they are
no seal against a forged one, so that these files are never unpickled freely (see `pose.checkpoints`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workflow_scripts.pose.backends.registry import WEIGHTS_FOLDER
from workflow_scripts.workflow.errors import UserError, broken_file
from workflow_scripts.workflow.files import read_json, sha256_of

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = WEIGHTS_FOLDER
HOST = "https://download.openmmlab.com/mmpose/"
_APACHE = "Apache-2.0"
_HUMAN36M = "Apache-2.0; trained on Human3.6M, whose licence is for academic research only"


@dataclass(frozen=True)
class Weights:
    """Published weights of one network.

    Attributes:
        url: where they are published; the last part is the name of the file.
        prefix: the first hexadecimal digits of the file's SHA-256, as its publisher gives them.
        use: what the network does.
        licence: of the weights, and what the data they come from adds to it.
    """

    url: str
    prefix: str
    use: str
    licence: str = _APACHE

    @property
    def file(self) -> str:
        """The name of the published file."""
        return self.url.rpartition("/")[2]


WEIGHTS: Mapping[str, Weights] = MappingProxyType(
    {
        "rtmdet_nano": Weights(
            f"{HOST}v1/projects/rtmpose/rtmdet_nano_8xb32-100e_coco-obj365-person-05d8511e.pth",
            "05d8511e",
            "finds people, pictures of 320 pixels",
        ),
        "rtmdet_m": Weights(
            f"{HOST}v1/projects/rtmpose/rtmdet_m_8xb32-100e_coco-obj365-person-235e8209.pth",
            "235e8209",
            "finds people, pictures of 640 pixels",
        ),
        "rtmpose_m_halpe26": Weights(
            f"{HOST}v1/projects/rtmposev1/rtmpose-m_simcc-body7_pt-body7-halpe26_700e-256x192-4d3e73dd_20230605.pth",
            "4d3e73dd",
            "26 keypoints of a person, crops of 192 x 256",
        ),
        "rtmpose_m_halpe26_384": Weights(
            f"{HOST}v1/projects/rtmposev1/rtmpose-m_simcc-body7_pt-body7-halpe26_700e-384x288-89e6428b_20230605.pth",
            "89e6428b",
            "26 keypoints of a person, crops of 288 x 384",
        ),
        "videopose3d_243": Weights(
            f"{HOST}body3d/videopose/videopose_h36m_243frames_fullconv_supervised_cpn_ft-88f5abbb_20210527.pth",
            "88f5abbb",
            "lifts keypoints into space, 243 frames",
            _HUMAN36M,
        ),
        "motionbert": Weights(
            f"{HOST}v1/body_3d_keypoint/pose_lift/h36m/motionbert_ft_h36m-d80af323_20230531.pth",
            "d80af323",
            "lifts keypoints into space, 243 frames",
            _HUMAN36M,
        ),
    }
)


def used_weights(mmpose: Mapping[str, Any]) -> list[str]:
    """Return the names of the weights that a configuration (`pose.mmpose`) needs."""
    return [mmpose[part] for part in ("detector", "network", "lifter")]


def weights_path(name: str, folder: Path = FOLDER) -> Path:
    """Return where the tensors of the weights `name` lie."""
    return folder / f"{name}.pt"


def is_fetched(name: str, folder: Path = FOLDER) -> bool:
    """Say whether the tensors are there, unchanged, and made of the published file that `WEIGHTS` names."""
    path, note = weights_path(name, folder), weights_path(name, folder).with_suffix(".json")
    if not (path.is_file() and note.is_file()):
        return False
    record = read_json(note)
    return (
        isinstance(record, dict)
        and str(record.get("published_sha256", "")).startswith(WEIGHTS[name].prefix)
        and record.get("sha256") == sha256_of(path)
    )


def missing_weights(names: Iterable[str], folder: Path = FOLDER) -> list[str]:
    """Return those of the names for which there are neither tensors nor, in the same folder, the published file."""
    return [name for name in names if not (is_fetched(name, folder) or (folder / WEIGHTS[name].file).is_file())]


def how_to_get(names: Iterable[str], folder: Path = FOLDER) -> str:
    """Return the text that tells a user how to come by weights, with the network and without."""
    names = list(names)
    lines = [f"  {WEIGHTS[name].url}  (SHA-256 begins with {WEIGHTS[name].prefix})" for name in names]
    targets = " ".join(str(weights_path(name, folder)) for name in names)
    return "\n".join(
        [
            f"With a network, `.venv/bin/snakemake --cores 1 {targets}` fetches and checks them.",
            f"Without, bring these files into the folder {folder} as they are, then run the same command:",
            *lines,
        ]
    )


def load_state(name: str, folder: Path = FOLDER) -> "dict[str, Tensor]":
    """Return the tensors of the weights `name`, on the CPU, by their names in the network.

    Raises:
        UserError: they, or the note beside them, are not there; the message says how to get them.
        BrokenFileError: they are not as `fetch_weights` left them; they have been deleted, and are made again.
    """
    import torch

    path = weights_path(name, folder)
    note = path.with_suffix(".json")
    if path.is_file() and not note.is_file():
        raise UserError(f"{note}: missing, which says what {path.name} is. Copy it too, or delete {path} and run again")
    if not path.is_file():
        raise UserError(f"{path}: missing. {how_to_get([name], folder)}")
    if not is_fetched(name, folder):
        raise broken_file(path, "it changed since it was made")
    tensors: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return tensors
