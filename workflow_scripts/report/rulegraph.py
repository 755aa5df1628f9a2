"""Which rules a run consists of, and which of them use each other's outputs: from Snakemake's plan to the page.

Snakemake alone knows the rules of a configuration: input functions and checkpoints decide them while it plans. So its
plan is read where it lies, in the parameter of a rule, and handed to the job as text.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow_scripts.workflow.provenance import canonical_json


@dataclass(frozen=True)
class RuleGraph:
    """The rules that a file comes from.

    Attributes:
        edges: (rule, rule that uses its output), sorted, without those of a rule with itself.
        counts: how many jobs each rule has.
        stages: the stage of each rule: the name of the file in `rules/` that it stands in.
    """

    edges: list[tuple[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)


def planned_rules(dag: Any, outputs: Iterable[str]) -> str:
    """Return as text (JSON) the graph of all rules that files come from, the files' own rules with them.

    Args:
        dag: Snakemake's plan, `workflow.dag`. After the last checkpoint it holds all jobs, also those done before.
        outputs: the files, as their rules name them.
    """
    wanted = set(outputs)
    todo = [job for job in dag.jobs if wanted & set(job.output)]
    seen, edges = set(todo), set()
    while todo:
        job = todo.pop()
        for needed in dag.dependencies[job]:
            if needed.rule.name != job.rule.name:
                edges.add((needed.rule.name, job.rule.name))
            if needed not in seen:
                seen.add(needed)
                todo.append(needed)
    return canonical_json(
        {
            "edges": sorted(edges),
            "counts": Counter(job.rule.name for job in seen),
            "stages": {job.rule.name: Path(str(job.rule.snakefile)).stem for job in seen},
        }
    )


def read_rules(text: str) -> RuleGraph:
    """Return the graph that `planned_rules` wrote."""
    read = json.loads(text)
    return RuleGraph([(above, below) for above, below in read["edges"]], read["counts"], read["stages"])
