"""Where the networks run and how precisely."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from workflow_scripts.workflow.errors import UserError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Runtime:
    """A device, and the precision of convolutions there (`float32` for everything that is little work)."""

    device: torch.device
    dtype: torch.dtype

    @classmethod
    def chosen(cls, device: str = "auto", precision: str = "auto") -> "Runtime":
        """Return the runtime of a configuration: `auto` is CUDA where there is one, fp16 there and fp32 on a CPU.

        Raises:
            UserError: no CUDA, or fp16 on a CPU, which no CPU is fast at.
        """
        if device == "cuda" and not torch.cuda.is_available():
            raise UserError("pose.mmpose.device: torch finds no CUDA device here; set it to auto or cpu")
        cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
        if precision == "fp16" and not cuda:
            raise UserError("pose.mmpose.precision: fp16 is for CUDA; on a CPU take fp32 or bf16")
        if precision == "auto":
            precision = "fp16" if cuda else "fp32"
        return cls(torch.device("cuda" if cuda else "cpu"), _DTYPES[precision])

    @property
    def name(self) -> str:
        """Device and precision, as recorded in the pose file: the same weights say slightly different things there."""
        words = {number: word for word, number in _DTYPES.items()}
        return f"{self.device.type} {words[self.dtype]}"

    @property
    def cuda(self) -> bool:
        """Whether the device is a GPU."""
        return self.device.type == "cuda"

    def ready(self, network: nn.Module) -> nn.Module:
        """Put a network on the device; its parts named by `LOW_PRECISION` in the device's precision, fastest layout."""
        network = network.eval().to(self.device)
        for name in getattr(network, "LOW_PRECISION", ()):
            getattr(network, name).to(dtype=self.dtype)
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def staging(self, count: int, size: tuple[int, int]) -> Tensor:
        """Return room for `count` pictures (count, height, width, 3) uint8 from where a GPU can take them by itself."""
        return torch.empty((count, size[1], size[0], 3), dtype=torch.uint8, pin_memory=self.cuda)

    def normalised(self, pictures: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
        """Return pictures (B, H, W, 3) uint8 on the device as (B, 3, H, W), less `mean` and over `std` of each channel.

        The bytes travel and the arithmetic is done there; the memory layout is `channels_last` without a copy.
        """
        moved = pictures.to(self.device, non_blocking=self.cuda).float()
        centred = moved.sub_(torch.tensor(mean, device=self.device)).div_(torch.tensor(std, device=self.device))
        return centred.permute(0, 3, 1, 2).to(self.dtype)
