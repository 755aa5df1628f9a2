import math
from typing import Any

import pytest
import torch

from workflow_scripts.models.losses import BEND, LOSSES, SMALLEST
from workflow_scripts.models.seq2seq.model import Settings

# One dance of three frames, two points. The first point is off by (3, 4, 0) in every frame; the second is right.
TARGET = torch.tensor([[[1.0, 2, 2, 1, 1, 1], [1, 2, 2, 1, 1, 1], [1, 2, 4, 1, 4, 5]]])
PREDICTED = TARGET + torch.tensor([3.0, 4, 0, 0, 0, 0])
# Speeds of the target: the first point 0, 2; the second 0, 5. Here the first moves at 1, 2 and the second at 0, 10.
OTHER = torch.tensor([[[1.0, 2, 2, 1, 1, 1], [1, 3, 2, 1, 1, 1], [1, 3, 4, 1, 7, 9]]])


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("mse", [25 / 6] * 3),
        ("l1", [7 / 6] * 3),
        ("smooth_l1", [((3 - BEND / 2) + (4 - BEND / 2)) / 6] * 3),
        ("euclidean", [5 / 2] * 3),
        ("mape", [(3 / 1 + 4 / 2) / 6] * 3),
        ("rpd", [(3 / 2.5 + 4 / 4) / 6] * 3),
        ("mape_velocity", [0, 0, 0]),  # off by the same in every frame: the speeds are right
        ("rpd_velocity", [0, 0, 0]),
        ("srse_velocity", [0, 0, 0]),
        ("ensemble", [5 / 2] * 3),
    ],
)
def test_values_of_a_constant_offset(name: str, frames: list[float]) -> None:
    torch.testing.assert_close(LOSSES[name](PREDICTED, TARGET), torch.tensor([frames]), check_dtype=False)


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("mape_velocity", [0, (1 / SMALLEST) / 2, (0 + 5 / 5) / 2]),
        ("rpd_velocity", [0, (1 / 0.5) / 2, (0 + 5 / 7.5) / 2]),
        ("srse_velocity", [0, 1 / 2, 5 / 2]),
        ("euclidean", [0, 1 / 2, (1 + 5) / 2]),
        ("ensemble", [0, 1, 11 / 2]),
    ],
)
def test_values_of_speeds(name: str, frames: list[float]) -> None:
    torch.testing.assert_close(LOSSES[name](OTHER, TARGET), torch.tensor([frames]), check_dtype=False)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("where", ["equal", "zero prediction", "zero target", "both zero", "one frame"])
def test_values_and_gradients_are_finite_everywhere(name: str, where: str) -> None:
    predicted, target = PREDICTED.clone(), TARGET.clone()
    if where == "equal":
        predicted = target.clone()
    if where in ("zero prediction", "both zero"):
        predicted = torch.zeros_like(predicted)
    if where in ("zero target", "both zero"):
        target = torch.zeros_like(target)
    if where == "one frame":
        predicted, target = predicted[:, :1], target[:, :1]
    predicted.requires_grad_()
    errors = LOSSES[name](predicted, target)
    assert errors.shape == target.shape[:2]
    errors.sum().backward()
    assert torch.isfinite(errors).all()
    assert predicted.grad is not None
    assert torch.isfinite(predicted.grad).all()
    if where in ("equal", "both zero"):
        assert float(errors.abs().sum()) == 0


@pytest.mark.parametrize("name", list(LOSSES))
def test_a_step_down_the_gradient_makes_it_smaller(name: str) -> None:
    predicted = OTHER.clone() + 0.3 * torch.sin(torch.arange(18.0)).reshape(1, 3, 6)
    predicted.requires_grad_()
    before = LOSSES[name](predicted, TARGET).sum()
    before.backward()
    assert predicted.grad is not None
    after = LOSSES[name](predicted.detach() - 1e-4 * predicted.grad, TARGET).sum()
    assert float(after) < float(before)
    assert not math.isclose(float(predicted.grad.abs().max()), 0)


@pytest.mark.parametrize("name", list(LOSSES))
def test_every_loss_is_a_setting(name: str) -> None:
    settings: dict[str, Any] = {"loss": name}
    assert Settings.model_validate(settings).loss == name
