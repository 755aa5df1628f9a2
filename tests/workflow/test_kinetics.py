"""The configuration for Kinetics on a folder as its downloaders leave it: clips stay whole, folders give the labels."""

from pathlib import Path

import pytest
import yaml
from workflow_runs import ROOT, new_workflow

from workflow_scripts.demo.write_kinetics import write_kinetics
from workflow_scripts.workflow.tables import read_table

pytestmark = pytest.mark.workflow


def test_clips_of_kinetics(tmp_path: Path) -> None:
    workflow = new_workflow(tmp_path)
    # Of the first category one clip for each split, of the others two.
    paths = list(write_kinetics(workflow.work / "kinetics_mini", 7, 1, size=(64, 80)))
    for name in ("kinetics", "kinetics_offline"):
        workflow.configure(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()))
    # A song has no picture: a clip's own will do.
    song = str(paths[1].relative_to(workflow.work))
    workflow.configure(
        {"collections": {"kinetics": {"categories": ["zumba"]}}, "songs": [song], "use": {"songs": "all"}}
    )
    done = workflow.run("clips")
    assert done.returncode == 0, done.stdout
    rows = read_table(workflow.work / "results" / "admitted" / "kinetics.tsv", ("id", "verdict", "genre", "split"))
    assert sorted(row["split"] for row in rows) == ["test", "train", "validation"]
    for row in rows:
        assert (row["verdict"], row["genre"]) == ("ok", "zumba")
        clips = workflow.work / "results" / "clips" / "kinetics" / row["id"]
        (clip,) = read_table(clips / "clips.tsv", ("start_s", "end_s", "frames", "samples"))
        assert (clip["start_s"], clip["end_s"], clip["frames"], clip["samples"]) == ("0", "10", "300", "441000")
        assert read_table(clips / "left_out.tsv", ("reason",)) == []
