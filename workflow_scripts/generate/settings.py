"""What the configuration says of one dance."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Whole = Literal["song", "frame"]
SONG: Whole = "song"
FRAME: Whole = "frame"


class DanceConfig(BaseModel):
    """How one dance is made; samples of one seed differ from each other.

    Attributes:
        length: the whole song at once, or in intervals of so many seconds, or frame by frame.
        seed_pose: none, t_pose, random, mean, or file:clip:frame, a place in a pose file.
        genre: one of the model's, or None.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0)
    sample: int = Field(ge=0)
    length: Whole | float = SONG
    seed_pose: str = "none"
    genre: str | None = None


def dance_settings(config: Mapping[str, Any], model: str, sample: int) -> dict[str, Any]:
    """Return the `DanceConfig` of a model's n-th dance, as plain values.

    A model's own `generate` goes before the one for all. Of a list of genres the n-th dance has the n-th, and after the
    last the first again.

    Args:
        config: the checked configuration.
        model: its name in there.
        sample: n, from 0.
    """
    wanted = config["generate"] | config["models"][model].get("generate", {})
    length, genre = wanted["length"], wanted["genre"]
    return {
        "seed": wanted["seed"],
        "sample": sample,
        "length": length if isinstance(length, str) else float(length),
        "seed_pose": wanted["seed_pose"],
        "genre": genre[sample % len(genre)] if isinstance(genre, list) else genre,
    }


def seed_place(seed_pose: str) -> tuple[Path, int, int] | None:
    """Return (file, clip, frame) of a seed in a file, None for any other seed."""
    if ":" not in seed_pose:
        return None
    file, clip, frame = seed_pose.rsplit(":", 2)
    return Path(file), int(clip), int(frame)
