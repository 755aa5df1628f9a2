"""GIFs and contact sheets are asked for by their names."""

import pytest
from PIL import Image
from render.films import write_film
from workflow_runs import Workflow

pytestmark = pytest.mark.workflow


def test_a_gif_and_a_contact_sheet_are_made_of_a_video(workflow: Workflow) -> None:
    folder = workflow.work / "results" / "renders" / "motion_graph" / "songs"
    folder.mkdir(parents=True)
    write_film(folder / "song01_0.mp4", 30)
    wanted = [f"results/renders/motion_graph/songs/song01_0.{suffix}" for suffix in ("gif", "png")]
    done = workflow.run("--allowed-rules", "make_gif", "make_contact_sheet", "--", *wanted)
    assert done.returncode == 0, done.stdout
    for name, form in (("song01_0.gif", "GIF"), ("song01_0.png", "PNG")):
        with Image.open(folder / name) as picture:
            assert picture.format == form
