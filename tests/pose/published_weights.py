"""Small checkpoints as mmengine publishes them, under the hash that their own bytes give."""

import hashlib
import io
from collections import OrderedDict
from typing import Any

import torch

from workflow_scripts.pose.weights import Weights


def tensors() -> "OrderedDict[str, torch.Tensor]":
    """A made-up network; two of its tensors share one storage, as tied weights do."""
    generator = torch.Generator().manual_seed(5)
    weight = torch.randn(8, 4, generator=generator)
    count = torch.tensor(7)
    return OrderedDict(
        [("head.weight", weight), ("backbone.tied", weight[:2]), ("backbone.bn.num_batches_tracked", count)]
    )


def checkpoint(content: Any = None, old_form: bool = True) -> bytes:
    """The bytes of a checkpoint; OpenMMLab publishes the form of before torch 1.6, whose bytes differ each time."""
    buffer = io.BytesIO()
    content = {"meta": {"epoch": 3}, "state_dict": tensors()} if content is None else content
    torch.save(content, buffer, _use_new_zipfile_serialization=not old_form)
    return buffer.getvalue()


def entry(data: bytes, site: str = "http://127.0.0.1:9") -> Weights:
    """The table's entry for a file; without a site, at an address where nobody answers."""
    prefix = hashlib.sha256(data).hexdigest()[:8]
    return Weights(f"{site}/some/path/net_made_up-{prefix}_20260101.pth", prefix, "nothing", "MIT")
