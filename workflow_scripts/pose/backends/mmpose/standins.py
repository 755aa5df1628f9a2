"""What mmpose imports but does not need, or not in that form: stand-ins put in place before its first import.

Three packages are hard to have beside the rest of the environment, and inference uses next to nothing of them:

- `mmcv._ext`, compiled operators: `mmcv.ops` asserts a hundred of them when it is imported; RTMDet calls `nms` alone.
- `xtcocotools`, built for numpy 1: a fork of `pycocotools` with the same interface; used by data sets only.
- `torchvision`: only `transforms.ToPILImage`, for drawings. Its wheels do not load beside another build of torch.
"""

import importlib
import importlib.util
import logging
import sys
import warnings
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, NoReturn

import torch

from workflow_scripts.workflow.errors import UserError

PACKAGES = ("mmengine", "mmcv", "mmdet", "mmpose", "pycocotools")
LOG = logging.getLogger(__name__)
_COCO_PARTS = ("", ".coco", ".cocoeval", ".mask")
_ROWS = 1024  # of the table of overlaps at once: memory stays in proportion to the number of boxes


def install() -> None:
    """Put the stand-ins in place, before mmcv, mmdet or mmpose is imported. Doing it again changes nothing.

    A compiled `mmcv._ext` and a working torchvision are preferred.

    Raises:
        UserError: the packages of mmpose are not installed.
    """
    # mmengine's import of pkg_resources, in every process.
    warnings.filterwarnings("ignore", message=".*pkg_resources is deprecated", category=UserWarning)
    if missing := missing_packages():
        raise UserError(f"mmpose's environment is not complete ({', '.join(missing)} missing): run `make setup-mmpose`")
    _alias_coco()
    _install_torchvision()
    _install_operators()


def missing_packages() -> list[str]:
    """Return the packages of mmpose's environment that cannot be found; none is imported."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def compiled() -> bool:
    """Say whether mmcv's operators are the compiled ones; after `install`."""
    return not isinstance(sys.modules.get("mmcv._ext"), _Operators)


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float, offset: int = 0) -> torch.Tensor:
    """Return the indices of the boxes that greedy non-maximum suppression keeps, best score first.

    Same arguments and results as the operator of that name in mmcv 2.1 (`mmcv.ops.nms`), on any device: a box goes if
    its intersection over union with a better one that stays is over the threshold. Equal scores come in the order in
    which `torch.sort` puts them, which the operator asks too.

    Args:
        boxes: (N, 4) left, top, right, bottom in pixels.
        scores: (N,).
        iou_threshold: 0..1.
        offset: 1 if right and bottom are the last pixel inside, 0 if they are the edge.
    """
    order = scores.sort(descending=True).indices
    ranked = boxes[order].float()
    areas = (ranked[:, 2] - ranked[:, 0] + offset) * (ranked[:, 3] - ranked[:, 1] + offset)
    keep = torch.ones(len(ranked), dtype=torch.bool).numpy()
    for start in range(0, len(ranked), _ROWS):
        rows = slice(start, start + _ROWS)
        low = torch.maximum(ranked[rows, None, :2], ranked[None, start:, :2])
        high = torch.minimum(ranked[rows, None, 2:], ranked[None, start:, 2:])
        sides = (high - low + offset).clamp(min=0)
        shared = sides[..., 0] * sides[..., 1]
        # One transfer from the GPU for a thousand boxes; the greedy walk itself is a matter of microseconds.
        over = (shared / (areas[rows, None] + areas[None, start:] - shared) > iou_threshold).cpu().numpy()
        for i, overlaps in enumerate(over):
            if keep[start + i]:
                keep[start + i + 1 :] &= ~overlaps[i + 1 :]
    return order[torch.from_numpy(keep).to(order.device)]


class _Operators(ModuleType):
    """A stand-in for `mmcv._ext`: has every operator mmcv asks for, and can do one."""

    nms = staticmethod(nms)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def missing(*_: Any, **__: Any) -> NoReturn:
            raise NotImplementedError(f"the operator {name!r} of mmcv needs its compiled build")

        return missing


def _install_operators() -> None:
    if "mmcv._ext" in sys.modules:
        return
    package = importlib.util.find_spec("mmcv")
    if package and PathFinder.find_spec("mmcv._ext", package.submodule_search_locations):
        try:
            importlib.import_module("mmcv._ext")
            return
        except ImportError as error:
            LOG.warning("mmcv: its compiled operators do not load (%s); torch does their work", error)
    sys.modules["mmcv._ext"] = _module(_Operators("mmcv._ext"))


def _alias_coco() -> None:
    for part in _COCO_PARTS:
        sys.modules.setdefault(f"xtcocotools{part}", importlib.import_module(f"pycocotools{part}"))


def _install_torchvision() -> None:
    if "torchvision" in sys.modules:
        return
    try:
        importlib.import_module("torchvision.transforms")
        return
    except Exception as error:  # built for another torch, it fails in many ways (RuntimeError is one)
        if not isinstance(error, ModuleNotFoundError):
            LOG.warning("torchvision does not load (%s); poses do without", error)
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]  # what the attempt left half loaded
    stub = _module(ModuleType("torchvision"), package=True)
    transforms = _module(ModuleType("torchvision.transforms"))
    vars(transforms)["ToPILImage"] = type("ToPILImage", (), {"__init__": _no_drawings})
    vars(stub).update(__version__="0.0.0", transforms=transforms)
    sys.modules.update({stub.__name__: stub, transforms.__name__: transforms})


def _no_drawings(*_: Any) -> NoReturn:
    raise NotImplementedError("drawing with mmpose needs torchvision")


def _module(module: ModuleType, package: bool = False) -> ModuleType:
    """Give the module a spec: `importlib.util.find_spec`, which mmengine and others call, wants one."""
    module.__spec__ = ModuleSpec(module.__name__, loader=None, origin="stand-in", is_package=package)
    module.__file__ = None
    return module
