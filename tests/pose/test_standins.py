"""What stands in for the compiled parts of mmpose's packages does the same as they do."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from workflow_scripts.pose.backends.mmpose import standins
from workflow_scripts.pose.backends.mmpose.standins import missing_packages, nms

needs_mmpose = pytest.mark.skipif(bool(missing_packages()), reason="mmpose's packages are missing: make setup-mmpose")


def crowd(rng: np.random.Generator, boxes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes of people around a few places, so that many overlap, with scores that all differ."""
    places = rng.uniform(0, 600, (max(boxes // 8, 1), 2))
    corner = places[rng.integers(len(places), size=boxes)] + rng.normal(0, 15, (boxes, 2))
    corners = np.concatenate([corner, corner + rng.uniform(20, 160, (boxes, 2))], axis=1)
    return torch.tensor(corners, dtype=torch.float32), torch.tensor(rng.permutation(boxes) / boxes).float()


def by_definition(boxes: np.ndarray, scores: np.ndarray, threshold: float, offset: int) -> list[int]:
    """Non-maximum suppression as a sentence: best first, each that overlaps no kept one too much."""
    kept: list[int] = []
    for i in np.argsort(-scores):
        for j in kept:
            width = min(boxes[i][2], boxes[j][2]) - max(boxes[i][0], boxes[j][0]) + offset
            height = min(boxes[i][3], boxes[j][3]) - max(boxes[i][1], boxes[j][1]) + offset
            shared = np.float32(max(width, 0)) * np.float32(max(height, 0))
            areas = [(b[2] - b[0] + offset) * (b[3] - b[1] + offset) for b in (boxes[i], boxes[j])]
            if shared / (areas[0] + areas[1] - shared) > np.float32(threshold):
                break
        else:
            kept.append(i)
    return kept


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.65])
def test_suppression_is_what_its_definition_says(threshold: float, offset: int) -> None:
    rng = np.random.default_rng(7)
    for size in (1, 2, 17, 120):
        boxes, scores = crowd(rng, size)
        expected = by_definition(boxes.numpy(), scores.numpy(), threshold, offset)
        assert nms(boxes, scores, threshold, offset).tolist() == expected
    assert len(expected) < size  # some were suppressed at all


def test_no_boxes_are_no_boxes() -> None:
    assert nms(torch.empty(0, 4), torch.empty(0), 0.5).tolist() == []


def test_more_boxes_than_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes, scores = crowd(np.random.default_rng(3), 500)
    whole = nms(boxes, scores, 0.5)
    monkeypatch.setattr(standins, "_ROWS", 64)
    torch.testing.assert_close(nms(boxes, scores, 0.5), whole)


def test_identical_boxes_leave_one_and_separate_ones_all() -> None:
    same = torch.tensor([[0.0, 0.0, 10.0, 10.0]]).repeat(5, 1)
    assert nms(same, torch.tensor([0.1, 0.9, 0.3, 0.8, 0.2]), 0.5).tolist() == [1]
    apart = same + 100 * torch.arange(5)[:, None]
    assert nms(apart, torch.tensor([0.1, 0.9, 0.3, 0.8, 0.2]), 0.5).tolist() == [1, 3, 2, 4, 0]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
def test_suppression_on_a_gpu_keeps_the_same_boxes() -> None:
    boxes, scores = crowd(np.random.default_rng(5), 900)
    assert nms(boxes.cuda(), scores.cuda(), 0.5).tolist() == nms(boxes, scores, 0.5).tolist()


@needs_mmpose
def test_the_compiled_operator_keeps_the_same_boxes() -> None:
    standins.install()
    if not standins.compiled():
        pytest.skip("mmcv is not compiled here (mmcv-lite)")
    from mmcv import _ext

    rng = np.random.default_rng(11)
    for _ in range(200):
        boxes, scores = crowd(rng, int(rng.integers(1, 1000)))
        scores = (scores * 400).round() / 400  # of a thousand some are equal, as in half precision
        threshold, offset = float(rng.uniform(0.1, 0.9)), int(rng.integers(2))
        expected = _ext.nms(boxes, scores, iou_threshold=threshold, offset=offset)
        assert nms(boxes, scores, threshold, offset).tolist() == expected.tolist()


def in_a_new_process(code: str, *path: Path) -> str:
    """What a program prints: `install` changes the process it runs in."""
    setting = f"import sys; sys.path[:0] = {[str(one) for one in path]!r}\n"
    done = subprocess.run([sys.executable, "-c", setting + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


INSTALL = "from workflow_scripts.pose.backends.mmpose.standins import install, compiled\ninstall()\n"


@needs_mmpose
def test_mmpose_and_mmdet_import_and_other_operators_say_what_they_need() -> None:
    code = "install()\nimport mmdet.apis, mmpose.apis, mmcv, mmcv.ops, torch, xtcocotools.mask\n"
    code += """
if not compiled():
    try:
        sys.modules['mmcv._ext'].roi_align_forward()
    except NotImplementedError as error:
        print(error)
else:
    print("the operator 'roi_align_forward' of mmcv needs its compiled build")
boxes = torch.tensor([[0., 0., 9., 9.], [0., 0., 9., 8.], [50., 50., 60., 60.]])
print(mmcv.ops.nms(boxes, torch.tensor([.5, .6, .1]), .5)[1].tolist())
"""
    printed = in_a_new_process("import sys\n" + INSTALL + code).splitlines()
    assert printed == ["the operator 'roi_align_forward' of mmcv needs its compiled build", "[1, 2]"]


@needs_mmpose
@pytest.mark.parametrize("fault", ["", "raise RuntimeError('operator torchvision::nms does not exist')"])
def test_torchvision_that_works_is_used_and_one_that_does_not_is_not(tmp_path: Path, fault: str) -> None:
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("from . import ops\n")
    (tmp_path / "torchvision" / "ops.py").write_text(f"{fault}\n")
    (tmp_path / "torchvision" / "transforms.py").write_text("class ToPILImage: real = True\n")
    code = "from torchvision.transforms import ToPILImage\nprint(hasattr(ToPILImage, 'real'))"
    code += "\nimport importlib.util; print(importlib.util.find_spec('torchvision') is not None)"
    assert in_a_new_process(INSTALL + code, tmp_path).splitlines() == [str(not fault), "True"]


@needs_mmpose
@pytest.mark.parametrize("fault", ["", "raise ImportError('undefined symbol')"])
def test_compiled_operators_are_preferred_if_they_load(tmp_path: Path, fault: str) -> None:
    (tmp_path / "mmcv").mkdir()
    (tmp_path / "mmcv" / "__init__.py").write_text("")
    (tmp_path / "mmcv" / "_ext.py").write_text(f"{fault}\n")
    assert in_a_new_process(INSTALL + "print(compiled())", tmp_path) == str(not fault)


def test_a_missing_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standins, "PACKAGES", ("numpy", "no_such_package_here"))
    with pytest.raises(standins.UserError, match=r"no_such_package_here missing.*make setup-mmpose"):
        standins.install()
