"""The protocol of AIST++ by its example, on a miniature in the same layout: from the folder to the table."""

import csv

import numpy as np
import pytest
import yaml
from tiny_aistpp import CASES, IGNORED, NO_SPLIT, TRAIN, captured, write_tiny_aistpp
from workflow_runs import Workflow

from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.workflow.tables import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_the_official_split_is_learned_and_its_cases_are_scored(workflow: Workflow) -> None:
    write_tiny_aistpp(workflow.work / "data" / "aistpp", 3.0, 8.0)
    workflow.configure(yaml.safe_load((workflow.project / "config/examples/aistpp.yaml").read_text()))
    workflow.configure({"use": {"songs": ["mBR0", "mPO1"], "models": ["motion_graph"]}})
    done = workflow.run("aistpp_protocol", "results/quarantine.tsv")
    assert done.returncode == 0, done.stdout
    results = workflow.work / "results"
    with (results / "evaluation/aistpp.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    for name in ("ground truth on our body", "motion_graph", "frozen", "noise", "smooth_random", "replay"):
        assert (rows[name]["n"], rows[name]["reference_n"]) == ("8", "16")
        assert all(rows[name][column] for column in ("FID_k", "FID_g", "Div_k", "Div_g", "BAS"))
    assert rows["motion_graph"]["shortest"] == "479"  # of 240 at 30 frames/s
    dataset = read_dataset(results / "datasets/main.h5")
    assert [clip.video for clip in dataset.split("train")] == sorted(TRAIN)
    assert [clip.video for clip in dataset.split("test")] == sorted(name for name in CASES if "ch02" in name)
    ledger = {row["item"]: row["reason"] for row in read_table(results / "quarantine.tsv", ("item", "reason"))}
    assert ledger.keys() == {*NO_SPLIT, *IGNORED}
    assert "ignore_list.txt" in ledger[IGNORED[0]]
    assert workflow.planned("aistpp_protocol") == {}
    # Joints that come later, and one of them made again, are a reason to score again, and to train nothing.
    joints = workflow.work / "data" / "aistpp_joints"
    joints.mkdir()
    for name in CASES:
        np.save(joints / f"{name}.npy", captured(name, 3.0))
    workflow.configure({"evaluate": {"aistpp": {"collection": "aist", "joints": "data/aistpp_joints"}}})
    assert workflow.planned("aistpp_protocol") == {"evaluate_aistpp": 1, "aistpp_protocol": 1}
    done = workflow.run("aistpp_protocol")
    assert done.returncode == 0, done.stdout
    with (results / "evaluation/aistpp.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert (rows["ground truth"]["body"], rows["ground truth"]["reference_n"]) == ("SMPL joints", "8")
    assert workflow.planned("aistpp_protocol") == {}
    np.save(joints / f"{CASES[0]}.npy", captured(CASES[0], 2.9))
    assert workflow.planned("aistpp_protocol") == {"evaluate_aistpp": 1, "aistpp_protocol": 1}
