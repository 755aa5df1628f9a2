"""A user's own folder: odd names, bad files, a file added later. Good items are finished, bad ones named."""

from pathlib import Path

import pytest
from workflow_runs import Workflow, new_workflow, started

from workflow_scripts.workflow.media import run_ffmpeg
from workflow_scripts.workflow.tables import read_table

pytestmark = pytest.mark.workflow

ODD_NAME = 'it\'s {great} "yes" $HOME 日本.mp4'


def ledger(workflow: Workflow) -> dict[str, str]:
    rows = read_table(workflow.work / "results" / "quarantine.tsv", ("collection", "item", "title", "reason"))
    return {row["title"]: row["reason"] for row in rows}


@pytest.fixture(scope="module")
def folder_run(tmp_path_factory: pytest.TempPathFactory, films: dict[str, Path]) -> Workflow:
    workflow = new_workflow(tmp_path_factory.mktemp("folder"))
    videos = workflow.work / "my videos"
    (videos / "sub").mkdir(parents=True)
    for target, name in {
        ODD_NAME: "one",
        "dance.mp4": "two",
        "sub/dance.mp4": "three",
        "silent.mp4": "silent",
        "nobody.mp4": "nobody",
        "broken.mp4": "broken",
        "notes.mp4": "text",
    }.items():
        (videos / target).write_bytes(films[name].read_bytes())
    song = workflow.work / "my song.mp3"
    run_ffmpeg(["-i", films["one"], "-vn", song], song)
    workflow.configure(
        {
            "collections": {"mine": {"source": "my videos"}},
            "songs": ["my song.mp3"],
            "use": {"collections": ["mine"], "models": ["motion_graph"], "songs": "all"},
        }
    )
    return workflow


def test_good_items_finish_and_bad_ones_are_in_the_ledger_with_reasons(folder_run: Workflow) -> None:
    done = folder_run.run("results/animations")
    assert done.returncode == 0, done.stdout
    assert len(list((folder_run.work / "results" / "animations").glob("*.mp4"))) == 1
    assert len(list((folder_run.work / "results" / "poses" / "mine").glob("*.h5"))) == 4
    reasons = ledger(folder_run)
    assert reasons.keys() == {"silent", "nobody", "broken", "notes"}
    assert "no audio stream found" in reasons["silent"]
    assert "no person found" in reasons["nobody"]
    assert "not a readable audio or video file" in reasons["notes"]
    assert "broken.mp4" in reasons["broken"]
    last_lines = done.stdout.splitlines()[-8:]
    assert any(line.startswith("4 left out") and "results/quarantine.tsv" in line for line in last_lines)
    assert "Traceback" not in done.stdout


def test_a_file_added_later_is_noticed_and_processed_alone(folder_run: Workflow, films: dict[str, Path]) -> None:
    (folder_run.work / "my videos" / "new one.mp4").write_bytes(films["two"].read_bytes()[:])
    done = folder_run.run("results/animations")
    assert done.returncode == 0, done.stdout
    counts = started(done.stdout)
    assert (counts["download"], counts["cut"], counts["estimate_poses"], counts["extract_features"]) == (1, 1, 1, 3)


def test_another_song_takes_the_place_of_the_first(folder_run: Workflow, films: dict[str, Path]) -> None:
    run_ffmpeg(["-i", films["three"], "-vn", folder_run.work / "other song.wav"], films["three"])
    folder_run.configure({"songs": ["other song.wav"]})
    done = folder_run.run("results/animations")
    assert done.returncode == 0, done.stdout
    assert [path.name for path in (folder_run.work / "results" / "animations").glob("*.mp4")] == [
        next(path.name for path in (folder_run.work / "results" / "animations").glob("*other-song*.mp4"))
    ]


def test_a_broken_intermediate_is_made_again_by_the_next_run(folder_run: Workflow) -> None:
    broken = next((folder_run.work / "results" / "poses" / "mine").glob("dance*.h5"))
    broken.write_bytes(broken.read_bytes()[:3000])
    first = folder_run.run("results/animations")
    assert first.returncode != 0
    assert f"{broken.name}: not a readable pose file" in first.stdout
    assert not broken.exists()
    second = folder_run.run("results/animations")
    assert second.returncode == 0, second.stdout
    assert started(second.stdout)["estimate_poses"] == 1
    # The gallery remembers that something was missing; after that there is nothing to do.
    assert set(started(folder_run.run("results/animations").stdout)) <= {"make_gallery"}
    assert "Nothing to be done" in folder_run.run("results/animations").stdout


def test_more_left_out_than_allowed_fails_every_time_but_finishes_the_good_ones(folder_run: Workflow) -> None:
    folder_run.configure({"max_quarantined": 3})
    for _ in range(2):
        done = folder_run.run("results/animations")
        assert done.returncode != 0
        assert "4 of 9 items were left out (allowed: 3)" in done.stdout
    assert (folder_run.work / "results" / "renders" / "motion_graph" / "songs").exists()


def test_no_usable_song_is_no_success(folder_run: Workflow) -> None:
    (folder_run.work / "noise.mp3").write_text("no sound")
    folder_run.configure({"max_quarantined": 100, "songs": ["noise.mp3"]})
    done = folder_run.run("results/animations")
    assert done.returncode != 0
    assert "none of the 1 items of songs could be used" in done.stdout
