"""Workflows to test: one that has not run yet, and one that has."""

from pathlib import Path

import pytest
from workflow_runs import Workflow, new_workflow


@pytest.fixture
def workflow(tmp_path: Path) -> Workflow:
    """A workflow that has not run yet."""
    return new_workflow(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The tiny demo run, finished. Shared: a test that changes it puts it back."""
    workflow = new_workflow(tmp_path_factory.mktemp("finished"))
    done = workflow.run("results/animations", "evaluation")
    assert done.returncode == 0, done.stdout
    return workflow
