"""Training motion as a model's state keeps it. Apart from `body`, which is needed where there is no torch."""

import numpy as np
import torch

from workflow_scripts.motion.pose_file import Person


def packed(motions: list[Person]) -> list[dict[str, torch.Tensor]]:
    """Return motions as tensors by name, float32."""
    return [
        {name: torch.from_numpy(getattr(motion, name).astype(np.float32)) for name in ("positions", "root")}
        for motion in motions
    ]


def unpacked(state: list[dict[str, torch.Tensor]]) -> list[Person]:
    """Return the motions that were `packed`."""
    tables = [{name: part.numpy().astype(np.float64) for name, part in motion.items()} for motion in state]
    return [Person(table["positions"], table["root"]) for table in tables]
