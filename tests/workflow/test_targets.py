"""What a user types at the beginning: single files, named stages, mistakes in the configuration."""

import pytest
import yaml
from tiny_aistpp import write_tiny_aistpp
from workflow_runs import Workflow

pytestmark = pytest.mark.workflow


@pytest.mark.parametrize(
    "path",
    [
        "playlists/demo.tsv",
        "videos/demo/v01.json",
        "admitted/demo.tsv",
        "clips/demo/v01/clips.tsv",
        "poses/demo/v01.h5",
        "features/chroma/songs/song01.h5",
        "datasets/main.h5",
        "models/seq2seq/checkpoint.ckpt",
        "dances/motion_graph/songs/song01_0.h5",
        "renders/motion_graph/songs/song01_0.mp4",
        "exports/motion_graph/songs/song01_0.edge.npz",
        "exports/seq2seq/songs/song01_0.html",
        "evaluation/dances/seq2seq/songs/song01_0.json",
        "abx_clips/seq2seq/song01_0.mp4",
        "abx_key.tsv",
        "report.html",
        "evaluation/seq2seq.json",
        "evaluation/held_out/seq2seq.json",
        "evaluation/demo.json",
        "quarantine.tsv",
    ],
)
def test_a_single_file_can_be_asked_for_before_anything_exists(workflow: Workflow, path: str) -> None:
    assert "list_collection" in workflow.planned(f"results/{path}")


def test_without_models_that_dance_there_is_nothing_to_evaluate(workflow: Workflow) -> None:
    settings = yaml.safe_load(workflow.config.read_text())
    settings["use"] |= {"models": []}
    workflow.config.write_text(yaml.safe_dump(settings))
    done = workflow.run("--dry-run", "evaluation")
    assert done.returncode != 0
    assert "use.models names no model that dances: there is nothing to evaluate" in done.stdout


def test_the_code_that_runs_is_that_of_the_project_asked(workflow: Workflow) -> None:
    module = workflow.project / "workflow_scripts" / "collect" / "list_collection.py"
    module.write_text(
        module.read_text().replace("def main() -> None:", 'def main() -> None:\n    raise UserError("mine")')
    )
    done = workflow.run("results/playlists/songs.tsv")
    assert done.returncode != 0
    assert "error: mine" in done.stdout


def test_a_mistake_in_a_cut_list_is_said_before_anything_runs(workflow: Workflow) -> None:
    (workflow.work / "cuts").mkdir()
    (workflow.work / "cuts" / "demo.tsv").write_text("v01 0:05 0:02\n")
    done = workflow.run("--dry-run")
    assert done.returncode != 0
    assert "cuts/demo.tsv: line 1: the cut ends" in done.stdout


@pytest.mark.parametrize(
    "stage",
    ["videos", "poses", "features", "datasets", "models", "dances", "animations", "evaluation", "abx", "report"],
)
def test_every_stage_has_a_named_target(workflow: Workflow, stage: str) -> None:
    assert workflow.planned(stage)["list_collection"] >= 1


def test_a_mistake_in_the_configuration_is_said_in_one_readable_line(workflow: Workflow) -> None:
    workflow.configure({"render": {"width": "wide"}})
    done = workflow.run("--dry-run")
    assert done.returncode != 0
    assert 'render.width: must be a whole number or null, not "wide"' in done.stdout


def test_an_unknown_song_is_said_with_the_known_ones(workflow: Workflow) -> None:
    workflow.configure({"use": {"songs": ["song99"]}})
    done = workflow.run("results/playlists/songs.tsv")
    assert done.returncode == 0, done.stdout
    done = workflow.run("features")
    assert done.returncode != 0
    assert "there is no song 'song99'; the songs are: song01" in done.stdout


def test_the_protocol_of_aistpp_is_planned_from_its_example_and_explained_where_it_is_not_set(
    workflow: Workflow,
) -> None:
    done = workflow.run("--dry-run", "aistpp_protocol")
    assert done.returncode != 0
    assert "evaluate.aistpp is not set" in done.stdout
    write_tiny_aistpp(workflow.work / "data" / "aistpp", 2.0)
    example = yaml.safe_load((workflow.project / "config/examples/aistpp.yaml").read_text())
    workflow.configure(example)
    assert workflow.planned("aistpp_protocol")["list_collection"] == 2
    workflow.configure({"evaluate": {"aistpp": {"joints": "nowhere"}}})
    done = workflow.run("--dry-run", "aistpp_protocol")
    assert done.returncode != 0
    assert "evaluate.aistpp: there is no folder nowhere" in done.stdout
