"""What the configuration says of one soundtrack."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from workflow_scripts.models.soundtrack import Sampling

# Architectures that draw samples: others are not made again when it is drawn otherwise.
SAMPLING = ("wavenet",)


class SoundtrackConfig(BaseModel):
    """How one soundtrack is made; samples of one seed differ from each other.

    Attributes:
        genre: what the music is to be, one of the model's genres; None follows the dance's own where it is known.
        sampling: how samples are drawn from a network.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0)
    sample: int = Field(ge=0)
    genre: str | None = None
    sampling: Sampling = Sampling()


def soundtrack_settings(config: Mapping[str, Any], model: str, sample: int) -> dict[str, Any]:
    """Return the `SoundtrackConfig` of a model's n-th soundtrack of a clip, as plain values.

    Args:
        config: the checked configuration; a model's own `soundtrack` goes before the one for all.
        model: its name in there.
        sample: n, from 0.
    """
    wanted = config["soundtrack"] | config["models"][model].get("soundtrack", {})
    found = {"seed": wanted["seed"], "sample": sample, "genre": wanted["genre"]}
    if config["models"][model]["architecture"] not in SAMPLING:
        return found
    return found | {"sampling": {"temperature": wanted["temperature"], "top_k": wanted["top_k"]}}
