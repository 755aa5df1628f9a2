"""What a user types at the beginning: single files, named stages, mistakes in the configuration."""

import pytest
from workflow_runs import Workflow

pytestmark = pytest.mark.workflow


def test_a_single_file_can_be_asked_for_before_anything_exists(workflow: Workflow) -> None:
    assert "list_collection" in workflow.planned("results/poses/demo/v01.h5")


@pytest.mark.parametrize("stage", ["videos", "poses", "features", "datasets", "models", "dances", "animations"])
def test_every_stage_has_a_named_target(workflow: Workflow, stage: str) -> None:
    assert workflow.planned(stage)["list_collection"] >= 1


def test_a_mistake_in_the_configuration_is_said_in_one_readable_line(workflow: Workflow) -> None:
    workflow.configure({"render": {"width": "wide"}})
    done = workflow.run("--dry-run")
    assert done.returncode != 0
    assert 'render.width: must be a whole number, not "wide"' in done.stdout


def test_an_unknown_song_is_said_with_the_known_ones(workflow: Workflow) -> None:
    workflow.configure({"use": {"songs": ["song99"]}})
    done = workflow.run("results/playlists/songs.tsv")
    assert done.returncode == 0, done.stdout
    done = workflow.run("features")
    assert done.returncode != 0
    assert "there is no song 'song99'; the songs are: song01" in done.stdout
