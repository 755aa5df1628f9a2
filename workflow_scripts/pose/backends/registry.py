"""Which module is which estimator: it has `make_backend(config, weights)`. It is imported when asked for.

The names are put together here, not written as imports, so that the poses of one backend do not become stale when the
code of another changes: the rule that estimates names the module of the one it uses.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from workflow_scripts.pose.backends.base import PoseBackend
from workflow_scripts.pose.config import PoseConfig
from workflow_scripts.workflow.errors import UserError, broken_file
from workflow_scripts.workflow.files import read_json

MODULES: Mapping[str, str] = MappingProxyType({"mediapipe": "mediapipe", "mmpose": "mmpose.backend"})
# The distributions that do the work, besides those that every backend uses.
LIBRARIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mediapipe": ("mediapipe",), "mmpose": ("mmdet", "mmpose", "opencv-python-headless", "torch")}
)
WEIGHTS_FOLDER = Path("weights")  # of the working directory


def module_of(backend: str) -> str:
    """Return the name of the module in `pose.backends` that is a backend; the backends are `MODULES`."""
    return MODULES[backend]


def make_backend(config: PoseConfig, weights: Path = WEIGHTS_FOLDER) -> PoseBackend:
    """Return the configured estimator; only then are its libraries loaded.

    Args:
        config: which one, and its settings.
        weights: folder of the weights that `fetch_weights` keeps.

    Raises:
        UserError: it cannot be had here, or which one to take is not decided.
    """
    if config.backend not in MODULES:
        raise UserError(
            f"pose.backend: {config.backend!r} has to be decided first (workflow_scripts.pose.choose_backend)"
        )
    module = import_module(f"workflow_scripts.pose.backends.{module_of(config.backend)}")
    backend: PoseBackend = module.make_backend(config, weights)
    return backend


def runtime_name(config: PoseConfig) -> str:
    """Return on what a backend would run here, and how precisely: `auto` is not the same on every machine."""
    if config.backend != "mmpose":
        return "cpu"
    runtime = import_module("workflow_scripts.pose.backends.mmpose.runtime").Runtime
    return str(runtime.chosen(config.mmpose.device, config.mmpose.precision).name)


def recorded_backend(choice: Path) -> str:
    """Return what `choose_backend` decided; a file that does not say so is deleted and reported (see `broken_file`)."""
    record = read_json(choice)
    if not isinstance(record, dict) or record.get("backend") not in MODULES:
        raise broken_file(choice, "it names no backend")
    return str(record["backend"])
