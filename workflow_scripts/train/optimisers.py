"""Optimisers and schedules of the learning rate, by their names in the configuration."""

import math
from collections.abc import Callable, Iterable

import torch

from workflow_scripts.models.base import GradientConfig

# one_cycle: the share of training in which the rate rises, and what of it is left at the ends (Smith and Topin, 2019).
RISE = 0.3
LOWEST = 1 / 25


def make_optimizer(config: GradientConfig, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimiser that `config` names, of these parameters."""
    rate, decay = config.learning_rate, config.weight_decay
    match config.optimizer:
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay)
        case "adamw":
            return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay)
        case "nadam":
            return torch.optim.NAdam(parameters, lr=rate, weight_decay=decay)
        case "radam":
            return torch.optim.RAdam(parameters, lr=rate, weight_decay=decay)
        case "adagrad":
            return torch.optim.Adagrad(parameters, lr=rate, weight_decay=decay)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=rate, weight_decay=decay, momentum=config.momentum)
        case "sgd":
            return torch.optim.SGD(parameters, lr=rate, weight_decay=decay, momentum=config.momentum)


def rate_factor(schedule: str, warmup: float) -> Callable[[float], float]:
    """Return the function from progress (0..1 of training) to the share of the learning rate.

    Args:
        schedule: "constant", "cosine" (Loshchilov and Hutter 2017, without restarts) and "linear" (both to 0), or
            "one_cycle" (up and down again).
        warmup: share of training in which the rate grows from 0, linearly, before the schedule begins.
    """

    def of(progress: float) -> float:
        if progress < warmup:
            return progress / warmup
        rest = min((progress - warmup) / max(1 - warmup, 1e-9), 1.0)
        match schedule:
            case "cosine":
                return (1 + math.cos(math.pi * rest)) / 2
            case "linear":
                return 1 - rest
            case "one_cycle":
                if rest < RISE:
                    return LOWEST + (1 - LOWEST) * (1 - math.cos(math.pi * rest / RISE)) / 2
                return (1 + math.cos(math.pi * (rest - RISE) / (1 - RISE))) / 2
        return 1.0

    return of
