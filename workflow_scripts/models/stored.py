"""Models in the folders where the train stage keeps them."""

from pathlib import Path
from typing import Any

from workflow_scripts.models.base import DanceModel, load_architecture
from workflow_scripts.workflow.checkpoint import read_checkpoint
from workflow_scripts.workflow.errors import broken_file
from workflow_scripts.workflow.files import read_json


def load_model(folder: Path) -> tuple[DanceModel, dict[str, Any]]:
    """Return the model in a folder that the train stage wrote, and its checkpoint without the state.

    Raises:
        BrokenFileError: the checkpoint is unreadable; it has been deleted.
    """
    path = folder / "checkpoint.ckpt"
    name = str(read_json(folder / "model.json")["architecture"])
    checkpoint = read_checkpoint(path, f"model of architecture {name}")
    try:
        architecture = load_architecture(name)
        model = architecture.from_state(architecture.Config.model_validate(checkpoint["settings"]), checkpoint["state"])
    except (RuntimeError, KeyError, ValueError) as error:
        raise broken_file(path, f"not a readable model of architecture {name} ({error})") from error
    return model, {key: value for key, value in checkpoint.items() if key != "state"}
