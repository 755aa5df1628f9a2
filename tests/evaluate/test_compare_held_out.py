"""The table of losses on held-out songs."""

import csv
import sys

from workflow_scripts.evaluate import compare_held_out
from workflow_scripts.workflow.files import write_json


def part(mean, low=None, high=None):
    return {"mean": mean, "low": low, "high": high}


def test_models_stand_before_their_controls_with_what_hearing_gains(monkeypatch, tmp_path):
    known = {
        "model": "graph",
        "dataset": "main",
        "split": "validation",
        "clips": 2,
        "samples": 4,
        "rows": {"frozen": {"mse": part(3.0)}, "model": {"mse": part(1.0, 0.5, 1.5)}},
        "differences": {"mse": part(-0.5, -0.7, -0.2)},
    }
    nothing = known | {"model": "net", "split": None, "clips": 0, "rows": {}, "differences": {}}
    for found in (known, nothing):
        write_json(tmp_path / f"{found['model']}.json", found)
    output = tmp_path / "held_out.csv"
    command = ["x", "--held-out", *(tmp_path / f"{name}.json" for name in ("graph", "net")), "--output", output]
    monkeypatch.setattr(sys, "argv", [str(each) for each in command])
    compare_held_out.main()
    rows = list(csv.DictReader(output.open()))
    assert [(row["row"], row["model"]) for row in rows] == [("model", "graph"), ("frozen", "graph")]
    assert [rows[0][f"mse{suffix}"] for suffix in compare_held_out.SUFFIXES] == ["1", "0.5", "1.5", "0.5", "0.2", "0.7"]
    assert [rows[1][f"mse{suffix}"] for suffix in compare_held_out.SUFFIXES] == ["3", "", "", "", "", ""]
