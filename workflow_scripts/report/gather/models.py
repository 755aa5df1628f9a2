"""The models of a run, and what making everything has cost."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.files import read_json, sha256_of

OWN_RULE = "write_report"


@dataclass(frozen=True)
class Model:
    """A trained model: the content of its model.json, and size and SHA-256 of its checkpoint."""

    name: str
    description: dict[str, Any]
    checkpoint_bytes: int
    checkpoint_sha256: str


@dataclass(frozen=True)
class Cost:
    """What the jobs of one rule took: their number, all their seconds, the most memory of one (MB; None: not known)."""

    rule: str
    jobs: int
    seconds: float
    memory_mb: float | None


def read_model(results: Path, name: str) -> Model:
    """Return what is known of a model."""
    folder = results / "models" / name
    checkpoint = folder / "checkpoint.ckpt"
    return Model(name, read_json(folder / "model.json"), checkpoint.stat().st_size, sha256_of(checkpoint))


def read_costs(benchmarks: Path) -> list[Cost]:
    """Return the cost of every rule from what Snakemake measured (logs/benchmarks/<rule>/**.tsv), the dearest first.

    The report's own job is not among them: what it took the last time would make another page of the same run.
    Files that are no such table are passed over: they are by-products, which no rule declares.
    """
    found = []
    names = {path.relative_to(benchmarks).parts[0].removesuffix(".tsv") for path in benchmarks.rglob("*.tsv")}
    for rule in sorted(names - {OWN_RULE}):
        files = [*sorted((benchmarks / rule).rglob("*.tsv")), benchmarks / f"{rule}.tsv"]
        rows = [row for path in files if path.is_file() for row in _rows(path)]
        if rows:
            memory = [row[1] for row in rows if row[1] is not None]
            found.append(Cost(rule, len(rows), sum(row[0] for row in rows), max(memory, default=None)))
    return sorted(found, key=lambda cost: (-cost.seconds, cost.rule))


def _rows(path: Path) -> Sequence[tuple[float, float | None]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    numbers = [(_number(row.get("s")), _number(row.get("max_rss"))) for row in rows]
    return [(seconds, memory) for seconds, memory in numbers if seconds is not None]


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:  # "-", where a job was too short to be measured
        return None
