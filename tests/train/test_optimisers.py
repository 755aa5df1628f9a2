"""Optimisers and schedules by name."""

import pytest
import torch

from workflow_scripts.models.base import GradientConfig
from workflow_scripts.train.optimisers import make_optimizer, rate_factor


@pytest.mark.parametrize("name", ["adam", "adamw", "nadam", "radam", "adagrad", "rmsprop", "sgd"])
def test_every_optimiser_goes_downhill_with_its_own_settings(name: str) -> None:
    weight = torch.nn.Parameter(torch.tensor([3.0]))
    config = GradientConfig(optimizer=name, learning_rate=0.02, weight_decay=1e-3, momentum=0.5)  # type: ignore[arg-type]
    optimizer = make_optimizer(config, [weight])
    assert type(optimizer).__name__.lower() == name
    group = optimizer.param_groups[0]
    assert (group["lr"], group["weight_decay"]) == (0.02, 1e-3)
    assert group.get("momentum", 0.5) == 0.5
    for _ in range(20):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert 0 < float(weight) < 2.95


@pytest.mark.parametrize(
    ("schedule", "values"),
    [
        ("constant", {0.0: 1.0, 0.5: 1.0, 1.0: 1.0}),
        ("cosine", {0.0: 1.0, 1 / 3: 0.75, 0.5: 0.5, 1.0: 0.0}),
        ("linear", {0.0: 1.0, 0.25: 0.75, 1.0: 0.0}),
        ("one_cycle", {0.0: 0.04, 0.15: 0.52, 0.3: 1.0, 0.65: 0.5, 1.0: 0.0}),
    ],
)
def test_schedules(schedule: str, values: dict[float, float]) -> None:
    factor = rate_factor(schedule, 0.0)
    assert {at: factor(at) for at in values} == pytest.approx(values)


def test_warmup_comes_before_the_schedule() -> None:
    factor = rate_factor("cosine", 0.2)
    assert [factor(at) for at in (0.0, 0.1, 0.2, 0.6, 1.0)] == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0])
