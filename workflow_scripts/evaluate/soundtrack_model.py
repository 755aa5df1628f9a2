"""Measure the sounds that a model made for dances, and controls beside them.

`python -m workflow_scripts.evaluate.soundtrack_model --model DIR --items TSV --results DIR --config JSON --output JSON`

The output: `groups`, one for clips of each split and one for generated dances, each with `rows` ({name: {measure:
{mean, low, high}}} of the model and of every control), `differences` ({control: {measure: ...}}: the model's less the
control's, dance by dance) and `counts` (sounds and songs behind each row); `items` (the measures of every sound);
what the measures and controls are, their settings, and where it comes from. None stands for what cannot be measured:
without an original sound there is nothing to compare with.
"""

import argparse
import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from workflow_scripts.evaluate.soundtracks.controls import CONTROLS
from workflow_scripts.evaluate.soundtracks.items import Item, read_items
from workflow_scripts.evaluate.soundtracks.measures import MEASURES, TOGETHER, settings
from workflow_scripts.evaluate.soundtracks.scoring import MODEL, Score, Scored, scored
from workflow_scripts.evaluate.soundtracks.summary import HALVES, differences_of, rows_of
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import read_json, sha256_of, write_json
from workflow_scripts.workflow.provenance import code_version, versions

FORMAT = "playlist2dance/soundtrack-evaluation"


class SoundtrackEvaluationConfig(BaseModel):
    """Settings: the seed of controls and intervals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0


def evaluation(items: Sequence[Item], seed: int) -> dict[str, Any]:
    """Return `groups` and `items` of the output.

    Args:
        items: at least one.
        seed: of controls and intervals.
    """
    groups = scored(items, seed)
    return {
        "groups": [_group(group, seed) for group in groups],
        "items": [
            _item(item, score) for group in groups for item, score in zip(group.items, group.scores[MODEL], strict=True)
        ],
    }


def _group(group: Scored, seed: int) -> dict[str, Any]:
    # Models whose dances and originals are the same have the same controls.
    same = sorted({f"{item.dance} {item.original} {sha256_of(item.poses)}" for item in group.items})
    return {
        "kind": group.kind,
        "split": group.split,
        "dances": hashlib.sha256("\n".join(same).encode()).hexdigest()[:12],
        "rows": rows_of(group, seed),
        "differences": differences_of(group, seed),
        "counts": {
            name: {"sounds": len(scores), "songs": len({score.dance.group for score in scores})}
            for name, scores in group.scores.items()
        },
    }


def _item(item: Item, score: Score) -> dict[str, Any]:
    numbers = {key: score.measures.get(key, math.nan) for key in MEASURES}
    return {
        "name": item.name,
        "sample": item.sample,
        "kind": item.kind,
        "split": item.split,
        "song": item.song,
        "seconds": score.dance.seconds,
        "accents": len(score.dance.accents),
        "original": item.original is not None,
        "measures": {key: value if math.isfinite(value) else None for key, value in numbers.items()},
    }


def main() -> None:
    """Parse the arguments, hear and measure, write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="results/models/<model>")
    parser.add_argument("--items", type=Path, required=True, help="what it made sound for: results/soundtracks/...tsv")
    parser.add_argument("--results", type=Path, required=True, help="the folder `results` that the table's paths name")
    parser.add_argument("--config", default="{}", help="seed as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = SoundtrackEvaluationConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"settings of the evaluation: {error}") from error
    items = read_items(arguments.items, arguments.results)
    if not items:
        raise UserError(f"{arguments.items} names no sound to evaluate: let soundtrack.of name clips or dances")
    write_json(
        arguments.output,
        {
            "format": FORMAT,
            "model": arguments.model.name,
            "architecture": read_json(arguments.model / "model.json")["architecture"],
            **evaluation(items, config.seed),
            "measures": MEASURES | TOGETHER,
            "controls": CONTROLS | {HALVES: "half of the true soundtracks against the other half: the floor"},
            "settings": settings(),
            "provenance": {
                "config": json.loads(arguments.config),
                "items_sha256": sha256_of(arguments.items),
                "code": code_version("workflow_scripts.evaluate.soundtrack_model"),
                "versions": versions("librosa", "numpy", "scipy", "soxr"),
            },
        },
    )


if __name__ == "__main__":
    entry_point(main)
