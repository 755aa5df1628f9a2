"""Workflows to test: one that has not run yet, and one that has."""

from pathlib import Path

import pytest
from workflow_runs import Workflow, new_workflow

from workflow_scripts.demo import world
from workflow_scripts.workflow.media import run_ffmpeg


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


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Four-second pieces of a demo film, and the ways a file can be bad."""
    folder = tmp_path_factory.mktemp("films")
    film = world.make("demo:v01", seed=1, target_stem=folder / "film")
    pieces = {name: folder / f"{name}.mp4" for name in ("one", "two", "three", "silent", "nobody", "broken", "text")}
    for number, name in enumerate(("one", "two", "three")):
        run_ffmpeg(["-ss", str(1 + 4 * number), "-i", film, "-t", "4", "-preset", "ultrafast", pieces[name]], film)
    run_ffmpeg(["-i", pieces["one"], "-an", "-c", "copy", pieces["silent"]], film)
    picture, tone = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=30:d=4"], ["-f", "lavfi", "-i", "sine=d=4"]
    run_ffmpeg([*picture, *tone, "-shortest", "-preset", "ultrafast", pieces["nobody"]], film)
    pieces["broken"].write_bytes(pieces["one"].read_bytes()[:3000])
    pieces["text"].write_text("this is no film")
    return pieces
