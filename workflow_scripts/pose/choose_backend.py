"""Entry point: decide what `pose.backend: auto` is, once.

    python -m workflow_scripts.pose.choose_backend --config JSON --output results/pose_backend.json

mmpose where CUDA, its environment and its weights are there, else MediaPipe. The output has the backend, the reason
and the facts it was decided on. The poses of one project come from one backend: another machine, or a GPU that is busy
elsewhere, decides nothing anew; deleting the output does.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.pose.weights import FOLDER, missing_weights, used_weights
from workflow_scripts.workflow.errors import entry_point
from workflow_scripts.workflow.files import write_json


def gpu() -> str:
    """Return the name of the GPU that PyTorch can use, or ""."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""


def facts(mmpose: Mapping[str, Any], weights: Path) -> dict[str, Any]:
    """Return what the decision hangs on: the device that is configured, the GPU, and what is missing.

    Args:
        mmpose: the configuration's `pose.mmpose`.
        weights: folder of the weights.
    """
    from workflow_scripts.pose.backends.mmpose.standins import missing_packages

    return {
        "device": mmpose["device"],
        "gpu": gpu(),
        "packages_missing": missing_packages(),
        "weights_missing": missing_weights(used_weights(mmpose), weights),
    }


def decided(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return (backend, reason) for `facts`; the reason completes "mmpose, since ..." or "mediapipe, since ..."."""
    if facts["device"] == "cpu":
        return "mediapipe", "pose.mmpose.device is cpu"
    if not facts["gpu"]:
        return "mediapipe", "PyTorch finds no GPU (CUDA) here"
    if missing := facts["packages_missing"]:
        return "mediapipe", f"mmpose's environment lacks {', '.join(missing)} (make setup-mmpose)"
    if missing := facts["weights_missing"]:
        return "mediapipe", f"the weights {', '.join(missing)} are missing (snakemake weights)"
    return "mmpose", f"{facts['gpu']}, its environment and its weights are there"


def main() -> None:
    """Decide, say it, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True, help="the configuration's pose.mmpose, as JSON")
    parser.add_argument("--weights", type=Path, default=FOLDER, help="folder of the weights (default: %(default)s)")
    parser.add_argument("--output", type=Path, required=True, help="the decision to write (JSON)")
    arguments = parser.parse_args()
    known = facts(json.loads(arguments.config), arguments.weights)
    backend, reason = decided(known)
    write_json(arguments.output, {"backend": backend, "reason": reason, "facts": known})
    print(  # noqa: T201
        f"pose.backend auto: {backend}, since {reason}. So it stays on every machine; to decide anew, "
        f"delete {arguments.output}."
    )


if __name__ == "__main__":
    entry_point(main)
