"""Snakemake's own report of a finished run: what it shows, and under which headings."""

import json
from pathlib import Path
from typing import Any

from workflow_runs import Workflow

FIGURES = "results/evaluation/figures"


def variable(page: str, name: str) -> Any:
    """What a script of the report assigns to a variable."""
    return json.JSONDecoder().raw_decode(page.rsplit(f"var {name} = ", 1)[1])[0]


def test_the_report_shows_the_main_results_with_captions(finished: Workflow, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    done = finished.run("--report", str(file), "results/animations", "evaluation")
    assert done.returncode == 0, done.stdout
    page = file.read_text(encoding="utf-8")
    assert {
        category: {part: sorted(paths) for part, paths in parts.items()}
        for category, parts in variable(page, "categories").items()
    } == {
        "Corpus": {"Other": ["results/quarantine.tsv"]},
        "Training": {"Other": [f"{FIGURES}/learning.svg", "results/models/seq2seq/loss.svg"]},
        "Evaluation": {
            "All songs": [
                "results/evaluation/comparison.csv",
                *(f"{FIGURES}/{name}.svg" for name in ("bars", "genres", "phases")),
            ],
            "By song": [f"{FIGURES}/beats/song01.svg"],
        },
        "Dances": {
            "song01": [f"results/renders/{model}/songs/song01_0.mp4" for model in ("motion_graph", "seq2seq")],
        },
    }
    results = variable(page, "results")
    assert all(result["caption"] for result in results.values())
    dance = results["results/renders/seq2seq/songs/song01_0.mp4"]
    assert dance["labels"] == {"model": "seq2seq", "song": "song01", "sample": "0"}
    assert "seq2seq" in dance["caption"]
    assert "playlist2dance turns" in variable(page, "workflow_desc")
